// Copyright 2026 the Wirekit authors. MIT license.

/**
 * One list of acts of clients, chosen at random, through one hub and through
 * three hubs on a NATS server: clients see the same. `SEED=1 deno test …` repeats
 * a list.
 */

import { assert, assertEquals } from "@std/assert";
import { Client, serve } from "@wirekit/hub";
import { connectNats } from "@wirekit/hub/nats";
import { randomFrom } from "../../hub/winerp/testdata/model.ts";
import { say } from "./_record.ts";
import { Engine } from "./_servers.ts";

const HUBS = 3;
/** A list has so many acts, and goes on until it has each of {@linkcode KINDS}. */
const ACTS = 400;
const MOST_ACTS = 10 * ACTS;
const KINDS = [
  /joins .*ready/,
  /joins .*held/,
  /leaves .*\[\d/,
  /asks .*big/,
  /Destination not found/,
  /cannot do that/,
  /disconnected before it answered/,
  /informs all: \["/,
  /pings .*true/,
  /pings .*false/,
];
/** Among hubs there is no order: those that wait for one of these are at one. */
const QUEUES = ["queue 0", "queue 1", "queue 2"];
/** Of these two clients at most are there, at any hubs. */
const PAIRS = ["pair 0", "pair 1", "pair 2", "pair 3"];

/** How long a client may take to see something, in milliseconds. */
const PATIENCE = 20_000;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(what: string, isSo: () => boolean | Promise<boolean>) {
  const end = performance.now() + PATIENCE;
  while (!await isSo()) {
    if (performance.now() > end) throw new Error(`It is not so: ${what}`);
    await sleep(2);
  }
}

/** A client, and what it has seen. */
class Guest {
  readonly client: Client;
  /** The information that it has heard since it was last asked for. */
  heard: unknown[] = [];
  runs = 0;
  isHeld = false;

  constructor(readonly number: number, readonly name: string, url: string) {
    this.client = new Client(name, {
      url,
      reconnect: false,
      exposeErrors: true,
    });
    this.client.route("echo", (data) => ({ by: this.number, data }));
    this.client.route("fail", () => {
      throw new Error(`${this.number} cannot do that`);
    });
    this.client.route("never", () => {
      this.runs++;
      return new Promise(() => {});
    });
    this.client.addEventListener("hold", () => this.isHeld = true);
    this.client.addEventListener("information", ({ detail }) => {
      this.heard.push(detail.data);
    });
  }

  get isReady(): boolean {
    return this.client.state === "open";
  }
}

/** Clients at hubs that are to be as one. */
class World {
  readonly #urls: readonly string[];
  readonly #random: () => number;
  /** Who has each name, and who waits for it, in their order. */
  readonly #seats = new Map<string, Guest[]>();
  /** Who is there all the time, at each hub. */
  readonly #eyes: Guest[] = [];
  #count = 0;
  readonly told: string[] = [];

  constructor(urls: readonly string[], random: () => number) {
    this.#urls = urls;
    this.#random = random;
  }

  #pick<T>(all: readonly T[]): T {
    return all[Math.floor(this.#random() * all.length)]!;
  }

  #tell(what: string, seen: unknown): void {
    this.told.push(`${this.told.length} ${what}: ${JSON.stringify(seen)}`);
  }

  get #owners(): Guest[] {
    return [...this.#seats.values()].flatMap(([owner]) => owner ?? []);
  }

  get hasAllKinds(): boolean {
    return KINDS.every((kind) => this.told.some((line) => kind.test(line)));
  }

  async open(): Promise<void> {
    for (let n = 0; n < HUBS; n++) {
      const eye = new Guest(-n, `eye ${n}`, this.#urls[n]!);
      await eye.client.connect();
      this.#eyes.push(eye);
      this.#seats.set(eye.name, [eye]);
    }
  }

  async act(): Promise<void> {
    const acts = [
      () => this.#join(),
      () => this.#join(),
      () => this.#leave(),
      () => this.#ask(),
      () => this.#ask(),
      () => this.#inform(),
      () => this.#ping(),
      () => this.#breakOff(),
    ];
    await this.#pick(acts)();
  }

  async #join(): Promise<void> {
    const name = this.#pick([...QUEUES, ...PAIRS]);
    const seat = this.#seats.get(name) ?? [];
    this.#seats.set(name, seat);
    const number = ++this.#count;
    const queue = QUEUES.indexOf(name);
    const hub = queue < 0 ? Math.floor(this.#random() * HUBS) : queue;
    if (seat.length >= (queue < 0 ? 2 : 4)) return;
    const guest = new Guest(number, name, this.#urls[hub]!);
    guest.client.connect({ timeout: Infinity }).catch(() => {});
    const isFirst = seat.push(guest) === 1;
    await until(
      `${number} joins ${name}`,
      () => isFirst ? guest.isReady : guest.isHeld,
    );
    this.#tell(`${number} joins ${name}`, guest.isReady ? "ready" : "held");
  }

  async #leave(who = this.#someone()): Promise<void> {
    if (!who) return;
    const seat = this.#seats.get(who.name)!;
    const wasOwner = seat[0] === who;
    seat.splice(seat.indexOf(who), 1);
    await who.client.close();
    const [heir] = seat;
    await until(`${who.number} leaves`, async () => {
      if (wasOwner && heir) return heir.isReady;
      if (!wasOwner) return true;
      const pings = this.#eyes.map(({ client }) => client.ping(who.name));
      return !(await Promise.all(pings)).includes(true);
    });
    const ready = seat.filter(({ isReady }) => isReady);
    const numbers = ready.map(({ number }) => number);
    this.#tell(`${who.number} leaves ${who.name}`, numbers);
  }

  #someone(): Guest | undefined {
    const all = [...this.#seats].flatMap(([name, seat]) =>
      name.startsWith("eye") ? [] : seat
    );
    return all.length > 0 ? this.#pick(all) : undefined;
  }

  async #ask(): Promise<void> {
    const from = this.#pick(this.#owners);
    const to = this.#pick([...this.#seats.keys(), "nobody", from.name]);
    const route = this.#pick(["echo", "echo", "echo", "fail", "no such route"]);
    const data = { n: this.told.length, big: 2n ** 63n, text: "ë\0" };
    const seen = await outcome(from.client.request(to, route, data));
    this.#tell(`${from.number} asks ${to} for ${route}`, seen);
  }

  async #inform(): Promise<void> {
    const from = this.#pick(this.#owners);
    const names = this.#random() < 0.5
      ? undefined
      : [this.#pick([...this.#seats.keys()]), "nobody"];
    const data = { n: this.told.length };
    await from.client.inform(data, names);
    const heard: string[] = [];
    for (const owner of this.#owners) {
      // What was sent before has arrived when this is answered.
      if (owner !== from) await from.client.request(owner.name, "echo");
      if (owner.heard.length > 0) {
        heard.push(`${owner.number} ${JSON.stringify(owner.heard)}`);
      }
      owner.heard = [];
    }
    this.#tell(`${from.number} informs ${names ?? "all"}`, heard);
  }

  async #ping(): Promise<void> {
    const from = this.#pick(this.#owners);
    const to = this.#pick([...this.#seats.keys(), "nobody"]);
    this.#tell(`${from.number} pings ${to}`, await from.client.ping(to));
  }

  /** Somebody asks, and the one that was asked leaves without an answer. */
  async #breakOff(): Promise<void> {
    const owners = this.#owners.filter(({ name }) => !name.startsWith("eye"));
    if (owners.length === 0) return;
    const to = this.#pick(owners);
    const eye = this.#pick(this.#eyes);
    const asked = outcome(eye.client.request(to.name, "never"));
    await until(`${to.number} is asked`, () => to.runs > 0);
    await this.#leave(to);
    this.#tell(`${eye.number} has asked ${to.name}`, await asked);
  }

  async close(): Promise<void> {
    const all = [...this.#seats.values()].flat();
    await Promise.all(all.map(({ client }) => client.close()));
  }
}

