// Copyright 2026 the Wirekit authors. MIT license.

/** What clients do in a second: the hub tells what they did in all. */
import type { EdgeReport, EdgesReport } from "../../../watch/reports/calls.ts";
import type {
  ClientFigures,
  ClientReport,
  ClientsReport,
  TrafficFigures,
} from "../../../watch/reports/clients.ts";

/** Times that are too short to tell a rate, in milliseconds. */
export const TOO_SHORT = 400;

/** A client with its rates a second. */
export interface ClientRow {
  readonly client: ClientReport;
  /** Requests that it makes. */
  readonly asks: number;
  /** Requests that it is asked. */
  readonly asked: number;
  /** Information from it and to it. */
  readonly informs: number;
  /** Requests from it and to it that fail. */
  readonly errors: number;
  /** The place in the queue for its name, from 1; 0 if it is in none. */
  readonly waits: number;
}

/** Who calls whom, with rates a second. */
export interface EdgeRow {
  readonly from: string;
  readonly to: string;
  readonly rate: number;
  readonly errors: number;
  readonly total: number;
  readonly totalErrors: number;
}

type Rates = Pick<ClientRow, "asks" | "asked" | "informs" | "errors">;

/** A client at some time, and its rates then. */
interface Measured {
  readonly at: number;
  readonly client: ClientReport;
  readonly rates: Rates;
}

const STILL: Rates = { asks: 0, asked: 0, informs: 0, errors: 0 };

/** Tells a client from all others, of all hubs. */
export function keyOf({ id, node = "" }: ClientReport): string {
  return `${id} ${node}`;
}

/** Clients that are measured again and again. */
export class ClientRates {
  #before = new Map<string, Measured>();

  /** Makes a row of each client. */
  rowsOf(clients: Iterable<ClientReport>): ClientRow[] {
    const at = performance.now();
    const before = this.#before;
    const after = this.#before = new Map<string, Measured>();
    const queues = new Map<string, number>();
    return Array.from(clients, (client) => {
      const key = keyOf(client);
      const last = before.get(key);
      const short = last !== undefined && at - last.at < TOO_SHORT;
      const measured = short ? last : {
        at,
        client,
        rates: last ? ratesOf(last, client, at) : STILL,
      };
      after.set(key, measured);
      const waits = client.state === "held" && client.name !== undefined
        ? (queues.get(client.name) ?? 0) + 1
        : 0;
      if (waits > 0) queues.set(client.name!, waits);
      return { client, ...measured.rates, waits };
    });
  }

  /** Forgets what they did: their counters begin at 0. */
  forget(): void {
    this.#before.clear();
  }
}

/** What a client did since it was measured, a second. */
function ratesOf(last: Measured, client: ClientReport, at: number): Rates {
  const seconds = (at - last.at) / 1000;
  const rate = (count: (client: ClientReport) => number) =>
    Math.max(0, (count(client) - count(last.client)) / seconds);
  return {
    asks: rate(({ sent }) => sent.requests),
    asked: rate(({ received }) => received.requests),
    informs: rate(({ sent, received }) => sent.informs + received.informs),
    errors: rate(({ sent, received }) => sent.errors + received.errors),
  };
}

/** The clients of this hub, of which it tells only what has changed. */
export class KnownClients {
  readonly #known = new Map<number, ClientReport>();

  /** Takes a report; returns all clients that are known then. */
  take(
    { full, clients, figures = [], gone }: ClientsReport,
  ): Iterable<ClientReport> {
    const known = this.#known;
    if (full) known.clear();
    for (const id of gone) known.delete(id);
    for (const client of clients) known.set(client.id, client);
    for (const changed of figures) {
      const client = known.get(changed[0]);
      if (client) known.set(client.id, withFigures(client, changed));
    }
    return known.values();
  }

  /** Forgets all. */
  forget(): void {
    this.#known.clear();
  }
}

function withFigures(
  client: ClientReport,
  [, lastSeen, asking, asked, bytes, peak, sent, received]: ClientFigures,
): ClientReport {
  const outbox = { bytes, peak };
  const traffic = (
    [requests, errors, informs, messages, bytes]: TrafficFigures,
  ) => ({ requests, errors, informs, messages, bytes });
  return {
    ...client,
    lastSeen,
    asking,
    asked,
    outbox,
    sent: traffic(sent),
    received: traffic(received),
  };
}

/** Who calls whom, measured again and again. */
export class EdgeRates {
  /** All edges as they were last told, and as they were at the last rates. */
  #known = new Map<string, EdgeReport>();
  #before = new Map<string, EdgeReport>();
  #at = 0;

  /** Makes a row of each; none if it is too early to tell a rate. */
  rowsOf(
    { full, edges }: Omit<EdgesReport, "total">,
  ): EdgeRow[] | undefined {
    if (full) this.#known.clear();
    for (const edge of edges) {
      this.#known.set(JSON.stringify([edge.from, edge.to]), edge);
    }
    const at = performance.now();
    const isFirst = this.#at === 0;
    if (!isFirst && at - this.#at < TOO_SHORT) return undefined;
    const seconds = (at - this.#at) / 1000;
    const before = this.#before;
    this.#before = new Map(this.#known);
    this.#at = at;
    return Array.from(this.#known, ([key, edge]) => {
      const { from, to, requests, informs, errors } = edge;
      const last = before.get(key);
      const total = requests + informs;
      const since = last ? last.requests + last.informs : 0;
      return {
        from,
        to,
        total,
        totalErrors: errors,
        rate: isFirst ? 0 : Math.max(0, (total - since) / seconds),
        errors: isFirst
          ? 0
          : Math.max(0, (errors - (last?.errors ?? 0)) / seconds),
      };
    });
  }

  /** Forgets them: their counters begin at 0. */
  forget(): void {
    this.#known.clear();
    this.#before.clear();
    this.#at = 0;
  }
}
