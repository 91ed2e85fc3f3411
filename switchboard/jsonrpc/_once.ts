// Copyright 2026 the Wirekit authors. MIT license.

/**
 * JSON-RPC by POST: callers have no name; they may ask, and cannot be asked.
 */

import { later } from "@wirekit/internal/clock";
import {
  type Fault,
  fault,
  type Hub,
  type JsonSlice,
  type Pass,
} from "@wirekit/hub/hub";
import { Guest } from "../guest/_guest.ts";
import { NO_HOST } from "../guest/_host.ts";
import { type Caller, Dispatcher } from "./_dispatcher.ts";
import type { Claim } from "../_verbs.ts";
import { openRpcOf } from "./_openrpc.ts";

/** What is known of a request. */
export interface OnceOptions {
  readonly hub: Hub;
  readonly pass: Pass;
  readonly address: string;
  /** How long its calls may take, in milliseconds. */
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
  /** Counts messages, beside the first. */
  charge(messages: number): void;
}

/** Answers one message or batch; `undefined` if there is nothing to answer. */
export async function answerOnce(
  message: JsonSlice,
  { hub, pass, address, timeout, signal, charge }: OnceOptions,
): Promise<string | undefined> {
  const guest = new Guest(hub, pass, NO_HOST, {
    protocol: "JSON-RPC",
    carrier: "HTTP",
    address,
    nameless: "passes",
  });
  const end = () => guest.endAll();
  const timer = later(timeout, end);
  signal?.addEventListener("abort", end, { once: true });
  try {
    const dispatcher = new Dispatcher(new Poster(guest, charge));
    return await new Promise<string | undefined>((resolve) =>
      dispatcher.receive(message, resolve)
    );
  } finally {
    timer.stop();
    signal?.removeEventListener("abort", end);
    guest.leave();
  }
}

class Poster implements Caller {
  readonly #guest: Guest;
  readonly #charge: (messages: number) => void;

  constructor(guest: Guest, charge: (messages: number) => void) {
    this.#guest = guest;
    this.#charge = charge;
  }

  guest(): Guest {
    return this.#guest;
  }

  discover(): string {
    return JSON.stringify(openRpcOf(this.#guest.catalog()));
  }

  join(
    _claim: Claim,
    done: (refused: Fault, held: boolean) => void,
  ): void {
    const text = "A caller by POST has no name: connect by WebSocket to have " +
      "one, or use GET /events.";
    done(fault("NameRefused", text), false);
  }

  changed(): void {}

  answered(): void {}

  expects(): boolean {
    return false;
  }

  cancelCall(): void {}

  count(messages: number): void {
    this.#charge(messages);
  }

  unreadable(): boolean {
    return false;
  }

  nonsense(): void {}
}
