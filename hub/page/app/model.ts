// Copyright 2026 the Wirekit authors. MIT license.

/** What the page knows of its hub, and what it is told to show. */
import type {
  ClientFigures,
  ClientReport,
  ClientsReport,
  EdgeReport,
  EdgesReport,
  ElsewhereReport,
  HistoryReport,
  HubReport,
  OpenReport,
  OpenRequestReport,
  PresenceBatch,
  PresenceReport,
  TailBatch,
  TailReport,
  TrafficFigures,
} from "../../watch/report.ts";
import {
  get,
  leave,
  messageOf,
  post,
  Refused,
} from "../../../pages/app/server.ts";
import { listen, recorded, type Session } from "./session.ts";

/** How many seconds of history are kept. */
export const HISTORY = 600;

/** How many messages are kept to look at. */
const MAX_TAIL = 500;

/** How many comings and goings are kept. */
const MAX_PRESENCE = 200;

/** Times that are too short to tell a rate, in milliseconds. */
const TOO_SHORT = 400;

/** The first and the longest wait before the page listens again. */
const RETRY = { min: 500, max: 5000 };

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

/** The lines of the tiles. */
export type Line =
  | "clients"
  | "requests"
  | "informs"
  | "p50"
  | "p99"
  | "errors"
  | "lag";

const LINES = [
  "at",
  "clients",
  "requests",
  "informs",
  "p50",
  "p99",
  "errors",
  "lag",
] as const satisfies readonly (Line | "at")[];

/** From how many seconds on a line is not drawn through. */
const GAP = 5;

/** The last seconds, oldest first; nothing where the page was not open. */
export type History =
  & { at: number[] }
  & Record<Line, (number | null)[]>;

type Rates = Pick<ClientRow, "asks" | "asked" | "informs" | "errors">;

/** A client at some time, and its rates then. */
interface Measured {
  readonly at: number;
  readonly client: ClientReport;
  readonly rates: Rates;
}

const STILL: Rates = { asks: 0, asked: 0, informs: 0, errors: 0 };

/** What is shown of everything. */
export interface Filter {
  /** A part of a name or a route. */
  readonly text: string;
  /** Names that were clicked on; none if all may be shown. */
  readonly names: ReadonlySet<string> | undefined;
  /** What was clicked on. */
  readonly label: string;
}

const NO_FILTER: Filter = { text: "", names: undefined, label: "" };

/** Where the page stands with its hub. */
export type Connection = "connecting" | "live" | "lost" | "locked" | "refused";

/** Everything that the page shows. */
export class Model {
  connection: Connection = "connecting";
  /** What may keep the page from hearing the hub. */
  hint = "";
  /** Why the hub refuses the page. */
  refusal = "";
  session: Session | undefined;
  report: HubReport | undefined;
  /** How late the hub's clock is, in milliseconds. */
  skew = 0;
  /** The clients of this hub, and those of the other hubs of its cluster. */
  clients: readonly ClientRow[] = [];
  /** The other hubs that do not say who is there. */
  silent: readonly string[] = [];
  /** How many clients there are: of very many, not all are shown. */
  total = 0;
  edges: readonly EdgeRow[] = [];
  open: readonly OpenRequestReport[] = [];
  /** How many open requests there are, shown or not. */
  openTotal = 0;
  tail: readonly TailReport[] = [];
  /** How many messages the hub left out of the tail. */
  leftOut = 0;
  /** The other hubs whose messages are missing in it. */
  missing: readonly string[] = [];
  presence: readonly PresenceReport[] = [];
  filter: Filter = NO_FILTER;
  /** The name of the client that is looked at. */
  chosen: string | undefined;
  paused = false;
  payloads = false;
  /** What the tiles draw. */
  readonly history: History = {
    at: [],
    clients: [],
    requests: [],
    informs: [],
    p50: [],
    p99: [],
    errors: [],
    lag: [],
  };

