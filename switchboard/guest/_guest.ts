// Copyright 2026 the Wirekit authors. MIT license.

/** One participant that came through a door, whatever protocol it speaks. */

import { Calls } from "@wirekit/internal/calls";
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
import { catalogOf } from "../_catalog.ts";
import {
  type GuestCall,
  type Outcome,
  TextCall,
  type Trouble,
} from "./_call.ts";
import {
  failureOf,
  isLarger,
  isLonger,
  nobodyHas,
  OBJECT,
  tooLarge,
} from "./_faults.ts";
import { Asked, type Host } from "./_host.ts";

/** What stands in a message besides what a guest says. */
const NOTHING = { traceback: "null", pseudoObject: "null" };

/** What a message for a winerp client has besides names, route and data. */
const AROUND = '{"id":,"type":"4","route":,"data":,"traceback":null,' +
  '"uuid":null,"destination":,"pseudo_object":null}';
/** As long as a name may be. */
const LONGEST_NAME = "x".repeat(258);

/** The name of the hub, as JSON text. */
const HUB = '"@hub"';

/** The names in information that is for all. */
const FOR_ALL_REGEXP = /^(?:null|false|0|""|\[\s*\])$/;

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

const TIMED_OUT = /* @__PURE__ */ fault("TimedOut", "No answer came in time.");

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
  /** What waits for the outcome of the claim to a name. */
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
    const json = this.#route.of(route);
    const content = { ...NOTHING, route: json, data };
    const refuse = (reason: Fault) => {
      const { member } = this;
      exchange.unsent(member, name, "null", "request", content, reason.text);
      this.#fail(call, reason);
      return () => {};
    };
    if (!asked) {
      const denial = exchange.refusal(this.member, name, json);
      return refuse(denial ?? nobodyHas(name));
    }
    if (isLonger(data, this.#hub.maxMessageBytes)) {
      return refuse(tooLarge(this.#hub.maxMessageBytes));
    }
    this.put(call, asked, content, timeout);
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
    const texts = names &&
      [...new Set(names)].map((each) => JSON.stringify(each));
    const route = `[${texts?.join(",") ?? ""}]`;
    // By the message to a winerp client, which has the most in it: so it does
    // not matter who is there, and at which hub.
    const from = this.member.name ?? "null";
    const to = texts?.reduce((a, b) => a.length < b.length ? b : a, "") ??
      LONGEST_NAME;
    const message = `${AROUND}${from}${route}${data}${to}`;
    if (isLonger(message, maxMessageBytes)) return tooLarge(maxMessageBytes);
    const told = texts
      ? texts.filter((name) => exchange.has(name)).length
      : exchange.names.length - (this.member.active ? 1 : 0) +
        (exchange.cluster?.names.size ?? 0);
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

  /** Ends all its questions; without a reason, because their time is up. */
  endAll(reason = TIMED_OUT): void {
    this.#calls.endAll((call) => this.#giveUp(call, reason));
  }

  /** Frees its name, and ends its questions. */
  leave(end?: End): void {
    this.#hub.exchange.leave(this.member, end);
    this.#failAll(fault("Cancelled", "You left before the answer came."));
  }

  #failAll(reason: Fault): void {
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
        if (isLarger(content, maxMessageBytes)) {
          return tooLarge(this.#hub.maxMessageBytes);
        }
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
      tell: ({ name = "null" }, { route, data }) =>
        isLonger(data, maxMessageBytes)
          ? tooLarge(this.#hub.maxMessageBytes)
          : host.told(name, data, !FOR_ALL_REGEXP.test(route)),
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
        this.#failAll(fault("Cancelled", text));
      },
    };
  }

  /** Says how a claim ended; returns whether somebody waited for it. */
  #settle(held: boolean): boolean {
    const waiting = this.#settled.splice(0);
    for (const settled of waiting) settled(held);
    return waiting.length > 0;
  }

  #giveUp(call: GuestCall, reason = TIMED_OUT): void {
    this.#forget(call);
    this.#fail(call, reason);
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
