// Copyright 2026 the Wirekit authors. MIT license.

import { later } from "@wirekit/internal/clock";
import type { NatsConnection } from "@nats-io/transport-node";
import { type Fault, fault } from "../../exchange/fault.ts";
import type {
  Address,
  Backplane,
  BackplaneReceiver,
  BackplaneStatus,
  NamesReading,
  NodeStatus,
} from "../backplane.ts";
import type { Buckets } from "./_buckets.ts";
import type { BytesPlane, Outgoing, Whole } from "../_whole.ts";
import type { BytesReceiver, QuickTaker } from "../_quick.ts";
import type { NameKeeper } from "./_keeper.ts";
import { GRACE } from "./_link.ts";
import { isText, Mail, sizeOf } from "./_mail.ts";
import { Membership, type NodeOptions } from "./_membership.ts";
import { Newcomers } from "./_newcomers.ts";
import { NatsNames } from "./_names.ts";
import { unpack } from "./_packets.ts";
import { Peers } from "./_peers.ts";
import type { SafeConnection } from "./connection/_connection.ts";

/** How many messages of one packet are taken at one look at the clock. */
const FEW = 8;

/** What is looked up when it is read. */
type Live = Pick<
  Required<BackplaneStatus>,
  "maxMessageBytes" | "nodes" | "engine"
>;

/**
 * How a node is. It is asked for with many messages: what few read is looked up
 * for them, by getters of a class, since those of a literal take 0.4 µs.
 */
class Status implements BackplaneStatus {
  readonly #rest: Live;
  declare reason?: string;
  declare cure?: string;
  declare undecided?: true;
  declare reading?: NamesReading;

  constructor(
    readonly node: string,
    readonly state: BackplaneStatus["state"],
    readonly since: number,
    readonly names: ReadonlyMap<string, string>,
    rest: Live,
  ) {
    this.#rest = rest;
  }

  get maxMessageBytes(): number {
    return this.#rest.maxMessageBytes;
  }

  get nodes(): readonly NodeStatus[] {
    return this.#rest.nodes;
  }

  get engine(): string {
    return this.#rest.engine;
  }
}

/** The backplane of one node, on NATS. */
export class NatsBackplane implements Backplane, BytesPlane, NameKeeper {
  readonly #connection: NatsConnection;
  readonly #options: NodeOptions;
  readonly #label: string;
  readonly #start = Date.now();
  readonly #names: NatsNames;
  readonly #peers: Peers;
  readonly #mail: Mail;
  readonly #newcomers: Newcomers;
  readonly #membership: Membership;
  #receiver: BackplaneReceiver | undefined;

  constructor(
    line: SafeConnection,
    buckets: Buckets,
    options: NodeOptions,
  ) {
    this.#connection = line.connection;
    this.#options = options;
    this.#names = new NatsNames(buckets.names, this);
    this.#peers = new Peers(buckets.nodes, options.lease, this);
    this.#mail = new Mail(line, options, this);
    this.#newcomers = new Newcomers(this);
    this.#membership = new Membership(line, buckets, options, {
      names: this.#names,
      peers: this.#peers,
      mail: this.#mail,
    }, this);
    this.#label = options.label ?? this.id.slice(-8);
  }

  // For its names.

  get id(): string {
    return this.#membership.id;
  }

  get self(): Pick<NodeStatus, "label" | "since"> {
    return { label: this.#label, since: this.#start };
  }

  get ready(): boolean {
    return this.#membership.ready;
  }

  get isUndecided(): boolean {
    return this.#membership.isUndecided;
  }

  isThere(node: string): Promise<boolean> {
    return this.#peers.isThere(node);
  }

  suspect(node: string): void {
    if (!this.#peers.has(node)) this.#peers.suspect(node);
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
    return this.#publish(to, message, ref);
  }

  publishBytes(to: Address, message: Whole, ref?: number): Fault | undefined {
    return this.#publish(to, message, ref);
  }

  #publish(to: Address, message: Outgoing, ref?: number): Fault | undefined {
    // Once in a turn, as what it sends goes out once in a turn.
    const membership = this.#membership;
    const isOpen = this.#mail.isBegun
      ? membership.state === "open"
      : membership.isOpen();
    if (!isOpen) return fault("Unreachable", membership.reason);
    const sent = { to, message, size: sizeOf(message), ref };
    const refusal = this.#mail.refusal(sent);
    if (refusal) return refusal;
    if (membership.isLinked) this.#mail.send(sent);
    else this.#mail.delay(sent);
    return undefined;
  }

  onMessage(receiver: BackplaneReceiver): void {
    this.#receiver = receiver;
  }

  status(): BackplaneStatus {
    const { standing, isUndecided } = this.#membership;
    const { state, since, reason, cure } = standing;
    const { reading } = this.#names;
    const status = new Status(this.id, state, since, this.#names.nodes, this);
    if (reason !== "") status.reason = reason;
    if (cure !== undefined) status.cure = cure;
    if (isUndecided) status.undecided = true;
    if (reading) status.reading = reading;
    return status;
  }

  get nodes(): NodeStatus[] {
    return [...this.#peers.statuses, this.describe()]
      .sort((a, b) => a.id < b.id ? -1 : 1);
  }

  get engine(): string {
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
    else if (this.#membership.isOpen() && !this.#peers.wasThere(from)) {
      this.#newcomers.take(packet, from);
    }
  }

  // For messages of nodes that it has not heard of.

  take(packet: Uint8Array, from: string): void {
    const isOne = unpack(packet, (message, text) => {
      // For each: it may have been frozen after the one before.
      if (this.#membership.isOpen()) {
        this.#receiver?.message(message, from, text);
      }
    }, this.#quickly(packet, from));
    if (!isOne) this.refuse();
  }

  /** What takes most messages: it looks at the clock before the next few. */
  #quickly(packet: Uint8Array, from: string): QuickTaker | undefined {
    const receiver = this.#receiver;
    const quick = receiver && "quickly" in receiver && isText(packet)
      ? (receiver as BackplaneReceiver & BytesReceiver).quickly(packet, from)
      : undefined;
    if (!quick) return undefined;
    const membership = this.#membership;
    let count = 0;
    const isOpen = () =>
      count++ % FEW === 0 ? membership.isOpen() : membership.state === "open";
    return { take: (start, end) => isOpen() && quick.take(start, end) };
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

  describe(): NodeStatus {
    return {
      id: this.id,
      label: this.#label,
      since: this.#start,
      figures: this.#receiver?.figures() ?? {},
    };
  }

  /** Takes part; gives up at a time, if the servers are not ready by then. */
  async start(end: number): Promise<void> {
    await this.#membership.start(end);
  }

  // What the engine refuses.

  failed(error: unknown): void {
    this.#membership.failed(error);
  }

  interrupted(): void {
    this.#receiver?.interrupted();
  }

  attached(): void {
    this.#receiver?.attached();
  }

  detached(reason: string): void {
    this.#receiver?.detached(reason);
  }

  unsent(name: string): void {
    this.#receiver?.unsent(name);
  }

  // Other nodes.

  listed(): void {
    this.#receiver?.listed();
  }

  gone(id: string): void {
    const orphans = this.#names.vacate(id);
    this.#receiver?.gone(id);
    this.#membership.clearUp(orphans);
  }

  log(level: "info" | "warn" | "error", line: string): void {
    this.#options.logger?.[level]?.(line);
  }

  /** See {@linkcode Backplane}. */
  close(): Promise<void> {
    return this.#membership.close();
  }
}
