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
import { KnownNames, Moves } from "./_moves.ts";

const AWAY = "This hub is cut off from the other hubs.";

/** How much may be on the way to a node before it hears of moves together. */
const CROWD = 16;
/** How many moves there are before those that all have heard of are dropped. */
const MOVES = 10_000;

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

/** What is on the way to a node. */
interface Ear {
  readonly hear: (news: News) => void;
  /** What the node knows. */
  readonly names: KnownNames;
  /** How many news. */
  pending: number;
  /** The last of them, if the moves to come may go with it. */
  open: MovesNews | undefined;
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
  readonly #ears = new Map<MemoryBackplane, Ear>();
  /** The nodes that have to be told of the next move. */
  readonly #unaware = new Set<MemoryBackplane>();
  readonly #seats = new Map<string, Seat>();
  /** The names that each node has or waits for. */
  readonly #wanted = new Map<MemoryBackplane, Set<string>>();
  readonly #moves = new Moves();

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
      moves: this.#moves,
      listen: (node, names, hear) => {
        const ear = { hear, names, pending: 0, open: undefined };
        this.#ears.set(node, ear);
        this.#wanted.set(node, new Set());
      },
      delivered: (news) => this.#delivered(node, news),
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
    const ear = this.#ears.get(node)!;
    if (ear.open) {
      ear.open.until = this.#moves.count;
      ear.open = undefined;
      this.#unaware.add(node);
    }
    ear.pending++;
    ear.hear(news);
  }

  #delivered(node: MemoryBackplane, news: News): void {
    const ear = this.#ears.get(node)!;
    if (ear.pending > 0) ear.pending--;
    if (ear.open !== news) return;
    ear.open.until = this.#moves.count;
    ear.open = undefined;
    this.#unaware.add(node);
  }

  /** A name moves, and all nodes hear of it. */
  #move(name: string, to: string | undefined, dead: boolean): void {
    const moves = this.#moves;
    moves.add(name, to, dead);
    for (const node of this.#unaware) {
      const news: MovesNews = { until: moves.count };
      this.#tell(node, news);
      const ear = this.#ears.get(node)!;
      if (ear.pending <= CROWD) continue;
      ear.open = news;
      this.#unaware.delete(node);
    }
    if (moves.count % MOVES > 0) return;
    let heard = moves.count;
    for (const node of this.#nodes.values()) {
      heard = Math.min(heard, this.#ears.get(node)!.names.heard);
    }
    moves.forget(heard);
  }

  #join(node: MemoryBackplane): void {
    const ear = this.#ears.get(node)!;
    ear.pending = 0;
    ear.open = undefined;
    this.#nodes.set(node.id, node);
    this.#unaware.add(node);
    this.#tell(node, { joined: this.#moves.count });
  }

  #claim(node: MemoryBackplane, name: string, number: number): void {
    let seat = this.#seats.get(name);
    if (!seat) {
      seat = { owner: undefined, waiting: new Map() };
      this.#seats.set(name, seat);
    }
    this.#wanted.get(node)!.add(name);
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
    this.#move(name, node.id, false);
  }

  #release(node: MemoryBackplane, name: string, dead: boolean): void {
    this.#wanted.get(node)!.delete(name);
    const seat = this.#seats.get(name);
    seat?.waiting.delete(node);
    if (seat?.owner !== node) return;
    seat.owner = undefined;
    this.#move(name, undefined, dead);
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
    this.#unaware.delete(node);
    for (const name of [...this.#wanted.get(node)!]) {
      this.#release(node, name, true);
    }
    for (const other of this.#others(node)) {
      this.#tell(other, { gone: node.id });
    }
  }
}

const encoder = new TextEncoder();

/** Names have moved: so many moves there were. */
interface MovesNews {
  until: number;
}

/** What a node hears from the engine. */
type News =
  | MovesNews
  | { joined: number }
  | { won: string; number: number }
  | { held: string; number: number }
  | { message: Uint8Array; from: string }
  | { undelivered: number }
  | { gone: string };

/** What a node asks of its engine. */
interface Engine {
  readonly moves: Moves;
  listen(
    node: MemoryBackplane,
    names: KnownNames,
    hear: (news: News) => void,
  ): void;
  delivered(news: News): void;
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
  readonly #names: KnownNames;
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
    this.#names = new KnownNames(engine.moves, this);
    engine.listen(this, this.#names, (news) => this.#hears(news));
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
      this.#engine.delivered(news);
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
      receiver?.won(news.won);
    } else if ("joined" in news) this.#names.heard = news.joined;
    else {
      this.#names.hear(news.until, (name, dead) => {
        receiver?.left(name, dead);
      });
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
    this.#names.heard = 0;
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
