// Copyright 2026 the Wirekit authors. MIT license.

/** The short way of common calls and results through a door: never as texts. */

import type { Content, Hub, Member, Question } from "@wirekit/hub/hub";
import type { Guest } from "./guest/_guest.ts";
import { GuestCall, type Trouble } from "./guest/_call.ts";
import type { Asked } from "./guest/_host.ts";
import {
  isRecord,
  QuickReader,
  type Reading,
  type Target,
} from "./_quick_reader.ts";
import { type Id, splice } from "./_splice.ts";

/** The most routes whose frames are kept, and the longest of them. */
const MAX_FRAMES = 64;
const MAX_ROUTE_LENGTH = 256;

const encoder = new TextEncoder();

/** What is written before an id, and between the id and the data. */
type Frame = readonly [head: Uint8Array, middle: Uint8Array];

/** How a protocol writes and reads what goes the short way. */
export interface Dialect extends Reading {
  /** Returns what stands around the id of a question for a route. */
  question(route: string): readonly [head: string, middle: string];
  /** The same of a result. */
  readonly result: readonly [head: string, middle: string];
  /** Whether the id of a result stands after it. */
  readonly idLast: boolean;
  /** Returns the id of the question with a number. */
  idOf(number: number): number;
  /** Returns the number of the question with an id. */
  numberOf(id: number): number;
}

/** Whose messages go this way. */
interface Owner {
  /** Who it is, if it has shown its secret. */
  readonly visitor: Guest | undefined;
  /** Takes the question that has this number, if it is still open. */
  take(number: number): Question | undefined;
  /** Sends a message of one line. */
  transmit(message: Uint8Array<ArrayBuffer>): void;
  /** Tells the result of a call, a JSON text. */
  respond(id: Id, result: string): void;
  /** Says that a call has no result. */
  refuse(id: Id, trouble: Trouble): void;
}

/** A call that came this way. */
class QuickCall extends GuestCall {
  declare readonly id: Id;
  declare readonly lane: QuickLane;

  constructor(
    lane: QuickLane,
    id: Id,
    { name, route }: Target,
    asked: Member,
  ) {
    super(name, asked, route);
    this.lane = lane;
    this.id = id;
  }

  answered(content: Content): void {
    this.lane.answered(this, content);
  }

  failed(trouble: Trouble): void {
    this.lane.failed(this, trouble);
  }
}

/** The short way of one client. */
export class QuickLane {
  readonly #owner: Owner;
  readonly #hub: Hub;
  readonly #dialect: Dialect;
  readonly #reader: QuickReader;
  /** What stands around a result, once it has had one. */
  #result: Frame | undefined;
  /** What stands around a question, by its route. */
  #frames: Map<string, Frame> | undefined;
  /** Its calls by their ids: none before it has cancelled one. */
  #byId: Map<string, QuickCall> | undefined;

  constructor(owner: Owner, hub: Hub, dialect: Dialect) {
    this.#owner = owner;
    this.#hub = hub;
    this.#dialect = dialect;
    this.#reader = new QuickReader(this, hub.maxMessageBytes, dialect);
  }

  /** Takes a message of the client; returns whether it went this way. */
  read(message: Uint8Array): boolean {
    return this.#reader.read(message);
  }

  /** Asks for the client; returns whether it could. */
  asks(target: Target, id: Id, content: Content): boolean {
    const guest = this.#owner.visitor;
    if (!guest?.member.active) return false;
    const asked = this.#hub.exchange.find(target.name);
    if (!asked) return false;
    const call = new QuickCall(this, id, target, asked);
    this.#byId?.set(`${id}`, call);
    guest.put(call, asked, content);
    return true;
  }

  /** Answers for the client. */
  answers(id: number, content: Content): void {
    const { visitor } = this.#owner;
    const question = this.#owner.take(this.#dialect.numberOf(id));
    // Else it is late, or the second answer.
    if (question) visitor?.pass(question, content);
  }

  /** Sends the client a question; returns whether it could. */
  put(number: number, { content }: Asked): boolean {
    const { span } = content;
    if (!span || !isRecord(span.bytes[span.start])) return false;
    const found = this.#frameOf(content.route);
    if (!found) return false;
    const [head, middle] = found;
    const id = this.#dialect.idOf(number);
    this.#owner.transmit(splice(head, id, middle, span));
    return true;
  }

  /** Sends the client the result of a call. */
  answered(call: QuickCall, content: Content): void {
    this.#forget(call);
    const { id } = call;
    const { span } = content;
    if (!span) return this.#owner.respond(id, content.data);
    const { result, idLast } = this.#dialect;
    const [head, middle] = this.#result ??= frame(result);
    this.#owner.transmit(splice(head, id, middle, span, idLast));
  }

  /** Tells the client that a call has no result. */
  failed(call: QuickCall, trouble: Trouble): void {
    this.#forget(call);
    this.#owner.refuse(call.id, trouble);
  }

  /** Cancels the call that has an id, a JSON text, if it came this way. */
  cancel(id: string): void {
    const guest = this.#owner.visitor;
    if (!guest) return;
    if (!this.#byId) {
      const calls = guest.calls.filter((call) => call instanceof QuickCall);
      this.#byId = new Map(calls.map((call) => [`${call.id}`, call]));
    }
    const call = this.#byId.get(id);
    if (call) guest.cancel(call);
  }

  #forget(call: QuickCall): void {
    const byId = this.#byId;
    if (byId?.get(`${call.id}`) !== call) return;
    byId.delete(`${call.id}`);
    // A map that grows and shrinks for long keeps what it had.
    if (byId.size === 0) this.#byId = new Map();
  }

  #frameOf(route: string): Frame | undefined {
    const frames = this.#frames ??= new Map();
    const known = frames.get(route);
    if (known) return known;
    const isPlain = route.length <= MAX_ROUTE_LENGTH && route[0] === '"' &&
      !isHubsOwn(route);
    if (!isPlain) return undefined;
    if (frames.size >= MAX_FRAMES) frames.clear();
    const made = frame(this.#dialect.question(route));
    frames.set(route, made);
    return made;
  }
}

/** Whether a route, a JSON string, is one that only the hub calls. */
export function isHubsOwn(route: string): boolean {
  const plain = route.includes("\\") ? JSON.parse(route) : route.slice(1, -1);
  return plain.startsWith("hub.") || plain.startsWith("$/");
}

function frame([head, middle]: readonly [string, string]): Frame {
  return [encoder.encode(head), encoder.encode(middle)];
}
