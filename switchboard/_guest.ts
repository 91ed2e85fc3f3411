// Copyright 2026 the Wirekit authors. MIT license.

/** One participant that came through a door, whatever protocol it speaks. */

import { Calls, type Entry } from "@wirekit/internal/calls";
import {
  type About,
  type Content,
  type End,
  type Fault,
  fault,
  FaultCode,
  type Hub,
  type KnownRoute,
  type Member,
  type Participant,
  type Pass,
  type Question,
} from "@wirekit/hub/hub";
import { catalogOf } from "./_catalog.ts";

/** Why a call has no result, with all that is known of it. */
export interface Trouble extends Fault {
  /** The name of the one that was asked. */
  readonly from?: string;
  /** Whether that one says so, and not the hub. */
  readonly answered?: boolean;
  /** The name of the type of the error. */
  readonly type?: string;
  /** Anything more of the error, as JSON text. */
  readonly data?: string;
}

/** How a call ends: with a result as JSON text, or not. */
export type Outcome = { readonly data: string } | { readonly trouble: Trouble };

/** A question, as its responder gets it: to be read at once. */
export class Asked {
  readonly question: Question;
  readonly content: Content;

  constructor(question: Question, content: Content) {
    this.question = question;
    this.content = content;
  }

  /** The route, as JSON text. */
  get route(): string {
    return this.content.route;
  }

  /** The data, as JSON text. */
  get data(): string {
    return this.content.data;
  }

  /** The name of who asks, as JSON text; `null` if there is none. */
  get source(): string {
    return this.question.requester.name ?? "null";
  }
}

/** What a door does with what comes for its client. */
export interface Host {
  /** Is asked; returns why it cannot be, if so. */
  asked(asked: Asked): Fault | undefined;
  /** Nobody waits for the answer to this question any more. */
  cancelled(question: Question): void;
  /** Is told something: both are JSON texts. */
  told(source: string, data: string): Fault | undefined;
  /** Gets the name that it was waiting for. */
  admitted(): void;
  /** Has lost its name to another, in a cluster, and waits for it. */
  held(): void;
  /** Is disconnected. */
  ended(error: Parameters<Participant["end"]>[0]): void;
}

/** One question of a guest: nobody waits for a promise of it. */
export abstract class GuestCall implements Entry {
  // Declared, and set in the constructor: half the price of initializers.
  declare number: number;
  declare deadline: number;
  declare release: undefined;
  /** The name of who is asked, as JSON text. */
  declare readonly to: string;
  declare readonly asked: Member | undefined;
  declare readonly route: string;

  constructor(to: string, asked: Member | undefined, route: string) {
    this.number = 0;
    this.deadline = Infinity;
    this.release = undefined;
    this.to = to;
    this.asked = asked;
    this.route = route;
  }

  /** Ends it with a result, to be read at once. */
  abstract answered(content: Content): void;

  /** Ends it without. */
  abstract failed(trouble: Trouble): void;
}

/** One whose outcome is a text. */
class TextCall extends GuestCall {
  readonly #end: (outcome: Outcome) => void;

  constructor(
    to: string,
    asked: Member | undefined,
    route: string,
    end: (outcome: Outcome) => void,
  ) {
    super(to, asked, route);
    this.#end = end;
  }

  answered({ data }: Content): void {
    this.#end({ data });
  }

  failed(trouble: Trouble): void {
    this.#end({ trouble });
  }
}

/** Who asks and cannot be asked. */
export const NO_HOST: Host = {
  asked: () => fault("RouteNotFound", "It cannot be asked."),
  cancelled() {},
  told: () => undefined,
  admitted() {},
  held() {},
  ended() {},
};

/** What stands in a message besides what a guest says. */
const NOTHING = { traceback: "null", pseudoObject: "null" };

/** The name of the hub, as JSON text. */
const HUB = '"@hub"';

/** The text of a winerp client that has no such route. */
const NO_ROUTE = '"Route not found"';

