// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { LimitError } from "@wirekit/internal/errors";
import { Outbox } from "@wirekit/internal/limits";
import type { Call } from "./_call.ts";
import type { Calls } from "./_calls.ts";
import type { Wire } from "../wire/codec.ts";

/** A message with calls that waits for its turn. */
interface Outgoing<T> {
  readonly calls: readonly Call[];
  readonly wire: T;
}

/** What a {@linkcode Turns} needs of its peer. */
export interface TurnsOptions<T> {
  calls: Calls;
  maxInFlight: number;
  maxWaitingBytes: number;
  send(wire: T): Promise<void>;
}

/** Keeps the calls in flight under a limit: further ones wait for their turn. */
export class Turns<T extends Wire> {
  readonly #options: TurnsOptions<T>;
  readonly #waiting: Outgoing<T>[] = [];
  readonly #outbox = new Outbox(() => this.#sendNext());
  #bytes = 0;
  #inFlight = 0;

  /** Makes it with nothing in flight. */
  constructor(options: TurnsOptions<T>) {
    this.#options = options;
  }

  /** Sends a call now, or when it is its turn. */
  submit(call: Call, wire: T): void {
    const { maxInFlight } = this.#options;
    const isFull = this.#inFlight >= maxInFlight || !this.#outbox.hasRoom(wire);
    if (this.#waiting.length > 0 || isFull) {
      return this.#wait({ calls: [call], wire });
    }
    this.#inFlight++;
    call.sent = true;
    this.#put(wire);
  }

  /** Sends a message without calls, unless too much waits to be sent. */
  notify(wire: T): Promise<void> {
    if (this.#outbox.hasRoom(wire)) return this.#put(wire);
    throw new LimitError(
      "Cannot send: too much waits already that the other end has not read",
    );
  }

  /** Sends the calls of a batch now, or when it is their turn. */
  submitAll(calls: readonly Call[], wire: T): void {
    const outgoing = { calls, wire };
    if (this.#waiting.length > 0 || !this.#hasRoom(outgoing)) {
      return this.#wait(outgoing);
    }
    this.#send(outgoing);
  }

  /** A call is over. */
  end(call: Call): void {
    if (call.sent) this.#inFlight--;
    if (this.#waiting.length > 0) this.#sendNext();
  }

  /** Sends nothing any more. */
  close(): void {
    this.#waiting.length = 0;
  }

  #wait(outgoing: Outgoing<T>): void {
    const { calls, maxWaitingBytes } = this.#options;
    if (this.#bytes + outgoing.wire.length > maxWaitingBytes) {
      const error = new LimitError(
        `Cannot call: ${this.#bytes} bytes of calls are waiting for their turn`,
      );
      for (const call of outgoing.calls) calls.fail(call, error);
      return;
    }
    this.#bytes += outgoing.wire.length;
    this.#waiting.push(outgoing);
  }

  #sendNext(): void {
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      const isOver = next.calls.every((call) => call.over);
      if (!isOver && !this.#hasRoom(next)) return;
      this.#waiting.shift();
      this.#bytes -= next.wire.length;
      if (!isOver) this.#send(next);
    }
  }

  /** A batch larger than the limit goes when nothing else is in flight. */
  #hasRoom({ calls, wire }: Outgoing<T>): boolean {
    if (!this.#outbox.hasRoom(wire)) return false;
    return this.#inFlight === 0 ||
      this.#inFlight + calls.length <= this.#options.maxInFlight;
  }

  #send({ calls, wire }: Outgoing<T>): void {
    for (const call of calls) {
      if (call.over) continue;
      call.sent = true;
      this.#inFlight++;
    }
    this.#put(wire);
  }

  #put(wire: T): Promise<void> {
    const sent = this.#options.send(wire);
    this.#outbox.sent(wire, sent);
    return sent;
  }
}
