// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { within } from "@wirekit/internal/clock";
import type { Fault } from "../../exchange/fault.ts";
import { ActionError } from "../host/_actions.ts";

/** How long another hub may take to answer, in milliseconds. */
const PATIENCE = 3_000;

interface Asked {
  readonly node: string;
  resolve(answer: unknown): void;
  reject(error: ActionError): void;
}

/** What other hubs were asked and have not answered yet. */
export class Questions {
  readonly #asked = new Map<number, Asked>();
  #number = 0;

  /**
   * Asks a hub. Rejects with an `ActionError` if there is no answer.
   *
   * @param node Its id.
   * @param label What people call it.
   * @param send Sends a question with this number; returns why that fails.
   */
  async ask(
    node: string,
    label: string,
    send: (number: number) => Fault | undefined,
  ): Promise<unknown> {
    const number = ++this.#number;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#asked.set(number, { node, resolve, reject });
    try {
      const refusal = send(number);
      if (refusal) throw ActionError.of(refusal);
      return await within(promise, PATIENCE, () =>
        new ActionError(
          `The hub ${label} did not answer within ${PATIENCE / 1000} seconds`,
        ));
    } finally {
      this.#asked.delete(number);
    }
  }

  answered(node: string, number: number, answer: unknown): void {
    this.#askedOf(node, number)?.resolve(answer);
  }

  refused(node: string, number: number, text: string): void {
    this.#askedOf(node, number)?.reject(new ActionError(text));
  }

  /** Ends what waits for a hub that is gone. */
  gone(node: string, label: string): void {
    for (const asked of this.#asked.values()) {
      if (asked.node !== node) continue;
      asked.reject(new ActionError(`The hub ${label} is gone`));
    }
  }

  /** Ends all. */
  close(): void {
    for (const asked of this.#asked.values()) {
      asked.reject(new ActionError("The hub is closing"));
    }
  }

  #askedOf(node: string, number: number): Asked | undefined {
    const asked = this.#asked.get(number);
    return asked?.node === node ? asked : undefined;
  }
}
