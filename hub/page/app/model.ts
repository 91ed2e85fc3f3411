// Copyright 2026 the Wirekit authors. MIT license.

/** What the page knows of its hub, and what it is told to show. */
import type {
  EdgesReport,
  OpenReport,
  OpenRequestReport,
} from "../../watch/reports/calls.ts";
import type {
  ClientsReport,
  PresenceBatch,
  PresenceReport,
} from "../../watch/reports/clients.ts";
import type { ElsewhereReport } from "../../watch/reports/cluster.ts";
import type { HistoryReport } from "../../watch/reports/figures.ts";
import type { HubReport } from "../../watch/reports/hub.ts";
import type { TailBatch, TailReport } from "../../watch/reports/tail.ts";
import {
  get,
  leave,
  messageOf,
  post,
  Refused,
} from "../../../pages/app/server.ts";
import { Retry } from "../../../pages/app/retry.ts";
import { type Filter, NO_FILTER, passes, withNames } from "./model/filter.ts";
import { History, type Lines } from "./model/history.ts";
import {
  ClientRates,
  type ClientRow,
  EdgeRates,
  type EdgeRow,
  KnownClients,
  TOO_SHORT,
} from "./model/rates.ts";
import { listen, recorded, type Session } from "./session.ts";

/** How many messages are kept to look at. */
const MAX_TAIL = 500;

/** How many comings and goings are kept. */
const MAX_PRESENCE = 200;

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

  readonly #changed: () => void;
  /** What ends each stream of events, oldest first. */
  readonly #streams: (() => void)[] = [];
  readonly #retry = new Retry(() => this.start());
  #heard = "";
  /** The report that the next is compared with. */
  #measured: HubReport | undefined;
  readonly #known = new KnownClients();
  #here: readonly ClientRow[] = [];
  #elsewhere: readonly ClientRow[] = [];
  readonly #rates = new ClientRates();
  readonly #ratesElsewhere = new ClientRates();
  #edgesHere: readonly EdgeRow[] = [];
  #edgesElsewhere: readonly EdgeRow[] = [];
  readonly #edgeRates = new EdgeRates();
  readonly #edgeRatesElsewhere = new EdgeRates();
  readonly #history = new History();

  /** `changed` is called whenever something else is to be shown. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Finds out who is signed in, and listens. */
  async start(): Promise<void> {
    this.#retry.stop();
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

  /** What the tiles draw. */
  get history(): Lines {
    return this.#history.lines;
  }

  /** The time at the hub. */
  now(): number {
    return Date.now() + this.skew;
  }

  /** Shows some names only, or all. */
  only(names: readonly string[] | undefined, label = ""): void {
    this.filter = withNames(this.filter, names, label);
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
    return passes(this.filter, names, words);
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
        this.#retry.worked();
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
    if (past) this.#history.recall(past);
    const rows = await recorded(() => true, MAX_TAIL).catch(() => []);
    const ids = new Set(this.tail.map(({ id }) => id));
    const older = rows.filter(({ id }) => !ids.has(id));
    this.tail = [...this.tail, ...older].slice(0, MAX_TAIL);
    this.#changed();
  }

  /** Asks again who is signed in: the hub may have another token by now. */
  #again(): void {
    this.connection = "lost";
    this.#heard = "";
    this.#retry.again();
  }

  #takeReport(report: HubReport): void {
    const last = this.#measured;
    this.report = report;
    this.skew = report.at - Date.now();
    if (!report.cluster && this.#elsewhere.length > 0) {
      this.#elsewhere = this.#edgesElsewhere = [];
      this.#join();
    }
    if (last && last.since !== report.since) this.#forget();
    else if (last) {
      if (report.at - last.at < TOO_SHORT) return this.#changed();
      this.#history.add(last, report);
    }
    this.#measured = report;
    this.#changed();
  }

  /** Another life of the hub: its counters begin at 0. */
  #forget(): void {
    this.#known.forget();
    this.#rates.forget();
    this.#edgeRates.forget();
    this.tail = [];
    this.presence = [];
    this.leftOut = 0;
    this.missing = [];
  }

  #takeClients(report: ClientsReport): void {
    this.total = report.total;
    this.#here = this.#rates.rowsOf(this.#known.take(report));
    this.#join();
  }

  #takeElsewhere({ clients, edges, silent }: ElsewhereReport): void {
    this.#elsewhere = this.#ratesElsewhere.rowsOf(clients);
    this.#edgesElsewhere =
      this.#edgeRatesElsewhere.rowsOf({ full: true, edges }) ??
        this.#edgesElsewhere;
    this.silent = silent;
    this.#join();
  }

  #join(): void {
    this.clients = [...this.#here, ...this.#elsewhere];
    this.edges = [...this.#edgesHere, ...this.#edgesElsewhere];
    this.#changed();
  }

  #takeEdges(report: EdgesReport): void {
    const rows = this.#edgeRates.rowsOf(report);
    if (!rows) return;
    this.#edgesHere = rows;
    this.#join();
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
