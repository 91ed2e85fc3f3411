// Copyright 2026 the Wirekit authors. MIT license.

import {
  append,
  type Connection,
  currentTime,
  DRAIN_MS,
  type OnMessage,
  poll,
  turn,
} from "./connection.ts";
import { compose, composeCall, Frame, type Framing } from "./frames.ts";
import { open } from "./handshake.ts";
import { Histogram } from "./histogram.mjs";
import { EPOLLIN } from "./libc.ts";
import type { LoadResult, Order, Shape } from "./load.ts";
import {
  name,
  readHex,
  UUID_LENGTH,
  uuidAt,
  uuidOf,
  writeHex,
} from "./names.ts";

const OPEN_SLOTS = 8192;

const encoder = new TextEncoder();

/** Requesters and the services that answer them. */
export class Requests {
  readonly #shape: Shape;
  readonly #requesters: Connection[] = [];
  readonly #frames: Frame[] = [];
  readonly #uuidAt: number;
  readonly #slots: number;
  readonly #sentAt: Float64Array;
  readonly #free: Int32Array;
  #freeCount = 0;
  #counter = 1;
  #isOpen = true;
  #histogram = new Histogram();
  #isLoading = false;
  #inFlight = 0;
  #next = 0;
  readonly #scratch = encoder.encode(uuidOf(0));

  constructor(order: Order, shape: Shape) {
    this.#shape = shape;
    const { pairs, services = pairs, depth } = shape;
    this.#slots = pairs * Math.max(depth, Math.ceil(OPEN_SLOTS / pairs));
    this.#sentAt = new Float64Array(this.#slots);
    this.#free = new Int32Array(this.#slots);
    const framing: Framing = order.line ? "line" : "ws";
    const size = dataBytes(shape);
    const data = "x".repeat(size);

    const there = { ...order, port: order.servicesPort ?? order.port! };
    // A relay joins those that connect one after the other; a server of JSON-RPC
    // answers by itself.
    for (let i = 0; i < pairs; i++) {
      if (i < services && order.dialect !== "jsonrpc") {
        const service = open(there, name("b", i), 0, `/${i}`);
        service.onMessage = this.#answerer(framing, data, services, i);
        poll.watch(service.fd, EPOLLIN, true);
      }
      if (order.dialect === "relay") this.#connect(order, i);
    }
    if (order.dialect !== "relay") {
      for (let i = 0; i < pairs; i++) this.#connect(order, i);
    }
    const question = (i: number) =>
      order.dialect === "jsonrpc" ? composeCall(uuidOf(0)) : compose({
        id: name("a", i),
        type: 2,
        route: "r",
        data: { d: data },
        uuid: uuidOf(0),
        destination: name("b", i % services),
      });
    for (let i = 0; i < pairs; i++) {
      this.#frames.push(new Frame(question(i), framing));
    }
    this.#uuidAt = question(0).indexOf(uuidOf(0));
  }

