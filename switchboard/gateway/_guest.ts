// Copyright 2026 the Wirekit authors. MIT license.

/** A gateway that takes part in a hub. */

import { stringify } from "@wirekit/internal/json";
import {
  type Fault,
  fault,
  fullPass,
  type Hub,
  type Member,
  type Question,
} from "@wirekit/hub/hub";
import type { Gateway, HomeItem } from "@wirekit/openwebnet";
import { faultOf } from "./_faults.ts";
import type { PlantPageModule, PlantsView } from "./_page_module.ts";
import { PAGE_ROUTES } from "./_page_routes.ts";
import { GATEWAY_ROUTES } from "./_routes.ts";
import { schemasOf } from "./_schemas.ts";
import { Subscribers } from "./_subscribers.ts";
import { TimedShutters } from "./_timed_shutters.ts";
import { Guest } from "../guest/_guest.ts";
import type { Asked, Host } from "../guest/_host.ts";

export class GatewayGuest implements Host {
  readonly #gateway: Gateway;
  readonly #names: ReadonlyMap<string, HomeItem>;
  readonly #guest: Guest;
  readonly #subscribers: Subscribers;
  readonly #timed: TimedShutters;
  /** What is asked of the gateway, by the question's mark. */
  readonly #asked = new Map<number, AbortController>();
  #questions = 0;
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
    this.#subscribers = new Subscribers(hub, gateway, this.#guest.member);
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
    await this.#subscribers.ended();
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
    this.#subscribers.end("The gateway has left the hub.");
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
    const item = where === undefined ? undefined : this.#names.get(where);
    const subscription = {
      who: who as number | undefined ?? item?.who,
      where: item?.where ?? where,
    };
    if (verb === "unsubscribe") this.#subscribers.remove(asker.name);
    else if (!this.#subscribers.add(question, subscription)) {
      return fault("TooMany", "There are too many subscriptions.");
    }
    const subscribed = verb === "subscribe";
    this.#guest.answer(question, `{"subscribed":${subscribed}}`);
    return undefined;
  }
}
