// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** Shows a plant at a broker, and takes the orders that come from there. */

import { later, now, type Timer } from "@wirekit/internal/clock";
import type { Logger } from "@wirekit/internal/logger";
import { idOf, type Shown } from "../plant/_items.ts";
import type {
  GatewayDetails,
  PlantObserver,
} from "../plant/_plant_observer.ts";
import type { PlantWatch } from "../plant/_plant_watch.ts";
import type { Happening, State } from "../plant/_states.ts";
import type { Broker } from "./_broker.ts";
import {
  availabilityTopic,
  baseOf,
  discoveryTopic,
  type Place,
  topicOf,
} from "./_topics.ts";
import { discoveryOf, readDiscovery } from "./_discovery.ts";
import type { Memory } from "./_memory.ts";

/**
 * The maximum number of log lines about refused orders, and its period in ms.
 */
const MAX_WARNINGS = 20;
const WARNINGS_INTERVAL = 60_000;

/** How long messages of our own may still be on their way, in milliseconds. */
const ECHO_DELAY = 1_000;

/** How long the broker may take to pass on a message, in milliseconds. */
const ECHO_TIMEOUT = 10_000;

/** Publishes what is known about a plant. */
export class Bridge implements PlantObserver {
  readonly #broker: Broker;
  readonly #memory: Memory;
  readonly #place: Place;
  readonly #logger: Logger | undefined;
  /** The components that are not there any more, with their platforms. */
  readonly #gone = new Map<string, string>();
  /** What the broker has last been told of: at first, in an earlier run. */
  #told: Pick<Memory["remembered"], "components" | "items"> | undefined;
  #warnings = { since: 0, count: 0 };
  #availability = "offline";
  #checking: Timer | undefined;
  #awaiting: Timer | undefined;
  #isHeard = false;

  constructor(
    broker: Broker,
    memory: Memory,
    place: Place,
    logger: Logger | undefined,
  ) {
    this.#broker = broker;
    this.#memory = memory;
    this.#place = place;
    this.#logger = logger;
  }

  /** See {@linkcode PlantObserver}. */
  recall(): ReturnType<NonNullable<PlantObserver["recall"]>> {
    const positionOf = (item: Shown) =>
      positionIn(this.#memory.states.get(topicOf(this.#place, item)));
    return { items: this.#memory.remembered.items.values(), positionOf };
  }

  /** See {@linkcode PlantObserver}. */
  reached(isOnline: boolean): void {
    this.#availability = isOnline ? "online" : "offline";
    this.#broker.keep(availabilityTopic(this.#place), this.#availability);
    if (!isOnline || this.#isHeard) return;
    this.#awaiting ??= later(ECHO_TIMEOUT, () => {
      if (this.#isHeard || !this.#broker.isOpen) return;
      this.#logger?.warn?.(
        "The broker does not deliver what the bridge publishes. Does its ACL allow " +
          `${baseOf(this.#place)}/# and ${discoveryTopic(this.#place)}?`,
      );
    });
  }

  /**
   * Compares what the broker keeps as the availability of the plant. The last
   * will of a bridge that ended without disconnecting may be published later,
   * over what this one has published.
   */
  heardAvailability(payload: string): void {
    this.#isHeard = true;
    this.#checking?.stop();
    this.#checking = payload === this.#availability
      ? undefined
      : later(ECHO_DELAY, () => {
        if (payload === this.#availability) return;
        this.#logger?.warn?.(
          `Another client has published that the plant is ${
            payload.slice(0, 20)
          }: ` +
            "a bridge that ended without disconnecting, or one that still " +
            `runs. Publishing ${this.#availability} again`,
        );
        this.#broker.again(availabilityTopic(this.#place));
      });
  }

  /** Warns that another bridge for the same plant has started. */
  heardAnother(): void {
    this.#logger?.warn?.(
      "Another bridge for this plant has started: each order is carried out " +
        "twice. Stop one of them, or give them different prefixes",
    );
  }

  /** Ends what is in progress. */
  close(): void {
    this.#checking?.stop();
    this.#awaiting?.stop();
  }

  /** See {@linkcode PlantObserver}. */
  listed(devices: Iterable<Shown>, gateway: GatewayDetails): void {
    const all = [...devices];
    const place = { ...this.#place, gateway };
    const before = this.#told ?? this.#memory.remembered;
    const { components } = readDiscovery(discoveryOf(place, all));
    for (const id of components.keys()) this.#gone.delete(id);
    for (const [id, platform] of before.components) {
      if (!components.has(id)) this.#gone.set(id, platform);
    }
    const items = new Map(all.map((item) => [idOf(item), item]));
    // The states of devices that are not there any more are nobody's.
    for (const [id, item] of before.items) {
      if (!items.has(id)) this.#broker.keep(topicOf(place, item), "");
    }
    this.#told = { components, items };
    const message = discoveryOf(place, all, this.#gone);
    this.#broker.keep(discoveryTopic(place), message);
  }

  /** See {@linkcode PlantObserver}. */
  changed(item: Shown, state: State): void {
    this.#broker.keep(topicOf(this.#place, item), JSON.stringify(state));
  }

  /** See {@linkcode PlantObserver}. */
  happened(item: Shown, what: Happening): void {
    this.#broker.tell(topicOf(this.#place, item), JSON.stringify(what));
  }

  /** Passes on an order: a message on a topic such as `…/light/12/set`. */
  order(
    plant: PlantWatch,
    topic: string,
    payload: string,
    isRetained: boolean,
  ): void {
    const rest = topic.slice(baseOf(this.#place).length + 1);
    const [, kind, slug, part = ""] =
      /^([a-z]+)\/([\d-]+)\/set(?:\/([a-z]+))?$/.exec(rest) ?? [];
    const item = plant.item(`${kind}_${slug}`);
    const name = item === undefined
      ? JSON.stringify(rest.slice(0, 80))
      : `${idOf(item)} (${item.name})`;
    const refuse = (error: unknown) =>
      this.#refuse(name, (error as Error).message);
    try {
      if (isRetained) {
        throw new Error("it was retained by the broker, so it may be old");
      }
      plant.order(`${kind}_${slug}`, part, payload).catch(refuse);
    } catch (error) {
      refuse(error);
    }
  }

  /** Logs that an order is not carried out, but not each one of a flood. */
  #refuse(name: string, why: string): void {
    const time = now();
    if (time - this.#warnings.since > WARNINGS_INTERVAL) {
      this.#warnings = { since: time, count: 0 };
    }
    const count = ++this.#warnings.count;
    if (count > MAX_WARNINGS) return;
    this.#logger?.warn?.(`An order for ${name} is not carried out: ${why}`);
    if (count === MAX_WARNINGS) {
      this.#logger?.warn?.(
        "Further refused orders are not logged for a minute",
      );
    }
  }
}

/** Reads the position in a state that the broker has kept. */
function positionIn(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  try {
    const { position } = JSON.parse(text);
    const isOne = typeof position === "number" && position >= 0 &&
      position <= 100;
    return isOne ? position : undefined;
  } catch {
    return undefined;
  }
}
