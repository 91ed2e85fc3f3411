// Copyright 2026 the Wirekit authors. MIT license.

/** The commands that show what goes on in a hub: they ask `@hub`. */

import {
  type Command,
  command,
  type Terminal,
  toggle,
} from "@wirekit/internal/command";
import { sleep } from "@wirekit/internal/clock";
import { CLIENT_OPTIONS, type ClientValues, connectClient } from "./_client.ts";
import { ageOf, countOf, dashboard, table, type View } from "./_dashboard.ts";
import type { Client } from "../client.ts";
import type {
  ClientReport,
  EdgeReport,
  HubReport,
  PresenceReport,
  TailBatch,
  TailReport,
} from "../watch/report.ts";

const HUB = "@hub";

/** How many clients to ask for at a time. */
const PAGE = 1_000;

const list = command({
  name: "list",
  summary: "List the clients of a hub",
  operands: "[PREFIX]",
  details:
    "It lists all clients whose names begin with PREFIX, by default all.",
  options: CLIENT_OPTIONS,
  examples: ["hub list", "hub list some- --json"],
  async run({ words: [prefix], options }, terminal) {
    const { client } = await connectClient(options, terminal);
    await using _client = client;
    const clients = await clientsOf(client, options, terminal, prefix);
    if (options.json) {
      for (const each of clients) terminal.log(JSON.stringify(each));
      return;
    }
    const now = Date.now();
    const rows = clients.map((each) => [
      each.name ?? "(no name yet)",
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
      "STATE",
      "SINCE",
      "ASKS",
      "ASKED",
      "CARRIER",
      "ADDRESS",
      "",
    ];
    for (const line of table([head, ...rows])) terminal.log(line);
  },
});

const top = command({
  name: "top",
  summary: "Show the clients and the traffic of a hub until Ctrl-C",
  details: "If the output is no terminal, it shows them once.",
  options: CLIENT_OPTIONS,
  examples: ["hub top", "hub top --json"],
  async run({ options }, terminal) {
    const { client } = await connectClient(options, terminal);
    await using _client = client;
    const { signal } = terminal;
    let before = await look(client, options, terminal);
    for (;;) {
      await sleep(1_000, { signal }).catch(() => {});
      if (signal.aborted) return;
      const after = await look(client, options, terminal).catch((error) => {
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

const tail = command({
  name: "tail",
  summary: "Show messages as they pass through a hub until Ctrl-C",
  operands: "[NAME]",
  details:
    "A busy hub shows a sample; with NAME it shows all that this client asks " +
    "and answers.",
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
      const { rows = [], left = 0 } = (data.tail ?? {}) as Partial<TailBatch>;
      for (const row of rows) {
        if (row.from === own) continue;
        terminal.log(json ? JSON.stringify(row) : lineOf(row));
      }
      if (left > 0 && !json) terminal.error(`(${left} more)`);
    });
  },
});

const watch = command({
  name: "watch",
  summary: "Show who comes and goes until Ctrl-C",
  options: CLIENT_OPTIONS,
  examples: ["hub watch", "hub watch --json"],
  async run({ options }, terminal) {
    await subscribe({}, options, terminal, (data) => {
      const { at, event, name, reason, left } = data as
        & Partial<PresenceReport>
        & { left?: number };
      if (options.json) terminal.log(JSON.stringify(data));
      else if (left !== undefined) terminal.error(`(${left} more)`);
      else {
        const why = reason === undefined ? "" : `: ${reason}`;
        const verb = { join: "joined", hold: "waits", leave: "left" }[event!];
        terminal.log(`${timeOf(at!)} ${name} ${verb}${why}`);
      }
    });
  },
});

/** The commands. */
export const watchCommands: readonly Command[] = [list, top, tail, watch];

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
  const ask = () => client.request(HUB, "watch", wants, { timeout, signal });
  client.addEventListener("disconnect", () => {
    if (!signal.aborted) terminal.error("The connection to the hub was lost");
  });
  client.addEventListener("ready", () => void ask().catch(reject));
  try {
    await ask();
    terminal.error("Watching (Ctrl-C stops it)");
    await Promise.race([failed, stopped(signal)]);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Takes all that `hub top` shows. */
async function look(
  client: Client,
  options: ClientValues,
  terminal: Terminal,
): Promise<View> {
  const { timeout = 60_000 } = options;
  const { signal } = terminal;
  const ask = (route: string) =>
    client.request(HUB, route, {}, { timeout, signal });
  const [hub, clients, edges] = await Promise.all([
    ask("stats"),
    clientsOf(client, options, terminal),
    ask("edges"),
  ]);
  return {
    hub: hub as HubReport,
    clients,
    edges: (edges as EdgeReport[]).filter(({ from }) => from !== client.name),
  };
}

/** Asks for all clients but this one, page by page. */
async function clientsOf(
  client: Client,
  { timeout = 60_000 }: ClientValues,
  { signal }: Terminal,
  prefix?: string,
): Promise<ClientReport[]> {
  const all: ClientReport[] = [];
  for (let after = -1;;) {
    const page = await client.request(HUB, "clients", {
      after,
      limit: PAGE,
      ...(prefix !== undefined && { prefix }),
    }, { timeout, signal }) as ClientReport[];
    for (const each of page) if (each.name !== client.name) all.push(each);
    if (page.length < PAGE) return all;
    after = page.at(-1)!.id;
  }
}

/** Writes a message as one line. */
function lineOf(row: TailReport): string {
  const { at, kind, from, to, route, receivers, bytes } = row;
  const parts = [timeOf(at), from || "(no name)", "→"];
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

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
