// Copyright 2026 the Wirekit authors. MIT license.

import {
  every,
  later,
  now,
  settled,
  sleep,
  type Timer,
} from "@wirekit/internal/clock";
import { NotConnectedError } from "@wirekit/internal/errors";
import type { Logger } from "@wirekit/internal/logger";
import type { NatsConnection } from "@nats-io/transport-node";
import { type Fault, fault } from "../../exchange/fault.ts";
import type {
  Address,
  Backplane,
  BackplaneReceiver,
  BackplaneStatus,
  NodeStatus,
} from "../backplane.ts";
import { type Buckets, listen, listenToNews, markOf } from "./_buckets.ts";
import type { NameKeeper } from "./_keeper.ts";
import { Lease } from "./_lease.ts";
import { Mail, sizeOf } from "./_mail.ts";
import { Markers } from "./_markers.ts";
import { Newcomers } from "./_newcomers.ts";
import { NatsNames } from "./_names.ts";
import { Peers } from "./_peers.ts";
import { BucketReader, PAGE } from "./_reader.ts";
import { type Refusal, refusalIn } from "./_refusals.ts";
import { Rights } from "./_rights.ts";
import type { SafeConnection } from "./_transport.ts";

/** How a node takes part. */
export interface NodeOptions {
  readonly prefix: string;
  readonly lease: number;
  readonly maxOutboxBytes: number;
  readonly label?: string;
  readonly logger?: Logger;
  /** Makes the buckets again, if the servers have lost them. */
  restore(): Promise<unknown>;
}

/** How often a node looks at the clock, in milliseconds. */
const TICK = 250;
/** How long to wait before many names are read, in milliseconds. */
const FIRST_PAUSE = 500;
/** How long a connection may be away before what needs it fails. */
const GRACE = 500;

/** The backplane of one node, on NATS. */
export class NatsBackplane implements Backplane, NameKeeper {
  readonly #connection: NatsConnection;
  readonly #options: NodeOptions;
  readonly #label: string;
  readonly #start = Date.now();
  readonly #buckets: Buckets;
  readonly #names: NatsNames;
  readonly #peers: Peers;
  readonly #lease: Lease;
  readonly #mail: Mail;
  readonly #newcomers: Newcomers;
  readonly #rights: Rights;
  readonly #markers: Markers;
  #receiver: BackplaneReceiver | undefined;

  #state: BackplaneStatus["state"] = "open";
  #reason = "";
  #since = Date.now();
  #linked = true;
  /** What the server said of the connection, until there is one again. */
  #words = "";
  #grace: Timer | undefined;
  #clock: Timer | undefined;
  #rejoining = false;
  /** When the bucket of the names was made. */
  #birth: string | undefined;
  #checking = false;
  /** The last revision of a name that it has heard of, and that there was. */
  #heard = 0;
  #missed = 0;
  /** Whether it has to listen to the buckets anew. */
  #isDeaf = false;
  #watches: AbortController | undefined;

  readonly #line: SafeConnection;

