// Copyright 2026 the Wirekit authors. MIT license.

/** A gateway that takes part in a hub. */

import { TimeoutError } from "@wirekit/internal/errors";
import { stringify } from "@wirekit/internal/json";
import {
  type Content,
  type Fault,
  fault,
  type Follower,
  fullPass,
  type Hub,
  type Member,
  type Question,
} from "@wirekit/hub/hub";
import type { Gateway, GatewayEvent, HomeItem } from "@wirekit/openwebnet";
import type { PlantPageModule, PlantsView } from "./_page_module.ts";
import {
  BadDataError,
  GATEWAY_ROUTES,
  PAGE_ROUTES,
  schemasOf,
} from "./_routes.ts";
import { TimedShutters } from "./_timed_shutters.ts";
import { Guest } from "../guest/_guest.ts";
import type { Asked, Host } from "../guest/_host.ts";

/** What one participant wants to be told. */
interface Subscription {
  readonly who: number | undefined;
  readonly where: string | undefined;
}

/** A participant that is told events. */
interface Subscriber {
  readonly follower: Follower;
  readonly wanted: Subscription[];
}

/** The most participants that are told events. */
const MAX_SUBSCRIBERS = 1_000;

/** The most that one participant may subscribe to. */
const MAX_SUBSCRIPTIONS = 100;

export class GatewayGuest implements Host {
  readonly #hub: Hub;
  readonly #gateway: Gateway;
  readonly #names: ReadonlyMap<string, HomeItem>;
  readonly #guest: Guest;
  readonly #timed: TimedShutters;
  /** What is asked of the gateway, by the question's mark. */
  readonly #asked = new Map<number, AbortController>();
  #questions = 0;
  /** By the keys of their followers. */
  readonly #subscribers = new Map<string, Subscriber>();
  #following: Promise<void> | undefined;
  readonly #ending = new AbortController();
  readonly #name: string;
  readonly #page: PlantPageModule | undefined;
  readonly #routes: typeof GATEWAY_ROUTES;
  /** What its page shows, from the first time that somebody looks. */
  #view: PlantsView | undefined;