/** What becomes of a request, as it can be compared. */
async function outcome(answer: Promise<unknown>): Promise<unknown> {
  try {
    const text = (_: string, value: unknown) =>
      typeof value === "bigint" ? `${value}` : value;
    return JSON.parse(JSON.stringify(await answer, text));
  } catch (error) {
    return String(error);
  }
}

/** Lets clients do all of a list, at hubs that are one; returns what they saw. */
async function run(hubs: number, seed: number): Promise<string[]> {
  await using stack = new AsyncDisposableStack();
  const urls: string[] = [];
  const engine = hubs > 1 ? stack.use(await Engine.start(1)) : undefined;
  for (let n = 0; n < hubs; n++) {
    const backplane = engine && await connectNats({ servers: engine.urls });
    const server = await serve({ port: 0, ...(backplane && { backplane }) });
    urls.push(stack.use(server).urls[0]);
  }
  const each = Array.from({ length: HUBS }, (_, n) => urls[n % hubs]!);
  const world = new World(each, randomFrom(seed));
  stack.defer(() => world.close());
  await world.open();
  for (let n = 0; n < ACTS || n < MOST_ACTS && !world.hasAllKinds; n++) {
    await world.act();
  }
  return world.told;
}

Deno.test({
  name:
    "Clients at three hubs on a server see what clients of one hub see, whatever they do",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const seed = Number(Deno.env.get("SEED")) ||
      crypto.getRandomValues(new Uint32Array(1))[0]!;
    say(`  SEED=${seed}`);
    const [one, three] = [await run(1, seed), await run(HUBS, seed)];
    assertEquals(three, one);
    for (const kind of KINDS) {
      assert(one.some((line) => kind.test(line)), `${kind}: ${one.join("\n")}`);
    }
    say(`  ${one.length} acts were seen alike`);
  },
});
