// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { TimeoutError } from "@wirekit/internal/errors";
import { within } from "@wirekit/internal/clock";
import { HUB } from "../exchange/_name_rules.ts";
import { type Fault, fault } from "../exchange/fault.ts";
import * as Text from "../exchange/_text.ts";
import type {
  AnswerKind,
  Content,
  Member,
  Participant,
  Question,
  QuestionKind,
} from "../exchange/participant.ts";
import { fullPass, type Pass } from "../access/pass.ts";
import { whyAbsent } from "./_absent.ts";
import { ActionError, type Actions, type Order } from "./_actions.ts";
import { namesElsewhere, reportCluster } from "./_cluster.ts";
import type { Everywhere } from "./_everywhere.ts";
import type { WatchedHub } from "./_hub.ts";
import type { Reports } from "./_reports.ts";
import { textOf } from "./_route_figures.ts";
import type { Subscribers } from "./_subscribers.ts";

/** What most routes take in a cluster. */
const AT_NODE =
  "; node: of one hub of the cluster, its id or what it is called";

/** What the hub answers when it is asked itself, by route. */
export const HUB_ROUTES: Readonly<Record<string, string>> = {
  clients:
    "All clients. prefix: of their names; after: an id; limit: how many (1000)" +
    AT_NODE,
  routes: "The routes that are known. name: of one client",
  describe: "What a client can be asked, as it told. name; without one, what " +
    "the hub can be asked",
  announce: "Tells what you can be asked. routes: by name, each with " +
    "description, params, result, readOnly, if you like",
  stats: "The hub as a whole: traffic, times, problems, limits" + AT_NODE,
  nodes: "The hubs of the cluster, and who is at which other one. prefix: of " +
    "their names; limit: how many (1000)",
  limits: "Its limits: value, peak, now, times reached" + AT_NODE,
  edges: "Who asked whom how often",
  open: "The requests that are not answered yet",
  watch: "Sends you who comes and goes as information. presence: false for " +
    "none; tail: true for messages; payload: true with their data; name: of " +
    "one client only",
  unwatch: "Ends that",
  disconnect:
    "Disconnects a client, at whichever hub of the cluster. name; or " +
    "id, and node",
  free: "Gives a name to the one who waits for it. name",
  block:
    "Lets nobody take a name for a while, at no hub of the cluster. name, " +
    "ms (600000; 0 ends it)",
  drain: "on: true lets nobody new in from now on, false ends that" + AT_NODE,
  record: "Keeps payloads in the recording for a while. ms (300000; 0 ends it)",
};

const OPERATIONS = new Set(["disconnect", "free", "block", "drain", "record"]);

/** What a participant may do that was given no pass. */
const OPEN = /* @__PURE__ */ fullPass("open");

/** The most clients in one answer: a stock client takes 2 MiB. */
const MAX_CLIENTS = 2_000;

/** A request of the hub's own that waits for its answer. */
interface Waiting {
  resolve(answer: { kind: AnswerKind; data: string }): void;
}

/** The participant that is the hub itself. */
export class Host implements Participant {
  readonly #hub: WatchedHub;
  readonly #reports: Reports;
  readonly #actions: Actions;
  readonly #subscribers: Subscribers;
  readonly #everywhere: Everywhere;
  /** What represents it in the exchange. */
  readonly member: Member;
  /** By the uuid as JSON text. */
  readonly #waiting = new Map<string, Waiting>();
  #requests = 0;

  constructor(
    hub: WatchedHub,
    reports: Reports,
    actions: Actions,
    subscribers: Subscribers,
    everywhere: Everywhere,
  ) {
    this.#everywhere = everywhere;
    this.#hub = hub;
    this.#reports = reports;
    this.#actions = actions;
    this.#subscribers = subscribers;
    this.member = hub.exchange.host(this);
  }

  /** See {@linkcode Participant}. */
  ask(
    question: Question,
    kind: QuestionKind,
    { route, data }: Content,
  ): Fault | undefined {
    const asker = question.requester as Member;
    if (kind !== "request") return fault("RouteNotFound", Text.noRequester);
    try {
      const order = orderOf(data);
      const answer = this.#answer(textOf(route), order, asker);
      if (answer instanceof Promise) {
        answer.then((answer) => this.#say(question, answer))
          .catch((error) => this.#refuse(question, error));
      } else this.#say(question, answer);
    } catch (error) {
      this.#refuse(question, error);
    }
    return undefined;
  }

  #say(question: Question, answer: unknown): void {
    this.#reply(question, "response", JSON.stringify(answer));
  }

  #refuse(question: Question, error: unknown): void {
    if (!(error instanceof ActionError)) throw error;
    const text = JSON.stringify(error.message);
    this.#reply(question, "error", text, error.code);
  }

