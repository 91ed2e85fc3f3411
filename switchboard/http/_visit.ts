// Copyright 2026 the Wirekit authors. MIT license.

import {
  type Fault,
  fault,
  type Pass,
  type RequestInfo,
} from "@wirekit/hub/hub";
import type { Guest } from "../guest/_guest.ts";

/** Who asks, and how. */
export interface Sender {
  readonly pass: Pass;
  /** Where it comes from, as far as it is known. */
  readonly address: string;
  /** What stands in the URL. */
  readonly query: Pick<URLSearchParams, "get" | "has">;
}

/** A request that was let in. */
export interface Visit extends Sender {
  readonly request: Request;
  readonly info: Partial<RequestInfo>;
  /** What stands behind the first part of the path. */
  readonly rest: readonly string[];
}

/** Takes a name now: over HTTP, nobody waits for it. */
export function joined(guest: Guest, name: string): Promise<Fault | undefined> {
  return new Promise((resolve) => {
    const refused = guest.join(name, (held) => {
      const text = `The name ${JSON.stringify(name)} is taken.`;
      resolve(held ? fault("NameRefused", text) : undefined);
    });
    if (refused) resolve(refused);
  });
}
