// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { PeerLine, PeerListener } from "../../cluster/backplane.ts";
import type { Exchange } from "../../exchange/exchange.ts";
import type { Member } from "../../exchange/participant.ts";
import type { Fault } from "../../exchange/fault.ts";
import { ActionError, type Order } from "../host/_actions.ts";
import { labelsOf } from "./_cluster.ts";
import { readWords, type Words } from "./_peer_words.ts";
import { MAX_EVENTS, Presence } from "./_presence.ts";
import { Questions } from "./_questions.ts";
import { textOf } from "../figures/_route_figures.ts";
import type { Place, Row } from "../figures/_samples.ts";
import type { PresenceBatch, PresenceReport } from "../reports/clients.ts";
import type { TailBatch } from "../reports/tail.ts";
import type { TailWants } from "../_subscribers.ts";

/** Of how many names all hubs together tell one that has come. */
const MAX_ROUTES = 10_000;

/** What the hub does with what others say. */
export interface PeerEvents {
  /** Answers another hub for what is here. */
  answer(route: string, order: Order, by: string, node: string): unknown;
  /** Somebody came, went or waits at another hub. */
  presence(batch: PresenceBatch): void;
  /** Messages that were asked for passed through another hub. */
  tail(wants: TailWants, batch: TailBatch): void;
  /** Another hub has come. */
  met(node: string): void;
  /** The other hubs can be reached again. */
  attached(): void;
  /** Another hub is gone. */
  gone(node: string): void;
}

/**
 * Talks with the other hubs of a cluster about what operators see and do. Each
 * hub tells the others what its clients announced, which names are blocked, and,
 * to those that want to know, who comes and goes.
 */
export class OtherHubs implements PeerListener {
  readonly #exchange: Exchange;
  readonly #line: PeerLine;
  readonly #questions = new Questions();
  readonly #presence: Presence;
  #events: PeerEvents | undefined;
  /** Another one shows that this hub was taken for dead. */
  #lastId: string;
  /** What hubs are called that are here, or were a moment ago. */
  #labels = new Map<string, string>();
  /** Whether this hub wants to hear who comes and goes. */
  #wants = false;
  /** Names that have gone with their hub. */
  #dead: string[] = [];

