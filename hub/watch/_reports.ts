// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import config from "../deno.json" with { type: "json" };
import { HUB } from "../exchange/names/_name_rules.ts";
import type { Member } from "../exchange/participant.ts";
import {
  addEdges,
  type Census,
  type ClientContext,
  type EdgeOf,
  isListed,
  reportClient,
  reportEdge,
  reportFigures,
  reportOpen,
  takeCensus,
  troubleOf,
} from "./figures/_census.ts";
import type { Ends } from "./figures/_ends.ts";
import { textOf } from "./figures/_route_figures.ts";
import { toWall, wallOffset } from "./figures/_wall.ts";
import { limitOf, type WatchedHub } from "./_hub.ts";
import type { Lag } from "./figures/_lag.ts";
import { labelsOf, reportCluster } from "./hubs/_cluster.ts";
import type { Problems } from "./problems/_problems.ts";
import type { History } from "./figures/_history.ts";
import type { Recording } from "./figures/_recording.ts";
import { nameOf, type Samples } from "./figures/_samples.ts";
import type {
  EdgeReport,
  EdgesReport,
  OpenReport,
  RouteReport,
} from "./reports/calls.ts";
import type {
  ClientFigures,
  ClientReport,
  ClientsReport,
} from "./reports/clients.ts";
import type { Traffic } from "./reports/figures.ts";
import type { HubReport, LimitReport } from "./reports/hub.ts";

/** The most clients and edges that are shown at once. */
const MAX_CLIENTS = 2_000;
const MAX_EDGES = 5_000;
const MAX_ROUTES = 5_000;

/** How far apart two looks for problems are while somebody asks, in ms. */
const LOOK_AT_MOST = 900;

/** The parts of a hub that is watched. */
export interface Parts {
  readonly hub: WatchedHub;
  readonly samples: Samples;
  readonly ends: Ends;
  readonly lag: Lag;
  readonly problems: Problems;
  readonly recording: Recording;
  readonly history: History;
}

/** Writes the reports. */
export class Reports {
  readonly #parts: Parts;
  readonly #since = Date.now();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  census(): Census {
    return takeCensus(this.#parts.hub.exchange.members);
  }

  /** The hub as a whole. */
  hub(census: Census = this.census()): HubReport {
    const { hub, samples, lag, problems, recording } = this.#parts;
    problems.look(LOOK_AT_MOST, census);
    const list = problems.list;
    const worst = list[0]?.severity;
    const health = hub.isDraining
      ? "draining"
      : worst === "error"
      ? "bad"
      : worst ?? "good";
    const { active, held, unverified, nameless } = census;
    return {
      version: config.version,
      since: this.#since,
      at: Date.now(),
      urls: hub.urls,
      lock: hub.lock,
      health,
      problems: list,
      protocols: hub.protocols,
      pages: hub.pages,
      traffic: this.traffic(census),
      roundTrip: samples.roundTrip.report(),
      hubTime: samples.hubTime.report(),
      lag: { now: lag.now, worst: lag.worst },
      clients: { active, held, unverified, nameless },
      open: hub.exchange.openQuestions,
      blocked: [...hub.exchange.blocked].map(([name, until]) => ({
        name: textOf(name),
        until: toWall(until),
      })),
      ...(recording.keepsPayloads &&
        { recordingPayloadsUntil: recording.payloadsUntil }),
      ...(hub.exchange.cluster &&
        {
          cluster: reportCluster(hub.exchange.cluster, hub.exchange.unreached),
        }),
      limits: this.limits(),
    };
  }

  traffic({ bytesIn, bytesOut }: Census): Traffic {
    const { hub, ends } = this.#parts;
    const { requests, errors, failures, informs } = hub.exchange.totals;
    return {
      requests,
      errors: errors + failures,
      informs,
      bytesIn: bytesIn + ends.bytesIn,
      bytesOut: bytesOut + ends.bytesOut,
    };
  }

