// Copyright 2026 the Wirekit authors. MIT license.

/** The participants that are told the events of a gateway. */

import { stringify } from "@wirekit/internal/json";
import type {
  Content,
  Follower,
  Hub,
  Member,
  Question,
} from "@wirekit/hub/hub";
import type { Gateway, GatewayEvent } from "@wirekit/openwebnet";
import { faultOf } from "./_faults.ts";

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

/** The participants that are told the events of a gateway. */
export class Subscribers {
  readonly #hub: Hub;
  readonly #gateway: Gateway;
  /** The gateway, as the hub knows it. */
  readonly #member: Member;
  /** By the keys of their followers. */
  readonly #subscribers = new Map<string, Subscriber>();
  #following: Promise<void> | undefined;
  readonly #ending = new AbortController();

  constructor(hub: Hub, gateway: Gateway, member: Member) {
    this.#hub = hub;
    this.#gateway = gateway;
    this.#member = member;
  }

  /** Adds what somebody wants to be told; returns whether there is room. */
  add(question: Question, subscription: Subscription): boolean {
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

  /** Tells a participant nothing any more. */
  remove(name: string | undefined): void {
    for (const each of this.#subscribers.values()) {
      if (each.follower.name === name) this.#drop(each);
    }
  }

  /** Tells all that they are told no more events, and why. */
  end(reason: string): void {
    this.#endAll(reason);
    this.#ending.abort();
  }

  /** Resolves when no more events are read. */
  async ended(): Promise<void> {
    await this.#following;
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

  #endAll(reason: string): void {
    const content = contentOf({ subscribed: false, reason });
    for (const each of this.#subscribers.values()) {
      each.follower.tell(this.#member, content);
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
    // Another gateway has the name now, somewhere in a cluster.
    if (!this.#member.active) return;
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
      ) follower.tell(this.#member, content);
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
