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
  #renewing = false;
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
  }

  /** Adds this node to those that are there. */
  async enter(): Promise<void> {
    const sent: [number, number] = [now(), Date.now()];
    const { id, ...rest } = this.#tenant.describe();
    // Without a condition: the answer may have been lost once.
    this.#revision = await this.#nodes.put(id, JSON.stringify(rest));
    this.#keep(sent);
  }

  #keep([time, date]: [number, number]): void {
    this.#renewed = time;
    this.#renewedAt = date;
    this.#nextRenewal = time + this.#length / 6;
  }

  /** Gives a sign of life, unless one is on its way. */
  async renew(): Promise<void> {
    if (this.#renewing) return;
    this.#renewing = true;
    const sent: [number, number] = [now(), Date.now()];
    const { id, ...rest } = this.#tenant.describe();
    const value = JSON.stringify(rest);
    try {
      const revision = await this.#nodes.put(id, value, {
        previousSeq: this.#revision,
        timeout: Math.max(500, this.#length / 12),
      });
      if (id !== this.#id) return;
      this.#revision = revision;
      this.#keep(sent);
    } catch (error) {
      if (isChanged(error)) await this.#recall(id, value, sent);
      else this.#tenant.failed(error);
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
    } else this.#tenant.evicted();
  }

  /** Gives up the entry of this node, or of what it was before. */
  async end(id = this.#id): Promise<void> {
    await this.#nodes.delete(id).catch(() => {});
  }
}