  /** Its limits. */
  limits(): LimitReport[] {
    return [...this.#parts.hub.limits];
  }

  /** Some of the clients, in the order in which they came. */
  clientsAfter(
    id: number,
    limit: number,
    prefix: string | undefined,
  ): ClientReport[] {
    const clients: ClientReport[] = [];
    const context = this.#context();
    for (const member of this.#parts.hub.exchange.members) {
      if (member.number <= id || !isListed(member)) continue;
      if (prefix !== undefined && !nameOf(member).startsWith(prefix)) continue;
      clients.push(reportClient(member, context));
      if (clients.length >= limit) break;
    }
    return clients;
  }

  /**
   * All clients; of very many the sick and the busiest.
   *
   * @param newsOf Says what is to be told of each; by default all.
   */
  clients(
    newsOf?: (
      member: Member,
      context: ClientContext,
    ) => "all" | "figures" | "nothing",
  ): ClientsReport {
    const members = [...this.#parts.hub.exchange.members].filter(isListed);
    const context = this.#context();
    const total = members.length;
    if (total > MAX_CLIENTS) {
      const rank = new Map(members.map((member) => [
        member,
        troubleOf(member, context.now, context.maxOutboxBytes) === undefined
          ? member.requests + member.asked + member.informs
          : Infinity,
      ]));
      members.sort((a, b) => rank.get(b)! - rank.get(a)!);
      members.length = MAX_CLIENTS;
    }
    const clients: ClientReport[] = [];
    const figures: ClientFigures[] = [];
    for (const member of members) {
      const news = newsOf ? newsOf(member, context) : "all";
      if (news === "all") clients.push(reportClient(member, context));
      else if (news === "figures") {
        figures.push(reportFigures(member, context));
      }
    }
    const full = !newsOf;
    return { full, total, clients, ...(!full && { figures }), gone: [] };
  }

  /**
   * Who calls whom; of very many the busiest.
   *
   * @param isNews Says of which of them more is to be told; by default of all.
   * @param most How many are told of.
   */
  edges(isNews?: (edge: EdgeOf) => boolean, most = MAX_EDGES): EdgesReport {
    const all: EdgeOf[] = [];
    for (const member of this.#askers()) {
      if (member.name === HUB || isListed(member)) addEdges(member, all);
    }
    const total = all.length;
    if (total > most) {
      const busy = ({ edge }: EdgeOf) => edge.requests + edge.informs;
      all.sort((a, b) => busy(b) - busy(a));
      all.length = most;
    }
    const edges: EdgeReport[] = [];
    for (const each of all) {
      if (!isNews || isNews(each)) edges.push(reportEdge(each));
    }
    return { full: !isNews, total, edges };
  }

  /** The routes that are known: of one client, or of all. */
  routes(name: string | undefined): RouteReport[] {
    const { hub, samples } = this.#parts;
    const names = name === undefined
      ? samples.routes.names
      : [JSON.stringify(name)];
    const all: RouteReport[] = [];
    for (const client of names) {
      for (const known of hub.exchange.routes.of(client)) {
        const { name, route, announced, description } = known;
        const json = JSON.stringify(route);
        all.push({
          name,
          route,
          announced,
          ...(description !== undefined && { description }),
          ...samples.routes.of(client, json),
        });
      }
      if (all.length >= MAX_ROUTES) break;
    }
    return all;
  }

  /** The requests that are not answered yet. */
  open(): OpenReport {
    const { exchange } = this.#parts.hub;
    return reportOpen(
      this.#askers(),
      exchange.openQuestions,
      exchange.requestTimeout,
    );
  }

  /** All that may have asked something: the hub itself too. */
  *#askers(): Generator<Member, void> {
    const { exchange } = this.#parts.hub;
    const host = exchange.find(HUB);
    if (host) yield host;
    yield* exchange.members;
  }

  #context(): ClientContext {
    const { hub, ends } = this.#parts;
    const maxOutboxBytes = limitOf(hub, "maxOutboxBytes");
    const { cluster } = hub.exchange;
    const node = cluster && labelsOf(cluster.nodes).get(cluster.node);
    const [now, offset] = [performance.now(), wallOffset()];
    return { ends, now, offset, maxOutboxBytes, node };
  }
}
