// Copyright 2026 the Wirekit authors. MIT license.

import { nextTick } from "node:process";
import {
  every,
  later,
  now,
  settled,
  sleep,
  type Timer,
} from "@wirekit/internal/clock";
import type { Logger } from "@wirekit/internal/logger";
import type { KV, KvEntry, KvWatchEntry } from "@nats-io/kv";
import type {
  Msg,
  NatsConnection,
  Subscription,
} from "@nats-io/transport-node";
import { generate } from "@std/uuid/v7";
import { type Fault, fault } from "../exchange/fault.ts";
import type {
  Address,
  Backplane,
  BackplaneReceiver,
  BackplaneStatus,
  NodeStatus,
} from "./backplane.ts";
import { type Buckets, isChanged } from "./_nats_buckets.ts";
import { keyOf, type NameKeeper, NatsNames } from "./_nats_names.ts";

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
/** How long a connection may be away before what needs it fails. */
const GRACE = 500;
/** How many bytes are sent before the server is asked whether it has them. */
const UNASKED_BYTES = 256 * 1024;
/** What a server answers for a subject that nobody listens to. */
const NO_RESPONDERS = 503;
/** How long the server may take to say that it has read something. */
const FLUSH_TIMEOUT = 1_000;
/** The longest subject: a server ends the connection for one over 4096 bytes. */
const MAX_SUBJECT = 3_000;
const TOO_LONG = fault("NameNotFound", "The name is too long for the cluster.");
/** How many subjects are remembered. */
const SUBJECTS = 10_000;

/** Another node, and when it last gave a sign of life, by this node's clock. */
interface Peer {
  status: NodeStatus;
  seen: number;
  /** The revision of that sign. */
  revision: number;
}

/** A message on its way to the server. */
interface Sent {
  readonly to: Address;
  readonly message: Uint8Array;
  readonly ref: number | undefined;
}

/** The backplane of one node, on NATS. */
export class NatsBackplane implements Backplane, NameKeeper {
  readonly #connection: NatsConnection;
  readonly #nodes: KV;
  readonly #options: NodeOptions;
  readonly #label: string;
  readonly #start = Date.now();
  readonly #names: NatsNames;
  readonly #buckets: Buckets;
  readonly #peers = new Map<string, Peer>();
  readonly #subscriptions = new Map<string, Subscription>();
  #inbox: Subscription[] = [];
  #receiver: BackplaneReceiver | undefined;
  /** Calls of the backplane that came while the connection was just away. */
  #late: (() => void)[] = [];
  #lateBytes = 0;
  /** What goes out at the end of this turn. */
  #turn: Sent[] = [];

  #id = generate();
  #state: BackplaneStatus["state"] = "open";
  #reason = "";
  #since = Date.now();
  #linked = true;
  #grace: Timer | undefined;
  #clock: Timer | undefined;
  /** When the lease was last renewed, by two clocks: one may stand still. */
  #renewed = now();
  #renewedAt = Date.now();
  #revision = 0;
  #renewing = false;
  #rejoining = false;
  #nextRenewal = 0;
  #watches: AbortController | undefined;
  #unasked = 0;
  #outbox = 0;
  readonly #subjects = new Map<string, string>();

  constructor(
    connection: NatsConnection,
    buckets: Buckets,
    options: NodeOptions,
  ) {
    this.#connection = connection;
    this.#buckets = buckets;
    this.#nodes = buckets.nodes;
    this.#options = options;
    this.#label = options.label ?? this.#id.slice(-8);
    this.#names = new NatsNames(buckets.names, this);
  }

  // For its names.

  get id(): string {
    return this.#id;
  }

  get ready(): boolean {
    return this.#linked && this.#isOpen() && !this.#rejoining;
  }

