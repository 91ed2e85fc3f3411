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
import type { Buckets } from "./_buckets.ts";
import { Hearing } from "./_hearing.ts";
import type { NameKeeper } from "./_keeper.ts";
import { Lease } from "./_lease.ts";
import { GRACE, Link } from "./_link.ts";
import { Mail, sizeOf } from "./_mail.ts";
import { Newcomers } from "./_newcomers.ts";
import { NatsNames } from "./_names.ts";
import { unpack } from "./_packets.ts";
import { Peers } from "./_peers.ts";
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

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** How often a node looks at the clock, in milliseconds. */
const TICK = 250;

/** The backplane of one node, on NATS. */
export class NatsBackplane implements Backplane, NameKeeper {
  readonly #connection: NatsConnection;
  readonly #options: NodeOptions;
  readonly #label: string;
  readonly #start = Date.now();
  readonly #names: NatsNames;
  readonly #peers: Peers;
  readonly #lease: Lease;
  readonly #mail: Mail;
  readonly #newcomers: Newcomers;
  readonly #rights: Rights;
  readonly #hearing: Hearing;
  readonly #link: Link;
  #receiver: BackplaneReceiver | undefined;

  #state: BackplaneStatus["state"] = "open";
  #reason = "";
  #since = Date.now();
  #clock: Timer | undefined;
  #rejoining = false;

  readonly #line: SafeConnection;

  constructor(
    line: SafeConnection,
    buckets: Buckets,
    options: NodeOptions,
  ) {
    this.#line = line;
    this.#connection = line.connection;
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
    this.#rights = new Rights(line, { names, prefix, lease }, this);
    this.#hearing = new Hearing(this.#connection, buckets, options, {
      names: this.#names,
      peers: this.#peers,
    }, this);
    this.#link = new Link(this.#connection, this);
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
    return this.#link.isUp && this.#isOpen() && !this.#rejoining &&
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
    // Once in a turn, as what it sends goes out once in a turn.
    const isOpen = this.#mail.isBegun ? this.#state === "open" : this.#isOpen();
    if (!isOpen) return fault("Unreachable", this.#reason);
    const sent = { to, message, size: sizeOf(message), ref };
    const refusal = this.#mail.refusal(sent);
    if (refusal) return refusal;
    if (this.#link.isUp) this.#mail.send(sent);
    else this.#mail.delay(sent);
    return undefined;
  }

  onMessage(receiver: BackplaneReceiver): void {
    this.#receiver = receiver;
  }

  status(): BackplaneStatus {
    const { refusal } = this.#rights;
    const isAway = this.#state === "waiting" || this.#state === "closed";
    const reason = isAway ? this.#reason : refusal?.text ?? this.#reason;
    const { reading } = this.#names;
    const nodes = () => this.#nodes;
    const engine = () => this.#engine;
    // It is asked for with each message: what few read is made for them.
    const status: Mutable<BackplaneStatus> = {
      node: this.id,
      state: this.#state,
      since: this.#since,
      maxMessageBytes: this.maxMessageBytes,
      names: this.#names.nodes,
      get engine() {
        return engine();
      },
      get nodes() {
        return nodes();
      },
    };
    if (reason !== "") status.reason = reason;
    if (refusal && !isAway) status.cure = refusal.cure;
    if (reading) status.reading = reading;
    return status;
  }

  get #nodes(): NodeStatus[] {
    return [...this.#peers.statuses, this.#describe()]
      .sort((a, b) => a.id < b.id ? -1 : 1);
  }

  get #engine(): string {
    const { version = "" } = this.#connection.info ?? {};
    return `nats-server ${version} at ${this.#connection.getServer()}`;
  }

  get maxMessageBytes(): number {
    return this.#mail.maxMessageBytes;
  }

  // For its mail.

  receive(packet: Uint8Array, from: string): void {
    if (this.#peers.has(from)) this.take(packet, from);
    // What a node says that was taken for dead is late, and no fault of anyone.
    else if (this.#isOpen() && !this.#peers.wasThere(from)) {
      this.#newcomers.take(packet, from);
    }
  }

  // For messages of nodes that it has not heard of.

  take(packet: Uint8Array, from: string): void {
    const isOne = unpack(packet, (message, text) => {
      // For each: it may have been frozen after the one before.
      if (this.#isOpen()) this.#receiver?.message(message, from, text);
    });
    if (!isOne) this.refuse();
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
    await this.#hearing.recognize();
    await this.#hearing.listen();
    this.#link.follow();
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
    if (!this.#link.isUp) return;
    this.#hearing.tick();
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
      this.#hearing.check();
    }
  }

  robbed(): void {
    this.#fence("The NATS servers have lost who has which name.");
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
      await this.#hearing.recognize();
      this.#lease.rename();
      this.#mail.open();
      await this.#lease.enter();
      await this.#names.claims.renew();
      await this.#hearing.listen();
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

  away(reason: string): void {
    if (this.#state === "open") this.#become("waiting", reason);
  }

  warned(words: string): void {
    const reason = this.#link.warned(words);
    if (reason && this.#state === "waiting") this.#reason = reason;
  }

  back(): void {
    const sendLate = this.#mail.takeLate();
    if (this.#isOpen()) this.#receiver?.attached();
    else if (this.#state === "waiting") this.#become("open", "");
    sendLate();
    this.#lease.hurry();
    this.#hearing.listenAgain();
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
    if (name === undefined) this.#hearing.doubt();
    this.#names.claims.resume();
  }

  // Other nodes.

  listed(): void {
    this.#receiver?.listed();
  }

  gone(id: string): void {
    const orphans = this.#names.vacate(id);
    this.#receiver?.gone(id);
    this.#hearing.clearUp(orphans);
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
    this.#link.close();
    this.#hearing.close();
    if (this.#link.isUp && hadLease) {
      await settled(this.#lease.end(), 1_000);
    }
    await settled(this.#connection.close(), 1_000);
  }
}
