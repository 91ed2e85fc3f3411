// Copyright 2026 the Wirekit authors. MIT license.

/** The command `hub replay`. */

import { command, readData, text, UsageError } from "@wirekit/internal/command";
import { sleep } from "@wirekit/internal/clock";
import { CLIENT_OPTIONS, connectClient } from "./_client.ts";
import { isRecord, parse } from "../client/_json.ts";
import { RemoteError, TimeoutError } from "../errors.ts";
import type { TailReport } from "../watch/reports/tail.ts";

/** The highest speed; the one of the recording is 1. */
const MAX_SPEED = 1_000;

/** Sends what a hub has recorded to a hub again. */
export const replayCommand = command({
  name: "replay",
  summary: "Send the requests and information of a recording again",
  operands: "FILE",
  details:
    "FILE is what GET /api/recording of a hub gave, or - for the standard " +
    "input. What was recorded without payloads is sent with empty data, and " +
    "information without payloads is left out.",
  options: {
    speed: text("N", "How many times as fast as it was (1); max for at once"),
    ...CLIENT_OPTIONS,
  },
  examples: [
    "hub replay recording.jsonl --port 8080",
    "hub replay recording.jsonl --speed max --json",
  ],
  async run({ words: [file = ""], options }, terminal) {
    const speed = speedOf(options.speed);
    const rows = rowsOf(
      await readData(file === "-" ? file : `@${file}`),
      file === "-" ? "the standard input" : file,
    );
    const { client } = await connectClient(options, terminal);
    await using _client = client;
    const { timeout = 60_000, json } = options;
    const { signal } = terminal;
    const count = { answer: 0, error: 0, failure: 0, informed: 0, left: 0 };

    const send = async (row: TailReport): Promise<void> => {
      const start = performance.now();
      const outcome = await sent(row);
      count[outcome]++;
      if (!json) return;
      const took = Number((performance.now() - start).toFixed(3));
      const { kind, to, route } = row;
      terminal.log(JSON.stringify({ kind, to, route, outcome, took }));
    };

    const sent = async (row: TailReport): Promise<keyof typeof count> => {
      const { kind, to, route, data } = row;
      if (kind === "inform") {
        const value = data === undefined ? undefined : valueOf(data);
        if (!value) return "left";
        await client.inform(value, to === undefined ? undefined : [to]);
        return "informed";
      }
      if (to === undefined || to === "@hub" || route === undefined) {
        return "left";
      }
      const value = data === undefined ? {} : valueOf(data);
      if (!isRecord(value)) return "left";
      try {
        await client.request(to, route, value, { timeout, signal });
        return "answer";
      } catch (error) {
        if (error instanceof RemoteError) return "error";
        if (error instanceof TimeoutError) return "failure";
        throw error;
      }
    };

    const sending: Promise<void>[] = [];
    const start = performance.now();
    for (const row of rows) {
      const due = (row.at - rows[0]!.at) / speed;
      const wait = due - (performance.now() - start);
      if (wait > 0) await sleep(wait, { signal });
      const one = send(row);
      one.catch(() => {}); // It is awaited below.
      sending.push(one);
      if (sending.length >= 1_000) await Promise.all(sending.splice(0));
    }
    await Promise.all(sending);
    if (!json) {
      terminal.log(
        `Sent ${count.answer + count.error + count.failure} requests: ` +
          `${count.answer} answered, ${count.error} ended with an error, ` +
          `${count.failure} without an answer; ${count.informed} ` +
          `information; ${count.left} left out`,
      );
    }
    return count.error + count.failure > 0 ? 1 : 0;
  },
});

function speedOf(given = "1"): number {
  if (given === "max") return Infinity;
  const speed = Number(given);
  if (speed > 0 && speed <= MAX_SPEED) return speed;
  throw new UsageError(
    `--speed has to be a number up to ${MAX_SPEED}, or max; not "${given}"`,
  );
}

/** Returns the value of a payload; nothing if it was too long to be kept. */
function valueOf(data: string): unknown {
  try {
    return parse(data);
  } catch {
    return undefined;
  }
}

/** Reads the lines of a recording, which come from `source`. */
function rowsOf(text: string, source: string): TailReport[] {
  const rows: TailReport[] = [];
  for (const [n, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const row = rowOf(line);
    if (!row) {
      throw new UsageError(
        `Cannot use ${source}: line ${n + 1} is not of a recording`,
      );
    }
    rows.push(row);
  }
  return rows.sort((a, b) => a.at - b.at);
}

function rowOf(line: string): TailReport | undefined {
  try {
    const row: unknown = JSON.parse(line);
    const isRow = isRecord(row) && typeof row.at === "number" &&
      (row.kind === "request" || row.kind === "inform");
    return isRow ? row as unknown as TailReport : undefined;
  } catch {
    return undefined;
  }
}