/** Why an answer of a winerp client cannot be passed on. */
const OBJECT =
  "The answer is an object whose functions are called by winerp. " +
  "Only a winerp client can use it.";

const encoder = new TextEncoder();

/** Remembers the JSON text of the last text. */
class LastJson {
  #text = "";
  #json = '""';

  of(text: string): string {
    if (text === this.#text) return this.#json;
    this.#text = text;
    return this.#json = JSON.stringify(text);
  }
}

/** A participant of the hub that came through a door. */
export class Guest {
  readonly member: Member;
  /** Whether it has said itself what it can be asked for. */
  hasAnnounced = false;
  readonly #hub: Hub;
  readonly #calls: Calls<GuestCall>;
  /** It often asks the same one for the same. */
  readonly #name = new LastJson();
  readonly #route = new LastJson();
  /** Who waits for the outcome of the claim to a name. */
  readonly #settled: ((held: boolean) => void)[] = [];
  /** Two nameless guests may ask one participant: no two have one uuid. */
  readonly #prefix = `"${crypto.randomUUID()}-`;

  constructor(hub: Hub, pass: Pass, host: Host, about: About) {
    this.#hub = hub;
    this.member = hub.exchange.enter(this.#participant(host), about);
    hub.exchange.allow(this.member, pass);
    this.#calls = new Calls({
      late: (call) => this.#giveUp(call),
    });
  }

  /** The name, if it is its own. */
  get name(): string | undefined {
    const { active, name } = this.member;
    return active && name !== undefined ? JSON.parse(name) : undefined;
  }

  /**
   * Takes a name, or waits for it.
   *
   * @param name The name.
   * @param settled Is called once with whether it waits, maybe before this
   * returns: in a cluster that takes a moment.
   * @returns Why it may not have it. Then `settled` is not called.
   */
  join(name: string, settled: (held: boolean) => void): Fault | undefined {
    const { member } = this;
    const text = JSON.stringify(name);
    if (member.name !== undefined && member.name !== text) {
      return fault("NameRefused", `You are called ${member.name} already.`);
    }
    if (name === "") return fault("NameRefused", "The name is empty.");
    if (member.name === undefined) {
      const refused = this.#hub.exchange.claim(member, text);
      if (refused) return refused;
    }
    if (member.active || member.held) settled(!member.active);
    else this.#settled.push(settled);
    return undefined;
  }

