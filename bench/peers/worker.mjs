// Copyright 2026 the Wirekit authors. MIT license.

/**
 * What every client of a comparison has in common, in Deno and in Node: it takes
 * commands as lines of JSON, and calls as fast or as often as it is told.
 */

import { createRequire } from "node:module";
import process from "node:process";

const cache = new URL("../../.cache/bench/npm/", import.meta.url);

/** Loads a package that the benchmark has installed. */
export const load = createRequire(cache);

export function tell(message) {
  process.stdout.write(JSON.stringify(message) + "\n");
}

/** Calls in a closed loop: `depth` callers, each with one call at a time. */
async function closed(call, { depth, seconds }) {
  const latencies = [];
  const begin = performance.now();
  const end = begin + seconds * 1000;
  async function caller() {
    for (let sent = begin; (sent = performance.now()) < end;) {
      await call();
      latencies.push(performance.now() - sent);
    }
  }
  await Promise.all(Array.from({ length: depth }, caller));
  return result(latencies, begin);
}

/** Calls at random times, however many answers are missing. */
async function poisson(call, { rate, seconds }) {
  const latencies = [];
  const calls = [];
  const begin = performance.now();
  const end = begin + seconds * 1000;
  let due = begin;
  async function one(when) {
    await call();
    latencies.push(performance.now() - when);
  }
  while (due < end) {
    for (; due <= performance.now() && due < end;) {
      calls.push(one(due));
      due -= 1000 * Math.log(1 - Math.random()) / rate;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(calls);
  return result(latencies, begin);
}

function result(latencies, begin) {
  const seconds = (performance.now() - begin) / 1000;
  latencies.sort((a, b) => a - b);
  const at = (part) => latencies[Math.floor(latencies.length * part)] * 1000;
  return { calls: latencies.length, seconds, p50: at(0.5), p99: at(0.99) };
}

/** Says that it is ready, and does what it is told. */
export function work(prepare) {
  tell({ event: "ready" });
  let tail = "";
  process.stdin.setEncoding("utf8");
  process.stdin.on("data", (text) => {
    const lines = (tail + text).split("\n");
    tail = lines.pop();
    for (const line of lines) void obey(JSON.parse(line));
  });

  async function obey(command) {
    try {
      const call = await prepare(command);
      const done = await (command.rate ? poisson : closed)(call, command);
      tell({ id: command.id, ok: JSON.stringify(done) });
    } catch (error) {
      tell({ id: command.id, error: `${error?.stack ?? error}` });
    }
  }
}

/** A call that fails unless the answer is as long as the question. */
export function checked(ask) {
  return ({ size = 8 }) => {
    const data = "x".repeat(size);
    return async () => {
      const answer = await ask(data);
      if (answer.length !== size) throw new Error(`Wrong answer: ${answer}`);
    };
  };
}
