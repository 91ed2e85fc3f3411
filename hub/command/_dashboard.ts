// Copyright 2026 the Wirekit authors. MIT license.

/** What `hub top` shows: pure text. */

import { printable } from "@wirekit/internal/command";
import type { EdgeReport } from "../watch/reports/calls.ts";
import type { ClientReport } from "../watch/reports/clients.ts";
import type { HubReport } from "../watch/reports/hub.ts";

/** A hub at one moment. */
export interface View {
  readonly hub: HubReport;
  readonly clients: readonly ClientReport[];
  readonly edges: readonly EdgeReport[];
}

/** How many rows each table has at most: a terminal cuts them. */
const MAX_CLIENTS = 12;
const MAX_EDGES = 200;
const MAX_NODES = 10;

/** Shows a hub: its rates are those between two moments. */
export function dashboard(before: View, after: View): string[] {
  return [
    ...tiles(before, after),
    "",
    ...nodeTable(after),
    ...clientTable(before, after),
    "",
    ...edgeTable(before, after),
  ];
}

function tiles(before: View, { hub }: View): string[] {
  const rate = rates(before, hub.at);
  const { traffic, clients, roundTrip, lag } = hub;
  const { traffic: old } = before.hub;
  const [url = ""] = hub.urls;
  const more = [
    ...clients.held > 0 ? [`${clients.held} held`] : [],
    ...clients.unverified > 0 ? [`${clients.unverified} without a name`] : [],
  ].join(", ");
  return [
    `hub ${hub.version}  up ${
      ageOf(hub.at - hub.since)
    }  ${hub.health}  ${url}`,
    [
      `clients ${clients.active}${more && ` (${more})`}`,
      `requests ${rate(traffic.requests, old.requests)}/s`,
      `informs ${rate(traffic.informs, old.informs)}/s`,
      `errors ${rate(traffic.errors, old.errors)}/s`,
      `open ${hub.open}`,
    ].join("  "),
    [
      `p50 ${msOf(roundTrip.p50)}`,
      `p99 ${msOf(roundTrip.p99)}`,
      `lag ${msOf(lag.now)}`,
      `in ${
        bytesOf(perSecond(traffic.bytesIn, old.bytesIn, before, hub.at))
      }/s`,
      `out ${
        bytesOf(perSecond(traffic.bytesOut, old.bytesOut, before, hub.at))
      }/s`,
    ].join("  "),
    ...hub.problems.slice(0, 3).map(({ text, cure }) => `! ${text} ${cure}`),
  ];
}

/** Which hubs are one with this one, and how busy each is. */
function nodeTable({ hub: { cluster, at } }: View): string[] {
  if (!cluster) return [];
  const { state, engine = "", reason, nodes } = cluster;
  const rows = nodes.toSorted((a, b) =>
    (b.figures["requestsPerSecond"] ?? 0) -
    (a.figures["requestsPerSecond"] ?? 0)
  ).slice(0, MAX_NODES);
  const left = nodes.length - rows.length;
  return [
    `cluster ${state}  ${reason ?? engine}`.trimEnd(),
    ...table([
      ["HUB", "CLIENTS", "REQ/S", "INF/S", "ERR/S", "UP"],
      ...rows.map(({ label, here, figures, since }) => [
        here ? `${cut(label, 24)} (this)` : cut(label, 24),
        countOf(figures["clients"] ?? 0),
        countOf(figures["requestsPerSecond"] ?? 0),
        countOf(figures["informsPerSecond"] ?? 0),
        countOf(figures["errorsPerSecond"] ?? 0),
        ageOf(at - since),
      ]),
    ]),
    ...left > 0 ? [`${left} more`] : [],
    "",
  ];
}

