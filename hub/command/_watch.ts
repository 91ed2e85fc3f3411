// Copyright 2026 the Wirekit authors. MIT license.

/** The commands that show what goes on in a hub: they ask `@hub`. */

import { command, type Terminal, toggle } from "@wirekit/internal/command";
import { sleep } from "@wirekit/internal/clock";
import { askHub, HUB } from "./_ask_hub.ts";
import {
  CLIENT_OPTIONS,
  type ClientValues,
  connectClient,
  untilStopped,
} from "./_client.ts";
import {
  ageOf,
  countOf,
  dashboard,
  inOneLine,
  table,
  type View,
} from "./_dashboard.ts";
import type { Client } from "../client.ts";
import { NotConnectedError, RemoteError } from "../errors.ts";
import type { EdgeReport } from "../watch/reports/calls.ts";
import type { ClientReport, PresenceReport } from "../watch/reports/clients.ts";
import type { HubReport } from "../watch/reports/hub.ts";
import type { TailBatch, TailReport } from "../watch/reports/tail.ts";

/** How many clients to ask for at a time: as many as hubs tell each other. */
const PAGE = 500;

/** Lists the clients. */
export const list = command({
  name: "list",
  summary: "List the clients of a hub, or of its whole cluster",
  operands: "[PREFIX]",
  details:
    "It lists all clients whose names begin with PREFIX, by default all. In a " +
    "cluster it says at which hub each is, and ends with 1 if a hub has not " +
    "said which it has.",
  options: CLIENT_OPTIONS,
  examples: ["hub list", "hub list some- --json"],
  async run({ words: [prefix], options }, terminal) {
    const { client } = await connectClient(options, terminal);
    await using _client = client;
    const asker = new Asker(client, options, terminal);
    const hub = await asker.stats();
    const all = await asker.clients(hub, prefix);
    const clients = all.filter(({ name }) => name !== client.name);
    const code = asker.isPartial ? 1 : 0;
    if (options.json) {
      for (const each of clients) terminal.log(JSON.stringify(each));
      return code;
    }
    const now = Date.now();
    const isCluster = hub.cluster !== undefined;
    const rows = clients.map((each) => [
      each.name ?? "(no name yet)",
      ...isCluster ? [each.node ?? ""] : [],
      each.state,
      ageOf(now - each.since),
      countOf(each.sent.requests),
      countOf(each.received.requests),
      each.carrier,
      each.address,
      each.trouble ?? "",
    ]);
    const head = [
      "NAME",
      ...isCluster ? ["HUB"] : [],
      "STATE",
      "SINCE",
      "ASKS",
      "ASKED",
      "CARRIER",
      "ADDRESS",
      "",
    ];
    for (const line of table([head, ...rows])) terminal.log(line);
    return code;
  },
});

/** Shows the hub as a whole, again and again. */
export const top = command({
  name: "top",
  summary: "Show the clients and the traffic of a hub until Ctrl-C",
  details:
    "If the output is not a terminal, it shows them once. In a cluster it shows " +
    "all hubs and their clients; times and problems are those of the hub that " +
    "is asked.",
  options: CLIENT_OPTIONS,
  examples: ["hub top", "hub top --json"],
  async run({ options }, terminal) {
    const { client } = await connectClient(options, terminal);
    await using _client = client;
    const { signal } = terminal;
    const asker = new Asker(client, options, terminal);
    let before = await asker.look();
    for (;;) {
      await sleep(1_000, { signal }).catch(() => {});
      if (signal.aborted) return;
      const after = await asker.look().catch((error) => {
        if (signal.aborted) return undefined;
        throw error;
      });
      if (!after) return;
      if (options.json) terminal.log(JSON.stringify(after));
      else terminal.draw(dashboard(before, after));
      if (!terminal.isScreen) return;
      before = after;
    }
  },
});

