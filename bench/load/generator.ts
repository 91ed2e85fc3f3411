// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The load generator: one thread that never waits for anything but the kernel,
 * with messages built beforehand and one write for all that a turn produced. It
 * takes commands as lines of JSON; see `load.ts` for them.
 */

import { compose, composeCall, Frame, type Framing, Reader } from "./frames.ts";
import { Histogram } from "./histogram.ts";
import {
  type Address,
  dial,
  EPOLLIN,
  EPOLLOUT,
  hangUp,
  Poll,
  receive,
  transmit,
} from "./libc.ts";
import type { LoadResult, Order, Shape } from "./load.ts";

const CHUNK = 1 << 18;
const DRAIN_MS = 10_000;
const OPEN_SLOTS = 8192;
const UUID_LENGTH = 36;
const QUOTE = 34;
const DASH = 45;
const COLON = 58;
/** What stands before a uuid, in winerp's messages and in those of JSON-RPC. */
const ID_KEY = new TextEncoder().encode('id":"');
const ENGINE = "/socket.io/?EIO=4&transport=websocket";
const HANDSHAKE_END = "\r\n\r\n";

/** A ping of four bytes, with a mask of zeros. */
const PING = new Uint8Array([0x89, 0x84, 0, 0, 0, 0, 1, 2, 3, 4]);

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const poll = new Poll();
const connections = new Map<number, Connection>();
const input = new Uint8Array(CHUNK);
const reader = new Reader();
let output = new Uint8Array(CHUNK);
let outputLength = 0;

type OnMessage = (
  connection: Connection,
  bytes: Uint8Array<ArrayBuffer>,
  start: number,
  end: number,
) => void;

/** One connection to the server. */
class Connection {
  readonly fd: number;
  readonly framing: Framing;
  onMessage: OnMessage = () => {};
  onPong: () => void = () => {};
  /** Whether what comes is left where it is. */
  isMute = false;
  /** Where the uuid starts, before the end of a message. */
  uuidBeforeEnd = 0;
  #partial = new Uint8Array();
  #partialLength = 0;
  #rest: Uint8Array<ArrayBuffer> | undefined;

  constructor(fd: number, framing: Framing) {
    this.fd = fd;
    this.framing = framing;
    connections.set(fd, this);
  }

  get isBlocked(): boolean {
    return this.#rest !== undefined;
  }

  /** Reads what is there, and tells of each message. */
  read(now: number): void {
    currentTime = now;
    let bytes = input;
    let length = 0;
    if (this.#partialLength > 0) {
      bytes = this.#partial;
      length = this.#partialLength;
    }
    const got = receive(this.fd, length ? bytes.subarray(length) : bytes);
    if (got < 0) return;
    if (got === 0) throw new Error("The server has closed a connection");
    length += got;
    reader.at = 0;
    while (reader.next(bytes, length, this.framing)) {
      if (this.framing === "ws" && reader.opcode !== 1) {
        this.#control(bytes);
        continue;
      }
      this.onMessage(this, bytes, reader.start, reader.end);
    }
    this.#keep(bytes, length);
    if (outputLength > 0) this.flush();
  }

  /** Keeps the start of a message that is not complete. */
  #keep(bytes: Uint8Array<ArrayBuffer>, length: number): void {
    const left = length - reader.at;
    if (left === 0) {
      this.#partialLength = 0;
      if (this.#partial.length > CHUNK) this.#partial = new Uint8Array();
      return;
    }
    const need = Math.max(2 * CHUNK, reader.wanted + CHUNK, 2 * left);
    if (this.#partial.length < need || bytes !== this.#partial) {
      const larger = this.#partial.length < need
        ? new Uint8Array(need)
        : this.#partial;
      larger.set(bytes.subarray(reader.at, length));
      this.#partial = larger;
    } else if (reader.at > 0) {
      bytes.copyWithin(0, reader.at, length);
    }
    this.#partialLength = left;
  }

