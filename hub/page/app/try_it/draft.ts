// Copyright 2026 the Wirekit authors. MIT license.

/** What somebody is about to send, and to whom it can be sent. */
import type { Model } from "../model.ts";

/** What is to be asked. */
export interface Draft {
  readonly to: string;
  readonly route: string;
  readonly data: string;
}

/** What both forms get. */
export interface FormProps {
  readonly model: Model;
  readonly draft: Draft;
  readonly edit: (change: Partial<Draft>) => void;
  readonly busy: boolean;
}

/** The names that can be asked, in the order of the alphabet. */
export function namesOf(model: Model): string[] {
  return model.clients
    .filter(({ client }) => client.state === "active")
    .map(({ client }) => client.name!)
    .sort();
}