/** Prints the messages. */
export const tail = command({
  name: "tail",
  summary: "Show messages as they pass through a hub until Ctrl-C",
  operands: "[NAME]",
  details:
    "A busy hub shows a sample; with NAME it shows all that this client asks " +
    "and answers. In a cluster it shows what passes through any of its hubs, " +
    "and says which in brackets.",
  options: {
    payload: toggle("Show the data, too; it needs the right to operate"),
    ...CLIENT_OPTIONS,
  },
  examples: ["hub tail", "hub tail some-bot --payload", "hub tail --json"],
  async run({ words: [name], options }, terminal) {
    const { payload, json } = options;
    const wants = {
      tail: true,
      presence: false,
      payload,
      ...(name !== undefined && { name }),
    };
    await subscribe(wants, options, terminal, (data, own) => {
      const { rows = [], left = 0, silent } = (data.tail ?? {}) as Partial<
        TailBatch
      >;
      for (const row of rows) {
        if (row.from === own) continue;
        terminal.log(json ? JSON.stringify(row) : inOneLine(lineOf(row)));
      }
      if (left > 0 && !json) terminal.error(`(${left} more)`);
      if (silent) terminal.error(missing(silent));
    });
  },
});

/** Prints who comes and goes. */
export const watch = command({
  name: "watch",
  summary: "Show who comes and goes until Ctrl-C",
  details: "In a cluster it shows who comes and goes at any of its hubs.",
  options: CLIENT_OPTIONS,
  examples: ["hub watch", "hub watch --json"],
  async run({ options }, terminal) {
    await subscribe({}, options, terminal, (data) => {
      const { at, event, name, reason, node, left } = data as
        & Partial<PresenceReport>
        & { left?: number };
      if (options.json) terminal.log(JSON.stringify(data));
      else if (left !== undefined) terminal.error(`(${left} more)`);
      else {
        const why = reason === undefined ? "" : `: ${reason}`;
        const verb = { join: "joined", hold: "waits", leave: "left" }[event!];
        const where = node === undefined ? "" : ` at ${node}`;
        const line = `${timeOf(at!)} ${name} ${verb}${where}${why}`;
        terminal.log(inOneLine(line));
      }
    });
  },
});

/** Asks the hub to tell what happens, after each reconnect again. */
async function subscribe(
  wants: Record<string, unknown>,
  options: ClientValues,
  terminal: Terminal,
  onData: (data: Record<string, unknown>, own: string) => void,
): Promise<void> {
  const { client } = await connectClient(options, terminal);
  await using _client = client;
  const { signal } = terminal;
  const { timeout = 60_000 } = options;
  const own = client.name;
  const { promise: failed, reject } = Promise.withResolvers<never>();
  client.addEventListener("information", ({ detail: { source, data } }) => {
    const told = data as Record<string, unknown>;
    if (source === HUB && told.name !== own) onData(told, own);
  });
  const ask = () => askHub(client, "watch", wants, { timeout, signal });
  let isWatching = false;
  client.addEventListener("disconnect", () => {
    if (!isWatching || signal.aborted) return;
    terminal.error("The connection to the hub was lost");
  });
  const watch = async () => {
    await ask();
    isWatching = true;
    terminal.error("Watching (Ctrl-C stops it)");
  };
  client.addEventListener("ready", () =>
    void watch().catch((error) => {
      // Lost again: then it comes back again.
      if (!(error instanceof NotConnectedError)) reject(error);
    }));
  try {
    await watch();
    await Promise.race([failed, untilStopped(client, signal)]);
  } catch (error) {
    isWatching = false;
    if (!signal.aborted) throw error;
  }
}

/** Asks a hub what it knows. */
class Asker {
  readonly #client: Client;
  readonly #terminal: Terminal;
  readonly #timeout: number;
  /** Whether another hub has not told which clients it has. */
  isPartial = false;
  /** How often it has asked over this connection. */
  #count = 0;

