// Copyright 2026 the Wirekit authors. MIT license.

import { now } from "@wirekit/internal/clock";
import type { KV } from "@nats-io/kv";
import { generate } from "@std/uuid/v7";
import type { NodeStatus } from "../backplane.ts";
import { isChanged } from "./_buckets.ts";

/** The node that has a lease. */
interface Tenant {
  describe(): NodeStatus;
  /** The lease is lost: the others have taken the node for dead. */
  evicted(): void;
  /** A sign of life has failed. */
  failed(error: unknown): void;
}

/** When something was, by the clock of `now()` and that of the machine. */
type Times = readonly [time: number, date: number];

/** The entry by which a node shows the others that it is alive. */
export class Lease {
  #id = generate();
  readonly #nodes: KV;
  readonly #length: number;
  readonly #tenant: Tenant;
  /** When it was last renewed, by two clocks: one may stand still. */
  #renewed = now();
  #renewedAt = Date.now();
  #revision = 0;
  /** When the first sign of life was sent since, by both clocks. */
  #sent: Times | undefined;
  #renewing = false;
  /** Whether the servers have not decided about the last sign of life. */
  #isUndecided = false;
  #nextRenewal = 0;

  constructor(nodes: KV, length: number, tenant: Tenant) {
    this.#nodes = nodes;
    this.#length = length;
    this.#tenant = tenant;
  }

  /** The id of the node, until it comes back as another. */
  get id(): string {
    return this.#id;
  }

  /**
   * Whether the others take this node for alive: by its own clock, and sooner
   * than they do.
   */
  get isKept(): boolean {
    const most = this.#length * 0.8;
    return now() - this.#renewed < most && Date.now() - this.#renewedAt < most;
  }

  /** Whether the servers have taken no sign of life since one failed. */
  get isUndecided(): boolean {
    return this.#isUndecided;
  }

  /** Whether it is time to renew it. */
  get isDue(): boolean {
    return now() >= this.#nextRenewal;
  }

  /** Has it renewed as soon as possible. */
  hurry(): void {
    this.#nextRenewal = 0;
  }

  /** Becomes another node. */
  rename(): void {
    this.#id = generate();
    this.#sent = undefined;
  }

  /** Adds this node to those that are there. */
  async enter(): Promise<void> {
    const sent = [now(), Date.now()] as const;
    const { id, ...rest } = this.#tenant.describe();
    // Without a condition: the answer may have been lost once.
    this.#revision = await this.#nodes.put(id, JSON.stringify(rest));
    this.#keep(sent);
  }

  #keep([time, date]: Times): void {
    this.#sent = undefined;
    this.#isUndecided = false;
    this.#renewed = time;
    this.#renewedAt = date;
    this.#nextRenewal = time + this.#length / 6;
  }

  /** Gives a sign of life, unless one is on its way. */
  async renew(): Promise<void> {
    if (this.#renewing) return;
    this.#renewing = true;
    const sent = [now(), Date.now()] as const;
    this.#sent ??= sent;
    const { id, ...rest } = this.#tenant.describe();
    try {
      const revision = await this.#nodes.put(id, JSON.stringify(rest), {
        previousSeq: this.#revision,
        timeout: Math.max(500, this.#length / 12),
      });
      if (id !== this.#id) return;
      this.#revision = revision;
      this.#keep(sent);
    } catch (error) {
      if (id === this.#id) this.#isUndecided = true;
      if (isChanged(error)) await this.#recall(id);
      else this.#tenant.failed(error);
    } finally {
      this.#renewing = false;
    }
  }

  /**
   * Finds out why the entry of this node is not as it left it. A server that is
   * cut off from most others says so too, and tells what it had before: only
   * another revision shows that they have taken a sign of life.
   */
  async #recall(id: string): Promise<void> {
    const entry = await this.#nodes.get(id).catch(() => undefined);
    if (entry === undefined || id !== this.#id) return;
    if (entry?.operation !== "PUT") return this.#tenant.evicted();
    if (entry.revision <= this.#revision || !this.#sent) return;
    this.#revision = entry.revision;
    this.#keep(this.#sent);
  }

  /** Gives up the entry of this node, or of what it was before. */
  async end(id = this.#id): Promise<void> {
    await this.#nodes.delete(id).catch(() => {});
  }
}
