// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { Gauge } from "@wirekit/internal/limits";
import type { RequestInfo } from "../admission_options.ts";
import { bytesOf, isOwn, machineAt } from "./_address.ts";
import { type Place, Places } from "./_places.ts";

/** The room of a server: how many connections it has, and each machine. */
export class Room {
  readonly #places: Places;
  /** How many connections each machine has, if that is limited. */
  readonly #machines = new Map<string, number>();
  readonly #total: Gauge;
  readonly #each: Gauge;

  constructor(maxConnections: number, maxConnectionsPerAddress: number) {
    this.#places = new Places(
      maxConnections,
      (machine) => this.#leave(machine),
    );
    this.#total = new Gauge("maxConnections", maxConnections);
    this.#each = new Gauge(
      "maxConnectionsPerAddress",
      maxConnectionsPerAddress,
    );
  }

  /** The number of connections, including those in their handshake. */
  get connections(): number {
    return this.#total.now;
  }

  /** The limits, and how near the connections came to them. */
  get limits(): readonly Gauge[] {
    this.#each.now = 0;
    for (const count of this.#machines.values()) {
      this.#each.set(Math.max(count, this.#each.now));
    }
    return [this.#total, this.#each];
  }

  /** Takes a place, or returns the limit that leaves none. */
  enter(info: Partial<RequestInfo>): Place | Gauge {
    const each = this.#each;
    const machine = each.limit === Infinity ? undefined : machineOf(info);
    const before = this.#machines.get(machine ?? "") ?? 0;
    if (machine !== undefined && before >= each.limit) {
      each.hit();
      return each;
    }
    const total = this.#total;
    const hostname = info.remoteAddr?.hostname ?? "";
    const place = this.#places.enter(hostname, machine);
    if (!place) {
      total.hit();
      return total;
    }
    total.set(total.now + 1);
    if (machine !== undefined) {
      this.#machines.set(machine, before + 1);
      each.set(before + 1);
    }
    return place;
  }

  #leave(machine: string | undefined): void {
    this.#total.set(this.#total.now - 1);
    if (machine === undefined) return;
    const left = this.#machines.get(machine)! - 1;
    if (left > 0) this.#machines.set(machine, left);
    else this.#machines.delete(machine);
  }
}

/** Returns the machine of a client, if its connections are counted. */
function machineOf({ remoteAddr }: Partial<RequestInfo>): string | undefined {
  const address = bytesOf(remoteAddr?.hostname ?? "");
  return address && !isOwn(address) ? machineAt(address) : undefined;
}
