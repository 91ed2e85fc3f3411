// Copyright 2026 the Wirekit authors. MIT license.

/** JSON-RPC 2.0 as a door reads it: envelopes only. */

import { fault, type JsonSlice } from "@wirekit/hub/hub";
import { unescapeName } from "../_catalog.ts";
import type { Outcome, Trouble } from "../guest/_call.ts";
import { BATCH_TOO_LARGE, errorOf, unreadable } from "../_trouble.ts";
import { act, type Actor, isVerb } from "../_verbs.ts";

/** The most items of a batch. */
const MAX_ITEMS = 1_000;

/** The most bytes of all answers of a batch, about. */
const MAX_ANSWER_LENGTH = 16 * 1024 * 1024;

/** Gets the text of an answer; none if there is nothing to answer. */
type Reply = (text?: string) => void;

/** The members of a message, as they came. */
export type Members = Map<string, JsonSlice>;

/** Who calls. */
export interface Caller extends Actor {
  /** Describes what it may call, as JSON text. */
  discover(): string;
  /** Says that what it can be asked for has changed. */
  changed(): void;
  /** Takes a response. */
  answered(members: Members): void;
  /** Whether it was asked what this id is of. */
  expects(id: JsonSlice): boolean;
  /** Cancels the call that has an id, if it did not come this way. */
  cancelCall(id: string): void;
  /** Counts the messages of a batch, beside the first. */
  count(messages: number): void;
  /** Takes a message of which only these members can be read, if it can. */
  unreadable(members: Members, reason: string): boolean;
  /** Has sent what is no JSON at all. */
  nonsense(): void;
}

/** A call that has no outcome yet. */
interface OpenCall {
  cancel: (() => void) | undefined;
}

/** Reads the messages of one caller, and answers its calls. */
export class Dispatcher {
  readonly #caller: Caller;
  /** The calls that are open, by their id. */
  #open = new Map<string, OpenCall>();

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Takes a message or a batch; calls `reply` once. */
  receive(message: JsonSlice, reply: Reply): void {
    if (message.kind !== "array") return this.#one(message, reply);
    let items: JsonSlice[];
    try {
      items = message.items();
    } catch (error) {
      reply(failed("null", unreadable(error as Error, "message")));
      return this.#caller.nonsense();
    }
    if (items.length === 0) {
      const text = "The batch is empty.";
      return reply(failed("null", fault("InvalidMessage", text)));
    }
    if (items.length > MAX_ITEMS) {
      const text = `The batch has more than ${MAX_ITEMS} items.`;
      return reply(failed("null", { code: BATCH_TOO_LARGE, text }));
    }
    this.#caller.count(items.length - 1);
    this.#batch(items, reply);
  }

