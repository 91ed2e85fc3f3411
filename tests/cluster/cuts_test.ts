// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Links of hubs are cut and their server is killed at random, while clients
 * come, leave, wait for each other's names and ask. `SEED=1 deno test -A …`
 * plays the scenes from that one on.
 */

import { assertEquals } from "@std/assert";
import { type Client, serve } from "@wirekit/hub";
import { connectNats } from "@wirekit/hub/nats";
import { randomFrom } from "../../hub/winerp/testdata/model.ts";
import { lasting } from "./_ledger.ts";
import { record, say } from "./_record.ts";
import { Engine } from "./_servers.ts";
import { Valve } from "./_valve.ts";

const SCENES = 12;
const AT_ONCE = 4;
const LEASE = 2_000;
const NODES = 3;
const NAMES = ["ann", "ben", "cat", "dan"];
/** How long a scene is wild, and how soon all is well when it is calm. */
const WILD = 5_000;
const CALM = LEASE + 2_000;
/** How long a call may take. */
const TIMEOUT = 1_500;
/** How much later both are over on a busy machine. */
const SLACK = 1_500;
/** After which time what is not well is not late, but lost. */
const LOST = 30_000;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const options = { sanitizeOps: false, sanitizeResources: false };

/** A client that wants a name. */
interface Guest {
  readonly id: string;
  readonly client: Client;
}

