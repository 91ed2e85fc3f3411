// Copyright 2026 the Wirekit authors. MIT license.

/** A wsrpc client. */

import {
  type Fault,
  fault,
  FaultCode,
  JsonSlice,
  type Question,
} from "@wirekit/hub/hub";
import { unescapeName } from "./_catalog.ts";
import type { Outcome, Trouble } from "./guest/_call.ts";
import type { Asked } from "./guest/_host.ts";
import type { Dialect } from "./_quick_lane.ts";
import { type Newcomer, Session } from "./_session.ts";
import type { Id } from "./_splice.ts";
import { troubleOf, typedErrorOf, unreadable } from "./_trouble.ts";
import { act, isVerb } from "./_verbs.ts";

type Members = Map<string, JsonSlice>;

/** What Python and JavaScript say of a route that they do not have. */
const NO_ROUTE_TYPE = "NotImplementedError";
const NO_ROUTE_TEXT = "Route not found";

const DIALECT: Dialect = {
  separator: ".",
  versioned: false,
  question: (route) => ['{"id":', `,"method":${route},"params":`],
  result: ['{"result":', ',"id":'],
  idLast: true,
  // Python's stray errors have even ids: none of ours is.
  idOf: (number) => 2 * number + 1,
  numberOf: (id) => (id - 1) / 2,
};

export class WsrpcSession extends Session {
  constructor(newcomer: Newcomer) {
    super("wsrpc", newcomer, DIALECT);
  }

  /** See {@linkcode Session}. */
  respond(id: Id, result: string): void {
    this.send(`{"result":${result},"id":${id}}`);
  }

  /** See {@linkcode Session}. */
  refuse(id: Id, trouble: Trouble): void {
    this.send(`{"error":${typedErrorOf(trouble)},"id":${id}}`);
  }

  protected override read(message: Uint8Array<ArrayBuffer>): void {
    if (this.lane.read(message)) return;
    const slice = JsonSlice.of(message);
    let members: Members;
    try {
      members = slice.members();
    } catch (error) {
      return this.#unreadable(slice.looseMembers(), error as Error);
    }
    const id = members.get("id");
    if (!id) return; // An event: it is for nobody.
    const method = members.get("method");
    if (method) this.#call(id, method.string(), members.get("params"));
    else this.#answer(id, members);
  }

  #call(
    id: JsonSlice,
    method: string | undefined,
    params: JsonSlice | undefined,
  ): void {
    if (id.kind === "object" || id.kind === "array") return;
    const { text } = id;
    const end = (outcome: Outcome) => {
      if ("data" in outcome) this.respond(text, outcome.data);
      else this.refuse(text, outcome.trouble);
    };
    const refuse = (trouble: Trouble) => end({ trouble });
    if (method === undefined) {
      return refuse(fault("InvalidMessage", "method has to be a string."));
    }
    // Python asks every second for this: the params come back as they are.
    if (method === "ping") return end({ data: params?.text ?? "{}" });
    const dot = method.indexOf(".");
    const verb = method.slice(dot + 1);
    if (method.slice(0, dot) === "hub" && isVerb(verb)) {
      return void act(this, verb, params, end);
    }
    const name = unescapeName(method.slice(0, Math.max(dot, 0)));
    if (!name) {
      const text = `${JSON.stringify(method)} is not implemented: call ` +
        "NAME.ROUTE, or one of hub.join, hub.request, hub.inform and " +
        "hub.announce.";
      return refuse(fault("RouteNotFound", text));
    }
    const guest = this.guest();
    if ("code" in guest) return refuse(guest);
    const data = params && params.text !== "null" ? params.text : "{}";
    guest.ask(name, verb, data, end);
  }

  #answer(id: JsonSlice, members: Members): void {
    const question = this.#questionOf(id);
    const guest = this.visitor;
    if (!question || !guest) return; // Late, or the answer to an information.
    const error = members.get("error");
    const result = members.get("result");
    // JavaScript writes both members for a route that it does not have.
    const failed = error &&
      (!result || result.text === "null" && error.text !== "null");
    if (failed) guest.refuse(question, wsrpcTroubleOf(error));
    else guest.answer(question, result?.text ?? "null");
  }

  /** Python writes `NaN`, and anybody may write nonsense. */
  #unreadable(members: Members, error: Error): void {
    const id = members.get("id");
    if (!id || id.kind === "object" || id.kind === "array") return;
    const question = members.has("method") ? undefined : this.#questionOf(id);
    if (question) return this.visitor?.spoil(question, error.message);
    // An error for an id that nobody waits for makes two Python ends answer
    // each other without an end.
    if (!members.has("method")) return;
    this.refuse(id.text, unreadable(error, "message"));
  }

  /** JavaScript looks calls up by `"5"` and 5 alike. */
  #questionOf(id: JsonSlice): Question | undefined {
    const number = Number(id.string() ?? id.text);
    return this.take(DIALECT.numberOf(number));
  }

  protected put(number: number, asked: Asked): Fault | undefined {
    const { route } = asked;
    const data = this.withSource(asked);
    if (typeof data !== "string") return data;
    this.#ask(number, route, data);
    return undefined;
  }

  /**
   * Says so in an event, which programs that do not know it pass over: our
   * clients then call `hub.announce`.
   */
  protected entered(): void {
    this.send(`{"hub.ready":{"name":${this.name}}}`);
  }

  /** wsrpc has no word for it. */
  protected cancel(): void {}

  protected notify(method: string, params: string): void {
    this.#ask(this.unused(), JSON.stringify(method), params);
  }

  #ask(number: number, method: string, params: string): void {
    const id = DIALECT.idOf(number);
    this.send(`{"id":${id},"method":${method},"params":${params}}`);
  }
}

function wsrpcTroubleOf(error: JsonSlice): Trouble {
  const trouble = troubleOf(error);
  const { type, text } = trouble;
  const missing = type === NO_ROUTE_TYPE || text === NO_ROUTE_TEXT;
  return missing && trouble.code === FaultCode.RouteFailed
    ? { ...trouble, code: FaultCode.RouteNotFound }
    : trouble;
}