  #batch(items: readonly JsonSlice[], reply: Reply): void {
    const answers: (string | undefined)[] = new Array(items.length);
    let waiting = items.length;
    let length = 0;
    items.forEach((item, n) => {
      this.#one(item, (text, id) => {
        length += text?.length ?? 0;
        const fits = length <= MAX_ANSWER_LENGTH || id === undefined;
        const why = "The answers of the batch are larger than may be sent.";
        answers[n] = fits ? text : failed(id, fault("AnswerTooLarge", why));
        if (--waiting > 0) return;
        const all = answers.filter((answer) => answer !== undefined);
        reply(all.length > 0 ? `[${all.join(",")}]` : undefined);
      });
    });
  }

  /** Takes one message; `reply` gets the id too. */
  #one(message: JsonSlice, reply: (text?: string, id?: string) => void): void {
    let members: Members;
    try {
      members = message.members();
    } catch (error) {
      return this.#unreadable(message, error as Error, reply);
    }
    const method = members.get("method");
    const id = members.get("id");
    // JavaScript writes no result where a function returns none.
    const isAnswer = members.has("result") || members.has("error") ||
      id && this.#caller.expects(id);
    if (!method && isAnswer) {
      this.#caller.answered(members);
      return reply();
    }
    const name = method?.string();
    if (name === undefined || !isCall(members)) {
      const text = id && isId(id) ? id.text : "null";
      const why = faultOf(members);
      return reply(failed(text, fault("InvalidMessage", why)), text);
    }
    if (!id) {
      this.#call(name, members.get("params"), () => {});
      return reply();
    }
    this.#request(name, members.get("params"), id.text, reply);
  }

  #request(
    method: string,
    params: JsonSlice | undefined,
    id: string,
    reply: (text: string, id: string) => void,
  ): void {
    const open: OpenCall = { cancel: undefined };
    this.#open.set(id, open);
    open.cancel = this.#call(method, params, (outcome) => {
      if (this.#open.get(id) === open) this.#close(id);
      const text = "data" in outcome
        ? succeeded(id, outcome.data)
        : failed(id, outcome.trouble);
      reply(text, id);
    });
  }

  #close(id: string): void {
    this.#open.delete(id);
    // A map that grows and shrinks for long keeps what it had.
    if (this.#open.size === 0) this.#open = new Map();
  }

  /** Does a call; returns what cancels it. */
  #call(
    method: string,
    params: JsonSlice | undefined,
    end: (outcome: Outcome) => void,
  ): (() => void) | undefined {
    const caller = this.#caller;
    const [space, verb = ""] = method.split(".", 2);
    if (space === "hub" && isVerb(verb) && method === `hub.${verb}`) {
      return act(caller, verb, params, end);
    }
    if (method === "$/cancelRequest") {
      this.#cancel(params);
      return void end({ data: "null" });
    }
    if (method === "hub.discover") {
      caller.changed();
      return void end({ data: "null" });
    }
    if (method === "rpc.discover") {
      return void end({ data: caller.discover() });
    }
    const slash = method.indexOf("/");
    const before = method.slice(0, Math.max(slash, 0));
    const name = unescapeName(before);
    // What begins with a dollar sign is about the protocol.
    if (!name || before === "$") {
      const shown = method.length > 100 ? `${method.slice(0, 100)}…` : method;
      const text = `There is no method ${JSON.stringify(shown)}: it has to ` +
        "be NAME/ROUTE, or one of hub.join, hub.request, hub.inform, " +
        "hub.announce and rpc.discover.";
      return void end({ trouble: fault("RouteNotFound", text) });
    }
    const guest = caller.guest();
    if ("code" in guest) return void end({ trouble: guest });
    const data = params && params.text !== "null" ? params.text : "{}";
    return guest.ask(name, method.slice(slash + 1), data, end);
  }

  #cancel(params: JsonSlice | undefined): void {
    if (params?.kind !== "object") return;
    const id = params.members().get("id");
    if (!id) return;
    const open = this.#open.get(id.text);
    if (open) open.cancel?.();
    else this.#caller.cancelCall(id.text);
  }

  #unreadable(message: JsonSlice, error: Error, reply: Reply): void {
    if (message.kind !== "object" && checked(message)) {
      const text = "The message is not an object.";
      return reply(failed("null", fault("InvalidMessage", text)));
    }
    const members = message.looseMembers();
    if (this.#caller.unreadable(members, error.message)) return reply();
    const id = members.get("id");
    const known = members.has("method") && id && isId(id) ? id.text : "null";
    reply(failed(known, unreadable(error, "message")));
    if (members.size === 0) this.#caller.nonsense();
  }
}

/** Whether all is right with a call whose method is a string. */
function isCall(members: Members): boolean {
  const id = members.get("id");
  return members.get("jsonrpc")?.text === '"2.0"' && (!id || isId(id)) &&
    areParams(members.get("params"));
}

/** Returns what is wrong with a call. */
function faultOf(members: Members): string {
  if (members.get("jsonrpc")?.string() !== "2.0") {
    return 'It has to say "jsonrpc":"2.0".';
  }
  if (members.get("method")?.string() === undefined) {
    return "method has to be a string.";
  }
  return areParams(members.get("params"))
    ? "id has to be a string, a number or null."
    : "params has to be an object or an array.";
}

function areParams(params: JsonSlice | undefined): boolean {
  return !params || params.kind === "object" || params.kind === "array" ||
    params.text === "null";
}

function isId({ kind, text }: JsonSlice): boolean {
  return kind === "string" ||
    kind === "other" && text !== "true" && text !== "false";
}

function checked(message: JsonSlice): boolean {
  try {
    message.check();
    return true;
  } catch {
    return false;
  }
}

/** The text of a response with a result. */
export function succeeded(id: string, result: string): string {
  return `{"jsonrpc":"2.0","id":${id},"result":${result}}`;
}

/** The text of a response that says why there is no result. */
export function failed(id: string, trouble: Trouble): string {
  return `{"jsonrpc":"2.0","id":${id},"error":${errorOf(trouble)}}`;
}
