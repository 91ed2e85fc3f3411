// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** An object as its table needs it: see `SharedObject`. */
export interface Shareable {
  readonly attributes: object;
  readonly methods: object;
  readonly expiry: number;
  readonly name: string;
}

/** The objects that other clients may call. */
export interface ObjectTable {
  /** Makes the methods of an object callable; returns its JSON text. */
  share(object: Shareable): string;
  /** Returns a method, bound to its object, unless it has expired. */
  find(
    uuid: unknown,
    name: unknown,
  ): ((...args: unknown[]) => unknown) | undefined;
  /** Forgets everything. */
  clear(): void;
}

/**
 * What makes a table for each object that is shared, so that a page that shares
 * none has none of the code for it.
 */
export const tableMakers = new WeakMap<Shareable, () => ObjectTable>();