  /**
   * Asks another participant.
   *
   * @param to Its name.
   * @param route The route.
   * @param data The data, as JSON text.
   * @param end Is called once with the outcome, maybe before this returns.
   * @param timeout When to give up, in milliseconds.
   * @returns Ends it now as cancelled, if it has not ended.
   */
  ask(
    to: string,
    route: string,
    data: string,
    end: (outcome: Outcome) => void,
    timeout = Infinity,
  ): () => void {
    const { exchange } = this.#hub;
    const name = this.#name.of(to);
    const asked = exchange.find(name);
    const call = new TextCall(name, asked, route, end);
    const refuse = (reason: Fault) => {
      this.#fail(call, reason);
      return () => {};
    };
    const json = this.#route.of(route);
    if (!asked) {
      const denial = exchange.refusal(this.member, name, json);
      return refuse(denial ?? nobodyHas(name));
    }
    if (isLonger(data, this.#hub.maxMessageBytes)) {
      return refuse(this.#tooLarge());
    }
    this.put(call, asked, { ...NOTHING, route: json, data }, timeout);
    return () => this.cancel(call);
  }

  /**
   * Asks, what is not larger than may be sent.
   *
   * @param call Gets the outcome, maybe before this returns.
   * @param asked Who is asked.
   * @param content The content.
   * @param timeout When to give up, in milliseconds.
   */
  put(
    call: GuestCall,
    asked: Member,
    content: Content,
    timeout = Infinity,
  ): void {
    const number = call.number = this.#calls.next();
    this.#calls.open(call, timeout);
    const refusal = this.#hub.exchange.ask(
      this.member,
      asked,
      this.#uuidOf(call),
      "request",
      content,
      undefined,
      number,
    );
    if (refusal && this.#calls.take(call)) this.#fail(call, refusal);
  }

  /** Ends a call as cancelled, if it has not ended. */
  cancel(call: GuestCall): void {
    if (!this.#calls.take(call)) return;
    this.#forget(call);
    this.#fail(call, fault("Cancelled", "The call was cancelled."));
  }

  /** The calls that have not ended. */
  get calls(): readonly GuestCall[] {
    return this.#calls.all;
  }

  /** Answers a question with a result, as JSON text. */
  answer(question: Question, data: string): void {
    this.pass(question, { ...NOTHING, route: "null", data });
  }

  /** Answers a question with the data of a message. */
  pass(question: Question, content: Content): void {
    this.#hub.exchange.answer(question, "response", content);
  }

  /** Answers a question with an error. */
  refuse(question: Question, { code, text, type, data }: Trouble): void {
    const words = JSON.stringify(text);
    const error = {
      code,
      ...(type !== undefined && { type }),
      ...(data !== undefined && { data }),
    };
    const content = { ...NOTHING, route: "null", data: words, error };
    this.#hub.exchange.answer(question, "error", content);
  }

  /** Ends a question whose answer cannot be read. */
  spoil(question: Question, reason: string): void {
    const text = `The answer cannot be read: ${reason}`;
    this.#hub.exchange.fail(question, fault("InvalidAnswer", text));
  }

  /** Tells others; returns how many are told, or why they are not. */
  inform(data: string, names?: readonly string[]): number | Fault {
    const { exchange, maxMessageBytes } = this.#hub;
    if (isLonger(data, maxMessageBytes)) return this.#tooLarge();
    const texts = names &&
      [...new Set(names)].map((each) => JSON.stringify(each));
    const told = texts
      ? texts.filter((name) => exchange.has(name)).length
      : exchange.names.length - (this.member.active ? 1 : 0) +
        (exchange.cluster?.names.size ?? 0);
    const route = `[${texts?.join(",") ?? ""}]`;
    const content = { ...NOTHING, route, data };
    return exchange.inform(this.member, texts, content) ?? told;
  }

  /**
   * Says what it can be asked for; returns why that is refused, if it is.
   *
   * @param isAsked Whether it was asked, and does not say so by itself.
   */
  announce(routes: string, isAsked = false): Fault | undefined {
    const { active, name } = this.member;
    if (!isAsked) this.hasAnnounced = true;
    return active && name !== undefined
      ? this.#hub.exchange.routes.announce(name, routes)
      : fault("NotReady", "Take a name first.");
  }

  /** The routes that it may ask for. */
  catalog(): KnownRoute[] {
    const { exchange } = this.#hub;
    return catalogOf(this.#hub, exchange.passOf(this.member));
  }

  /** Ends all its questions, because their time is up. */
  endAll(): void {
    this.#calls.endAll((call) => this.#giveUp(call));
  }

  /** Frees its name, and ends its questions. */
  leave(end?: End): void {
    this.#hub.exchange.leave(this.member, end);
    this.#endAll(fault("Cancelled", "You left before the answer came."));
  }

  #endAll(reason: Fault): void {
    this.#calls.endAll((call) => this.#fail(call, reason));
  }

  /** What it is for the exchange. */
  #participant(host: Host): Participant {
    const { maxMessageBytes } = this.#hub;
    return {
      ask: (question, kind, content) => {
        if (kind === "functionCall") {
          const text = "It has no objects whose functions can be called.";
          return fault("RouteNotFound", text);
        }
        if (isLarger(content, maxMessageBytes)) return this.#tooLarge();
        return host.asked(new Asked(question, content));
      },
      answer: (question, kind, content) => {
        if (content.pseudoObject === "true") {
          return fault("InvalidAnswer", OBJECT);
        }
        if (isLarger(content, maxMessageBytes)) {
          const text = "The answer is larger than the hub passes on.";
          return fault("AnswerTooLarge", text);
        }
        const call = this.#callOf(question);
        if (!call) return undefined;
        if (kind === "error") {
          const { data, error } = content;
          const answered = call.to !== HUB;
          this.#fail(call, { ...failureOf(data), ...error, answered });
          return undefined;
        }
        this.#hub.exchange.routes.learn(call.to, call.route);
        call.answered(content);
        return undefined;
      },
      fail: (question, reason) => {
        const call = this.#callOf(question);
        if (!call) return;
        // The exchange says it in the words of winerp.
        const isMissing = reason.code === FaultCode.NameNotFound;
        const { name = "null" } = question.responder;
        this.#fail(call, isMissing ? nobodyHas(name) : reason);
      },
      tell: ({ name = "null" }, { data }) =>
        isLonger(data, maxMessageBytes)
          ? this.#tooLarge()
          : host.told(name, data),
      cancel: (question) => host.cancelled(question),
      admit: () => {
        if (!this.#settle(false)) host.admitted();
      },
      hold: () => {
        if (!this.#settle(true)) host.held();
      },
      end: (error) => {
        host.ended(error);
        const text = "You were disconnected before the answer came.";
        this.#endAll(fault("Cancelled", text));
      },
    };
  }

  /** Says how a claim ended; returns whether somebody waited for it. */
  #settle(held: boolean): boolean {
    const waiting = this.#settled.splice(0);
    for (const settled of waiting) settled(held);
    return waiting.length > 0;
  }

  #tooLarge(): Fault {
    const text =
      `The message is larger than ${this.#hub.maxMessageBytes} bytes.`;
    return fault("TooLarge", text);
  }

  #giveUp(call: GuestCall): void {
    this.#forget(call);
    this.#fail(call, fault("TimedOut", "No answer came in time."));
  }

  #fail(call: GuestCall, reason: Trouble): void {
    const { to } = call;
    // A longer one is nobody's.
    const from = to.length > 1_000 ? undefined : JSON.parse(to);
    call.failed({ ...reason, ...(from !== undefined && { from }) });
  }

