// Copyright 2026 the Wirekit authors. MIT license.

/** What disturbs others: pings, and messages to one who may not read them. */

import {
  append,
  CHUNK,
  type Connection,
  discard,
  DRAIN_MS,
  outputLength,
  poll,
  turn,
} from "./connection.ts";
import { compose, Frame } from "./frames.ts";
import { open } from "./handshake.ts";
import { EPOLLIN } from "./libc.ts";
import type { LoadResult, Order, Shape } from "./load.ts";
import { name } from "./names.ts";

/** A ping of four bytes, with a mask of zeros. */
const PING = new Uint8Array([0x89, 0x84, 0, 0, 0, 0, 1, 2, 3, 4]);

/**
 * One client that pings, and pings again as soon as a pong is there. A server
 * may end that; then it comes back.
 */
export class Pings {
  readonly #order: Order;
  readonly #depth: number;
  #pongs = 0;
  #clients = 0;

  constructor(order: Order, { depth }: Shape) {
    this.#order = order;
    this.#depth = depth;
  }

  closed(seconds: number): LoadResult {
    this.#pongs = 0;
    const begin = performance.now();
    const end = begin + 1000 * seconds;
    while (performance.now() < end) this.#flood(end);
    const took = (performance.now() - begin) / 1000;
    return { calls: this.#pongs, seconds: took, p50: 0, p99: 0 };
  }

  #flood(end: number): void {
    const connection = open(this.#order, name("p", this.#clients++));
    poll.watch(connection.fd, EPOLLIN, true);
    connection.onPong = () => {
      this.#pongs++;
      append(PING);
    };
    for (let i = 0; i < this.#depth; i++) append(PING);
    try {
      connection.flush();
      turn(() => performance.now() >= end, end + DRAIN_MS);
    } catch {
      // The server has ended it.
    }
    discard();
    connection.close();
  }
}

/** One sender that floods one receiver, whether that reads or not. */
export class Flood {
  readonly #sender: Connection;
  readonly #frame: Frame;
  readonly #perSecond: number;
  #sent = 0;
  #begin = 0;

  constructor(order: Order, { mute, flood }: Shape) {
    const receiver = open(order, "target");
    receiver.isMute = mute === true;
    poll.watch(receiver.fd, receiver.isMute ? 0 : EPOLLIN, true);
    this.#sender = open(order, "flooder");
    poll.watch(this.#sender.fd, EPOLLIN, true);
    this.#perSecond = flood! / 16_384;
    this.#frame = new Frame(
      compose({
        id: "flooder",
        type: 6,
        route: ["target"],
        data: "x".repeat(16_384),
      }),
      order.line ? "line" : "ws",
    );
  }

  start(): void {
    this.#begin = performance.now();
    this.#sent = 0;
  }

  /** Sends what is due. */
  go(): void {
    const due = this.#perSecond * (performance.now() - this.#begin) / 1000;
    if (this.#sender.isBlocked) return;
    for (; this.#sent < due && outputLength < CHUNK; this.#sent++) {
      append(this.#frame.bytes);
    }
    if (outputLength > 0) this.#sender.flush();
  }
}
