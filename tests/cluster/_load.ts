// Copyright 2026 the Wirekit authors. MIT license.

/** Clients that ask at a steady pace, and others that come and go. */

import { connect } from "@wirekit/hub/mini";
import type { Client } from "@wirekit/hub";
import { lasting } from "./_ledger.ts";

/** How many are asked at the same time, at most, before the pace slows. */
const MOST_OPEN = 500;
/** For how long at most a pace makes up for what it has missed, in ms. */
const MAKE_UP = 100;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const now = () => performance.now();

/** Pairs of clients, one at each of two hubs: one asks, the other answers. */
export class Load implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  readonly #pairs: { client: Client; to: string }[] = [];
  /** How long each call took since {@linkcode Load.take}, in milliseconds. */
  #times: number[] = [];
  #open = 0;
  #next = 0;
  calls = 0;
  readonly failures: string[] = [];

  /** Lets pairs of clients connect, each two the other way round. */
  static async start(urls: readonly string[], pairs: number): Promise<Load> {
    const load = new Load();
    for (let n = 0; n < pairs; n++) {
      const [here, there] = [urls[n % 2]!, urls[1 - n % 2]!];
      const bot = load.#stack.use(lasting(`bot ${n}`, here));
      bot.route("echo", (data: unknown) => data);
      await bot.connect();
      const client = load.#stack.use(lasting(`asker ${n}`, there));
      await client.connect();
      load.#pairs.push({ client, to: `bot ${n}` });
    }
    return load;
  }

  async #ask(): Promise<void> {
    const { client, to } = this.#pairs[this.#next++ % this.#pairs.length]!;
    this.#open++;
    const start = now();
    try {
      const n = this.calls++;
      const answer = await client.request(to, "echo", { n }, {
        timeout: 10_000,
      }) as { n: number };
      if (answer.n !== n) throw new Error(`${answer.n} is no answer to ${n}`);
    } catch (error) {
      this.failures.push(String(error));
    }
    this.#times.push(now() - start);
    this.#open--;
  }

  /** Returns how many calls a second there are with so many in flight. */
  async most(inFlight: number, ms: number): Promise<number> {
    const before = this.calls;
    const end = now() + ms;
    const one = async () => {
      while (now() < end) await this.#ask();
    };
    await Promise.all(Array.from({ length: inFlight }, one));
    return (this.calls - before) / ms * 1_000;
  }

  /** Asks so many times a second, whatever comes back, until it is over. */
  async pace(rate: number, isOver: () => boolean): Promise<void> {
    for (let due = now(); !isOver(); await sleep(1)) {
      const time = now();
      for (due = Math.max(due, time - MAKE_UP); due < time; due += 1e3 / rate) {
        if (this.#open < MOST_OPEN) void this.#ask();
      }
    }
    while (this.#open > 0) await sleep(10);
  }

  /** Returns how long each call took, and begins anew. */
  take(): number[] {
    const times = this.#times;
    this.#times = [];
    return times;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

/**
 * How many names there are. After some seconds each comes again, at the other
 * hub: what is remembered of names is full soon, and more is growth.
 */
const NAMES = 5_001;

/** Clients that come to each hub in turn, and go again. */
export class Visits {
  readonly #urls: readonly string[];
  /** How many came and went since somebody set it to 0. */
  count = 0;
  readonly failures: string[] = [];

  constructor(urls: readonly string[]) {
    this.#urls = urls;
  }

  /** Lets so many come in a minute, as far as the machine goes along. */
  async pace(rate: number, isOver: () => boolean): Promise<void> {
    const open = new Set<Promise<void>>();
    let due = now();
    for (let n = 0; rate > 0 && !isOver(); n++) {
      const visit = this.#visit(n).finally(() => open.delete(visit));
      open.add(visit);
      due = Math.max(due + 60_000 / rate, now() - MAKE_UP);
      await sleep(Math.max(0, due - now()));
      while (open.size > 50) await Promise.race(open);
    }
    await Promise.all(open);
  }

  async #visit(n: number): Promise<void> {
    try {
      const url = this.#urls[n % this.#urls.length]!;
      const guest = await connect(url, { name: `guest ${n % NAMES}` });
      if (n % 10 === 0) await guest.request("bot 0", "echo", { n });
      await guest.close();
      this.count++;
    } catch (error) {
      this.failures.push(String(error));
    }
  }
}