  #control(bytes: Uint8Array): void {
    if (reader.opcode === 8) {
      const why = decoder.decode(bytes.subarray(reader.start + 2, reader.end));
      throw new Error(`The server says goodbye: ${why}`);
    }
    if (reader.opcode === 10) this.onPong();
    if (reader.opcode !== 9) return;
    const size = reader.end - reader.start;
    const pong = new Uint8Array(6 + size);
    pong[0] = 0x8a;
    pong[1] = 0x80 | size;
    pong.set(bytes.subarray(reader.start, reader.end), 6);
    append(pong);
  }

  /** Sends what the turn produced. */
  flush(): void {
    const length = outputLength;
    outputLength = 0;
    if (this.#rest) {
      const rest = new Uint8Array(this.#rest.length + length);
      rest.set(this.#rest);
      rest.set(output.subarray(0, length), this.#rest.length);
      this.#rest = rest;
      return;
    }
    const sent = transmit(this.fd, output, length);
    if (sent === length) return;
    this.#rest = output.slice(sent, length);
    poll.watch(this.fd, EPOLLIN | EPOLLOUT);
  }

  /** Sends what there was no room for. */
  write(): void {
    const rest = this.#rest;
    if (!rest) return;
    const sent = transmit(this.fd, rest, rest.length);
    if (sent < rest.length) {
      this.#rest = rest.subarray(sent);
      return;
    }
    this.#rest = undefined;
    poll.watch(this.fd, this.isMute ? 0 : EPOLLIN);
  }

  close(): void {
    connections.delete(this.fd);
    hangUp(this.fd);
  }
}

let currentTime = 0;

function append(bytes: Uint8Array): void {
  const end = outputLength + bytes.length;
  if (end > output.length) {
    const larger = new Uint8Array(2 * end);
    larger.set(output.subarray(0, outputLength));
    output = larger;
  }
  output.set(bytes, outputLength);
  outputLength = end;
}

/** Turns the loop until there is nothing more to do. */
function turn(until: () => boolean, deadline: number, arrive?: () => number) {
  while (!until()) {
    let timeout = 20;
    if (arrive) timeout = arrive();
    const count = poll.wait(timeout);
    const now = performance.now();
    if (now > deadline) throw new Error("The server answers no more");
    for (let i = 0; i < count; i++) {
      const connection = connections.get(poll.ready[i]!);
      if (!connection) continue;
      if (poll.what[i]! & EPOLLOUT) connection.write();
      if (!connection.isMute && poll.what[i]! & ~EPOLLOUT) connection.read(now);
    }
  }
}

function dialTo(order: Order, source: number): number {
  const address: Address = order.path
    ? { path: order.path }
    : { port: order.port! };
  return dial(address, source);
}

/** Asks for the upgrade. */
function askFor(fd: number, order: Order, path: string): void {
  sendNow(
    fd,
    encoder.encode([
      `GET ${order.dialect === "socketio" ? ENGINE : path} HTTP/1.1`,
      `Host: 127.0.0.1:${order.port}`,
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      "Sec-WebSocket-Version: 13",
      "",
      "",
    ].join("\r\n")),
  );
}

/** Waits for the upgrade. */
function await101(fd: number): void {
  let head = "";
  const byte = new Uint8Array(1);
  while (!head.endsWith(HANDSHAKE_END)) {
    if (receive(fd, byte, true) <= 0) throw new Error(`No upgrade: ${head}`);
    head += String.fromCharCode(byte[0]!);
  }
  if (!head.startsWith("HTTP/1.1 101")) throw new Error(`Refused: ${head}`);
}

/** Opens a connection; waits for the server's handshake. */
function open(order: Order, name: string, source = 0, path = "/"): Connection {
  const framing: Framing = order.line ? "line" : "ws";
  const fd = dialTo(order, source);
  if (framing === "ws") {
    askFor(fd, order, path);
    await101(fd);
  }
  if (order.dialect === "winerp") verify(fd, framing, name);
  if (order.dialect === "socketio") greet(fd);
  return new Connection(fd, framing);
}

function sendNow(fd: number, bytes: Uint8Array<ArrayBuffer>): void {
  transmit(fd, bytes, bytes.length, true);
}

function readNow(fd: number, framing: Framing): string {
  const bytes = new Uint8Array(4096);
  const one = new Reader();
  let length = 0;
  while (!one.next(bytes, length, framing)) {
    const got = receive(fd, bytes.subarray(length), true);
    if (got <= 0) throw new Error("The server has hung up");
    length += got;
  }
  if (one.at !== length) throw new Error("The server says too much");
  return decoder.decode(bytes.subarray(one.start, one.end));
}

function verify(fd: number, framing: Framing, name: string): void {
  showName(fd, framing, name);
  awaitName(fd, framing);
}

function showName(fd: number, framing: Framing, name: string): void {
  const uuid = crypto.randomUUID();
  sendNow(fd, new Frame(compose({ id: name, type: 1, uuid }), framing).bytes);
}

function awaitName(fd: number, framing: Framing): void {
  const answer = readNow(fd, framing);
  if (JSON.parse(answer).type !== 0) throw new Error(`Refused: ${answer}`);
}

function greet(fd: number): void {
  const opening = readNow(fd, "ws");
  if (!opening.startsWith("0{")) throw new Error(`No engine: ${opening}`);
  sendNow(fd, new Frame("40", "ws").bytes);
  const answer = readNow(fd, "ws");
  if (!answer.startsWith("40{")) throw new Error(`No socket: ${answer}`);
}

function uuidOf(slot: number): string {
  return `${slot.toString(16).padStart(8, "0")}-0000-4000-8000-000000000000`;
}

function writeHex(into: Uint8Array, at: number, value: number): void {
  for (let i = 0; i < 8; i++) {
    const digit = (value >>> (28 - 4 * i)) & 15;
    into[at + i] = digit < 10 ? 48 + digit : 87 + digit;
  }
}

function readHex(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = 0; i < 8; i++) {
    const char = bytes[at + i]!;
    value = value << 4 | (char < 58 ? char - 48 : char - 87);
  }
  return value;
}

/** Finds the uuid of a message; it is almost always where it last was. */
function uuidAt(
  connection: Connection,
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  const guess = end - connection.uuidBeforeEnd;
  if (
    guess > start && bytes[guess - 1] === QUOTE &&
    bytes[guess + 8] === DASH && bytes[guess + UUID_LENGTH] === QUOTE &&
    bytes[guess - 2] === COLON && bytes[guess - 3] === QUOTE
  ) return guess;
  outer: for (let i = end - UUID_LENGTH; i > start; i--) {
    for (let k = 0; k < ID_KEY.length; k++) {
      if (bytes[i + k] !== ID_KEY[k]) continue outer;
    }
    const at = i + ID_KEY.length;
    if (bytes[at + 8] !== DASH || bytes[at + UUID_LENGTH] !== QUOTE) continue;
    connection.uuidBeforeEnd = end - at;
    return at;
  }
  throw new Error(
    `No uuid: ${decoder.decode(bytes.subarray(start, end)).slice(0, 300)}`,
  );
}

/** The number of the first client. */
let first = 0;

function name(role: string, index: number): string {
  return `${role}${String(first + index).padStart(5, "0")}`;
}

/** Requesters and the services that answer them. */
class Requests {
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

    // A relay joins those that connect one after the other; a server of JSON-RPC
    // answers by itself.
    for (let i = 0; i < pairs; i++) {
      if (i < services && order.dialect !== "jsonrpc") {
        const service = open(order, name("b", i), 0, `/${i}`);
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

  /** Asks anew as soon as an answer is there. */
  closed(seconds: number): LoadResult {
    const { pairs, depth } = this.#shape;
    this.#isOpen = false;
    this.#histogram = new Histogram();
    const begin = performance.now();
    const end = begin + 1000 * seconds;
    this.#isLoading = true;
    for (let i = 0; i < pairs; i++) {
      for (let d = 0; d < depth; d++) this.#ask(i + d * pairs, begin);
      this.#requesters[i]!.flush();
    }
    turn(() => performance.now() >= end, end + DRAIN_MS);
    this.#isLoading = false;
    turn(() => this.#inFlight === 0, performance.now() + DRAIN_MS);
    return this.#result(begin);
  }

  /** Asks at random times, however many answers are missing. */
  poisson(seconds: number, rate: number): LoadResult {
    this.#isOpen = true;
    this.#histogram = new Histogram();
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
      return due - now > 1 ? 1 : 0;
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

/** One sender, whose messages all others get. */
class Inform {
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

/**
 * One client that pings, and pings again as soon as a pong is there. A server
 * may end that; then it comes back.
 */
class Pings {
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
    outputLength = 0;
    connection.close();
  }
}

/** One sender that floods one receiver, whether that reads or not. */
class Flood {
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

let order: Order | undefined;
let requests: Requests | undefined;
let inform: Inform | undefined;
let flood: Flood | undefined;
let pings: Pings | undefined;

type Command = Record<string, unknown> & { id: number; do: string };

const commands: Record<string, (command: Command) => unknown> = {
  open(command) {
    order = command.order as Order;
    const shape = command.shape as Shape;
    first = shape.first ?? 0;
    if (shape.pings) pings = new Pings(order, shape);
    else if (shape.receivers !== undefined) inform = new Inform(order, shape);
    else requests = new Requests(order, shape);
    if (shape.flood !== undefined) flood = new Flood(order, shape);
    return true;
  },
  load({ seconds, rate }) {
    if (inform) return inform.closed(seconds as number);
    if (pings) return pings.closed(seconds as number);
    if (rate !== undefined) {
      return requests!.poisson(seconds as number, rate as number);
    }
    return requests!.closed(seconds as number);
  },
  /** The same with a flood beside it, at a rate that both can bear. */
  flooded({ seconds, rate }) {
    flood!.start();
    beside = () => flood!.go();
    try {
      return requests!.poisson(seconds as number, rate as number);
    } finally {
      beside = undefined;
    }
  },
  /** More clients that do nothing. */
  idle({ from, count }) {
    for (let i = 0; i < (count as number); i++) {
      const connection = open(order!, name("i", (from as number) + i));
      poll.watch(connection.fd, EPOLLIN, true);
    }
    return connections.size;
  },
  /** Clients that come, and leave as stock ones do. */
  churn({ from, count }) {
    const index = from as number;
    const source = 1 + Math.floor(index / 10_000);
    for (let i = 0; i < (count as number); i++) {
      open(order!, name("c", index + i), source).close();
    }
    return true;
  },
  /** Clients that come at the same time, step by step, and stay. */
  crowd({ from, count }) {
    const numbers = Array.from(
      { length: count as number },
      (_, i) => (from as number) + i,
    );
    const fds = numbers.map(() => dialTo(order!, 0));
    for (const fd of fds) askFor(fd, order!, "/");
    for (const fd of fds) await101(fd);
    fds.forEach((fd, i) => showName(fd, "ws", name("i", numbers[i]!)));
    for (const fd of fds) {
      awaitName(fd, "ws");
      poll.watch(new Connection(fd, "ws").fd, EPOLLIN, true);
    }
    return connections.size;
  },
  /** Clients that come and leave, evenly in one second. */
  arrive({ from, count }) {
    const begin = performance.now();
    for (let i = 0; i < (count as number); i++) {
      const early = begin + 1000 * i / (count as number) - performance.now();
      if (early > 1) Atomics.wait(NEVER, 0, 0, early);
      const index = (from as number) + i;
      open(order!, name("c", index), 1 + Math.floor(index / 10_000)).close();
    }
    return true;
  },
};

/** Nobody wakes who waits for it. */
const NEVER = new Int32Array(new SharedArrayBuffer(4));

let beside: (() => void) | undefined;
const wait = poll.wait.bind(poll);
poll.wait = (timeout) => {
  beside?.();
  return wait(beside ? 0 : timeout);
};

function tell(message: unknown): void {
  const line = encoder.encode(JSON.stringify(message) + "\n");
  Deno.stdout.writeSync(line);
}

tell({ event: "ready" });
let tail = "";
for await (
  const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())
) {
  const lines = (tail + text).split("\n");
  tail = lines.pop()!;
  for (const line of lines) {
    const command: Command = JSON.parse(line);
    try {
      const ok = commands[command.do]!(command);
      tell({ id: command.id, ok: JSON.stringify(ok) });
    } catch (error) {
      tell({ id: command.id, error: `${(error as Error).stack}` });
    }
  }
}
