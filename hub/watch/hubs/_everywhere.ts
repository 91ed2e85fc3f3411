// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { ActionError, type Order } from "../host/_actions.ts";
import type { OtherHubs } from "./_other_hubs.ts";
import type { EdgeReport } from "../reports/calls.ts";
import type { ClientReport } from "../reports/clients.ts";
import type { ElsewhereReport } from "../reports/cluster.ts";

/** How many clients a hub tells another of at a time: an engine takes 1 MiB. */
const PAGE = 500;

/** The most rows of other kinds that are gathered. */
const MAX_ROWS = 5_000;

/** How many hubs are asked at the same time. */
const AT_ONCE = 8;

/** What a hub answers for itself. */
export interface Here {
  /** Answers for what is at this hub. */
  answer(route: string, order: Order, by: string): unknown;
}

/**
 * Answers for the whole cluster where a question is about the whole of it, and
 * passes on what is about another hub, or about a client there.
 */
export class Everywhere {
  readonly #others: OtherHubs | undefined;
  readonly #here: Here;

  constructor(others: OtherHubs | undefined, here: Here) {
    this.#others = others;
    this.#here = here;
  }

  /** Answers somebody at this hub: at once, if no other hub has to be asked. */
  answer(route: string, order: Order, by: string): unknown {
    const others = this.#others;
    const { node, ...rest } = order;
    if (!others) {
      if (node === undefined) return this.#here.answer(route, rest, by);
      throw new ActionError("This hub is in no cluster");
    }
    if (node !== undefined) {
      if (typeof node !== "string") {
        throw new ActionError("node has to be a text");
      }
      const id = others.find(node);
      return id === others.id
        ? this.answerPeer(route, rest, by)
        : others.ask(id, route, rest, by);
    }
    switch (route) {
      case "clients":
        return this.#clients(others, rest, by);
      case "edges":
      case "open":
        return this.#gather(others, route, rest, by);
      case "routes":
        return rest["name"] === undefined
          ? this.#gather(others, route, rest, by)
          : this.#atOwner(others, route, rest, by);
      case "disconnect":
      case "free":
        return rest["id"] === undefined
          ? this.#atOwner(others, route, rest, by)
          : this.#here.answer(route, rest, by);
      case "block":
        return this.#block(others, rest, by);
      default:
        return this.#here.answer(route, rest, by);
    }
  }

  /** Answers another hub. */
  answerPeer(route: string, order: Order, by: string): unknown {
    const others = this.#others;
    return route === "free" && others
      ? this.#free(others, order, by)
      : this.#here.answer(route, order, by);
  }

  /** Asks the hub that has a name. */
  #atOwner(
    others: OtherHubs,
    route: string,
    order: Order,
    by: string,
  ): unknown {
    const { name } = order;
    const ask = (owner: string | undefined) =>
      owner === undefined
        ? this.answerPeer(route, order, by)
        : others.ask(owner, route, order, by);
    const owner = typeof name === "string" ? others.ownerOf(name) : undefined;
    return owner instanceof Promise ? owner.then(ask) : ask(owner);
  }

  /** Gives a name to the client that waits for it, at whichever hub. */
  async #free(others: OtherHubs, order: Order, by: string): Promise<unknown> {
    if (this.#here.answer("waits", order, by) !== true) {
      const answers = await others.askAll("waits", order, by);
      if (answers.some(({ answer }) => answer === true)) {
        return this.#here.answer("disconnect", order, by);
      }
    }
    return this.#here.answer("free", order, by);
  }

  /** Blocks a name at all hubs; those that do not answer hear of it later. */
  async #block(others: OtherHubs, order: Order, by: string): Promise<unknown> {
    const answer = this.#here.answer("block", order, by) as object;
    const answers = await others.askAll("block", order, by);
    const silent = answers.filter(({ error }) => error)
      .map(({ node }) => others.labelOf(node));
    return silent.length === 0 ? answer : { ...answer, silent };
  }

  async #gather(
    others: OtherHubs,
    route: string,
    order: Order,
    by: string,
  ): Promise<unknown[]> {
    const rows = [...this.#here.answer(route, order, by) as unknown[]];
    for (const { answer, error } of await others.askAll(route, order, by)) {
      if (error) throw error;
      rows.push(...rowsOf(answer));
    }
    return rows.slice(0, MAX_ROWS);
  }

  async #clients(
    others: OtherHubs,
    order: Order,
    by: string,
  ): Promise<ClientReport[]> {
    const { after, limit = 1_000 } = order;
    if (after !== undefined && others.ids.length > 1) {
      throw new ActionError(
        "after needs the node whose id it is: this hub is in a cluster",
      );
    }
    const clients = [
      ...this.#here.answer("clients", order, by) as ClientReport[],
    ];
    const [, ...ids] = others.ids;
    while (ids.length > 0 && clients.length < (limit as number)) {
      const some = ids.splice(0, AT_ONCE).map((node) =>
        this.#clientsOf(others, node, order, by)
      );
      for (const each of await Promise.all(some)) clients.push(...each);
    }
    return clients.slice(0, limit as number);
  }

  /** Asks one other hub for its clients, page by page. */
  async #clientsOf(
    others: OtherHubs,
    node: string,
    order: Order,
    by: string,
  ): Promise<ClientReport[]> {
    const most = (order["limit"] ?? 1_000) as number;
    const found: ClientReport[] = [];
    while (found.length < most) {
      const limit = Math.min(PAGE, most - found.length);
      const after = found.at(-1)?.id ?? -1;
      const page = rowsOf<ClientReport>(
        await others.ask(node, "clients", { ...order, after, limit }, by),
      );
      found.push(...page);
      if (page.length < limit) break;
    }
    return found;
  }

  /** Some clients of the other hubs, and whom they call, for a page. */
  async elsewhere(): Promise<ElsewhereReport | undefined> {
    const others = this.#others;
    const [, ...ids] = others?.ids ?? [];
    if (!others || ids.length === 0) return undefined;
    const limit = Math.ceil(PAGE / ids.length);
    const ask = (route: string) => others.askAll(route, { limit }, "");
    const [clients, edges] = await Promise.all([ask("clients"), ask("edges")]);
    return {
      total: others.names,
      clients: clients.flatMap(({ answer }) => rowsOf<ClientReport>(answer))
        .slice(0, PAGE),
      edges: edges.flatMap(({ answer }) => rowsOf<EdgeReport>(answer))
        .slice(0, PAGE),
      silent: clients.filter(({ error }) => error)
        .map(({ node }) => others.labelOf(node)),
    };
  }
}

/** What another hub has answered, as rows; none if it is something else. */
function rowsOf<Row>(answer: unknown): Row[] {
  return Array.isArray(answer)
    ? answer.filter((row) => typeof row === "object" && row !== null)
    : [];
}
