// Copyright 2026 the Wirekit authors. MIT license.

/** Decodes as many frames as it can, for `decode.ts`. */

import { decode } from "@wirekit/openwebnet";
import { FrameScanner } from "@wirekit/openwebnet";
import { parse } from "@wirekit/openwebnet/message";

const scanner = new FrameScanner();
const decoder = new TextDecoder();
const steps: Record<string, (chunk: Uint8Array) => number> = {
  split: (chunk) => decoder.decode(chunk).split("##").length - 1,
  frames: (chunk) => scanner.decode(chunk).length,
  messages(chunk) {
    let count = 0;
    for (const frame of scanner.decode(chunk)) {
      if (parse(frame).kind !== "generic") count++;
    }
    return count;
  },
  events(chunk) {
    let count = 0;
    for (const frame of scanner.decode(chunk)) {
      if (decode(parse(frame)).type !== "unknown") count++;
    }
    return count;
  },
};
const step = steps[Deno.args[0] ?? ""]!;

interface Command {
  id: number;
  text: string;
  size: number;
  seconds: number;
}

function load({ text, size, seconds }: Command): unknown {
  const chunk = new TextEncoder().encode(text);
  const latencies: number[] = [];
  let calls = 0;
  const begin = performance.now();
  const end = begin + seconds * 1000;
  for (let now = begin; now < end;) {
    // Reading the clock should not be what is measured.
    for (let i = 0; i < 100; i++) calls += step(chunk);
    const then = now;
    now = performance.now();
    latencies.push((now - then) / 100);
  }
  const took = performance.now() - begin;
  if (calls !== latencies.length * 100 * size) {
    throw new Error(`Lost frames: ${calls}`);
  }
  latencies.sort((a, b) => a - b);
  const at = (part: number) =>
    latencies[Math.floor(latencies.length * part)]! * 1000;
  return { calls, seconds: took / 1000, p50: at(0.5), p99: at(0.99) };
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
    tell({ id: command.id, ok: JSON.stringify(load(command)) });
  }
}