  constructor(exchange: Exchange, line: PeerLine) {
    this.#exchange = exchange;
    this.#line = line;
    this.#presence = new Presence((node, batch) =>
      void this.#say({ node }, ["presence", batch])
    );
    this.#lastId = this.id;
  }

  /** Begins to hear what others say, and greets them. */
  begin(events: PeerEvents): void {
    this.#events = events;
    this.#line.listener = this;
    queueMicrotask(() => this.#greet("all", false));
  }

  /** The ids of all hubs, this one first, then by what people call them. */
  get ids(): string[] {
    const { node, nodes } = this.#exchange.cluster!;
    this.#labels = labelsOf(nodes);
    const others = nodes.map(({ id }) => id).filter((id) => id !== node);
    const byLabel = (a: string, b: string) =>
      this.labelOf(a) < this.labelOf(b) ? -1 : 1;
    return [node, ...others.sort(byLabel)];
  }

  /** The id of this hub. */
  get id(): string {
    return this.#exchange.cluster!.node;
  }

  /** How many names the other hubs have. */
  get names(): number {
    return this.#exchange.cluster!.names.size;
  }

  /** What people call a hub. */
  labelOf(id: string): string {
    if (!this.#labels.has(id)) {
      const known = labelsOf(this.#exchange.cluster!.nodes);
      for (const [each, label] of known) this.#labels.set(each, label);
    }
    return this.#labels.get(id) ?? id;
  }

  /** Finds a hub by its id, or by what people call it. */
  find(text: string): string {
    const id = this.ids.find((id) => id === text || this.labelOf(id) === text);
    if (id !== undefined) return id;
    const all = this.ids.map((id) => this.labelOf(id)).join(", ");
    const what = JSON.stringify(text.slice(0, 100));
    throw new ActionError(`There is no hub ${what} in the cluster, but ${all}`);
  }

  /** The other hub that has a name, at once if that is known. */
  ownerOf(name: string): string | undefined | Promise<string | undefined> {
    const json = JSON.stringify(name);
    const { names, reading } = this.#exchange.cluster!;
    if (!reading || this.#exchange.names.includes(json)) return names.get(json);
    return reading.ownerOf(json);
  }

  /** Returns at which other hubs the ends of a message are. */
  placeOf(from: Member, to: Member | undefined): Place {
    const { names, node } = this.#exchange.cluster!;
    const owner = to?.name === undefined ? undefined : names.get(to.name);
    return {
      from: this.#exchange.nodeOf(from),
      to: owner === node ? undefined : owner,
    };
  }

  /** Says in a row at which hubs the ends of its message are. */
  name(row: Row, { from = this.id, to = this.id }: Place): void {
    row.node = this.labelOf(from);
    if (row.to !== undefined && from !== to) row.toNode = this.labelOf(to);
  }

  /** Asks another hub. Rejects with an `ActionError` if there is no answer. */
  async ask(
    node: string,
    route: string,
    order: Order,
    by: string,
  ): Promise<unknown> {
    return await this.#questions.ask(
      node,
      this.labelOf(node),
      (number) => this.#say({ node }, ["ask", number, route, order, by]),
    );
  }

  /** Asks all other hubs; the answers stand in the order of `ids`. */
  async askAll(
    route: string,
    order: Order,
    by: string,
  ): Promise<{ node: string; answer?: unknown; error?: ActionError }[]> {
    const [, ...others] = this.ids;
    return await Promise.all(others.map(async (node) => {
      try {
        return { node, answer: await this.ask(node, route, order, by) };
      } catch (error) {
        if (error instanceof ActionError) return { node, error };
        throw error;
      }
    }));
  }

  /** Asks all other hubs for something, and waits for no answer. */
  order(route: string, order: Order): void {
    this.#say("all", ["ask", 0, route, order, ""]);
  }

  /** Tells another hub of messages that it asked for; returns whether it can. */
  tell(node: string, { name, payload }: TailWants, batch: TailBatch): boolean {
    const words: Words = ["tail", name ?? null, payload, batch];
    return this.#say({ node }, words) === undefined;
  }

  /** See {@linkcode PeerListener}. */
  looked(): void {
    this.#say("all", ["look"]);
  }

  /** Wants to hear from the others who comes and goes, or no longer. */
  listen(wants: boolean): void {
    if (wants === this.#wants) return;
    this.#wants = wants;
    this.#dead = [];
    this.#say("all", ["wants", wants]);
  }

  /** Somebody came, went or waits here. */
  presence(event: PresenceReport): void {
    this.#presence.add(event);
  }

  /** Tells the others what was gathered. */
  flush(): void {
    this.#presence.flush();
  }

  /** Ends what waits for other hubs. */
  close(): void {
    this.#questions.close();
  }

  // What comes from the cluster.

  /** See {@linkcode PeerListener}. */
  announced(name: string, text: string): void {
    this.#say("all", ["routes", name, text]);
  }

  /** See {@linkcode PeerListener}. */
  attached(): void {
    this.#greet("all", false);
    this.#events?.attached();
    if (this.#lastId === this.id) return;
    // The others have said that all of this hub are gone.
    this.#lastId = this.id;
    const node = this.labelOf(this.id);
    for (const name of this.#exchange.names) {
      this.presence({
        at: Date.now(),
        event: "join",
        name: textOf(name),
        node,
      });
    }
  }

  /** See {@linkcode PeerListener}. */
  listed(): void {
    this.#exchange.routes.listed();
  }

  /** See {@linkcode PeerListener}. */
  left(name: string, dead: boolean): void {
    this.#exchange.routes.moved(name);
    if (dead && this.#wants) this.#dead.push(name);
  }

  /** See {@linkcode PeerListener}. */
  gone(node: string): void {
    this.#presence.wanted(node, false);
    this.#exchange.routes.gone(node);
    const label = this.labelOf(node);
    this.#questions.gone(node, label);
    this.#events?.gone(node);
    this.#labels.delete(node);
    const dead = this.#dead;
    this.#dead = [];
    if (dead.length === 0) return;
    const events = dead.slice(0, MAX_EVENTS).map((name): PresenceReport => ({
      at: Date.now(),
      event: "leave",
      name: textOf(name),
      reason: `the hub ${label} is gone`,
      node: label,
    }));
    this.#events?.presence({ events, left: dead.length - events.length });
  }

  /** See {@linkcode PeerListener}. */
  heard(text: string, node: string): boolean {
    const words = readWords(text);
    if (words) this.#hear(words, node);
    return words !== undefined;
  }

  #hear(words: Words, node: string): void {
    switch (words[0]) {
      case "ask":
        return void this.#answer(node, words);
      case "say":
        return this.#questions.answered(node, words[1], words[2]);
      case "refuse":
        return this.#questions.refused(node, words[1], words[2]);
      case "routes":
        return this.#exchange.routes.hear(words[1], node, words[2]);
      case "wants":
        return this.#presence.wanted(node, words[1]);
      case "presence":
        return this.#events?.presence(words[1]);
      case "tail": {
        const [, name, payload, batch] = words;
        return this.#events?.tail({ name: name ?? undefined, payload }, batch);
      }
      case "look":
        return this.#exchange.routes.look(true);
      case "hello": {
        const [, isAnswer, wants, blocks] = words;
        this.#presence.wanted(node, wants);
        for (const [name, ms] of blocks) {
          if (!this.#exchange.blocked.has(name)) {
            this.#exchange.block(name, ms);
          }
        }
        if (!isAnswer) this.#greet({ node }, true);
        this.#events?.met(node);
      }
    }
  }

  async #answer(
    node: string,
    [, number, route, order, by]: Words & ["ask", ...unknown[]],
  ): Promise<void> {
    let text: string;
    try {
      const answer = await this.#events?.answer(route, order, by, node);
      const refusal = this.#say({ node }, ["say", number, answer]);
      if (!refusal) return;
      text = refusal.text;
    } catch (error) {
      // Another hub may ask what no hub asks.
      text = error instanceof ActionError
        ? error.message
        : "This hub cannot answer that";
    }
    this.#say({ node }, ["refuse", number, text]);
  }

  /** Tells what others may not know yet: all that this hub has told before. */
  #greet(to: { node: string } | "all", isAnswer: boolean): void {
    const now = performance.now();
    const blocks = [...this.#exchange.blocked]
      .map(([name, until]): [string, number] => [name, until - now])
      .filter(([_, ms]) => ms > 0);
    this.#say(to, ["hello", isAnswer, this.#wants, blocks]);
    // No hub remembers more, whoever told it.
    let most = Math.ceil(MAX_ROUTES / this.#exchange.cluster!.nodes.length);
    for (const [name, text] of this.#exchange.routes.known) {
      if (most-- <= 0) break;
      this.#say(to, ["routes", name, text]);
    }
  }

  #say(to: { node: string } | "all", words: Words): Fault | undefined {
    return this.#line.send(to, JSON.stringify(words));
  }
}