function clientTable(before: View, { hub, clients }: View): string[] {
  const rate = rates(before, hub.at);
  const key = ({ node = "", id }: ClientReport) => `${id} ${node}`;
  const old = new Map(before.clients.map((client) => [key(client), client]));
  const isCluster = hub.cluster !== undefined;
  const rows = clients.map((client) => {
    const { sent, received } = client;
    const was = old.get(key(client));
    const busy = sent.requests + received.requests + sent.informs -
      (was ? was.sent.requests + was.received.requests + was.sent.informs : 0);
    const sick = client.trouble === undefined ? 0 : Infinity;
    return { client, was, rank: busy + sick };
  }).sort((a, b) => b.rank - a.rank || a.client.id - b.client.id);
  const head = [
    "CLIENT",
    ...isCluster ? ["HUB"] : [],
    "ASKS/S",
    "ASKED/S",
    "ERR/S",
    "OPEN",
    "OUTBOX",
    "UP",
  ];
  const lines = table([
    head,
    ...rows.slice(0, MAX_CLIENTS).map(({ client, was }) => [
      labelOf(client),
      ...isCluster ? [cut(client.node ?? "", 16)] : [],
      rate(client.sent.requests, was?.sent.requests),
      rate(client.received.requests, was?.received.requests),
      rate(client.received.errors, was?.received.errors),
      countOf(client.asked),
      bytesOf(client.outbox.bytes),
      ageOf(hub.at - client.since),
    ]),
  ]);
  const left = clients.length - MAX_CLIENTS;
  return left > 0 ? [...lines, `${left} more: hub list`] : lines;
}

function edgeTable(before: View, { hub, edges }: View): string[] {
  const rate = rates(before, hub.at);
  const key = ({ from, to }: EdgeReport) => JSON.stringify([from, to]);
  const old = new Map(before.edges.map((edge) => [key(edge), edge]));
  const rows = edges.map((edge) => {
    const was = old.get(key(edge));
    const rank = edge.requests - (was?.requests ?? 0);
    return { edge, was, rank };
  }).sort((a, b) => b.rank - a.rank || b.edge.requests - a.edge.requests);
  return table([
    ["FROM → TO", "REQ/S", "ERR/S", "INF/S", "REQUESTS"],
    ...rows.slice(0, MAX_EDGES).map(({ edge, was }) => [
      `${cut(edge.from || "(no name)", 20)} → ${cut(edge.to, 20)}`,
      rate(edge.requests, was?.requests),
      rate(edge.errors, was?.errors),
      rate(edge.informs, was?.informs),
      countOf(edge.requests),
    ]),
  ]);
}

/** Lines up the columns; all but the first are numbers, or short. */
export function table(given: readonly string[][]): string[] {
  // A hub may allow names of any characters, also such as look like a row.
  const rows = given.map((row) => row.map(inOneLine));
  const widths = rows[0]!.map((_, n) =>
    Math.max(...rows.map((row) => [...row[n] ?? ""].length))
  );
  return rows.map((row) =>
    row.map((cell, n) => cell + " ".repeat(widths[n]! - [...cell].length))
      .join("  ").trimEnd()
  );
}

/** Makes a text of what others have chosen that looks like no second line. */
export function inOneLine(text: string): string {
  return printable(text).replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}

function labelOf({ name, state }: ClientReport): string {
  const label = cut(name ?? "(no name)", 24);
  return state === "held" ? `${label} (held)` : label;
}

function cut(text: string, most: number): string {
  const chars = [...text];
  return chars.length > most ? `${chars.slice(0, most - 1).join("")}…` : text;
}

/** Returns what writes the rate of a counter, which starts again at times. */
function rates(
  before: View,
  now: number,
): (after: number, was: number | undefined) => string {
  return (after, was) => {
    const rate = perSecond(after, was ?? after, before, now);
    return rate >= 10 || rate === 0 ? countOf(rate) : rate.toFixed(1);
  };
}

function perSecond(
  after: number,
  was: number,
  before: View,
  now: number,
): number {
  const seconds = Math.max(now - before.hub.at, 1) / 1000;
  return Math.max(0, after < was ? after : after - was) / seconds;
}

/** Writes a number in few characters. */
export function countOf(count: number): string {
  if (count < 10_000) return String(Math.round(count));
  if (count < 1e6) return `${(count / 1e3).toFixed(count < 1e5 ? 1 : 0)}k`;
  return `${(count / 1e6).toFixed(count < 1e8 ? 1 : 0)}M`;
}

function bytesOf(bytes: number): string {
  if (bytes < 1024) return `${Math.round(bytes)} B`;
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(0)} KiB`;
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}

function msOf(ms: number): string {
  return `${ms < 10 ? ms.toFixed(2) : ms.toFixed(0)} ms`;
}

/** Writes how long something has been, in its largest unit. */
export function ageOf(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}
