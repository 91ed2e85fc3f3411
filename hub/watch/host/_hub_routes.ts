// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { settled } from "@wirekit/internal/clock";
import { ActionError, type Actions, type Order } from "./_actions.ts";
import { namesElsewhere, reportCluster } from "../hubs/_cluster.ts";
import type { WatchedHub } from "../_hub.ts";
import type { Reports } from "../_reports.ts";

/** What is told of routes that take it, which most do in a cluster. */
const AT_NODE =
  "; node: of one hub of the cluster, its id or what it is called";

/** A route of the hub's own. */
interface HubRoute {
  /** What people are told of it. */
  readonly about: string;
  /** The names of what it takes. */
  readonly takes: readonly string[];
}

/** What the hub answers when it is asked itself, by route. */
export const HUB_ROUTES: Readonly<Record<string, HubRoute>> = {
  clients: {
    about:
      "All clients. prefix: of their names; after: an id; limit: how many (1000)",
    takes: ["prefix", "after", "limit", "node"],
  },
  routes: {
    about: "The routes that are known. name: of one client",
    takes: ["name", "node"],
  },
  describe: {
    about: "What a client can be asked, as it told. name; without one, what " +
      "the hub can be asked",
    takes: ["name", "node"],
  },
  announce: {
    about: "Tells what you can be asked. routes: by name, each with " +
      "description, params, result, readOnly, if you like",
    takes: ["routes"],
  },
  stats: {
    about: "The hub as a whole: traffic, times, problems, limits",
    takes: ["node"],
  },
  nodes: {
    about: "The hubs of the cluster, and who is at which other one. prefix: " +
      "of their names; limit: how many (1000)",
    takes: ["prefix", "limit", "node"],
  },
  limits: {
    about: "Its limits: value, peak, now, times reached",
    takes: ["node"],
  },
  edges: {
    about: "Who asked whom how often. limit: the busiest (5000)",
    takes: ["limit", "node"],
  },
  open: {
    about: "The requests that are not answered yet",
    takes: ["node"],
  },
  watch: {
    about: "Sends you who comes and goes as information, at all hubs of a " +
      "cluster. presence: false for none; tail: true for messages; payload: " +
      "true with their data; name: of one client only",
    takes: ["presence", "tail", "payload", "name"],
  },
  unwatch: { about: "Ends that", takes: [] },
  disconnect: {
    about: "Disconnects a client, at whichever hub of the cluster. name, or id",
    takes: ["name", "id", "node"],
  },
  free: {
    about: "Gives a name to the one who waits for it. name",
    takes: ["name", "node"],
  },
  block: {
    about:
      "Lets nobody take a name for a while, at no hub of the cluster. name, " +
      "ms (600000; 0 ends it)",
    takes: ["name", "ms", "node"],
  },
  drain: {
    about: "on: true lets nobody new in from now on, false ends that",
    takes: ["on", "node"],
  },
  record: {
    about:
      "Keeps payloads in the recording for a while. ms (300000; 0 ends it)",
    takes: ["ms", "node"],
  },
};

/** Refuses what a route does not take, which would have no effect. */
export function checkOrder(route: string, order: Order): void {
  const { takes } = HUB_ROUTES[route]!;
  for (const key of Object.keys(order)) {
    if (takes.includes(key)) continue;
    const but = takes.length === 0 ? "" : `, but ${takes.join(", ")}`;
    const name = JSON.stringify(key.slice(0, 100));
    throw new ActionError(`${route} of @hub takes no ${name}${but}`, 400);
  }
}

/** How long to wait until all names of other hubs are known, in milliseconds. */
const READING = 3_000;

/** Answers what is asked of a hub, for somebody who may know, or do it. */
export class HubRoutes {
  readonly #hub: WatchedHub;
  readonly #reports: Reports;
  readonly #actions: Actions;

  constructor(hub: WatchedHub, reports: Reports, actions: Actions) {
    this.#hub = hub;
    this.#reports = reports;
    this.#actions = actions;
  }

  /** Answers for this hub. */
  answer(route: string, order: Order, by: string): unknown {
    switch (route) {
      case "clients":
        return this.#clients(order);
      case "nodes":
        return this.#nodes(order);
      case "routes":
        this.#hub.exchange.routes.look();
        return this.#reports.routes(textIn(order, "name")).slice(0, 5_000);
      case "describe":
        return this.#describe(textIn(order, "name"));
      case "stats":
        return this.#reports.hub();
      case "limits":
        return this.#reports.limits();
      case "edges":
        return this.#reports.edges(undefined, limitIn(order, 5_000, 5_000))
          .edges;
      case "open":
        return this.#reports.open().open;
      case "waits":
        return this.#actions.waits(order["name"]);
      default:
        return this.#actions.do(route, order, by);
    }
  }

  #clients(order: Order): unknown {
    const { after = -1 } = order;
    if (typeof after !== "number") {
      throw new ActionError("after has to be an id", 400);
    }
    return this.#reports.clientsAfter(
      after,
      limitIn(order),
      textIn(order, "prefix"),
    );
  }

  #nodes(order: Order): unknown {
    const { exchange } = this.#hub;
    if (!exchange.cluster) throw new ActionError("This hub is in no cluster");
    const most = limitIn(order);
    const prefix = textIn(order, "prefix");
    const answer = () => ({
      ...reportCluster(exchange.cluster!, exchange.unreached),
      names: namesElsewhere(exchange.cluster!, prefix, most),
    });
    const { reading } = exchange.cluster;
    return reading ? settled(reading.done, READING).then(answer) : answer();
  }

  #describe(name: string | undefined): unknown {
    if (name !== undefined && name !== "@hub") {
      return this.#hub.exchange.routes.of(JSON.stringify(name));
    }
    return Object.entries(HUB_ROUTES).map((
      [route, { about, takes }],
    ) => ({
      name: "@hub",
      route,
      description: takes.includes("node") ? about + AT_NODE : about,
    }));
  }
}

/** Reads a text of an order; throws if it is none. */
export function textIn(order: Order, key: string): string | undefined {
  const value = order[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return value;
  throw new ActionError(`${key} has to be a text`, 400);
}

/** Reads how many somebody wants to hear of: a stock client takes 2 MiB. */
function limitIn(order: Order, usual = 1_000, most = 2_000): number {
  const { limit = usual } = order;
  if (Number.isInteger(limit) && (limit as number) > 0) {
    return Math.min(limit as number, most);
  }
  throw new ActionError("limit has to be 1 or more", 400);
}
