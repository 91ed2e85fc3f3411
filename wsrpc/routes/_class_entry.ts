// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { AnyPeer } from "../caller.ts";
import { type Exposable, type Exposure, exposureOf } from "./_exposure.ts";
import { Instances } from "./_instances.ts";

/** A route that is a class. */
export interface ClassEntry {
  /** The callable methods of the class. */
  readonly exposure: Exposure;
  /** How many characters of a dotted name are the alias and its dot. */
  readonly skip: number;
  /** Makes the set of instances of a connection, for all its class routes. */
  makeInstances(peer: AnyPeer): Instances;
}

/**
 * Makes the entry of a class. Throws a `TypeError` if it exposes what it cannot.
 */
export function entryOf(name: string, type: Exposable): ClassEntry {
  return {
    exposure: exposureOf(type),
    skip: name.length + 1,
    makeInstances: (peer) => new Instances(peer),
  };
}
