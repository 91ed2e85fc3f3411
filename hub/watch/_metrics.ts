// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import config from "../deno.json" with { type: "json" };
import type { Census } from "./figures/_census.ts";
import { presentIn, reportCluster } from "./hubs/_cluster.ts";
import type { Histogram } from "./figures/_histogram.ts";
import { nameOf } from "./figures/_samples.ts";
import type { Parts, Reports } from "./_reports.ts";

/** The media type of Prometheus' text format. */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Upper bounds of the histograms, in seconds. */
const BOUNDS = [
  0.000_01,
  0.000_05,
  0.000_1,
  0.000_5,
  0.001,
  0.005,
  0.01,
  0.05,
  0.1,
  0.5,
  1,
  5,
  10,
  60,
];

/** The most clients whose numbers are shown by name. */
const MAX_NAMES = 1_000;

type Labels = Record<string, string>;

/** Writes the metrics of a hub; those of each client only if `withNames`. */
export function writeMetrics(
  parts: Parts,
  reports: Reports,
  withNames: boolean,
): string {
  const census = reports.census();
  const page = new Page();
  writeTraffic(page, parts, reports, census);
  writeState(page, parts, reports, census);
  writeCluster(page, parts);
  if (withNames) writeClients(page, parts);
  return page.text;
}

function writeTraffic(
  page: Page,
  { hub, samples }: Parts,
  reports: Reports,
  census: Census,
): void {
  const { answers, errors, failures, abandoned, informs, told } =
    hub.exchange.totals;
  page.counter("requests", "Requests that have ended, by outcome.", [
    [{ outcome: "answer" }, answers],
    [{ outcome: "error" }, errors],
    [{ outcome: "failure" }, failures],
    [{ outcome: "abandoned" }, abandoned],
  ]);
  page.gauge("open_requests", "Requests without an answer yet.", [
    [{}, hub.exchange.openQuestions],
  ]);
  page.counter("informs", "Information that was sent.", [[{}, informs]]);
  page.counter("inform_deliveries", "Information that somebody was sent.", [
    [{}, told],
  ]);
  const { bytesIn, bytesOut } = reports.traffic(census);
  page.counter("bytes", "Bytes of messages.", [
    [{ direction: "in" }, bytesIn],
    [{ direction: "out" }, bytesOut],
  ]);
  page.histogram(
    "hub_time_seconds",
    "How long the hub took to pass a request on. Sampled and scaled when busy.",
    samples.allHubTimes,
  );
  page.histogram(
    "round_trip_seconds",
    "From a request to its answer. Sampled and scaled when busy.",
    samples.allRoundTrips,
  );
}

function writeState(
  page: Page,
  { hub, ends, lag, problems }: Parts,
  reports: Reports,
  census: Census,
): void {
  page.gauge("info", "The version of the hub.", [
    [{ version: config.version }, 1],
  ]);
  page.gauge("connections", "Open connections.", [[{}, hub.connections]]);
  page.gauge("clients", "Clients, by whether they have their name.", [
    [{ state: "active" }, census.active],
    [{ state: "held" }, census.held],
    [{ state: "unverified" }, census.unverified],
    [{ state: "nameless" }, census.nameless],
  ]);
  page.counter(
    "client_ends",
    "Clients that have left or were dropped, by why.",
    [...ends.counts].map(([reason, count]) => [{ reason }, count]),
  );
  page.gauge("outbox_bytes", "Bytes that clients have not read yet.", [
    [{}, census.outboxBytes],
  ]);
  page.gauge("outbox_max_bytes", "Those of the client with the most.", [
    [{}, census.outbox],
  ]);
  page.gauge("event_loop_lag_seconds", "How late the event loop was.", [
    [{}, lag.now / 1000],
  ]);
  page.gauge("draining", "Whether the hub lets nobody in.", [
    [{}, hub.isDraining ? 1 : 0],
  ]);
  page.gauge(
    "problems",
    "What an operator should look at, by severity.",
    [
      "warning",
      "error",
    ].map((severity) => [
      { severity },
      problems.list.filter((problem) => problem.severity === severity).length,
    ]),
  );
  page.counter(
    "limit_hits",
    "How often limits were reached, by option.",
    reports.limits().map(({ option, hits }) => [{ option }, hits]),
  );
}