  readonly #changed: () => void;
  /** What ends each stream of events, oldest first. */
  readonly #streams: (() => void)[] = [];
  #timer: number | undefined;
  #wait = RETRY.min;
  #heard = "";
  /** The report that the next is compared with. */
  #measured: HubReport | undefined;
  #known = new Map<number, ClientReport>();
  #here: readonly ClientRow[] = [];
  #elsewhere: readonly ClientRow[] = [];
  #before = new Map<string, Measured>();
  #beforeElsewhere = new Map<string, Measured>();
  #edgesBefore = new Map<string, EdgeReport>();
  #edgesAt = 0;

  /** `changed` is called whenever something else is to be shown. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Finds out who is signed in, and listens. */
  async start(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      this.session = await get<Session>("api/session");
      if (!this.session.mayWatch) {
        throw new Refused(403, "Your token does not allow to watch this hub");
      }
      this.#listen();
      void this.#recall();
    } catch (error) {
      if (error instanceof Refused && error.status === 401) {
        this.connection = "locked";
      } else if (error instanceof Refused && error.status < 500) {
        this.connection = "refused";
        this.refusal = error.message;
      } else {
        this.hint = "";
        this.#again();
      }
    }
    this.#changed();
  }

  /** Shows a token. Rejects with what the hub says against it. */
  async signIn(token: string): Promise<void> {
    await post("session", { token });
    await this.start();
  }

  /** Forgets who was signed in. */
  async signOut(): Promise<void> {
    this.#stop();
    await leave("session", this.session?.proof);
    location.reload();
  }

  /** Sends a command to the hub. Rejects with what the hub says against it. */
  async act<T>(path: string, body: Record<string, unknown>): Promise<T> {
    try {
      return await post<T>(path, body, this.session?.proof);
    } catch (error) {
      throw new Error(messageOf(error));
    }
  }

  /** Whether the one who is signed in may disconnect and block. */
  get mayOperate(): boolean {
    return this.session?.mayOperate ?? false;
  }

  /** The time at the hub. */
  now(): number {
    return Date.now() + this.skew;
  }

  /** Shows some names only, or all. */
  only(names: readonly string[] | undefined, label = ""): void {
    const same = label !== "" && this.filter.label === label;
    const none = names === undefined || same;
    this.filter = none
      ? { ...this.filter, names: undefined, label: "" }
      : { ...this.filter, names: new Set(names), label };
    this.#listen();
    this.#changed();
  }

  /** Shows names and routes with these letters only. */
  search(text: string): void {
    this.filter = { ...this.filter, text };
    this.#changed();
  }

  /** Looks at one client, or at none. */
  choose(name: string | undefined): void {
    this.chosen = name;
    this.#listen();
    this.#changed();
  }

  /** Stops the tail, or lets it go on. */
  pause(paused: boolean): void {
    this.paused = paused;
    this.#changed();
  }

  /** Shows what is in the messages, or no longer. */
  show(payloads: boolean): void {
    this.payloads = payloads;
    if (!payloads) {
      this.tail = this.tail.map(({ data: _, answer: __, ...rest }) => rest);
    }
    this.#listen();
    this.#changed();
  }

  /** Whether something between these names and with these words is shown. */
  shows(names: readonly (string | undefined)[], words = ""): boolean {
    const { names: only, text } = this.filter;
    if (only && !names.some((name) => name !== undefined && only.has(name))) {
      return false;
    }
    if (text === "") return true;
    const small = text.toLowerCase();
    return [...names, words].some((each) =>
      each?.toLowerCase().includes(small)
    );
  }

  #listen(): void {
    const [only, ...more] = this.filter.names ?? [];
    const name = this.chosen ?? (more.length > 0 ? undefined : only);
    const wishes = { tail: true, payload: this.payloads, name };
    const key = JSON.stringify(wishes);
    const live = this.connection === "live" || this.connection === "connecting";
    if (live && key === this.#heard) return;
    this.#heard = key;
    const stop = listen(
      wishes,
      {
        report: (data) => this.#takeReport(data as HubReport),
        clients: (data) => this.#takeClients(data as ClientsReport),
        edges: (data) => this.#takeEdges(data as EdgesReport),
        open: (data) => this.#takeOpen(data as OpenReport),
        tail: (data) => this.#takeTail(data as TailBatch),
        presence: (data) => this.#takePresence(data as PresenceBatch),
        elsewhere: (data) => this.#takeElsewhere(data as ElsewhereReport),
      },
      () => {
        // The page listens as before until the hub has heard of other wishes.
        const older = this.#streams.splice(0, this.#streams.indexOf(stop));
        for (const end of older) end();
        this.missing = [];
        this.connection = "live";
        this.#wait = RETRY.min;
        this.#changed();
      },
      () => {
        this.#stop();
        // The browser does not tell why it got no events.
        this.hint = this.connection === "live"
          ? ""
          : "The hub answers, but tells this page nothing: too many may be open";
        this.#again();
        this.#changed();
      },
    );
    this.#streams.push(stop);
  }

  #stop(): void {
    for (const end of this.#streams.splice(0)) end();
  }

  /** Shows what has passed while the page was not open. */
  async #recall(): Promise<void> {
    const past = await get<HistoryReport>("api/history").catch(() => undefined);
    if (past) this.#recallNumbers(past);
    const rows = await recorded(() => true, MAX_TAIL).catch(() => []);
    const ids = new Set(this.tail.map(({ id }) => id));
    const older = rows.filter(({ id }) => !ids.has(id));
    this.tail = [...this.tail, ...older].slice(0, MAX_TAIL);
    this.#changed();
  }

  /** Asks anew who is signed in: the hub may have another token by now. */
  #again(): void {
    this.connection = "lost";
    this.#heard = "";
    this.#timer = setTimeout(() => this.start(), this.#wait);
    this.#wait = Math.min(this.#wait * 2, RETRY.max);
  }

  #takeReport(report: HubReport): void {
    const last = this.#measured;
    this.report = report;
    this.skew = report.at - Date.now();
    if (!report.cluster && this.#elsewhere.length > 0) {
      this.#elsewhere = [];
      this.#join();
    }
    if (last && last.since !== report.since) this.#forget();
    else if (last) {
      if (report.at - last.at < TOO_SHORT) return this.#changed();
      this.#remember(last, report);
    }
    this.#measured = report;
    this.#changed();
  }

  #recallNumbers(past: HistoryReport): void {
    const known = { ...this.history };
    for (const line of LINES) this.history[line] = [];
    const add = (
      at: number,
      value: (line: Exclude<typeof LINES[number], "at">) => number | null,
    ) => {
      const last = this.history.at.at(-1) ?? at;
      if (at - last > GAP) this.#add(last + 1, () => null);
      this.#add(at, value);
    };
    past.at.forEach((at, i) => add(at / 1000, (line) => past[line][i] ?? null));
    const end = this.history.at.at(-1) ?? 0;
    known.at.forEach((at, i) => {
      if (at > end) add(at, (line) => known[line][i] ?? null);
    });
  }

  /** Another life of the hub: its counters begin at 0. */
  #forget(): void {
    this.#known.clear();
    this.#before.clear();
    this.#edgesBefore.clear();
    this.#edgesAt = 0;
    this.tail = [];
    this.presence = [];
    this.leftOut = 0;
    this.missing = [];
  }

  #remember(last: HubReport, report: HubReport): void {
    const seconds = (report.at - last.at) / 1000;
    const rate = (key: "requests" | "informs" | "errors") =>
      Math.max(0, (report.traffic[key] - last.traffic[key]) / seconds);
    const now: Record<Line, number> = {
      clients: report.clients.active,
      requests: rate("requests"),
      informs: rate("informs"),
      errors: rate("errors"),
      p50: report.roundTrip.p50,
      p99: report.roundTrip.p99,
      lag: report.lag.now,
    };
    this.#add(report.at / 1000, (line) => now[line]);
  }

  #add(at: number, value: (line: Line) => number | null): void {
    for (const line of LINES) {
      const values: (number | null)[] = this.history[line];
      values.push(line === "at" ? at : value(line));
      if (values.length > HISTORY) values.shift();
    }
  }

  #takeClients(report: ClientsReport): void {
    const { full, total, clients, figures = [], gone } = report;
    const at = performance.now();
    this.total = total;
    if (full) this.#known.clear();
    for (const id of gone) this.#known.delete(id);
    for (const client of clients) this.#known.set(client.id, client);
    for (const changed of figures) {
      const client = this.#known.get(changed[0]);
      if (client) this.#known.set(client.id, withFigures(client, changed));
    }
    const before = this.#before;
    this.#before = new Map();
    this.#here = rowsOf([...this.#known.values()], before, this.#before, at);
    this.#join();
  }

  #takeElsewhere({ clients, silent }: ElsewhereReport): void {
    const before = this.#beforeElsewhere;
    this.#beforeElsewhere = new Map();
    const at = performance.now();
    this.#elsewhere = rowsOf(clients, before, this.#beforeElsewhere, at);
    this.silent = silent;
    this.#join();
  }

  #join(): void {
    this.clients = [...this.#here, ...this.#elsewhere];
    this.#changed();
  }

  #takeEdges({ full, edges }: EdgesReport): void {
    const at = performance.now();
    const seconds = (at - this.#edgesAt) / 1000;
    const known = this.#edgesAt > 0;
    if (known && at - this.#edgesAt < TOO_SHORT) return;
    const before = this.#edgesBefore;
    const now = full ? new Map<string, EdgeReport>() : new Map(before);
    for (const edge of edges) {
      now.set(JSON.stringify([edge.from, edge.to]), edge);
    }
    this.#edgesBefore = now;
    this.#edgesAt = at;
    this.edges = Array.from(now, ([key, edge]) => {
      const { from, to, requests, informs, errors } = edge;
      const last = before.get(key);
      const total = requests + informs;
      const since = last ? last.requests + last.informs : 0;
      return {
        from,
        to,
        total,
        totalErrors: errors,
        rate: known ? Math.max(0, (total - since) / seconds) : 0,
        errors: known
          ? Math.max(0, (errors - (last?.errors ?? 0)) / seconds)
          : 0,
      };
    });
    this.#changed();
  }

  #takeOpen({ total, open }: OpenReport): void {
    this.open = open;
    this.openTotal = total;
    this.#changed();
  }

  #takeTail({ rows, left, silent }: TailBatch): void {
    this.missing = silent ?? this.missing;
    if (this.paused) return this.#changed();
    this.leftOut += left;
    // While the page changes what it listens to, a row may come twice.
    const ids = new Set(rows.map(({ id }) => id));
    const older = this.tail.filter(({ id }) => !ids.has(id));
    this.tail = [...rows.toReversed(), ...older].slice(0, MAX_TAIL);
    this.#changed();
  }

  #takePresence({ events }: PresenceBatch): void {
    this.presence = [...events.toReversed(), ...this.presence]
      .slice(0, MAX_PRESENCE);
    this.#changed();
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

/** Tells a client from all others, of all hubs. */
export function keyOf({ id, node = "" }: ClientReport): string {
  return `${id} ${node}`;
}

/** Makes rows of clients; notes them in `after` for the next time. */
function rowsOf(
  clients: readonly ClientReport[],
  before: ReadonlyMap<string, Measured>,
  after: Map<string, Measured>,
  at: number,
): ClientRow[] {
  const queues = new Map<string, number>();
  return clients.map((client) => {
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
