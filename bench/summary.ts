// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Writes the table of speed on the first page of the repository, from
 * RESULTS.md. `deno task bench` ends with it.
 */

/** A row: a case of a suite, ours, and what is beside it. */
interface Row {
  what: string;
  /** How the title of the suite begins. */
  suite: string;
  /** The case, as RESULTS.md names it. */
  name: string;
  ours: string;
  /** The others, and how the row names them. */
  others: Record<string, string>;
}

const ROWS: Row[] = [
  {
    what: "hub: one pair of clients, 64 in flight",
    suite: "The hub under the load generator",
    name: "1x64",
    ours: "our hub",
    others: { winerp: "winerp's server" },
  },
  {
    what: "hub: 64 pairs, 1 in flight each",
    suite: "The hub under the load generator",
    name: "64x1",
    ours: "our hub",
    others: { winerp: "winerp's server" },
  },
  {
    what: "a call by name, with clients: 64 in flight",
    suite: "A whole call by name",
    name: "64 in flight",
    ours: "Wirekit, ws:",
    others: { NATS: "NATS", Redis: "Redis", "socket.io": "socket.io" },
  },
  {
    what: "the same, 1 in flight",
    suite: "A whole call by name",
    name: "1 in flight",
    ours: "Wirekit, ws:",
    others: { NATS: "NATS", Redis: "Redis", "socket.io": "socket.io" },
  },
  {
    what: "JSON-RPC over WebSocket, 64 in flight",
    suite: "JSON-RPC calls of a server",
    name: "64 in flight",
    ours: "Wirekit ← Wirekit",
    others: { "rpc-websockets": "rpc-websockets", jayson: "jayson" },
  },
  {
    what: "wsrpc, 64 in flight",
    suite: "Calls of a wsrpc server",
    name: "64 B, 64 in flight",
    ours: "Wirekit ← Wirekit",
    others: { "wsrpc-aiohttp ← wsrpc-aiohttp": "wsrpc-aiohttp with uvloop" },
  },
  {
    what: "OpenWebNet, frames decoded to messages",
    suite: "OpenWebNet frames decoded",
    name: "a read of 10 frames",
    ours: "Wirekit, messages",
    others: { pyown: "pyown", OWNd: "OWNd" },
  },
];

const RATE_REGEXP = /^\*\*([\d.]+)([kM]?)\*\*/;
const SCALE: Record<string, number> = { "": 1, k: 1e3, M: 1e6 };

/** The rate of a system in a case, per second. */
function rateOf(
  results: string,
  { suite, name }: Row,
  system: string,
): number {
  const section = results.split(/^## /m).find((part) => part.startsWith(suite));
  for (const line of section?.split("\n") ?? []) {
    const [, first, second, third = ""] = line.split("|").map((cell) =>
      cell.trim()
    );
    if (first !== name || second !== system) continue;
    const [, digits = "", unit = ""] = RATE_REGEXP.exec(third) ?? [];
    return Math.round(Number(digits) * SCALE[unit]!);
  }
  throw new Error(`RESULTS.md has no ${name} of ${system} in "${suite}"`);
}

function shownRate(rate: number): string {
  return rate.toLocaleString("en-US");
}

/**
 * Makes the table.
 *
 * @param results RESULTS.md.
 * @returns The lines, as Markdown that is not formatted.
 */
export function summary(results: string): string {
  const [, day = ""] = /^- When: (\S+)T/m.exec(results) ?? [];
  const [, machine = ""] = /^- Machine: ([^]*?),\s+load/m.exec(results) ?? [];
  const lines = [
    `Calls, requests or frames per second on loopback, with messages of 64 ` +
    `to 256 bytes: medians of one run, on ${day}, on ` +
    `${machine.replaceAll(/\s+/g, " ").replace(/(\d)-\S+$/, "$1")}.`,
    "",
    "| what | Wirekit | beside |",
    "| --- | --: | --- |",
  ];
  for (const row of ROWS) {
    const rate = rateOf(results, row, row.ours);
    const others = Object.entries(row.others).map(([system, shown]) => {
      const theirs = rateOf(results, row, system);
      const times = (rate / theirs).toFixed(rate < 10 * theirs ? 1 : 0);
      return `${shown} ${shownRate(theirs)} (× ${times})`;
    });
    lines.push(`| ${row.what} | ${shownRate(rate)} | ${others.join(", ")} |`);
  }
  return lines.join("\n");
}

const MARKED_REGEXP = /(<!-- deno task bench -->\n).*?(\n<!-- end -->)/s;

/**
 * Puts the table into a page.
 *
 * @param page The page, which has two comments around it.
 * @param results RESULTS.md.
 * @returns The page, which has yet to be formatted.
 */
export function withSummary(page: string, results: string): string {
  return page.replace(
    MARKED_REGEXP,
    (_all, before, after) => `${before}\n${summary(results)}\n${after}`,
  );
}

if (import.meta.main) {
  const [page, results] = ["../README.md", "RESULTS.md"]
    .map((file) => new URL(file, import.meta.url)) as [URL, URL];
  const text = await Deno.readTextFile(page);
  await Deno.writeTextFile(
    page,
    withSummary(text, await Deno.readTextFile(results)),
  );
  await new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", page.pathname],
  }).output();
}