  constructor(
    line: SafeConnection,
    buckets: Buckets,
    options: NodeOptions,
  ) {
    this.#line = line;
    this.#connection = line.connection;
    this.#buckets = buckets;
    this.#options = options;
    const { lease } = options;
    this.#lease = new Lease(buckets.nodes, lease, {
      describe: () => this.#describe(),
      evicted: () =>
        this.#fence("The other hubs have taken this one for dead."),
      failed: (error) => this.failed(error),
    });
    this.#label = options.label ?? this.id.slice(-8);
    this.#names = new NatsNames(buckets.names, this);
    this.#peers = new Peers(buckets.nodes, lease, this);
    this.#mail = new Mail(line, options, this);
    this.#newcomers = new Newcomers(this);
    const { names } = buckets;
    const { prefix } = options;
    this.#rights = new Rights(line, { names, prefix }, this);
    this.#markers = new Markers(line.connection, {
      bucket: `${options.prefix}-names`,
      age: 2 * lease,
    });
  }

  // For its names.

  get id(): string {
    return this.#lease.id;
  }

  get self(): Pick<NodeStatus, "label" | "since"> {
    return { label: this.#label, since: this.#start };
  }

  get ready(): boolean {
    const { refusal } = this.#rights;
    return this.#linked && this.#isOpen() && !this.#rejoining &&
      // Others go on if messages to one name are refused.
      (!refusal || refusal.name !== undefined);
  }

  isThere(node: string): Promise<boolean> {
    return this.#peers.isThere(node);
  }

  open(name: string): Promise<void> {
    return this.#mail.openName(name);
  }

  shut(name: string): void {
    this.#mail.shutName(name);
  }

  won(name: string): void {
    this.#receiver?.won(name);
  }

  held(name: string): void {
    this.#receiver?.held(name);
  }

  lost(name: string): void {
    this.log("warn", `${name} is lost: others might take it meanwhile`);
    this.#receiver?.lost(name);
  }

  left(name: string, dead: boolean): void {
    this.#receiver?.left(name, dead);
  }

  // The five calls.

  claim(name: string): boolean {
    if (!this.#mail.canReach(name)) {
      queueMicrotask(() => this.held(name));
      return false;
    }
    this.#names.claims.add(name);
    if (!this.ready) {
      later(GRACE, () => !this.ready && this.#names.claims.hold());
    }
    return false;
  }

  release(name: string): void {
    this.#names.claims.release(name);
  }

  publish(to: Address, message: string, ref?: number): Fault | undefined {
    if (!this.#isOpen()) return fault("Unreachable", this.#reason);
    const sent = { to, message, size: sizeOf(message), ref };
    const refusal = this.#mail.refusal(sent);
    if (refusal) return refusal;
    if (this.#linked) this.#mail.send(sent);
    else this.#mail.delay(sent);
    return undefined;
  }

  onMessage(receiver: BackplaneReceiver): void {
    this.#receiver = receiver;
  }

  status(): BackplaneStatus {
    const nodes = () =>
      [...this.#peers.statuses, this.#describe()]
        .sort((a, b) => a.id < b.id ? -1 : 1);
    const { refusal } = this.#rights;
    const isAway = this.#state === "waiting" || this.#state === "closed";
    const reason = isAway ? this.#reason : refusal?.text ?? this.#reason;
    return {
      node: this.id,
      state: this.#state,
      ...(reason !== "" && { reason }),
      ...(refusal && !isAway && { cure: refusal.cure }),
      since: this.#since,
      engine: this.#engine,
      maxMessageBytes: this.maxMessageBytes,
      names: this.#names.nodes,
      ...(this.#names.reading && { reading: this.#names.reading }),
      // Only for those who read it.
      get nodes() {
        return nodes();
      },
    };
  }

  get #engine(): string {
    const { version = "" } = this.#connection.info ?? {};
    return `nats-server ${version} at ${this.#connection.getServer()}`;
  }

  get maxMessageBytes(): number {
    return this.#mail.maxMessageBytes;
  }

  // For its mail.

  receive(message: Uint8Array, from: string): void {
    if (this.#peers.has(from)) this.take(message, from);
    // What a node says that was taken for dead is late, and no fault of anyone.
    else if (this.#isOpen() && !this.#peers.wasThere(from)) {
      this.#newcomers.take(message, from);
    }
  }

  // For messages of nodes that it has not heard of.

  take(message: Uint8Array, from: string): void {
    if (this.#isOpen()) this.#receiver?.message(message, from);
  }

  async find(node: string): Promise<boolean> {
    await this.#peers.suspect(node);
    return this.#peers.has(node);
  }

  refuse(): void {
    this.#receiver?.refused();
  }

  undelivered(ref: number): void {
    this.#receiver?.undelivered(ref);
  }

  // Its part in the cluster.

  #describe(): NodeStatus {
    return {
      id: this.id,
      label: this.#label,
      since: this.#start,
      figures: this.#receiver?.figures() ?? {},
    };
  }

  /** Takes part; gives up at a time, if the servers are not ready by then. */
  async start(end: number): Promise<void> {
    this.#mail.open();
    await this.#until(end, () => this.#rights.prove());
    await this.#until(end, () => this.#lease.enter());
    this.#birth = (await markOf(this.#buckets.names)).birth;
    await this.#watch();
    this.#follow();
    this.#clock = every(TICK, () => this.#tick());
    this.#line.onRefusal((words) => this.#rights.hear(words));
  }

  /** Tries something, until a time, unless the servers refuse it. */
  async #until(end: number, act: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await act();
      } catch (error) {
        const refusal = refusalIn(error);
        if (refusal) {
          throw new NotConnectedError(`${refusal.text} ${refusal.cure}`);
        }
        if (now() + TICK > end || this.#connection.isClosed()) throw error;
        await sleep(TICK);
      }
    }
  }

  /** Whether this node may act: the others take it for alive. */
  #isOpen(): boolean {
    const state = this.#state;
    if (state !== "open" && state !== "waiting") return false;
    if (this.#lease.isKept) return state === "open";
    this.#fence(
      state === "open"
        ? this.#rights.refusal?.text ??
          "This hub could not renew its lease in time."
        : this.#reason,
    );
    return false;
  }

  #tick(): void {
    this.#isOpen();
    if (this.ready) this.#peers.bury();
    if (!this.#linked) return;
    if (this.#isDeaf && this.ready) this.#listenAgain();
    const { refusal, isDue } = this.#rights;
    if (this.#state === "fenced") {
      if (!refusal || isDue) this.#rejoin();
      return;
    }
    if (isDue) {
      this.#rights.look();
      this.#lease.hurry();
    }
    if (this.#lease.isDue) {
      this.#lease.renew();
      this.#checkNames();
    }
  }

  /**
   * Looks whether the bucket of the names is still the same one. Who has lost it
   * has lost who has which name.
   */
  async #checkNames(): Promise<void> {
    if (this.#checking) return;
    this.#checking = true;
    try {
      const mark = await markOf(this.#buckets.names);
      const { birth, last } = mark;
      if (birth !== this.#birth) {
        this.#fence("The NATS servers have lost who has which name.");
      }
      this.#markers.tidy(
        mark,
        this.#isFirst() ? this.#countNames() : undefined,
      );
      // It has missed what there was when it was looked last.
      if (this.#heard < this.#missed) this.#isDeaf = true;
      this.#missed = last;
    } catch {
      // The engine does not answer now.
    } finally {
      this.#checking = false;
    }
  }

  /** Whether this is the node that clears up: one is enough. */
  #isFirst(): boolean {
    return [...this.#peers.ids].every((id) => id > this.id);
  }

  /** How many names all nodes have, if that is known. */
  #countNames(): number | undefined {
    const { claims, nodes, reading } = this.#names;
    return reading ? undefined : claims.size + nodes.size;
  }

  /** Lets go of all names: others may have them. */
  #fence(reason: string): void {
    if (this.#state === "fenced" || this.#state === "closed") return;
    this.#mail.shutNames();
    this.#become("fenced", reason);
  }

  /** Comes back as another node, with the names that are still free. */
  async #rejoin(): Promise<void> {
    if (this.#rejoining) return;
    this.#rejoining = true;
    const before = this.id;
    try {
      await this.#options.restore();
      await this.#rights.look();
      if (this.#rights.refusal) return;
      this.#birth = (await markOf(this.#buckets.names)).birth;
      this.#lease.rename();
      this.#mail.open();
      await this.#lease.enter();
      await this.#names.claims.renew();
      await this.#watch();
      this.#rejoining = false;
      this.#become("open", "");
      // Not before: what comes to a node that is cut off is dropped.
      await this.#names.claims.open();
      this.#names.claims.resume();
    } catch (error) {
      // The engine is not there yet: it is tried again.
      this.failed(error);
      if (!(error instanceof NotConnectedError)) return;
      const { message } = error;
      if (message !== this.#reason) this.log("warn", message);
      this.#reason = message;
    } finally {
      this.#rejoining = false;
      this.#lease.end(before);
    }
  }

  #become(state: BackplaneStatus["state"], reason: string): void {
    const before = this.#state;
    this.#state = state;
    this.#reason = reason;
    if (state === before || state === "closed") return;
    this.#since = Date.now();
    if (state === "open") {
      this.log("info", "The other hubs can be reached again");
      this.#receiver?.attached();
      return;
    }
    this.#mail.drop();
    this.log(
      "error",
      before === "open"
        ? `${reason} Clients of this hub reach each other, no others`
        : `${reason} Other hubs may take over the names of this one by now`,
    );
    this.#names.claims.hold();
    if (before === "open") this.#receiver?.detached(reason);
  }

  // The connection.

  async #follow(): Promise<void> {
    for await (const status of this.#connection.status()) {
      if (status.type === "disconnect") this.#unlink();
      else if (status.type === "reconnect") this.#link(status.server);
    }
  }

  #unlink(): void {
    if (!this.#linked) return;
    this.#linked = false;
    this.log("warn", "The connection to the NATS server is lost");
    this.#grace = later(GRACE, () => {
      if (this.#state !== "open") return;
      this.#become("waiting", this.#whyAway());
    });
  }

  #whyAway(): string {
    return this.#words === ""
      ? "The NATS servers cannot be reached."
      : `The NATS servers do not let this hub in: ${this.#words}.`;
  }

  /** The server says something of the connection, which it ends then. */
  warned(words: string): void {
    if (words === this.#words) return;
    this.#words = words;
    this.log("warn", `The NATS server says: ${words}`);
    if (this.#state === "waiting") this.#reason = this.#whyAway();
  }

  #link(server: string): void {
    this.#grace?.stop();
    this.#linked = true;
    this.#words = "";
    this.log("info", `Connected to the NATS server ${server} again`);
    const sendLate = this.#mail.takeLate();
    if (this.#isOpen()) this.#receiver?.attached();
    else if (this.#state === "waiting") this.#become("open", "");
    sendLate();
    this.#lease.hurry();
    this.#listenAgain();
    this.#names.claims.resume();
  }

  // What the engine refuses.

  failed(error: unknown): void {
    this.#rights.failed(error);
  }

  unsent(name: string): void {
    this.#receiver?.unsent(name);
  }

  cutOff({ text }: Refusal): void {
    this.#fence(text);
  }

  granted({ name }: Refusal): void {
    // It may have been told nothing in the meantime.
    if (name === undefined) this.#isDeaf = true;
    this.#names.claims.resume();
  }

  // Other nodes.

  /** Listens to the buckets, as soon as there is somebody who answers for them. */
  #listenAgain(): void {
    this.#isDeaf = false;
    this.#watch().catch(() => {
      this.#isDeaf = true;
    });
  }

  /**
   * Listens to what happens to names and nodes, all of it told anew. Of many
   * names most come later: nothing waits for them.
   */
  async #watch(): Promise<void> {
    this.#watches?.abort();
    const watches = this.#watches = new AbortController();
    const { signal } = watches;
    this.#names.forget();
    const ended = () => {
      if (!signal.aborted) this.#isDeaf = true;
    };
    // Until all is listened to, nothing can be missed.
    this.#heard = Infinity;
    let latest = 0;
    const unseen = new Set(this.#peers.ids);
    const { names, nodes } = this.#buckets;
    await Promise.all([
      listen(nodes, {
        signal,
        hear: (entry) => {
          if (this.#peers.hear(entry)) unseen.delete(entry.key);
        },
        ended,
      }),
      listenToNews(names, {
        signal,
        hear: (entry) => {
          latest = entry.revision;
          if (this.#heard < latest) this.#heard = latest;
          this.#names.hear(entry);
        },
        ended,
      }),
    ]);
    const { last, size } = await markOf(names);
    if (signal.aborted) return;
    this.#heard = Math.max(latest, last);
    for (const id of unseen) this.#peers.suspect(id);
    if (size === 0) return this.#listed();
    const reading = this.#read(signal, size > PAGE ? FIRST_PAUSE : 0);
    if (size <= PAGE) await reading;
    else reading.catch(ended);
  }

  /** Reads the names that there are; many when clients have had time to come. */
  async #read(signal: AbortSignal, pause: number): Promise<void> {
    const reader = new BucketReader(
      this.#connection,
      `${this.#options.prefix}-names`,
      (entry) => signal.aborted || this.#names.hear(entry),
    );
    const close = () => reader.close();
    signal.addEventListener("abort", close);
    try {
      await sleep(pause, { signal }).catch(() => {});
      if (signal.aborted) return;
      // Clients are answered at the same time.
      await reader.read(signal, (took) => took);
    } finally {
      close();
    }
    if (!signal.aborted) this.#listed();
  }

  /** All names are known. */
  #listed(): void {
    this.#names.settle();
    for (
      const id of this.#names.ownerless((node) => this.#peers.has(node))
    ) this.#peers.suspect(id);
    this.#receiver?.listed();
  }

  gone(id: string): void {
    const orphans = this.#names.vacate(id);
    this.#receiver?.gone(id);
    if (!this.#isFirst()) return;
    later(1_000, async () => {
      for (const [name, revision] of orphans) {
        if (!this.ready) return;
        await this.#names.sweep(name, revision);
      }
    });
  }

  log(level: "info" | "warn" | "error", line: string): void {
    this.#options.logger?.[level]?.(line);
  }

  /** See {@linkcode Backplane}. */
  async close(): Promise<void> {
    if (this.#state === "closed") return;
    this.#mail.endTurn();
    const hadLease = this.#state !== "fenced";
    this.#become("closed", "This hub has left the cluster.");
    this.#clock?.stop();
    this.#grace?.stop();
    this.#watches?.abort();
    if (this.#linked && hadLease) {
      await settled(this.#lease.end(), 1_000);
    }
    await settled(this.#connection.close(), 1_000);
  }
}
