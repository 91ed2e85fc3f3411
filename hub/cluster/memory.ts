// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Several hubs of one process as one: the reference of a backplane, for tests.
 *
 * @module
 */
import { type Fault, fault } from "../exchange/fault.ts";
import type {
  Address,
  Backplane,
  BackplaneReceiver,
  BackplaneStatus,
  NodeStatus,
} from "./backplane.ts";

const AWAY = "This hub is cut off from the other hubs.";

/**
 * Options of {@linkcode MemoryEngine}.
 *
 * @category Many hubs as one
 */
export interface MemoryEngineOptions {
  /**
   * Carries what goes between a node and the engine. What goes over one link
   * has to arrive in order.
   *
   * @param deliver Lets it arrive.
   * @param link The link: one each way for each node.
   * @default In the next microtask.
   */
  carry?: (deliver: () => void, link: string) => void;
}

/** Who has a name, and who waits for it. */
interface Seat {
  owner: MemoryBackplane | undefined;
  /** Those who wait, and the number of the claim of each. */
  readonly waiting: Map<MemoryBackplane, number>;
}

/**
 * Joins hubs of one process into one.
 *
 * @example Two hubs that are one
 * ```ts
 * import { Client, MemoryEngine, serve } from "@wirekit/hub";
 * import { assertEquals } from "@std/assert";
 *
 * const engine = new MemoryEngine();
 * await using one = await serve({ port: 0, backplane: engine.node("one") });
 * await using two = await serve({ port: 0, backplane: engine.node("two") });
 *
 * await using bot = new Client("bot", { url: one.urls[0] });
 * bot.route("greet", () => "hello");
 * await bot.connect();
 *
 * await using me = new Client("me", { url: two.urls[0] });
 * await me.connect();
 * assertEquals(await me.request("bot", "greet"), "hello");
 * ```
 *
 * @category Many hubs as one
 */
export class MemoryEngine {
  readonly #carry: (deliver: () => void, link: string) => void;
  readonly #nodes = new Map<string, MemoryBackplane>();
  readonly #ears = new Map<MemoryBackplane, (news: News) => void>();
  readonly #seats = new Map<string, Seat>();

  /**
   * Makes an engine without nodes.
   *
   * @param options How its links are.
   */
  constructor(options: MemoryEngineOptions = {}) {
    this.#carry = options.carry ?? queueMicrotask;
  }

  /**
   * Adds a node.
   *
   * @param label What people call it.
   * @returns Its backplane.
   */
  node(label: string): MemoryBackplane {
    const node: MemoryBackplane = new MemoryBackplane(label, {
      listen: (node, hear) => this.#ears.set(node, hear),
      nodes: () => [...this.#nodes.values()].map((each) => each.report()),
      leave: () => this.#leave(node),
      up: (deliver) => this.#carry(deliver, `${label} >`),
      down: (deliver) => this.#carry(deliver, `${label} <`),
      claim: (name, number) => this.#claim(node, name, number),
      release: (name) => this.#release(node, name, false),
      publish: (to, message, ref) => this.#publish(node, to, message, ref),
      join: () => this.#join(node),
    });
    this.#join(node);
    return node;
  }

  #tell(node: MemoryBackplane, news: News): void {
    this.#ears.get(node)!(news);
  }

