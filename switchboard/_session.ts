// Copyright 2026 the Wirekit authors. MIT license.

/** A client of a door that stays connected: it has a name, and can be asked. */

import { allocate } from "@wirekit/internal/bytes";
import { later, type Timer } from "@wirekit/internal/clock";
import { Calls, type Entry } from "@wirekit/internal/calls";
import {
  type About,
  type Connected,
  type End,
  type Exchange,
  type Fault,
  fault,
  type Flow,
  type Hub,
  JsonSlice,
  type Pass,
  type Question,
  type Receiver,
} from "@wirekit/hub/hub";
import { CloseError } from "@wirekit/transport/transport";
import { Guest } from "./guest/_guest.ts";
import type { Trouble } from "./guest/_call.ts";
import type { Asked, Host } from "./guest/_host.ts";
import { type Dialect, isHubsOwn, QuickLane } from "./_quick_lane.ts";
import type { Id } from "./_splice.ts";
import type { Actor, Claim } from "./_verbs.ts";

/** A question that the client was sent. */
class AskedCall implements Entry {
  declare readonly question: Question;
  declare number: number;
  declare deadline: number;
  declare release: undefined;

  constructor(question: Question, number: number) {
    this.question = question;
    this.number = number;
    this.deadline = Infinity;
    this.release = undefined;
  }
}

/** What is known of a client when it comes. */
export interface Newcomer {
  readonly hub: Hub;
  /** Receives the messages for it, and counts. */
  readonly receiver: Receiver & Flow;
  readonly carrier: string;
  readonly address?: string | undefined;
  /** What it may do; none if it has not shown its secret yet. */
  readonly pass: Pass | undefined;
  /** The name that it said in its URL. */
  readonly name?: string | undefined;
}

const encoder = new TextEncoder();

/** What all such clients share, whatever their protocol. */
export abstract class Session implements Connected, Host, Actor {
  protected readonly hub: Hub;
  /** The param in which it wants the name of the caller. */
  protected source: string | undefined;
  /** How common messages go. */
  protected readonly lane: QuickLane;
  readonly #receiver: Receiver;
  readonly #asked = new Calls<AskedCall>({ late() {} });
  readonly #about: About;
  readonly #late: Timer;
  #guest: Guest | undefined;
  /** What came before a cluster had decided about the name. */
  #early: Uint8Array<ArrayBuffer>[] = [];
  #earlyBytes = 0;