  async isThere(node: string): Promise<boolean> {
    if (this.#peers.has(node)) return true;
    const entry = await this.#nodes.get(node);
    return entry?.operation === "PUT";
  }

  async open(name: string): Promise<void> {
    this.#subscriptions.get(name)?.unsubscribe();
    const subscription = this.#connection.subscribe(this.#subject(name), {
      callback: (_error, message) => this.#receive(message),
    });
    this.#subscriptions.set(name, subscription);
    await this.#flush();
  }

  shut(name: string): void {
    this.#subscriptions.get(name)?.unsubscribe();
    this.#subscriptions.delete(name);
  }

  won(name: string): void {
    this.#receiver?.won(name);
  }

  held(name: string): void {
    this.#receiver?.held(name);
  }

  lost(name: string): void {
    this.#log("warn", `${name} is now on another node`);
    this.#receiver?.lost(name);
  }

  left(name: string, dead: boolean): void {
    this.#receiver?.left(name, dead);
  }

  // The five calls.

  claim(name: string): boolean {
    if (this.#subject(name).length > MAX_SUBJECT) {
      queueMicrotask(() => this.held(name));
      return false;
    }
    this.#names.claim(name);
    if (!this.ready) later(GRACE, () => !this.ready && this.#names.hold());
    return false;
  }

  release(name: string): void {
    this.#names.release(name);
  }

  publish(to: Address, message: Uint8Array, ref?: number): Fault | undefined {
    if (!this.#isOpen()) return fault("Unreachable", this.#reason);
    const { maxMessageBytes } = this;
    const { length } = message;
    if (length > maxMessageBytes) {
      const text = `The message is larger than the ${maxMessageBytes} bytes ` +
        "that the engine of the cluster passes on.";
      return fault("TooLarge", text);
    }
    if (typeof to === "object" && "name" in to) {
      if (this.#subject(to.name).length > MAX_SUBJECT) return TOO_LONG;
    }
    const waiting = this.#outbox + this.#lateBytes;
    if (waiting + length > this.#options.maxOutboxBytes) {
      const text = "The engine of the cluster does not keep up.";
      return fault("Unreachable", text);
    }
    if (this.#linked) this.#send(to, message, ref);
    else {
      this.#lateBytes += length;
      this.#late.push(() => this.#send(to, message, ref));
    }
    return undefined;
  }

  onMessage(receiver: BackplaneReceiver): void {
    this.#receiver = receiver;
  }

  status(): BackplaneStatus {
    const nodes = () => {
      const others = [...this.#peers.values()].map(({ status }) => status);
      return [...others, this.#describe()].sort((a, b) => a.id < b.id ? -1 : 1);
    };
    return {
      node: this.#id,
      state: this.#state,
      ...(this.#reason !== "" && { reason: this.#reason }),
      since: this.#since,
      maxMessageBytes: this.maxMessageBytes,
      names: this.#names.nodes,
      // Only for those who read it.
      get nodes() {
        return nodes();
      },
    };
  }

  get maxMessageBytes(): number {
    return this.#connection.info?.max_payload ?? 1024 * 1024;
  }

  // Messages.

  #subject(name: string): string {
    let subject = this.#subjects.get(name);
    if (subject !== undefined) return subject;
    if (this.#subjects.size >= SUBJECTS) this.#subjects.clear();
    subject = `${this.#options.prefix}.n.${keyOf(name)}`;
    this.#subjects.set(name, subject);
    return subject;
  }

  #address(node: string): string {
    return `${this.#options.prefix}.node.${node}`;
  }

  /**
   * Sends a message at the end of this turn, with all others of it: the client
   * of NATS writes each publish of its own to the socket otherwise.
   */
  #send(to: Address, message: Uint8Array, ref: number | undefined): void {
    if (this.#turn.push({ to, message, ref }) === 1) {
      nextTick(() => this.#endTurn());
    }
  }

  #endTurn(): void {
    const sent = this.#turn;
    this.#turn = [];
    for (const each of sent) this.#write(each);
  }

  #write({ to, message, ref }: Sent): void {
    const subject = to === "all"
      ? `${this.#options.prefix}.all`
      : "node" in to
      ? this.#address(to.node)
      : this.#subject(to.name);
    const own = this.#address(this.#id);
    // An answer that nobody is there to take comes to it, with its number.
    const reply = ref === undefined ? own : `${own}.${ref}`;
    this.#connection.publish(subject, message, { reply });
    this.#unasked += message.length;
    if (this.#unasked < UNASKED_BYTES) return;
    const asked = this.#unasked;
    this.#unasked = 0;
    this.#outbox += asked;
    this.#connection.flush().catch(() => {}).then(() => this.#outbox -= asked);
  }

  /** Waits until the server has read what was sent, for a while. */
  async #flush(): Promise<void> {
    await settled(this.#connection.flush().catch(() => {}), FLUSH_TIMEOUT);
  }

  #receive(message: Msg): void {
    if (!this.#isOpen()) return;
    const from = /\.node\.([^.]+)/.exec(message.reply ?? "")?.[1];
    if (from !== undefined) this.#receiver?.message(message.data, from);
  }

  #receiveOwn(message: Msg): void {
    if (message.headers?.code !== NO_RESPONDERS) return this.#receive(message);
    const ref = Number(message.subject.split(".").at(-1));
    if (Number.isInteger(ref)) this.#receiver?.undelivered(ref);
  }

  #subscribe(): void {
    const own = (_error: unknown, message: Msg) => this.#receiveOwn(message);
    const address = this.#address(this.#id);
    for (const each of this.#inbox) each.unsubscribe();
    this.#inbox = [
      this.#connection.subscribe(address, { callback: own }),
      this.#connection.subscribe(`${address}.*`, { callback: own }),
      this.#connection.subscribe(`${this.#options.prefix}.all`, {
        callback: (_error, message) => this.#receive(message),
      }),
    ];
  }

  // The lease.

  #describe(): NodeStatus {
    return {
      id: this.#id,
      label: this.#label,
      since: this.#start,
      figures: this.#receiver?.figures() ?? {},
    };
  }

  /** Takes part; gives up at a time, if the servers are not ready by then. */
  async start(end: number): Promise<void> {
    this.#subscribe();
    while (
      !await this.#enter().then(() => true, (error) => {
        if (now() > end) throw error;
        return false;
      })
    ) await sleep(TICK);
    await this.#watch();
    this.#follow();
    this.#clock = every(TICK, () => this.#tick());
  }

  /** Adds this node to those that are there. */
  async #enter(): Promise<void> {
    const sent: [number, number] = [now(), Date.now()];
    const { id, ...rest } = this.#describe();
    this.#revision = await this.#nodes.put(id, JSON.stringify(rest), {
      previousSeq: 0,
    });
    this.#keep(sent);
  }

  #keep([time, date]: [number, number]): void {
    this.#renewed = time;
    this.#renewedAt = date;
    this.#nextRenewal = time + this.#options.lease / 6;
  }

  /**
   * Whether the others take this node for alive: by its own clock, and sooner
   * than they do.
   */
  #isOpen(): boolean {
    if (this.#state !== "open") return false;
    const most = this.#options.lease * 0.8;
    if (
      now() - this.#renewed < most && Date.now() - this.#renewedAt < most
    ) return true;
    this.#fence("This hub could not renew its lease in time.");
    return false;
  }

  #tick(): void {
    this.#isOpen();
    this.#bury();
    if (!this.#linked) return;
    if (this.#state === "fenced") this.#rejoin();
    else if (now() >= this.#nextRenewal) this.#renew();
  }

  async #renew(): Promise<void> {
    if (this.#renewing) return;
    this.#renewing = true;
    const sent: [number, number] = [now(), Date.now()];
    const { id, ...rest } = this.#describe();
    const value = JSON.stringify(rest);
    try {
      this.#revision = await this.#nodes.put(id, value, {
        previousSeq: this.#revision,
        timeout: Math.max(500, this.#options.lease / 12),
      });
      if (id === this.#id) this.#keep(sent);
    } catch (error) {
      if (isChanged(error)) await this.#recall(id, value, sent);
    } finally {
      this.#renewing = false;
    }
  }

  /** Finds out why the entry of this node is not as it left it. */
  async #recall(
    id: string,
    value: string,
    sent: [number, number],
  ): Promise<void> {
    const entry = await this.#nodes.get(id).catch(() => undefined);
    if (entry === undefined || id !== this.#id) return;
    if (entry?.operation === "PUT") {
      this.#revision = entry.revision;
      if (entry.string() === value) this.#keep(sent);
    } else this.#fence("The other hubs have taken this one for dead.");
  }

  /** Lets go of all names: others may have them. */
  #fence(reason: string): void {
    if (this.#state === "fenced" || this.#state === "closed") return;
    for (const subscription of this.#subscriptions.values()) {
      subscription.unsubscribe();
    }
    this.#subscriptions.clear();
    this.#become("fenced", reason);
  }

  /** Comes back as another node, with the names that are still free. */
  async #rejoin(): Promise<void> {
    if (this.#rejoining) return;
    this.#rejoining = true;
    const before = this.#id;
    try {
      await this.#options.restore();
      this.#id = generate();
      this.#subscribe();
      await this.#enter();
      await this.#names.renew();
      await this.#watch();
      this.#rejoining = false;
      this.#become("open", "");
      this.#names.resume();
    } catch {
      // The engine is not there yet: it is tried again.
    } finally {
      this.#rejoining = false;
      this.#nodes.delete(before).catch(() => {});
    }
  }

  #become(state: BackplaneStatus["state"], reason: string): void {
    const before = this.#state;
    this.#state = state;
    this.#reason = reason;
    if (state === before || state === "closed") return;
    this.#since = Date.now();
    if (state === "open") {
      this.#log("info", "The other hubs can be reached again");
      this.#receiver?.attached();
      return;
    }
    this.#late = [];
    this.#turn = [];
    this.#lateBytes = 0;
    this.#log(
      "error",
      `${reason} Clients of this hub reach each other, no others`,
    );
    this.#names.hold();
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
    this.#log("warn", "The connection to the NATS server is lost");
    this.#grace = later(GRACE, () => {
      if (this.#state !== "open") return;
      this.#become("waiting", "The NATS servers cannot be reached.");
    });
  }

  #link(server: string): void {
    this.#grace?.stop();
    this.#linked = true;
    this.#log("info", `Connected to the NATS server ${server} again`);
    const late = this.#late;
    this.#late = [];
    this.#lateBytes = 0;
    if (this.#state === "waiting") this.#become("open", "");
    else if (this.#isOpen()) this.#receiver?.attached();
    for (const send of late) send();
    this.#nextRenewal = 0;
    this.#watch().catch(() => {});
    this.#names.resume();
  }

  // Other nodes.

  /** Listens to what happens to names and nodes, all of it told anew first. */
  async #watch(): Promise<void> {
    this.#watches?.abort();
    const watches = this.#watches = new AbortController();
    const { signal } = watches;
    const owners = this.#names.forget();
    const unseen = new Set(this.#peers.keys());
    await Promise.all([
      this.#listen(this.#nodes, signal, (entry) => {
        if (this.#hearPeer(entry)) unseen.delete(entry.key);
      }),
      this.#listen(this.#buckets.names, signal, (entry) => {
        this.#names.hear(entry);
      }),
    ]);
    if (signal.aborted) return;
    this.#names.settle(owners);
    for (const id of unseen) this.#suspect(id);
    for (
      const id of this.#names.ownerless((node) => this.#peers.has(node))
    ) this.#suspect(id);
  }

  /** Listens to a bucket; resolves once all that is in it was told. */
  async #listen(
    bucket: KV,
    signal: AbortSignal,
    hear: (entry: KvWatchEntry) => void,
  ): Promise<void> {
    const { values } = await bucket.status();
    const watch = await bucket.watch();
    signal.addEventListener("abort", () => watch.stop());
    if (signal.aborted) watch.stop();
    const told = Promise.withResolvers<void>();
    if (values === 0) told.resolve();
    (async () => {
      for await (const entry of watch) {
        if (signal.aborted) break;
        hear(entry);
        if (entry.delta === 0) told.resolve();
      }
      told.resolve();
    })();
    await settled(told.promise, 5_000);
  }

  /** Takes what is known of a node; returns whether it is there. */
  #hearPeer(entry: KvEntry): boolean {
    const { key: id, operation, revision } = entry;
    if (id === this.#id) return true;
    const peer = this.#peers.get(id);
    if (peer && peer.revision > revision) return true;
    if (operation !== "PUT") {
      if (peer) this.#part(id);
      return false;
    }
    const status: NodeStatus = { id, ...entry.json<object>() } as NodeStatus;
    if (!peer) this.#log("info", `Node ${status.label} is here`);
    if (peer?.revision !== revision) {
      this.#peers.set(id, { status, seen: now(), revision });
    }
    return true;
  }

  /** Looks whether a node is there that has not been heard of. */
  async #suspect(id: string): Promise<void> {
    if (id === this.#id) return;
    const entry = await this.#nodes.get(id).catch(() => undefined);
    if (entry === undefined) return;
    if (!entry || !this.#hearPeer(entry)) this.#part(id);
  }

  /**
   * Takes nodes for dead that no longer give signs of life. What is not renewed
   * expires only some time later, so this node removes it: that fails if it was
   * renewed in the meantime, and from then on it cannot be.
   */
  #bury(): void {
    if (!this.ready) return;
    for (const [id, peer] of this.#peers) {
      if (now() - peer.seen < this.#options.lease) continue;
      // Half a second until the next try.
      peer.seen += 500;
      this.#nodes.delete(id, { previousSeq: peer.revision }).then(
        () => this.#part(id),
        (error) => isChanged(error) ? this.#suspect(id) : undefined,
      );
    }
  }

  #part(id: string): void {
    const peer = this.#peers.get(id);
    this.#peers.delete(id);
    if (peer) this.#log("info", `Node ${peer.status.label} is gone`);
    const orphans = this.#names.vacate(id);
    this.#receiver?.gone(id);
    // One node is enough to clear up after it.
    const [first] = [...this.#peers.keys(), this.#id].sort();
    if (first !== this.#id) return;
    later(1_000, async () => {
      for (const [name, revision] of orphans) {
        if (!this.ready) return;
        await this.#names.sweep(name, revision);
      }
    });
  }

  #log(level: "info" | "warn" | "error", line: string): void {
    this.#options.logger?.[level]?.(line);
  }

  /** See {@linkcode Backplane}. */
  async close(): Promise<void> {
    if (this.#state === "closed") return;
    this.#endTurn();
    const hadLease = this.#state !== "fenced";
    this.#become("closed", "This hub has left the cluster.");
    this.#clock?.stop();
    this.#grace?.stop();
    this.#watches?.abort();
    if (this.#linked && hadLease) {
      await settled(this.#nodes.delete(this.#id).catch(() => {}), 1_000);
    }
    await settled(this.#connection.close(), 1_000);
  }
}
