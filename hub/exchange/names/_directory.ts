// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Cluster } from "../../cluster/_cluster.ts";
import { HUB } from "./_name_rules.ts";
import type { Names } from "./_names.ts";
import type { Party } from "../_party.ts";

/** Finds participants by name, here and on other nodes. */
export class Directory {
  readonly #names: Names<Party>;
  readonly #maxNameBytes: number;
  /** The other nodes, if there are any. */
  cluster: Cluster | undefined;
  /** The participant that is the hub itself. */
  self: Party | undefined;

  constructor(names: Names<Party>, maxNameBytes: number) {
    this.#names = names;
    this.#maxNameBytes = maxNameBytes;
  }

  /** Finds a participant, or what stands for one that may be elsewhere. */
  find(name: string | undefined): Party | undefined {
    if (name === undefined) return undefined;
    return this.#names.holder(name) ??
      (name === HUB ? this.self : this.elsewhere(name)?.find(name));
  }

  /** Finds a participant that is here, or that has asked one here. */
  known(name: string): Party | undefined {
    return this.#names.holder(name) ??
      (name === HUB ? this.self : undefined) ??
      this.elsewhere(name)?.known(name);
  }

  /** Returns whether somebody has a name, as far as this node knows. */
  has(name: string): boolean {
    return this.#names.holder(name) !== undefined || name === HUB ||
      this.cluster?.has(name) === true;
  }

  /** Finds out whether somebody has a name. */
  probe(name: string | undefined, then: (found: boolean) => void): void {
    if (name === undefined || name === HUB) return then(name === HUB);
    const cluster = this.elsewhere(name);
    const isHere = this.#names.holder(name) !== undefined;
    if (isHere || !cluster) then(isHere);
    else cluster.probe(name, then);
  }

  /**
   * The other nodes, if one of them may have a name. A longer one than can be
   * claimed would be more than some engines take.
   */
  elsewhere(name: string): Cluster | undefined {
    return name.length > this.#maxNameBytes ? undefined : this.cluster;
  }
}