  constructor(protocol: string, newcomer: Newcomer, dialect: Dialect) {
    const { hub, receiver, pass, name, carrier, address = "" } = newcomer;
    this.hub = hub;
    this.lane = new QuickLane(this, hub, dialect);
    this.#receiver = receiver;
    this.#about = { protocol, carrier, address, flow: receiver };
    if (pass) this.#guest = this.#enter(pass);
    this.#late = later(
      hub.admission.handshakeTimeout,
      () => this.drop(1008, "It took no name in time"),
    );
    if (name === undefined) return;
    this.join({ name }, (refused) => {
      // The handshake is over: all that can be done is to say why, and to end.
      if (!refused) return;
      queueMicrotask(() => this.drop(1008, refused.text));
    });
  }

  #enter(pass: Pass): Guest {
    return new Guest(this.hub, pass, this, this.#about);
  }

  /** See {@linkcode Connected}. */
  get name(): string | undefined {
    const { active, name } = this.#guest?.member ?? {};
    return active ? name : undefined;
  }

  /** See {@linkcode Connected}. */
  get wantedName(): string | undefined {
    const { active, name } = this.#guest?.member ?? {};
    return active ? undefined : name;
  }

  /** See {@linkcode Connected}. */
  get isHeld(): boolean {
    return this.#guest?.member.held === true;
  }

  /** See {@linkcode Connected}. */
  receive(message: Uint8Array<ArrayBuffer>): void {
    if (!this.#isDeciding) return this.read(message);
    this.#early.push(message);
    this.#earlyBytes += message.length;
    if (this.#earlyBytes > this.hub.maxMessageBytes) {
      this.drop(1013, "It sends too much before it has its name");
    }
  }

  /** Whether a cluster is still being asked who has the name. */
  get #isDeciding(): boolean {
    const { name, active, held, gone } = this.#guest?.member ?? {};
    return name !== undefined && !active && !held && !gone;
  }

  /** Reads what came before the name was decided about. */
  #readEarly(): void {
    const early = this.#early;
    this.#early = [];
    this.#earlyBytes = 0;
    for (const message of early) this.receive(message);
  }

  /** Takes a message. */
  protected abstract read(message: Uint8Array<ArrayBuffer>): void;

  /** Tells the client something that needs no answer; params is JSON text. */
  protected abstract notify(method: string, params: string): void;

  /** Sends a question under a number that the answer will have. */
  protected abstract put(number: number, asked: Asked): Fault | undefined;

  /** Tells the client that nobody waits for this answer. */
  protected abstract cancel(number: number): void;

  /** It has got its name: asks what it can be asked for, if there is a way. */
  protected abstract entered(): void;

  /** Tells the result of a call, a JSON text. */
  abstract respond(id: Id, result: string): void;

  /** Says that a call has no result. */
  abstract refuse(id: Id, trouble: Trouble): void;

  /** Sends a message. */
  protected send(text: string): void {
    // On a line, a message has no line break: in JSON it is white space.
    const isLine = !text.includes("\n") && !text.includes("\r");
    const line = isLine ? text : text.replaceAll(/[\r\n]/g, " ");
    this.transmit(bytesOf(line));
  }

  /** Sends a message of one line. */
  transmit(message: Uint8Array<ArrayBuffer>): void {
    this.#receiver.send(message);
  }

  /** Ends it. */
  drop(code: number, reason: string): void {
    this.#receiver.close(new CloseError(code, { reason }));
    this.leave({ kind: "refused", reason });
  }

  /** See {@linkcode Connected}. */
  leave(end?: End): void {
    this.#late.stop();
    this.#guest?.leave(end);
    this.#asked.endAll(() => {});
  }

  /** See {@linkcode Actor}. */
  guest(): Guest | Fault {
    if (this.#guest?.member.active) return this.#guest;
    return fault(
      "NotReady",
      this.wantedName === undefined
        ? "Take a name first: with ?name=NAME in the URL, or with hub.join."
        : whyHeld(this.hub.exchange, this.wantedName),
    );
  }

  /** Who it is, if it has shown its secret. */
  get visitor(): Guest | undefined {
    return this.#guest;
  }

  /** See {@linkcode Actor}. */
  join(
    { name, token, source }: Claim,
    done: (refused: Fault | undefined, held: boolean) => void,
  ): void {
    if (!this.#guest) {
      const pass = this.hub.passFor(token);
      if (!pass) {
        const text = "The token is missing or wrong.";
        done(fault("NotAllowed", text), false);
        // Or one could guess on, as fast as a connection is.
        return this.drop(1008, text.slice(0, -1));
      }
      this.#guest = this.#enter(pass);
    }
    const refused = this.#guest.join(name, (held) => {
      done(undefined, held);
      if (!held) queueMicrotask(() => this.#enters());
      queueMicrotask(() => this.#readEarly());
    });
    if (refused) return done(refused, false);
    this.source = source ?? this.source;
    this.#late.stop();
  }

  /** Returns a number that no question has. */
  protected unused(): number {
    return this.#asked.next();
  }

  /**
   * Adds the name that asks to the data of a question, if that is wanted;
   * returns why that cannot be. Nothing of the data may be taken for it.
   */
  protected withSource({ data, source }: Asked): string | Fault {
    const param = this.source;
    if (param === undefined) return data;
    const bad = (text: string) => fault("InvalidData", text);
    const who = `${JSON.stringify(param)}:${source}`;
    if (data === "null") return `{${who}}`;
    if (data[0] !== "{") {
      return bad(
        `${this.name} is told who asks, so it takes named params: send an object.`,
      );
    }
    const members = JsonSlice.of(encoder.encode(data)).members();
    if (members.has(param)) {
      return bad(`The hub says who asks: leave out ${JSON.stringify(param)}.`);
    }
    return `${data.slice(0, -1)}${members.size > 0 ? "," : ""}${who}}`;
  }

  /** Whether a question with this number is open. */
  protected isAsked(number: number): boolean {
    return this.#asked.get(number) !== undefined;
  }

  /** Counts messages that came in one, beside the first. */
  count(messages: number): void {
    this.#receiver.count?.(messages);
  }

  /** Takes the question that has this number, if it is still open. */
  take(number: number): Question | undefined {
    const call = this.#asked.get(number);
    return call && this.#asked.take(call) ? call.question : undefined;
  }

  /** See {@linkcode Host}. */
  asked(asked: Asked): Fault | undefined {
    const { question } = asked;
    const number = this.#asked.next();
    const isPut = this.source === undefined && this.lane.put(number, asked);
    const refused = isPut ? undefined : this.#put(number, asked);
    if (refused) return refused;
    question.mark = number;
    this.#asked.open(new AskedCall(question, number), Infinity);
    return undefined;
  }

  #put(number: number, asked: Asked): Fault | undefined {
    const { route } = asked;
    if (route[0] !== '"') {
      return fault("RouteNotFound", "A route has to be a string.");
    }
    // What the hub says to a client goes by such methods, too.
    if (isHubsOwn(route)) {
      const text =
        "Nobody but the hub calls methods that begin with hub. or $/";
      return fault("RouteNotFound", `${text}.`);
    }
    return this.put(number, asked);
  }

  /** See {@linkcode Host}. */
  cancelled({ mark }: Question): void {
    if (this.take(mark)) this.cancel(mark);
  }

  /** See {@linkcode Host}. */
  admitted(): void {
    const { name } = this.#guest!.member;
    this.notify("hub.ready", `{"name":${name}}`);
    this.#enters();
  }

  #enters(): void {
    if (this.name !== undefined) this.entered();
  }

  /** See {@linkcode Host}. */
  held(): void {
    const { name } = this.#guest!.member;
    this.notify("hub.hold", `{"name":${name}}`);
  }

  /** See {@linkcode Host}. */
  told(source: string, data: string): undefined {
    this.notify("hub.information", `{"source":${source},"data":${data}}`);
  }

  /** See {@linkcode Host}. */
  ended(error: CloseError): void {
    this.#late.stop();
    this.#receiver.close(error);
  }
}

/** Says why nobody gets a name now that is wanted. */
function whyHeld(exchange: Exchange, name: string): string {
  if (exchange.isUndecided(name)) {
    return "On hold: nobody can say now whether the name is free.";
  }
  const seconds = exchange.freeIn(name);
  return seconds === undefined
    ? "On hold: another client has the name."
    : "On hold: a hub that gives no sign of life has the name: it is free " +
      `within ${seconds} s.`;
}

/** Encodes a text; one without other characters than ASCII at half the price. */
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = allocate(text.length);
  const { read, written } = encoder.encodeInto(text, bytes);
  return read === text.length && written === read
    ? bytes
    : encoder.encode(text);
}