/** Hubs, each with a link of its own, and those who come to them. */
class Scene implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  readonly #pick: (count: number) => number;
  readonly #engine: Engine;
  readonly #valves: Valve[];
  readonly #shut = new Set<Valve>();
  readonly #urls: string[] = [];
  readonly #askers: Client[] = [];
  readonly #guests = new Set<Guest>();
  /** What has begun, and is over when the scene is. */
  readonly #begun: Promise<unknown>[] = [];
  /** How often each call was answered by a route. */
  readonly #ran: number[] = [];
  readonly faults: string[] = [];

  constructor(engine: Engine, random: () => number) {
    this.#engine = this.#stack.use(engine);
    this.#pick = (count) => Math.floor(count * random());
    const { port } = engine.servers[0]!;
    this.#valves = Array.from(
      { length: NODES },
      () => this.#stack.use(new Valve(port)),
    );
  }

  async open(): Promise<void> {
    for (const [n, { port }] of this.#valves.entries()) {
      const servers = `nats://127.0.0.1:${port}`;
      const backplane = await connectNats({ servers, lease: LEASE });
      const hub = this.#stack.use(await serve({ port: 0, backplane }));
      this.#urls.push(hub.urls[0]!);
      const asker = this.#stack.use(lasting(`asker ${n}`, this.#urls[n]!));
      await asker.connect();
      this.#askers.push(asker);
    }
  }

  /** Does one thing at random. */
  async act(): Promise<void> {
    const what = this.#pick(100);
    if (what < 20) this.#come();
    else if (what < 35) this.#leave();
    else if (what < 42) this.#begun.push(this.#cut());
    else if (what < 43) await this.#killServer();
    else {
      const name = NAMES[this.#pick(NAMES.length)]!;
      this.#begun.push(this.#ask(this.#askers[this.#pick(NODES)]!, name));
    }
    await sleep(this.#pick(40));
  }

  #come(): void {
    if (this.#guests.size >= 10) return;
    const name = NAMES[this.#pick(NAMES.length)]!;
    const node = this.#pick(NODES);
    const client = this.#stack.use(lasting(name, this.#urls[node]!));
    const id = `${name} at hub ${node} (${crypto.randomUUID()})`;
    client.route("who", ({ n }: { n: number }) => {
      this.#ran[n]!++;
      return { n, id };
    });
    client.connect({ timeout: Infinity }).catch(() => {});
    this.#guests.add({ id, client });
  }

  #leave(): void {
    const guest = [...this.#guests][this.#pick(this.#guests.size)];
    if (!guest) return;
    this.#guests.delete(guest);
    this.#begun.push(guest.client.close());
  }

  /** Shorter than a lease, or longer. */
  async #cut(): Promise<void> {
    const valve = this.#valves[this.#pick(NODES)]!;
    if (this.#shut.has(valve)) return;
    this.#shut.add(valve);
    valve.shut();
    await sleep(this.#pick(this.#pick(2) === 0 ? 500 : 2 * LEASE));
    valve.open();
    this.#shut.delete(valve);
  }

  async #killServer(): Promise<void> {
    const [server] = this.#engine.servers;
    await server!.kill();
    if (this.#pick(3) === 0) await server!.wipe();
    await sleep(this.#pick(300));
    await server!.start();
  }

  /** Asks who has a name; resolves with that, or with why nobody can say. */
  async #ask(asker: Client, name: string): Promise<string> {
    const n = this.#ran.push(0) - 1;
    const start = performance.now();
    const said = await asker.request(name, "who", { n }, { timeout: TIMEOUT })
      .then((answer) => {
        const { n: to, id } = answer as { n: number; id: string };
        if (to !== n) this.faults.push(`call ${n} has the answer to ${to}`);
        return id;
      }, (error: Error) => error.message);
    const took = performance.now() - start;
    if (took > TIMEOUT + SLACK) this.faults.push(`call ${n} took ${took} ms`);
    return said;
  }

  /** Opens all links; resolves with how long it took until all was well. */
  async calm(): Promise<number> {
    for (const valve of this.#valves) valve.open();
    const start = performance.now();
    let last: string[] = [];
    for (;;) {
      const wrong = await this.#wrong();
      const took = performance.now() - start;
      const isOver = wrong.length === 0;
      if (isOver && took < CALM + SLACK) return took;
      if (isOver) this.faults.push(`well after ${took} ms only: ${last}`);
      else if (took > LOST) this.faults.push(...wrong);
      if (isOver || took > LOST) return took;
      last = wrong;
      await sleep(50);
    }
  }

  /** Who does not have a name that has to, or is not found at all hubs. */
  async #wrong(): Promise<string[]> {
    const wrong = NAMES.map(async (name) => {
      const wanting = [...this.#guests].filter(({ client }) =>
        client.name === name
      );
      const owners = wanting.filter(({ client }) => client.state === "open");
      if (owners.length !== Math.min(1, wanting.length)) {
        const states = wanting.map(({ id, client }) => `${id} ${client.state}`);
        return states.join();
      }
      const owner = owners[0]?.id ?? "Destination not found.";
      const asked = this.#askers.map((asker) => this.#ask(asker, name));
      const others = (await Promise.all(asked)).filter((who) => who !== owner);
      return others.map((who) => `${name} is ${owner}, not ${who}`).join();
    });
    return (await Promise.all(wrong)).filter((text) => text !== "");
  }

  /** Ends all; resolves with what was wrong. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#begun);
    for (const [n, times] of this.#ran.entries()) {
      if (times > 1) this.faults.push(`call ${n} ran ${times} times`);
    }
    await this.#stack.disposeAsync();
  }
}

async function play(seed: number): Promise<number> {
  const scene = new Scene(await Engine.start(1), randomFrom(seed));
  let took: number;
  {
    await using _scene = scene;
    await scene.open();
    const end = performance.now() + WILD;
    while (performance.now() < end) await scene.act();
    took = await scene.calm();
  }
  assertEquals(scene.faults, [], `SEED=${seed}`);
  return took;
}

Deno.test(
  "Hubs whose links are cut and whose server is killed: each call ends once, and soon each name that somebody wants has one owner",
  options,
  async () => {
    let seed = Number(Deno.env.get("SEED")) ||
      crypto.getRandomValues(new Uint32Array(1))[0]!;
    say(`  SEED=${seed}`);
    const end = seed + SCENES;
    const times: number[] = [];
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      while (seed < end) times.push(await play(seed++));
    }));
    record("After the calm, all is well", times);
  },
);