function writeCluster(page: Page, { hub }: Parts): void {
  const { cluster, unreached } = hub.exchange;
  if (!cluster) return;
  page.gauge(
    "cluster_state",
    "1 for how the cluster is: open if other hubs can be reached.",
    ["open", "waiting", "fenced"].map((state) => [
      { state },
      Number(cluster.state === state),
    ]),
  );
  page.gauge(
    "cluster_refused",
    "1 while the engine refuses what this hub needs, cannot decide, or is away.",
    [[{}, cluster.reason === undefined ? 0 : 1]],
  );
  page.gauge("cluster_nodes", "Hubs of the cluster, with this one.", [
    [{}, presentIn(cluster).length],
  ]);
  page.gauge("cluster_names_elsewhere", "Names that other hubs have.", [
    [{}, cluster.names.size],
  ]);
  const { nodes } = reportCluster(cluster, unreached);
  const rows = (figure: string) =>
    nodes.map(({ label, figures }): [Labels, number] => [
      { node: label },
      figures[figure] ?? 0,
    ]);
  const said = "as the hub said some seconds ago.";
  page.gauge("cluster_node_clients", `Clients of each hub, ${said}`, [
    ...rows("clients"),
  ]);
  page.gauge(
    "cluster_node_unreached",
    "1 for each hub that is there, and that this one cannot reach.",
    nodes.map(({ id, label }) => [
      { node: label },
      Number(unreached.some((node) => node.id === id)),
    ]),
  );
  page.counter("cluster_node_requests", `Requests of each hub, ${said}`, [
    ...rows("requests"),
  ]);
  page.counter("cluster_node_informs", `Information of each hub, ${said}`, [
    ...rows("informs"),
  ]);
  page.counter("cluster_node_errors", `Errors of each hub, ${said}`, [
    ...rows("errors"),
  ]);
  page.counter(
    "cluster_node_refused",
    `Messages that were none of a hub, at each hub, ${said}`,
    [...rows("refused")],
  );
}

function writeClients(page: Page, { hub }: Parts): void {
  const members = [...hub.exchange.members].filter(({ active }) => active)
    .slice(0, MAX_NAMES);
  const rows = (pick: (member: typeof members[number]) => number) =>
    members.map((member): [Labels, number] => [
      { name: nameOf(member) },
      pick(member),
    ]);
  page.counter(
    "client_requests",
    "Requests of a client since it came.",
    rows(({ requests }) => requests),
  );
  page.counter(
    "client_request_errors",
    "Those of them that ended with an error.",
    rows(({ errors }) => errors),
  );
  page.counter(
    "client_asked",
    "Requests to a client since it came.",
    rows(({ asked }) => asked),
  );
  page.counter(
    "client_faults",
    "Those of them that ended with an error.",
    rows(({ faults }) => faults),
  );
  page.gauge(
    "client_outbox_bytes",
    "Bytes that a client has not read yet.",
    rows(({ about }) => about.flow?.outboxBytes ?? 0),
  );
}

/** A page in Prometheus' text format. */
class Page {
  text = "";

  counter(name: string, help: string, rows: [Labels, number][]): void {
    this.#family(`${name}_total`, "counter", help, rows);
  }

  gauge(name: string, help: string, rows: [Labels, number][]): void {
    this.#family(name, "gauge", help, rows);
  }

  histogram(name: string, help: string, histogram: Histogram): void {
    const full = this.#head(name, "histogram", help);
    for (const bound of BOUNDS) {
      const count = histogram.upTo(bound * 1e6);
      this.#row(`${full}_bucket`, { le: String(bound) }, count);
    }
    this.#row(`${full}_bucket`, { le: "+Inf" }, histogram.count);
    this.#row(`${full}_sum`, {}, histogram.sum / 1e6);
    this.#row(`${full}_count`, {}, histogram.count);
  }

  #family(
    name: string,
    type: string,
    help: string,
    rows: [Labels, number][],
  ): void {
    const full = this.#head(name, type, help);
    for (const [labels, value] of rows) this.#row(full, labels, value);
  }

  #head(name: string, type: string, help: string): string {
    const full = `wirekit_hub_${name}`;
    this.text += `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n`;
    return full;
  }

  #row(name: string, labels: Labels, value: number): void {
    const all = Object.entries(labels)
      .map(([label, text]) => `${label}="${escaped(text)}"`).join();
    this.text += `${name}${all && `{${all}}`} ${value}\n`;
  }
}

function escaped(text: string): string {
  return text.replace(
    /[\\"\n]/g,
    (char) => char === "\n" ? "\\n" : `\\${char}`,
  );
}
