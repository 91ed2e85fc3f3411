// Copyright 2026 the Wirekit authors. MIT license.

/**
 * What every client of a comparison has in common, in Deno and in Node: it takes
 * commands as lines of JSON, and calls as fast or as often as it is told.
 */

import { createRequire } from "node:module";
import process from "node:process";
import { Histogram } from "../load/histogram.mjs";

const cache = new URL("../../.cache/bench/npm/", import.meta.url);

/** Loads a package that the benchmark has installed. */
export const load = createRequire(cache);

export function tell(message) {
  process.stdout.write(JSON.stringify(message) + "\n");
}

/**
 * Calls in a closed loop: `depth` callers, each with one call at a time, and no
 * more than `limit` calls, if that is said. What the loop does itself counts as
 * the client's time, so it reads the clock once a call and keeps nothing of it.
 */
async function closed({ call, check }, { depth, seconds, limit = Infinity }) {
  const histogram = new Histogram();
  const begin = performance.now();
  const end = begin + seconds * 1000;
  async function caller() {
    for (let sent = begin; sent < end && histogram.total < limit;) {
      check(await call());
      const now = performance.now();
      histogram.add(1000 * (now - sent));
      sent = now;
    }
  }
  await Promise.all(Array.from({ length: depth }, caller));
  return result(histogram, begin);
}

/** Calls at random times, however many answers are missing. */
async function poisson({ call, check }, { rate, seconds }) {
  const histogram = new Histogram();
  const calls = [];
  const begin = performance.now();
  const end = begin + seconds * 1000;
  let due = begin;
  async function one(when) {
    check(await call());
    histogram.add(1000 * (performance.now() - when));
  }
  while (due < end) {
    for (; due <= performance.now() && due < end;) {
      calls.push(one(due));
      due -= 1000 * Math.log(1 - Math.random()) / rate;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(calls);
  return result(histogram, begin);
}

function result(histogram, begin) {
  return {
    calls: histogram.total,
    seconds: (performance.now() - begin) / 1000,
    p50: histogram.at(0.5),
    p99: histogram.at(0.99),
  };
}

/**
 * Says that it is ready, and does what it is told. What `prepare` returns for a
 * command makes a call, and checks its answer.
 */
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
      const calls = await prepare(command);
      const done = await (command.rate ? poisson : closed)(calls, command);
      tell({ id: command.id, ok: JSON.stringify(done) });
    } catch (error) {
      tell({ id: command.id, error: `${error?.stack ?? error}` });
    }
  }
}

/** Calls that fail unless the answer is as long as the question. */
export function checked(ask) {
  return ({ size = 8 }) => {
    const data = "x".repeat(size);
    return {
      call: () => ask(data),
      check(answer) {
        if (answer.length !== size) throw new Error(`Wrong answer: ${answer}`);
      },
    };
  };
}