  #join(node: MemoryBackplane): void {
    this.#nodes.set(node.id, node);
    for (const [name, { owner }] of this.#seats) {
      if (owner && owner !== node) {
        this.#tell(node, { moved: name, to: owner.id });
      }
    }
  }

  #claim(node: MemoryBackplane, name: string, number: number): void {
    let seat = this.#seats.get(name);
    if (!seat) {
      seat = { owner: undefined, waiting: new Map() };
      this.#seats.set(name, seat);
    }
    if (seat.owner && seat.owner !== node) {
      seat.waiting.set(node, number);
      return this.#tell(node, { held: name, number });
    }
    this.#give(name, seat, node, number);
  }

  #give(
    name: string,
    seat: Seat,
    node: MemoryBackplane,
    number: number,
  ): void {
    seat.owner = node;
    seat.waiting.delete(node);
    this.#tell(node, { won: name, number });
    for (const other of this.#others(node)) {
      this.#tell(other, { moved: name, to: node.id });
    }
  }

  #release(node: MemoryBackplane, name: string, dead: boolean): void {
    const seat = this.#seats.get(name);
    seat?.waiting.delete(node);
    if (seat?.owner !== node) return;
    seat.owner = undefined;
    for (const other of this.#others(node)) {
      this.#tell(other, { moved: name, from: node.id, dead });
    }
    const [next] = seat.waiting;
    if (next) this.#give(name, seat, ...next);
    else this.#seats.delete(name);
  }

  #publish(
    from: MemoryBackplane,
    to: Address,
    message: Uint8Array,
    ref: number | undefined,
  ): void {
    if (to === "all") {
      for (const node of this.#others(from)) {
        this.#tell(node, { message, from: from.id });
      }
    } else if ("node" in to) {
      const node = this.#nodes.get(to.node);
      if (node) this.#tell(node, { message, from: from.id });
    } else {
      const owner = this.#seats.get(to.name)?.owner;
      if (owner && owner !== from) {
        this.#tell(owner, { message, from: from.id });
      } else if (ref !== undefined) this.#tell(from, { undelivered: ref });
    }
  }

  *#others(node: MemoryBackplane): Generator<MemoryBackplane, void> {
    for (const other of this.#nodes.values()) if (other !== node) yield other;
  }

  /** Takes a node for dead. */
  #leave(node: MemoryBackplane): void {
    if (!this.#nodes.delete(node.id)) return;
    for (const name of [...this.#seats.keys()]) {
      this.#release(node, name, true);
    }
    for (const other of this.#others(node)) {
      this.#tell(other, { gone: node.id });
    }
  }
}

const encoder = new TextEncoder();

/** What a node hears from the engine. */
type News =
  | { won: string; number: number }
  | { held: string; number: number }
  | { moved: string; to?: string; from?: string; dead?: boolean }
  | { message: Uint8Array; from: string }
  | { undelivered: number }
  | { gone: string };

/** What a node asks of its engine. */
interface Engine {
  listen(node: MemoryBackplane, hear: (news: News) => void): void;
  nodes(): NodeStatus[];
  up(deliver: () => void): void;
  down(deliver: () => void): void;
  claim(name: string, number: number): void;
  release(name: string): void;
  publish(to: Address, message: Uint8Array, ref: number | undefined): void;
  join(): void;
  leave(): void;
}

/**
 * The backplane of one node of a {@linkcode MemoryEngine}.
 *
 * @category Many hubs as one
 */
export class MemoryBackplane implements Backplane {
  readonly #label: string;
  readonly #engine: Engine;
  readonly #start = Date.now();
  #receiver: BackplaneReceiver | undefined;
  /** The names that its hub wants: the last claim, and whether it has won. */
  readonly #claims = new Map<string, { number: number; won: boolean }>();
  #number = 0;
  readonly #names = new Map<string, string>();
  #state: BackplaneStatus["state"] = "open";
  #since = this.#start;
  /** Grows with each cut: what was on the way then does not arrive. */
  #life = 0;

  /**
   * Made by {@linkcode MemoryEngine.node}.
   *
   * @param label What people call it.
   * @param engine Its engine.
   */
  constructor(label: string, engine: Engine) {
    this.#label = label;
    this.#engine = engine;
    engine.listen(this, (news) => this.#hears(news));
  }

  /** Its id: a new one after each cut. */
  get id(): string {
    return `${this.#label}/${this.#life}`;
  }

  /** Asks the engine; not while it is cut off, since heal() asks for all then. */
  #ask(question: () => void): void {
    if (this.#state !== "open") return;
    const life = this.#life;
    this.#engine.up(() => {
      if (life === this.#life) question();
    });
  }