  constructor(
    client: Client,
    { timeout = 60_000 }: ClientValues,
    terminal: Terminal,
  ) {
    this.#client = client;
    this.#terminal = terminal;
    this.#timeout = timeout;
    client.addEventListener("disconnect", () => this.#count = 0);
  }

  #ask(route: string, data: Record<string, unknown> = {}): Promise<unknown> {
    this.#count++;
    const { signal } = this.#terminal;
    return askHub(this.#client, route, data, {
      timeout: this.#timeout,
      signal,
    });
  }

  /** Takes all that `hub top` shows. */
  async look(): Promise<View> {
    const hub = await this.stats();
    const count = this.#count;
    const [clients, edges] = await Promise.all([
      this.clients(hub),
      this.#ask("edges"),
    ]);
    const { name } = this.#client;
    const own = clients.find((each) => each.name === name);
    return {
      hub: own ? without(hub, own, count) : hub,
      clients: clients.filter((each) => each !== own),
      edges: (edges as EdgeReport[]).filter(({ from }) => from !== name),
    };
  }

  /** Asks what the hub counts. */
  async stats(): Promise<HubReport> {
    return await this.#ask("stats") as HubReport;
  }

  /** Asks for all clients, hub by hub. */
  async clients(
    { cluster }: HubReport,
    prefix?: string,
  ): Promise<ClientReport[]> {
    const filter = prefix === undefined ? {} : { prefix };
    const all = [];
    for (const { id, here } of cluster?.nodes ?? [{ id: "", here: true }]) {
      const wants = cluster ? { ...filter, node: id } : filter;
      try {
        all.push(...await this.#pages(wants));
      } catch (error) {
        // Another hub that hangs is no reason to show nothing.
        if (here || !(error instanceof RemoteError)) throw error;
        this.isPartial = true;
        this.#terminal.error(`${error.message}. Its clients are missing`);
      }
    }
    return all;
  }

  /** Asks for all clients of a hub, page by page. */
  async #pages(wants: Record<string, string>): Promise<ClientReport[]> {
    const all: ClientReport[] = [];
    for (let after = -1;;) {
      const order = { ...wants, after, limit: PAGE };
      const page = await this.#ask("clients", order) as ClientReport[];
      all.push(...page);
      if (page.length < PAGE) return all;
      after = all.at(-1)!.id;
    }
  }
}

/** Takes what this command itself is and does from what a hub counts. */
function without(
  hub: HubReport,
  { sent, received }: ClientReport,
  asked: number,
): HubReport {
  const { traffic, clients, open } = hub;
  return {
    ...hub,
    open: open - 1,
    clients: { ...clients, active: clients.active - 1 },
    traffic: {
      ...traffic,
      requests: traffic.requests - asked,
      // These were counted a little later.
      bytesIn: Math.max(traffic.bytesIn - sent.bytes, 0),
      bytesOut: Math.max(traffic.bytesOut - received.bytes, 0),
    },
  };
}

/** Says which hubs of a cluster do not tell of their messages. */
function missing(silent: readonly string[]): string {
  if (silent.length === 0) return "(All hubs tell of their messages again)";
  const [some, their] = silent.length === 1
    ? [`The hub ${silent[0]} does`, "Its"]
    : [`The hubs ${silent.join(", ")} do`, "Their"];
  return `(${some} not answer. ${their} messages are missing)`;
}

/** Writes a message as one line. */
function lineOf(row: TailReport): string {
  const { at, kind, from, to, route, receivers, bytes, node, toNode } = row;
  const hubs = [node, toNode].filter((each) => each !== undefined);
  const parts = [
    timeOf(at),
    ...hubs.length > 0 ? [`[${hubs.join(" → ")}]`] : [],
    from || "(no name)",
    "→",
  ];
  if (kind === "inform") {
    parts.push(to ?? `${receivers} clients`, `inform ${bytes} B`);
  } else {
    const { outcome = "", answerBytes, took = 0, reason } = row;
    parts.push(to ?? "", route ?? "(function)", `${bytes} B`);
    if (answerBytes !== undefined) parts.push(`→ ${answerBytes} B`);
    parts.push(`${took} ms`, outcome);
    if (reason !== undefined) parts.push(`(${reason})`);
  }
  if (row.data !== undefined) parts.push(row.data);
  if (row.answer !== undefined) parts.push("→", row.answer);
  return parts.join(" ");
}

function timeOf(at: number): string {
  const date = new Date(at);
  const ms = String(date.getMilliseconds()).padStart(3, "0");
  return `${date.toTimeString().slice(0, 8)}.${ms}`;
}
