// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { settled } from "@wirekit/internal/clock";
import { ActionError, type Actions, type Order } from "./_actions.ts";
import { namesElsewhere, reportCluster } from "../hubs/_cluster.ts";
import type { WatchedHub } from "../_hub.ts";
import type { Reports } from "../_reports.ts";

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
  edges: "Who asked whom how often. limit: the busiest (5000)",
  open: "The requests that are not answered yet",
  watch: "Sends you who comes and goes as information, at all hubs of a " +
    "cluster. presence: false for none; tail: true for messages; payload: " +
    "true with their data; name: of one client only",
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
      ...reportCluster(exchange.cluster!),
      names: namesElsewhere(exchange.cluster!, prefix, most),
    });
    const { reading } = exchange.cluster;
    return reading ? settled(reading.done, READING).then(answer) : answer();
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
