// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The load generator: one thread that never waits for anything but the kernel,
 * with messages built beforehand and one write for all that a turn produced. It
 * takes commands as lines of JSON; see `load.ts` for them.
 */

import { Connection, connections, doBeside, poll } from "./connection.ts";
import { Flood, Pings } from "./floods.ts";
import {
  askFor,
  await101,
  awaitName,
  dialTo,
  open,
  showName,
} from "./handshake.ts";
import { Inform } from "./inform.ts";
import { EPOLLIN } from "./libc.ts";
import type { Order, Shape } from "./load.ts";
import { countFrom, name } from "./names.ts";
import { Requests } from "./requests.ts";

let order: Order | undefined;
let requests: Requests | undefined;
let inform: Inform | undefined;
let flood: Flood | undefined;
let pings: Pings | undefined;

type Command = Record<string, unknown> & { id: number; do: string };

const commands: Record<string, (command: Command) => unknown> = {
  open(command) {
    order = command.order as Order;
    const shape = command.shape as Shape;
    countFrom(shape.first ?? 0);
    if (shape.pings) pings = new Pings(order, shape);
    else if (shape.receivers !== undefined) inform = new Inform(order, shape);
    else requests = new Requests(order, shape);
    if (shape.flood !== undefined) flood = new Flood(order, shape);
    return true;
  },
  load({ seconds, rate, goesOn, least }) {
    if (inform) return inform.closed(seconds as number);
    if (pings) return pings.closed(seconds as number);
    if (rate !== undefined) {
      return requests!.poisson(seconds as number, rate as number, !!goesOn);
    }
    return requests!.closed(seconds as number, least as number);
  },
  /** The same with a flood beside it, at a rate that both can bear. */
  flooded({ seconds, rate }) {
    flood!.start();
    doBeside(() => flood!.go());
    try {
      return requests!.poisson(seconds as number, rate as number);
    } finally {
      doBeside(undefined);
    }
  },
  /** More clients that do nothing. */
  idle({ from, count }) {
    for (let i = 0; i < (count as number); i++) {
      const connection = open(order!, name("i", (from as number) + i));
      poll.watch(connection.fd, EPOLLIN, true);
    }
    return connections.size;
  },
  /** Clients that come, and leave as stock ones do. */
  churn({ from, count }) {
    const index = from as number;
    const source = 1 + Math.floor(index / 10_000);
    for (let i = 0; i < (count as number); i++) {
      open(order!, name("c", index + i), source).close();
    }
    return true;
  },
  /** Clients that come at the same time, step by step, and stay. */
  crowd({ from, count }) {
    const numbers = Array.from(
      { length: count as number },
      (_, i) => (from as number) + i,
    );
    // An address of its own for each step: the ports of one are soon used up.
    const source = 1 + Math.floor((from as number) / (count as number)) % 200;
    const fds = numbers.map(() => dialTo(order!, source));
    for (const fd of fds) askFor(fd, order!, "/");
    for (const fd of fds) await101(fd);
    fds.forEach((fd, i) => showName(fd, "ws", name("i", numbers[i]!)));
    for (const fd of fds) {
      awaitName(fd, "ws");
      poll.watch(new Connection(fd, "ws").fd, EPOLLIN, true);
    }
    return connections.size;
  },
  /** Clients that come and leave, evenly in one second. */
  arrive({ from, count }) {
    const begin = performance.now();
    for (let i = 0; i < (count as number); i++) {
      const early = begin + 1000 * i / (count as number) - performance.now();
      if (early > 1) Atomics.wait(NEVER, 0, 0, early);
      const index = (from as number) + i;
      open(order!, name("c", index), 1 + Math.floor(index / 10_000)).close();
    }
    return true;
  },
};

/** What waits for it is never woken. */
const NEVER = new Int32Array(new SharedArrayBuffer(4));

const encoder = new TextEncoder();

function tell(message: unknown): void {
  const line = encoder.encode(JSON.stringify(message) + "\n");
  Deno.stdout.writeSync(line);
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
    try {
      const ok = commands[command.do]!(command);
      tell({ id: command.id, ok: JSON.stringify(ok) });
    } catch (error) {
      tell({ id: command.id, error: `${(error as Error).stack}` });
    }
  }
}
