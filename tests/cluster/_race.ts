// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Nodes in processes of their own that want the same names at the same time,
 * while they are frozen, killed and cut off, and the servers too.
 */

import { assert, assertEquals } from "@std/assert";
import { connectNats } from "@wirekit/hub/nats";
import {
  connect,
  Kvm,
  Markers,
  markOf,
} from "../../hub/cluster/testdata/nats.ts";
import { receiver } from "./_claims.ts";
import { record, say } from "./_record.ts";
import { Engine } from "./_servers.ts";
import { Valve } from "./_valve.ts";

/** When a process had a name, on one clock for all. */
interface Tenure {
  readonly racer: Racer;
  readonly from: number;
  /** When it last did something as its owner. */
  last: number;
  epoch?: number;
}

const NODES = 3;
/** How many names are fought for at the same time. */
const NAMES = 100;
/** The kinds of faults. */
const KINDS = 5;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A node in a process of its own, see `_racer.ts`. */
class Racer implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #read: Promise<void>;
  readonly #here = Promise.withResolvers<void>();
  /** What it has. */
  readonly held = new Map<number, Tenure>();

  constructor(
    readonly label: string,
    urls: readonly string[],
    lease: number,
    hear: (racer: Racer, words: string[]) => void,
  ) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        ..."run -A --no-check --no-prompt".split(" "),
        new URL("_racer.ts", import.meta.url).pathname,
        ...[urls.join(","), `${lease}`, label, `${NAMES}`],
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#read = this.#listen(hear);
    this.#here.promise.catch(() => {});
  }

  async #listen(hear: (racer: Racer, words: string[]) => void) {
    let rest = "";
    const { stdout } = this.#child;
    for await (const text of stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        if (line === "here") this.#here.resolve();
        else hear(this, line.split(" "));
      }
    }
    this.#here.reject(new Error(`Process ${this.label} has ended`));
  }

  /** Waits until it takes part. */
  get here(): Promise<void> {
    return this.#here.promise;
  }

  /** Gives it an order. */
  async order(word: string): Promise<void> {
    await this.#writer.write(new TextEncoder().encode(`${word}\n`));
  }

  /** Sends it a signal. */
  signal(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch {
      // It has ended.
    }
  }

  /** Kills it, and waits until all is read that it has said. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.signal("SIGKILL");
    await this.#child.status;
    await this.#read;
    await this.#writer.abort().catch(() => {});
    this.held.clear();
  }
}

/** The book of a race. */
class Book {
  readonly #tenures: Tenure[][] = Array.from({ length: NAMES }, () => []);
  /** Who took each message. */
  readonly #takers = new Map<number, Racer>();
  readonly #faults: string[] = [];
  readonly #goal: number;
  readonly #done = Promise.withResolvers<void>();
  /** What the nodes have logged. */
  readonly lines: string[] = [];
  wins = 0;
  acts = 0;

  constructor(goal: number) {
    this.#goal = goal;
  }

