// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { fullPass, type Pass } from "../../access/pass.ts";
import { HUB } from "../../exchange/names/_name_rules.ts";
import * as Text from "../../exchange/_text.ts";
import { type Fault, fault } from "../../exchange/fault.ts";
import type {
  AnswerKind,
  Content,
  Member,
  Participant,
  Question,
  QuestionKind,
} from "../../exchange/participant.ts";
import type { Everywhere } from "../hubs/_everywhere.ts";
import type { WatchedHub } from "../_hub.ts";
import type { Reports } from "../_reports.ts";
import { textOf } from "../figures/_route_figures.ts";
import type { Subscribers } from "../_subscribers.ts";
import { ActionError, type Order } from "./_actions.ts";
import { contentOf, HubRequests } from "./_hub_requests.ts";
import { checkOrder, HUB_ROUTES, textIn } from "./_hub_routes.ts";

const OPERATIONS = new Set(["disconnect", "free", "block", "drain", "record"]);

/** What a participant may do that was given no pass. */
const OPEN = /* @__PURE__ */ fullPass("open");

/** The participant that is the hub itself. */
export class Host implements Participant {
  readonly #hub: WatchedHub;
  readonly #subscribers: Subscribers;
  readonly #everywhere: Everywhere;
  /** What represents it in the exchange. */
  readonly member: Member;
  /** What it asks and tells others. */
  readonly requests: HubRequests;

  constructor(
    hub: WatchedHub,
    reports: Reports,
    subscribers: Subscribers,
    everywhere: Everywhere,
  ) {
    this.#everywhere = everywhere;
    this.#hub = hub;
    this.#subscribers = subscribers;
    this.member = hub.exchange.host(this);
    this.requests = new HubRequests(hub, reports, this.member);
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
    } else if (route !== "announce" && !pass.mayWatch) {
      throw ActionError.of(fault("NotAllowed", "You may not watch the hub"));
    }
    checkOrder(route, order);
    if (route === "announce") return this.#announce(order, asker);
    if (route === "watch") return this.#watch(order, asker);
    if (route === "unwatch") {
      return { watched: this.#subscribers.drop(asker) };
    }
    return this.#everywhere.answer(route, order, this.#byOf(asker));
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
    // Its outbox is bounded: a client that does not read is dropped.
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

  /** See {@linkcode Participant}. */
  answer(question: Question, kind: AnswerKind, content: Content): undefined {
    this.requests.answer(question, kind, content);
  }

  /** See {@linkcode Participant}. */
  fail(question: Question, fault: Fault): void {
    this.requests.fail(question, fault);
  }

  /** See {@linkcode Participant}. */
  tell(): undefined {}

  /** See {@linkcode Participant}. */
  admit(): void {}

  /** See {@linkcode Participant}. */
  end(): void {}
}

function orderOf(data: string): Order {
  const order: unknown = JSON.parse(data);
  if (order === null) return {};
  if (typeof order === "object" && !Array.isArray(order)) {
    return order as Order;
  }
  throw new ActionError("The data has to be an object", 400);
}
