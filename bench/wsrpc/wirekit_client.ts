// Copyright 2026 the Wirekit authors. MIT license.

/** A client of ours that calls as fast as it can. */

import { connect } from "@wirekit/wsrpc/client";

const client = await connect(Deno.args[0]!);

interface Command {
  id: number;
  depth: number;
  size: number;
  seconds: number;
  /** Ends after so many calls, if there is time for them. */
  limit?: number;
}

async function load(
  { depth, size, seconds, limit = Infinity }: Command,
): Promise<unknown> {
  const data = "x".repeat(size);
  const latencies: number[] = [];
  const begin = performance.now();
  const end = begin + seconds * 1000;

  async function work(): Promise<void> {
    let sent = begin;
    while ((sent = performance.now()) < end && latencies.length < limit) {
      const answer = await client.call("echo", { data });
      latencies.push(performance.now() - sent);
      if (String(answer).length !== size) throw new Error("Wrong answer");
    }
  }

  await Promise.all(Array.from({ length: depth }, work));
  const took = performance.now() - begin;
  latencies.sort((a, b) => a - b);
  const at = (part: number) =>
    latencies[Math.floor(latencies.length * part)]! * 1000;
  return {
    calls: latencies.length,
    seconds: took / 1000,
    p50: at(0.5),
    p99: at(0.99),
  };
}

function tell(message: unknown): void {
  const line = JSON.stringify(message) + "\n";
  Deno.stdout.writeSync(new TextEncoder().encode(line));
}

tell({ event: "ready" });

let tail = "";
for await (
  const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())
) {
  const lines = (tail + text).split("\n");
  tail = lines.pop()!;
  for (const line of lines) {
    const command: Command = JSON.parse(line);
    tell({ id: command.id, ok: JSON.stringify(await load(command)) });
  }
}