  /** Takes what a process has printed. */
  hear(racer: Racer, [word, ...rest]: string[]): void {
    if (word === "log") return void this.lines.push(rest.join(" "));
    const [first = 0, second = 0, third = 0] = rest.map(Number);
    const tenure = racer.held.get(first);
    if (word === "won") {
      if (tenure) this.blame(`${racer.label} won name ${first} twice`);
      const won: Tenure = { racer, from: second, last: second };
      racer.held.set(first, won);
      this.#tenures[first]!.push(won);
      if (++this.wins === this.#goal) this.#done.resolve();
    } else if (word === "epoch") {
      if (tenure) tenure.epoch = second;
    } else if (word === "sent") {
      for (const each of racer.held.values()) each.last = first;
      this.acts++;
    } else if (word === "heard") {
      const other = this.#takers.get(second);
      if (other) {
        this.blame(`Message ${second} to name ${first} came twice`);
      }
      this.#takers.set(second, racer);
      if (tenure) tenure.last = third;
      this.acts++;
    } else if (word === "gave" || word === "lost") {
      // Whoever gives a name up that it has lost, unknowingly, harms nobody.
      racer.held.delete(first);
    }
  }

  /** Notes what may not be. */
  blame(fault: string): void {
    this.#faults.push(fault);
  }

  /** Waits until all are won. */
  async end(ms: number): Promise<void> {
    const timer = setTimeout(
      () => this.#done.reject(new Error(`Only ${this.wins} names were won`)),
      ms,
    );
    await this.#done.promise.finally(() => clearTimeout(timer));
  }

  /** Fails if one acted as the owner of a name that another had by then. */
  check(): void {
    let known = 0;
    for (const [name, tenures] of this.#tenures.entries()) {
      tenures.sort((a, b) => a.from - b.from);
      let epoch = 0;
      for (const [i, tenure] of tenures.entries()) {
        const { racer, from, last } = tenure;
        const next = tenures[i + 1];
        if (next && last > next.from) {
          this.blame(
            `Name ${name}: ${racer.label} won it at ${from} and acted at ` +
              `${last}, but ${next.racer.label} won it at ${next.from}`,
          );
        }
        if (tenure.epoch === undefined) continue;
        known++;
        if (tenure.epoch <= epoch) {
          this.blame(`Name ${name}: epoch ${tenure.epoch} after ${epoch}`);
        }
        epoch = tenure.epoch;
      }
    }
    say(
      `  ${this.wins} wins, ${known} epochs read, ${this.acts} acts, ` +
        `${this.#takers.size} messages taken`,
    );
    assertEquals(this.#faults.slice(0, 10), []);
    assert(known > this.wins / 2, `Only ${known} epochs are known`);
    assert(this.#takers.size > 0, "No message was taken");
  }
}

/** What a race is run with. */
export interface RaceOptions {
  /** How many servers. */
  servers: number;
  /** How often a name is to be won, at least. */
  wins: number;
  /** How long it may take, in milliseconds. */
  patience?: number;
}

/**
 * Lets three nodes fight for names while they and the servers are killed, frozen
 * and cut off; fails if two act as the owner of one at once.
 */
export async function race(options: RaceOptions): Promise<void> {
  const { servers, wins, patience = 300_000 } = options;
  // Longer than three servers take to choose a new leader.
  const lease = servers > 1 ? 12_000 : 3_000;
  await using stack = new AsyncDisposableStack();
  const engine = stack.use(await Engine.start(servers));
  const book = new Book(wins);
  // Each node is behind a link of its own, to one server.
  const valves: Valve[] = [];
  const racers: Racer[] = [];
  let entered = 0;
  const enter = (node: number) => {
    const valve = stack.use(new Valve(engine.servers[node % servers]!.port));
    valves[node] = valve;
    racers[node] = stack.use(
      new Racer(
        `${++entered}`,
        [`nats://127.0.0.1:${valve.port}`],
        lease,
        (racer, words) => book.hear(racer, words),
      ),
    );
  };
  await using _witness = await startWitness(engine, lease, book);
  for (let node = 0; node < NODES; node++) enter(node);
  await Promise.all(racers.map(({ here }) => here));
  const start = performance.now();
  const freeze = lease + 1_500;
  const trouble = async (n: number): Promise<string> => {
    const node = Math.floor(n / KINDS) % NODES;
    const server = engine.servers[n % servers]!;
    const racer = racers[node]!;
    switch (n % KINDS) {
      case 0: {
        // It fences itself by its own clock once that goes on.
        racer.signal("SIGSTOP");
        await sleep(freeze);
        racer.signal("SIGCONT");
        return `process ${racer.label} frozen for ${freeze} ms`;
      }
      case 1: {
        await server.kill();
        await sleep(1_000 * Math.random());
        await server.start();
        return "a server killed and started";
      }
      case 2: {
        await racer[Symbol.asyncDispose]();
        enter(node);
        await racers[node]!.here;
        return `process ${racer.label} killed, and another in its place`;
      }
      case 3: {
        server.signal("SIGSTOP");
        await sleep(500 + 2_000 * Math.random());
        server.signal("SIGCONT");
        return "a server frozen";
      }
      default: {
        // Longer than the lease: it fences itself, or finds another server.
        valves[node]!.shut();
        await sleep(Math.min(lease, 6_000) + 1_500);
        valves[node]!.open();
        return `the link of process ${racer.label} to its server cut`;
      }
    }
  };
  // Each kind happens, however soon the names are won.
  const troubles = (async () => {
    for (let n = 0; n < KINDS || book.wins < wins; n++) {
      say(`  ${book.wins} wins, ${await trouble(n)}`);
      await sleep(500);
    }
  })();
  await Promise.all([book.end(patience), troubles]);
  record(`${book.wins} contested names, ${servers} servers`, [
    performance.now() - start,
  ]);
  await settle(racers, book);
  await Promise.all(racers.map((racer) => racer[Symbol.asyncDispose]()));
  book.check();
}

/** Fails if a node cannot get a name once nobody else wants it. */
async function settle(racers: readonly Racer[], book: Book): Promise<void> {
  await Promise.all(racers.map((racer) => racer.order("over")));
  const deadline = performance.now() + 90_000;
  for (const racer of racers) {
    await racer.order("want");
    const until = async (has: boolean) => {
      while (racer.held.has(0) !== has) {
        assert(
          performance.now() < deadline,
          `${racer.label} gets no name, or keeps it: ` +
            book.lines.slice(-60).join("\n"),
        );
        await sleep(20);
      }
    };
    await until(true);
    await racer.order("give");
    await until(false);
  }
}

/**
 * A node without names. It sends messages to all of them, and looks whether one
 * that is gone says anything; and it removes what stays of names as soon as
 * others can have heard of it.
 */
async function startWitness(
  engine: Engine,
  lease: number,
  book: Book,
): Promise<AsyncDisposable> {
  const stack = new AsyncDisposableStack();
  const plane = await connectNats({
    servers: engine.urls,
    lease,
    label: "witness",
    connectTimeout: 60_000,
  });
  stack.defer(() => plane.close());
  const gone = new Set<string>();
  plane.onMessage(receiver({
    message(_, from) {
      if (gone.has(from)) {
        book.blame(`Node ${from} is gone, and says something`);
      }
    },
    gone: (node) => void gone.add(node),
  }));
  let message = 0;
  const talk = setInterval(() => {
    const name = `"name ${message % NAMES}"`;
    plane.publish({ name }, JSON.stringify({ name, message: ++message }));
  }, 3);
  const connection = await connect({
    servers: engine.urls,
    maxReconnectAttempts: -1,
  });
  const kv = await new Kvm(connection).open("hub-names");
  const markers = new Markers(connection, {
    bucket: "hub-names",
    age: 300,
    max: 0,
  });
  const tidy = setInterval(() => {
    markOf(kv).then((mark) => markers.tidy(mark, 0)).catch(() => {});
  }, 400);
  stack.defer(async () => {
    clearInterval(talk);
    clearInterval(tidy);
    await connection.close();
  });
  return stack;
}
