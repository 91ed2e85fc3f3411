// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { within } from "@wirekit/internal/clock";
import { TimeoutError } from "@wirekit/internal/errors";
import type { Pass } from "../../access/pass.ts";
import * as Text from "../../exchange/_text.ts";
import type { Fault } from "../../exchange/fault.ts";
import type {
  AnswerKind,
  Content,
  Member,
  Question,
} from "../../exchange/participant.ts";
import { whyAbsent } from "./_absent.ts";
import { ActionError } from "./_actions.ts";
import type { WatchedHub } from "../_hub.ts";
import type { Reports } from "../_reports.ts";

/** A request of the hub's own that waits for its answer. */
interface Waiting {
  resolve(answer: { kind: AnswerKind; data: string }): void;
}

/** Asks and informs clients in the name of the hub, for a person at its page. */
export class HubRequests {
  readonly #hub: WatchedHub;
  readonly #reports: Reports;
  readonly #member: Member;
  /** By the uuid as JSON text. */
  readonly #waiting = new Map<string, Waiting>();
  #requests = 0;

  constructor(hub: WatchedHub, reports: Reports, member: Member) {
    this.#hub = hub;
    this.#reports = reports;
    this.#member = member;
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
    if (!target || target === this.#member) {
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
        this.#member,
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
      const question = exchange.question(target, uuid, this.#member);
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
      this.#member,
      names,
      contentOf(route, data),
    );
    if (refusal) throw ActionError.of(refusal);
    const elsewhere = names ? 0 : exchange.cluster?.names.size ?? 0;
    return exchange.totals.told - before + elsewhere;
  }

  /** Takes an answer. */
  answer(
    { uuid }: Question,
    kind: AnswerKind,
    { data }: Content,
  ): void {
    this.#waiting.get(uuid)?.resolve({ kind, data });
  }

  /** Takes that there will be none. */
  fail({ uuid }: Question, { text }: Fault): void {
    const data = JSON.stringify(text);
    this.#waiting.get(uuid)?.resolve({ kind: "error", data });
  }
}

/** Makes the content of a message of the hub. */
export function contentOf(
  route: string,
  data: string,
  traceback = "null",
): Content {
  return { route, data, traceback, pseudoObject: "null" };
}