  #reply(
    question: Question,
    kind: AnswerKind,
    data: string,
    code?: number,
  ): void {
    const traceback = kind === "error" ? data : "null";
    const content = contentOf("null", data, traceback);
    const error = code === undefined ? undefined : { code };
    this.#hub.exchange.answer(question, kind, {
      ...content,
      ...(error && { error }),
    });
  }

  #answer(route: string, order: Order, asker: Member): unknown {
    const pass = this.#passOf(asker);
    if (!Object.hasOwn(HUB_ROUTES, route)) {
      const all = Object.keys(HUB_ROUTES).join(", ");
      const text = `${HUB} has no such route, but ${all}`;
      throw ActionError.of(fault("RouteNotFound", text));
    }
    if (OPERATIONS.has(route)) {
      if (!pass.mayOperate) {
        throw ActionError.of(
          fault("NotAllowed", "You may not operate the hub"),
        );
      }
      return this.#everywhere.answer(route, order, this.#byOf(asker));
    }
    if (route === "announce") return this.#announce(order, asker);
    if (!pass.mayWatch) {
      throw ActionError.of(fault("NotAllowed", "You may not watch the hub"));
    }
    if (route === "watch") return this.#watch(order, asker);
    if (route === "unwatch") {
      return { watched: this.#subscribers.drop(asker) };
    }
    return this.#everywhere.answer(route, order, this.#byOf(asker));
  }

  /** Answers for this hub, somebody who may know, or do it. */
  here(route: string, order: Order, by: string): unknown {
    switch (route) {
      case "clients":
        return this.#clients(order);
      case "nodes":
        return this.#nodes(order);
      case "routes":
        return this.#reports.routes(textIn(order, "name")).slice(0, 5_000);
      case "describe":
        return this.#describe(textIn(order, "name"));
      case "stats":
        return this.#reports.hub();
      case "limits":
        return this.#reports.limits();
      case "edges":
        return this.#reports.edges().edges;
      case "open":
        return this.#reports.open().open;
      case "waits":
        return this.#actions.waits(order["name"]);
      default:
        return this.#actions.do(route, order, by);
    }
  }

  #passOf(member: Member): Pass {
    return this.#hub.exchange.passOf(member) ?? OPEN;
  }

  /** Returns who does something, for the log. */
  #byOf(member: Member): string {
    const { name = "without a name", about: { address } } = member;
    const { label } = this.#passOf(member);
    return `${name} (${label}${address && `, ${address}`})`;
  }

  #clients(order: Order): unknown {
    const { limit = 1_000, after = -1 } = order;
    checkLimit(limit);
    if (typeof after !== "number") {
      throw new ActionError("after has to be an id", 400);
    }
    return this.#reports.clientsAfter(
      after,
      Math.min(limit, MAX_CLIENTS),
      textIn(order, "prefix"),
    );
  }

  #nodes(order: Order): unknown {
    const { cluster } = this.#hub.exchange;
    if (!cluster) throw new ActionError("This hub is in no cluster");
    const { limit = 1_000 } = order;
    checkLimit(limit);
    const most = Math.min(limit, MAX_CLIENTS);
    return {
      ...reportCluster(cluster),
      names: namesElsewhere(cluster, textIn(order, "prefix"), most),
    };
  }

  #describe(name: string | undefined): unknown {
    if (name !== undefined && name !== "@hub") {
      return this.#hub.exchange.routes.of(JSON.stringify(name));
    }
    return Object.entries(HUB_ROUTES).map(([route, description]) => ({
      name: "@hub",
      route,
      description,
    }));
  }

  #announce({ routes = null }: Order, { name, active }: Member): unknown {
    if (name === undefined || !active) {
      throw new ActionError("Take a name first");
    }
    const text = JSON.stringify(routes);
    const refusal = this.#hub.exchange.routes.announce(name, text);
    if (refusal) throw ActionError.of(refusal);
    return { announced: true };
  }

  #watch(order: Order, asker: Member): unknown {
    const { presence = true, tail = false, payload = false } = order;
    const name = textIn(order, "name");
    if (!asker.active) throw new ActionError("Take a name first");
    if (payload === true && !this.#passOf(asker).mayOperate) {
      throw ActionError.of(
        fault("NotAllowed", "You may not see what others say"),
      );
    }
    const wants = {
      presence: presence === true,
      tail: tail === true || name !== undefined,
      payload: payload === true,
      name,
    };
    // Its outbox is bounded: who does not read is dropped as anybody is.
    const tell = (data: object) => {
      const content = contentOf("null", JSON.stringify(data));
      this.#hub.exchange.tell(this.member, asker, content);
    };
    this.#subscribers.add({
      owner: asker,
      ...wants,
      send({ presence, tail }) {
        for (const event of presence?.events ?? []) tell(event);
        if (presence && presence.left > 0) tell({ left: presence.left });
        if (tail) tell({ tail });
        return true;
      },
    });
    return { watching: true };
  }

  /**
   * Asks a client in the name of the hub.
   *
   * @param data JSON text.
   * @returns The answer as the JSON text that came. Rejects with an
   * `ActionError` if there is none.
   */
  async request(
    pass: Pass,
    { to, route, data, timeout, signal }: {
      to: string;
      route: string;
      data: string;
      timeout: number;
      signal: AbortSignal;
    },
  ): Promise<{ kind: AnswerKind; data: string }> {
    const { exchange } = this.#hub;
    if (!pass.mayAsk(to, route)) {
      throw new ActionError(`You may not ask ${JSON.stringify(to)} for that`);
    }
    const target = exchange.find(JSON.stringify(to));
    if (!target || target === this.member) {
      const why = whyAbsent(this.#reports.hub(), to);
      throw new ActionError(`${Text.noDestination} ${why}`.trimEnd());
    }
    const uuid = JSON.stringify(
      `hub-${++this.#requests}-${crypto.randomUUID()}`,
    );
    const { promise, resolve } = Promise.withResolvers<
      { kind: AnswerKind; data: string }
    >();
    this.#waiting.set(uuid, { resolve });
    try {
      const content = contentOf(JSON.stringify(route), data);
      const refusal = exchange.ask(
        this.member,
        target,
        uuid,
        "request",
        content,
      );
      if (refusal) throw ActionError.of(refusal);
      const late = () =>
        new TimeoutError(`No answer within ${timeout / 1000} seconds`);
      return await within(promise, timeout, late, { signal });
    } finally {
      this.#waiting.delete(uuid);
      const question = exchange.question(target, uuid, this.member);
      if (question) exchange.cancel(question);
    }
  }

  /** Informs clients in the name of the hub; returns how many. */
  inform(
    pass: Pass,
    { data, to }: { data: string; to: readonly string[] | undefined },
  ): number {
    const { exchange } = this.#hub;
    for (const name of to ?? [undefined]) {
      if (pass.mayInform(name)) continue;
      throw new ActionError(
        name === undefined
          ? "You may not inform all clients"
          : `You may not inform ${JSON.stringify(name)}`,
      );
    }
    const before = exchange.totals.told;
    const names = to?.map((name) => JSON.stringify(name));
    const route = JSON.stringify(to ?? []);
    const refusal = exchange.inform(
      this.member,
      names,
      contentOf(route, data),
    );
    if (refusal) throw ActionError.of(refusal);
    const elsewhere = names ? 0 : exchange.cluster?.names.size ?? 0;
    return exchange.totals.told - before + elsewhere;
  }

  /** See {@linkcode Participant}. */
  answer(
    { uuid }: Question,
    kind: AnswerKind,
    { data }: Content,
  ): undefined {
    this.#waiting.get(uuid)?.resolve({ kind, data });
  }

  /** See {@linkcode Participant}. */
  fail({ uuid }: Question, { text }: Fault): void {
    const data = JSON.stringify(text);
    this.#waiting.get(uuid)?.resolve({ kind: "error", data });
  }

  /** See {@linkcode Participant}. */
  tell(): undefined {}

  /** See {@linkcode Participant}. */
  admit(): void {}

  /** See {@linkcode Participant}. */
  end(): void {}
}

function contentOf(
  route: string,
  data: string,
  traceback = "null",
): Content {
  return { route, data, traceback, pseudoObject: "null" };
}

function orderOf(data: string): Order {
  const order: unknown = JSON.parse(data);
  if (order === null) return {};
  if (typeof order === "object" && !Array.isArray(order)) {
    return order as Order;
  }
  throw new ActionError("The data has to be an object", 400);
}

function textIn(order: Order, key: string): string | undefined {
  const value = order[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return value;
  throw new ActionError(`${key} has to be a text`, 400);
}

function checkLimit(limit: unknown): asserts limit is number {
  if (Number.isInteger(limit) && (limit as number) > 0) return;
  throw new ActionError("limit has to be a number of clients, 1 or more", 400);
}
