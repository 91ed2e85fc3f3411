// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { MAX_ROUTES, readLearned, readRoutes } from "./_announcement.ts";
import type { RouteInfo } from "../route_info.ts";

/** The most names whose routes are remembered. */
export const MAX_NAMES = 10_000;

/** What is known of a participant of another node. */
interface Elsewhere {
  readonly node: string;
  announced: ReadonlyMap<string, RouteInfo> | undefined;
  readonly learned: Set<string>;
}

/** Which other node has a name, and whether nobody can say so yet. */
export interface Owners {
  ownerOf(name: string): string | undefined;
  isReading(): boolean;
}

/** What other nodes know of the routes of their participants. */
export class HeardRoutes {
  readonly #owners: Owners;
  readonly #heard = new Map<string, Elsewhere>();

  constructor(owners: Owners) {
    this.#owners = owners;
  }

  /** The names of which something was heard; nobody may have them now. */
  get names(): Iterable<string> {
    return this.#heard.keys();
  }

  get size(): number {
    return this.#heard.size;
  }

  /** Whether something was heard of a name, whoever has it now. */
  has(name: string): boolean {
    return this.#heard.has(name);
  }

  /** What was heard of a name, as long as the node that said so has it. */
  get(name: string): Elsewhere | undefined {
    const heard = this.#heard.get(name);
    if (!heard) return undefined;
    const owner = this.#owners.ownerOf(name);
    const isThere = owner === heard.node ||
      owner === undefined && this.#owners.isReading();
    return isThere ? heard : undefined;
  }

  /** Takes what a node says of a name; returns whether that can be read. */
  hear(name: string, node: string, text: string): boolean {
    const learned = readLearned(text);
    const announced = learned ? undefined : readRoutes(text);
    if (!learned && !(announced instanceof Map)) return false;
    const heard = this.#hearing(name, node);
    if (!heard) return false;
    if (announced instanceof Map) heard.announced = announced;
    for (const route of learned ?? []) {
      if (heard.learned.size < MAX_ROUTES) heard.learned.add(route);
    }
    return true;
  }

  /** Forgets what a node said. */
  gone(node: string): void {
    for (const [name, each] of this.#heard) {
      if (each.node === node) this.#heard.delete(name);
    }
  }

  #hearing(name: string, node: string): Elsewhere | undefined {
    const known = this.#heard.get(name);
    if (known?.node === node) return known;
    if (this.#heard.size >= MAX_NAMES) {
      for (const each of this.#heard.keys()) {
        if (!this.get(each)) this.#heard.delete(each);
      }
      if (this.#heard.size >= MAX_NAMES) return undefined;
    }
    const heard = { node, announced: undefined, learned: new Set<string>() };
    this.#heard.set(name, heard);
    return heard;
  }
}
