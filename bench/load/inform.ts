// Copyright 2026 the Wirekit authors. MIT license.

import {
  append,
  type Connection,
  currentTime,
  DRAIN_MS,
  outputLength,
  poll,
  turn,
} from "./connection.ts";
import { compose, Frame, type Framing } from "./frames.ts";
import { open } from "./handshake.ts";
import { Histogram } from "./histogram.mjs";
import { EPOLLIN } from "./libc.ts";
import type { LoadResult, Order, Shape } from "./load.ts";
import { name } from "./names.ts";

/** One sender, whose messages all others get. */
export class Inform {
  readonly #sender: Connection;
  readonly #frame: Frame;
  readonly #receivers: number;
  readonly #depth: number;
  #histogram = new Histogram();
  #deliveries = 0;
  #sent = 0;
  #arrived: number[] = [];
  #sentAt: number[] = [];
  #finished = 0;
  #isLoading = false;

  constructor(order: Order, shape: Shape) {
    const { receivers = 1, depth } = shape;
    this.#receivers = receivers;
    this.#depth = depth;
    const framing: Framing = order.line ? "line" : "ws";
    for (let i = 0; i < receivers; i++) {
      const receiver = open(order, name("r", i));
      let count = 0;
      receiver.onMessage = (_connection, bytes, start) => {
        // A heartbeat of socket.io is one digit.
        if (order.dialect === "socketio" && bytes[start + 1] !== 50) return;
        this.#onDelivery(count++);
      };
      poll.watch(receiver.fd, EPOLLIN, true);
    }
    this.#sender = open(order, name("s", 0));
    poll.watch(this.#sender.fd, EPOLLIN, true);
    const data = "x".repeat(shape.data ?? 64);
    const text = order.dialect === "socketio"
      ? `42${JSON.stringify(["all", data])}`
      : compose({
        id: name("s", 0),
        type: 6,
        // One is told by its name, so that nobody else is.
        route: receivers === 1 ? [name("r", 0)] : [],
        data,
      });
    this.#frame = new Frame(text, framing);
  }

  #onDelivery(message: number): void {
    this.#deliveries++;
    this.#arrived[message]!++;
    if (this.#arrived[message] !== this.#receivers) return;
    this.#finished++;
    this.#histogram.add(1000 * (currentTime - this.#sentAt[message]!));
  }

  #tell(now: number): void {
    append(this.#frame.bytes);
    this.#arrived[this.#sent] = 0;
    this.#sentAt[this.#sent++] = now;
  }

  closed(seconds: number): LoadResult {
    this.#histogram = new Histogram();
    this.#deliveries = 0;
    this.#isLoading = true;
    const begin = performance.now();
    const end = begin + 1000 * seconds;
    const refill = () => {
      const now = performance.now();
      if (now >= end) this.#isLoading = false;
      if (this.#isLoading) {
        while (this.#sent - this.#finished < this.#depth) this.#tell(now);
        if (outputLength > 0) this.#sender.flush();
      }
      return 20;
    };
    turn(
      () => !this.#isLoading && this.#sent === this.#finished,
      end + DRAIN_MS,
      refill,
    );
    return {
      calls: this.#deliveries,
      seconds: (performance.now() - begin) / 1000,
      p50: this.#histogram.at(0.5),
      p99: this.#histogram.at(0.99),
    };
  }
}