  /** Takes the call that a question is, if it has not ended. */
  #callOf({ ticket }: Question): GuestCall | undefined {
    const call = this.#calls.get(ticket);
    return call && this.#calls.take(call) ? call : undefined;
  }

  /** Lets a late answer go nowhere, and the responder know of it. */
  #forget(call: GuestCall): void {
    const { exchange } = this.#hub;
    const { member } = this;
    const question = call.asked &&
      exchange.question(call.asked, this.#uuidOf(call), member);
    if (question) exchange.cancel(question);
  }

  #uuidOf({ number }: GuestCall): string {
    return `${this.#prefix}${number}"`;
  }
}

/** Cuts a name that somebody made up, for a sentence. */
function shortName(json: string): string {
  return json.length > 100 ? `${json.slice(0, 100)}…` : json;
}

/** Whether a text has more bytes than `max`. */
export function isLonger(text: string, max: number): boolean {
  if (text.length * 3 <= max) return false;
  return text.length > max || encoder.encode(text).length > max;
}

/** Whether data has more bytes than `max`. */
function isLarger(content: Content, max: number): boolean {
  const { span } = content;
  return span ? span.end - span.start > max : isLonger(content.data, max);
}

/** What the error of a winerp client says: usually a text. */
function failureOf(data: string): Fault {
  if (data === NO_ROUTE) return fault("RouteNotFound", JSON.parse(data));
  const text = data[0] === '"' ? String(JSON.parse(data)) : data;
  return fault("RouteFailed", text);
}

function nobodyHas(name: string): Fault {
  return fault("NameNotFound", `Nobody has the name ${shortName(name)}.`);
}