  constructor(
    hub: Hub,
    name: string,
    gateway: Gateway,
    names: ReadonlyMap<string, HomeItem>,
    page?: PlantPageModule,
  ) {
    this.#hub = hub;
    this.#name = name;
    this.#page = page;
    this.#routes = page
      ? { ...GATEWAY_ROUTES, ...PAGE_ROUTES }
      : GATEWAY_ROUTES;
    this.#gateway = gateway;
    this.#names = names;
    this.#guest = new Guest(hub, fullPass("gateway"), this, {
      protocol: "OpenWebNet",
      carrier: "gateway",
      address: "",
    });
    const refused = this.#guest.join(name, (held) => {
      if (!held) this.admitted();
    });
    if (refused) {
      this.#guest.leave();
      const why = `A gateway cannot be called ${name}: ${refused.text}`;
      throw new TypeError(why);
    }
    this.#timed = new TimedShutters(gateway, names);
  }

  /** Takes it out of the hub, and closes the gateway. */
  async close(): Promise<void> {
    this.ended();
    this.#guest.leave();
    await this.#timed.close();
    await this.#view?.[Symbol.asyncDispose]();
    await this.#gateway.close();
    await this.#following;
  }

  /** See {@linkcode Host}. */
  asked({ question, route, data }: Asked): Fault | undefined {
    const name = JSON.parse(route);
    const args: unknown = JSON.parse(data) ?? {};
    if (typeof args !== "object" || args === null || Array.isArray(args)) {
      return fault("InvalidData", "It takes named params: send an object.");
    }
    const given = args as Record<string, unknown>;
    if (name === "subscribe" || name === "unsubscribe") {
      return this.#subscribe(question, name, given);
    }
    const found = Object.hasOwn(this.#routes, name)
      ? this.#routes[name]
      : undefined;
    if (!found) {
      const all = [...Object.keys(this.#routes), "subscribe", "unsubscribe"]
        .join(", ");
      return fault("RouteNotFound", `Route not found: there are ${all}.`);
    }
    const ending = new AbortController();
    question.mark = ++this.#questions;
    this.#asked.set(question.mark, ending);
    const context = {
      gateway: this.#gateway,
      names: this.#names,
      timed: this.#timed,
      name: this.#name,
      view: () => this.#viewed(),
      options: { signal: ending.signal },
    };
    // Out of the turn of the one who asks: what is wrong is an answer too.
    Promise.resolve().then(() => found.run(given, context)).then(
      (result) => this.#guest.answer(question, stringify(result) ?? "null"),
      (error) => this.#guest.refuse(question, faultOf(error)),
    ).finally(() => this.#asked.delete(question.mark));
    return undefined;
  }

  /**
   * Waits until its page shows something new.
   *
   * @param since The `now` of an earlier report.
   * @param timeout How long to wait at most, in milliseconds.
   * @param signal Ends the wait.
   */
  async news(
    since: string,
    timeout: number,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#viewed().changed(since, timeout, signal);
  }

  /** Follows the plant from the first time on that somebody looks. */
  #viewed(): PlantsView {
    // All of these names are of this gateway.
    const names = Object.fromEntries(
      [...this.#names].map(([name, { gateway: _, ...item }]) => [name, item]),
    );
    return this.#view ??= new this.#page!.PlantView(
      { [this.#name]: this.#gateway },
      { home: { gateways: {}, names } },
    );
  }

  /** See {@linkcode Host}. */
  cancelled({ mark }: Question): void {
    this.#asked.get(mark)?.abort(new Error("Nobody waits for it any more"));
  }

  /** See {@linkcode Host}. What all are told is not for it. */
  told(_source: string, _data: string, byName: boolean): Fault | undefined {
    if (!byName) return undefined;
    const text =
      `${this.#name} is a gateway, which takes no information: ask ` +
      "it for a route.";
    return fault("InvalidData", text);
  }

  /** See {@linkcode Host}. */
  admitted(): void {
    this.#guest.announce(JSON.stringify(schemasOf(this.#routes, this.#names)));
  }

  /** See {@linkcode Host}. */
  held(): void {}

  /** See {@linkcode Host}. */
  ended(): void {
    for (const ending of this.#asked.values()) {
      ending.abort(new Error("The gateway has left the hub."));
    }
    this.#endAll("The gateway has left the hub.");
    this.#ending.abort();
  }

  #subscribe(
    question: Question,
    verb: "subscribe" | "unsubscribe",
    { who, where }: Record<string, unknown>,
  ): Fault | undefined {
    const asker = question.requester as Member;
    if (who !== undefined && !Number.isInteger(who)) {
      return fault("InvalidData", "who has to be an integer, such as 1.");
    }
    if (where !== undefined && typeof where !== "string") {
      return fault("InvalidData", 'where has to be a string, such as "12".');
    }
    if (where && !this.#names.has(where) && !/^[\d#]+$/.test(where)) {
      const what = JSON.stringify(where.slice(0, 100));
      const text = `${what} is neither a target nor a name of the home.`;
      return fault("InvalidData", text);
    }
    if (!asker.active) {
      return fault("NotReady", "Only who has a name can be told events.");
    }
    if (verb === "unsubscribe") {
      for (const each of this.#subscribers.values()) {
        if (each.follower.name === asker.name) this.#drop(each);
      }
    } else if (!this.#add(question, who as number | undefined, where)) {
      return fault("TooMany", "There are too many subscriptions.");
    }
    const subscribed = verb === "subscribe";
    this.#guest.answer(question, `{"subscribed":${subscribed}}`);
    return undefined;
  }

  /** Adds what somebody wants to be told; returns whether there is room. */
  #add(
    question: Question,
    who: number | undefined,
    where: string | undefined,
  ): boolean {
    const item = where === undefined ? undefined : this.#names.get(where);
    const subscription = {
      who: who ?? item?.who,
      where: item?.where ?? where,
    };
    const follower = this.#hub.exchange.follow(question);
    const known = this.#subscribers.get(follower.key);
    if (known) {
      follower.close();
      const { wanted } = known;
      const isOld = wanted.some(({ who, where }) =>
        who === subscription.who && where === subscription.where
      );
      if (isOld) return true;
      if (wanted.length >= MAX_SUBSCRIPTIONS) return false;
      wanted.push(subscription);
      return true;
    }
    if (this.#subscribers.size >= MAX_SUBSCRIBERS) this.#tidy();
    if (this.#subscribers.size >= MAX_SUBSCRIBERS) {
      follower.close();
      return false;
    }
    this.#subscribers.set(follower.key, { follower, wanted: [subscription] });
    this.#following ??= this.#follow();
    return true;
  }

  /** Forgets those who seem to be gone. */
  #tidy(): void {
    const { exchange } = this.#hub;
    for (const each of this.#subscribers.values()) {
      const { follower: { gone, name } } = each;
      if (gone || !exchange.has(name)) this.#drop(each);
    }
  }

  #drop({ follower }: Subscriber): void {
    follower.close();
    this.#subscribers.delete(follower.key);
  }

  /** Tells all that they are told no more events, and why. */
  #endAll(reason: string): void {
    const content = contentOf({ subscribed: false, reason });
    for (const each of this.#subscribers.values()) {
      each.follower.tell(this.#guest.member, content);
      this.#drop(each);
    }
  }

  /** Tells the events of the bus to those who want them. */
  async #follow(): Promise<void> {
    const { signal } = this.#ending;
    while (this.#subscribers.size > 0) {
      try {
        for await (const event of this.#gateway.events({ signal })) {
          this.#tell(event);
          if (this.#subscribers.size === 0) break;
        }
      } catch (error) {
        // Too slow a reader, or the gateway refuses, or it was closed.
        this.#endAll(faultOf(error).text);
      }
    }
    this.#following = undefined;
  }

  #tell(event: GatewayEvent): void {
    const { member } = this.#guest;
    // Another gateway has the name now, somewhere in a cluster.
    if (!member.active) return;
    const { message: _, ...rest } = event;
    const content = contentOf(rest);
    for (const each of this.#subscribers.values()) {
      const { follower, wanted } = each;
      if (follower.gone) this.#drop(each);
      else if (
        wanted.some(({ who, where }) =>
          (who ?? event.who) === event.who &&
          (where ?? event.where) === event.where
        )
      ) follower.tell(member, content);
    }
  }
}

function contentOf(data: unknown): Content {
  return {
    route: "[]",
    data: stringify(data) ?? "null",
    traceback: "null",
    pseudoObject: "null",
  };
}

function faultOf(error: unknown): Fault {
  const { message = String(error) } = Object(error) as Partial<Error>;
  if (error instanceof TimeoutError) return fault("TimedOut", message);
  const isBad = error instanceof BadDataError || error instanceof RangeError ||
    error instanceof TypeError || error instanceof SyntaxError;
  return fault(isBad ? "InvalidData" : "RouteFailed", message);
}