  #connect(order: Order, index: number): void {
    const requester = open(order, name("a", index), 0, `/${index}`);
    requester.onMessage = this.#onAnswer;
    poll.watch(requester.fd, EPOLLIN, true);
    this.#requesters.push(requester);
  }

  /** Answers requests to one service: to each with the requester's uuid. */
  #answerer(
    framing: Framing,
    data: string,
    services: number,
    index: number,
  ): OnMessage {
    const { pairs } = this.#shape;
    const frames: (Frame | undefined)[] = Array(pairs);
    const parts = { id: name("b", index), type: 3, route: "r", data };
    const at = compose({ ...parts, uuid: uuidOf(0) }).indexOf(uuidOf(0));
    for (let i = index; i < pairs; i += services) {
      frames[i] = new Frame(
        compose({ ...parts, uuid: uuidOf(0), destination: name("a", i) }),
        framing,
      );
    }
    return (connection, bytes, start, end) => {
      const uuid = uuidAt(connection, bytes, start, end);
      const frame = frames[readHex(bytes, uuid) % pairs]!;
      frame.patch(at, bytes, uuid, UUID_LENGTH);
      append(frame.bytes);
    };
  }

  #ask(slot: number, when: number): void {
    const frame = this.#frames[slot % this.#shape.pairs]!;
    const scratch = this.#scratch;
    writeHex(scratch, 0, slot);
    writeHex(scratch, 28, this.#counter++);
    frame.patch(this.#uuidAt, scratch, 0, UUID_LENGTH);
    append(frame.bytes);
    this.#sentAt[slot] = when;
    this.#inFlight++;
  }

  readonly #onAnswer: OnMessage = (connection, bytes, start, end) => {
    const at = uuidAt(connection, bytes, start, end);
    const slot = readHex(bytes, at);
    this.#histogram.add(1000 * (currentTime - this.#sentAt[slot]!));
    this.#inFlight--;
    if (this.#isOpen) this.#free[this.#freeCount++] = slot;
    else if (this.#isLoading) this.#ask(slot, currentTime);
  };

  /**
   * Asks anew as soon as an answer is there. Whoever has fewer than `least`
   * questions in flight has so many.
   */
  closed(seconds: number, least = 0): LoadResult {
    const { pairs, depth, depths } = this.#shape;
    this.#isOpen = false;
    this.#histogram = new Histogram();
    const begin = performance.now();
    const end = begin + 1000 * seconds;
    this.#isLoading = true;
    for (let i = 0; i < pairs; i++) {
      const most = Math.max(depths?.[i] ?? depth, least);
      for (let d = 0; d < most; d++) this.#ask(i + d * pairs, begin);
      this.#requesters[i]!.flush();
    }
    turn(() => performance.now() >= end, end + DRAIN_MS);
    this.#isLoading = false;
    turn(() => this.#inFlight === 0, performance.now() + DRAIN_MS);
    return this.#result(begin);
  }

  /**
   * Asks at random times, however many answers are missing. The latencies of the
   * load before may count too.
   */
  poisson(seconds: number, rate: number, goesOn = false): LoadResult {
    this.#isOpen = true;
    if (!goesOn) this.#histogram = new Histogram();
    const { pairs } = this.#shape;
    this.#freeCount = 0;
    for (let i = this.#slots - 1; i >= 0; i--) {
      this.#free[this.#freeCount++] = i;
    }
    const begin = performance.now();
    const end = begin + 1000 * seconds;
    let due = begin;
    let missed = 0;
    const batches: number[][] = Array.from({ length: pairs }, () => []);
    const arrive = () => {
      const now = performance.now();
      while (due <= now && due < end) {
        if (this.#freeCount > 0) {
          const slot = this.#free[--this.#freeCount]!;
          this.#next = slot % pairs;
          batches[this.#next]!.push(slot, due);
        } else missed++;
        due += -1000 * Math.log(1 - Math.random()) / rate;
      }
      for (let i = 0; i < pairs; i++) {
        const batch = batches[i]!;
        if (batch.length === 0) continue;
        for (let k = 0; k < batch.length; k += 2) {
          this.#ask(batch[k]!, batch[k + 1]!);
        }
        batch.length = 0;
        this.#requesters[i]!.flush();
      }
      // Spins before it is due, for a sleep may take a little too long.
      return due - now > 1 ? due - now - 0.2 : 0;
    };
    turn(() => performance.now() >= end, end + DRAIN_MS, arrive);
    turn(() => this.#inFlight === 0, performance.now() + DRAIN_MS);
    const result = this.#result(begin);
    if (missed > 0) result.missed = missed;
    return result;
  }

  #result(begin: number): LoadResult {
    const histogram = this.#histogram;
    return {
      calls: histogram.total,
      seconds: (performance.now() - begin) / 1000,
      p50: histogram.at(0.5),
      p99: histogram.at(0.99),
    };
  }
}

/** The data that makes a request as long as it should be. */
function dataBytes({ message, data = 0 }: Shape): number {
  if (message === undefined) return data;
  const rest = compose({
    id: name("a", 0),
    type: 2,
    route: "r",
    data: { d: "" },
    uuid: uuidOf(0),
    destination: name("b", 0),
  });
  return Math.max(0, message - rest.length);
}
