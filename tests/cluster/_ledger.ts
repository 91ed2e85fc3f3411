// Copyright 2026 the Wirekit authors. MIT license.

/** Requests without end, and what became of each. */

import { assert, assertEquals } from "@std/assert";
import { Client } from "@wirekit/hub";
import type { Transport } from "@wirekit/transport/transport";
import { ClientProcess } from "./_client_process.ts";
import { say } from "./_record.ts";
import { Witness } from "./_witness.ts";

/** How long a request may take, in milliseconds. */
export const TIMEOUT = 3_000;
/** How much later it may end, on a machine that is busy. */
const SLACK = 4_000;

/** The number of the next question, of all ledgers. */
let next = 0;

/** Calm between the requests of one requester, in milliseconds. */
export const PAUSE = 4;

/**
 * Makes a client that comes back.
 *
 * @param name Its name.
 * @param way Its hub, or how to connect to it.
 * @returns The client, not connected yet.
 */
export function lasting(
  name: string,
  way: string | ((signal: AbortSignal) => Promise<Transport>),
): Client {
  return new Client(name, {
    ...(typeof way === "string" ? { url: way } : { transport: way }),
    reconnect: { minDelay: 50, maxDelay: 500 },
    heartbeat: { interval: 1_000, timeout: 4_000 },
  });
}

/**
 * Makes a client that comes back and answers: `echo` at once, `never` not at all.
 *
 * @param name Its name.
 * @param url Its hub.
 * @returns The client, connected.
 */
export async function answering(name: string, url: string): Promise<Client> {
  const client = lasting(name, url);
  client.route("echo", (data: unknown) => data);
  client.route("never", () => new Promise(() => {}));
  await client.connect({ timeout: 20_000 });
  return client;
}

/** Clients that ask and answer, and a book of it. */
export class Ledger implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  /** How often each question was answered by a route. */
  readonly #ran = new Map<number, number>();
  /** How each question ended. */
  readonly #ended = new Map<number, string>();
  /** The clients whose routes keep this book. */
  readonly #own = new Set<string>();
  readonly #foreign = new Set<number>();
  /** What a process that was killed had asked and nobody has answered. */
  readonly #cut = new Set<number>();
  readonly #running: Promise<void>[] = [];
  readonly #processes: ClientProcess[] = [];
  readonly #witness = new Witness();
  /** The questions of processes that were answered more than once. */
  readonly #twice = new Set<string>();
  readonly #gaps = new Map<string, number>();
  #asked = 0;
  #stopped = false;
  #slowest = 0;

  /** Adds a client that answers. */
  async answers(name: string, url: string): Promise<Client> {
    this.#own.add(name);
    const client = this.#stack.use(lasting(name, url));
    client.route("echo", ({ n }: { n: number }) => {
      this.#hasRun(n);
      return { n };
    });
    await client.connect({ timeout: 20_000 });
    return client;
  }

  #hasRun(n: number): void {
    this.#ran.set(n, (this.#ran.get(n) ?? 0) + 1);
  }

  #hasEnded(n: number, outcome: string): void {
    assert(!this.#ended.has(n), `Question ${n} ended twice`);
    this.#ended.set(n, outcome);
  }

  /**
   * Adds a client in a process of its own, which asks others and answers until
   * it is killed.
   *
   * @returns What kills it and freezes it.
   */
  process(name: string, url: string, targets: string[]): ClientProcess {
    this.#own.add(name);
    // Nobody asks a million questions.
    const first = next += 1_000_000;
    next += 1_000_000;
    const open = new Set<number>();
    const started = new ClientProcess([name, url, `${first}`, ...targets]);
    const done = started.lines((line) => {
      if ("asked" in line) {
        this.#asked++;
        open.add(line.asked);
        if (!this.#own.has(line.to)) this.#foreign.add(line.asked);
      } else if ("ended" in line) {
        open.delete(line.ended);
        this.#hasEnded(line.ended, line.outcome);
      } else if ("ran" in line) this.#hasRun(line.ran);
      else for (const which of line.twice) this.#twice.add(which);
    }).then(() => {
      assert(open.size <= targets.length, `${open.size} open questions`);
      for (const n of open) this.#cut.add(n);
    });
    done.catch(() => {});
    this.#running.push(done);
    this.#processes.push(this.#stack.use(started));
    return started;
  }

  /** Adds a client that asks others, one after the other, until the end. */
  async asks(name: string, url: string, targets: string[]): Promise<void> {
    const client = this.#stack.use(lasting(name, this.#witness.via(url)));
    await client.connect({ timeout: 20_000 });
    for (const target of targets) {
      this.#running.push(this.#ask(client, target));
    }
  }

  async #ask(client: Client, target: string): Promise<void> {
    const pair = `${client.name} → ${target}`;
    let last = performance.now();
    while (!this.#stopped) {
      const n = next++;
      this.#asked++;
      if (!this.#own.has(target)) this.#foreign.add(n);
      const start = performance.now();
      let outcome: string;
      try {
        const answer = await client.request(target, "echo", { n }, {
          timeout: TIMEOUT,
        }) as { n: number };
        assertEquals(answer, { n });
        outcome = "answered";
        const now = performance.now();
        this.#gaps.set(pair, Math.max(this.#gaps.get(pair) ?? 0, now - last));
        last = now;
      } catch (error) {
        if (error instanceof Error && error.name === "AssertionError") {
          throw error;
        }
        outcome = String(error).replace(/\s*\(.*/, "").slice(0, 90);
      }
      this.#slowest = Math.max(this.#slowest, performance.now() - start);
      this.#hasEnded(n, outcome);
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }

  /** The longest time without an answer, of one pair or of all. */
  gap(pair?: string): number {
    if (pair !== undefined) return this.#gaps.get(pair) ?? Infinity;
    return Math.max(...this.#gaps.values());
  }

  /** How many questions ended in each way. */
  get outcomes(): Record<string, number> {
    const outcomes: Record<string, number> = {};
    for (const outcome of this.#ended.values()) {
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }
    return outcomes;
  }

  /** Asks no more, and waits for what is open. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#processes.map((each) => each.kill()));
    await Promise.all(this.#running);
  }

  /** Fails if one was lost, answered twice, or hung. */
  check(): void {
    for (const [outcome, count] of Object.entries(this.outcomes)) {
      say(`  ${count} × ${outcome}`);
    }
    assertEquals(
      this.#ended.size + this.#cut.size,
      this.#asked,
      "Questions without an end",
    );
    const twice = [...this.#witness.twice, ...this.#twice];
    assertEquals(twice, [], "Answered more than once");
    const { answered = 0 } = this.outcomes;
    say(`  ${this.#witness.answered} answers were counted on the wire`);
    assert(this.#witness.answered > 0 || answered === 0);
    for (const [n, times] of this.#ran) {
      assertEquals(times, 1, `Question ${n} was answered ${times} times`);
    }
    for (const [n, outcome] of this.#ended) {
      if (outcome === "answered" && !this.#foreign.has(n)) {
        assert(this.#ran.has(n), `Nobody has answered question ${n}`);
      }
    }
    assert(
      this.#slowest < TIMEOUT + SLACK,
      `A question took ${this.#slowest} ms`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await this.#stack.disposeAsync();
    await Promise.allSettled(this.#running);
  }
}