  #hears(news: News): void {
    const life = this.#life;
    this.#engine.down(() => {
      if (life === this.#life && this.#state !== "closed") this.#hear(news);
    });
  }

  #hear(news: News): void {
    // Others may know of it before it has a hub.
    const receiver = this.#receiver;
    if ("message" in news) receiver?.message(news.message, news.from);
    else if ("undelivered" in news) receiver?.undelivered(news.undelivered);
    else if ("gone" in news) receiver?.gone(news.gone);
    else if ("held" in news) {
      const claim = this.#claims.get(news.held);
      if (claim?.number !== news.number) return;
      if (claim.won) receiver?.lost(news.held);
      else receiver?.held(news.held);
      claim.won = false;
    } else if ("won" in news) {
      const claim = this.#claims.get(news.won);
      if (claim?.number !== news.number || claim.won) return;
      claim.won = true;
      this.#names.delete(news.won);
      receiver?.won(news.won);
    } else {
      const { moved, to, dead = false } = news;
      const had = this.#names.get(moved);
      if (to === undefined) this.#names.delete(moved);
      else this.#names.set(moved, to);
      if (had !== undefined && had !== to) receiver?.left(moved, dead);
    }
  }

  /** See {@linkcode Backplane}. */
  claim(name: string): boolean {
    const number = ++this.#number;
    this.#claims.set(name, { number, won: false });
    this.#ask(() => this.#engine.claim(name, number));
    return false;
  }

  /** See {@linkcode Backplane}. */
  release(name: string): void {
    this.#claims.delete(name);
    this.#ask(() => this.#engine.release(name));
  }

  /** See {@linkcode Backplane}. */
  publish(
    to: Address,
    message: string,
    ref?: number,
  ): Fault | undefined {
    if (this.#state !== "open") return fault("Unreachable", AWAY);
    const bytes = encoder.encode(message);
    this.#ask(() => this.#engine.publish(to, bytes, ref));
    return undefined;
  }

  /** See {@linkcode Backplane}. */
  onMessage(receiver: BackplaneReceiver): void {
    this.#receiver = receiver;
  }

  /**
   * Returns what other nodes know of it.
   *
   * @returns What it says of itself.
   */
  report(): NodeStatus {
    const figures = this.#receiver?.figures() ?? {};
    return { id: this.id, label: this.#label, since: this.#start, figures };
  }

  /** See {@linkcode Backplane}. */
  status(): BackplaneStatus {
    const nodes = () => {
      const all = this.#state === "open" ? this.#engine.nodes() : [];
      // One that has just come back is on its way there.
      return all.some(({ id }) => id === this.id)
        ? all
        : [...all, this.report()];
    };
    return {
      node: this.id,
      state: this.#state,
      since: this.#since,
      maxMessageBytes: Infinity,
      get nodes() {
        return nodes();
      },
      names: this.#names,
      ...(this.#state === "fenced" && { reason: AWAY }),
    };
  }

  #become(state: BackplaneStatus["state"]): void {
    this.#state = state;
    this.#since = Date.now();
  }

  /** Cuts it off. The others take it for dead. */
  cut(): void {
    if (this.#state !== "open") return;
    this.#engine.leave();
    this.#life++;
    this.#become("fenced");
    this.#receiver!.detached(AWAY);
  }

  /** Lets it back in: it claims its names again. */
  heal(): void {
    if (this.#state !== "fenced") return;
    this.#become("open");
    this.#names.clear();
    this.#ask(() => this.#engine.join());
    for (const [name, { number }] of this.#claims) {
      this.#ask(() => this.#engine.claim(name, number));
    }
    this.#receiver!.attached();
  }

  /** See {@linkcode Backplane}. */
  close(): Promise<void> {
    // After what is on the way.
    this.#ask(() => this.#engine.leave());
    this.#become("closed");
    return Promise.resolve();
  }
}
