// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Edge, Party } from "./_party.ts";
import type { Named } from "./participant.ts";

/** The most edges: anybody may ask everybody, which would be a square. */
const MAX_EDGES = 65_536;

/** Keeps what each participant has asked and told each other. */
export class Edges {
  readonly #max: number;
  #size = 0;
  /** Counts what there is no room for. */
  readonly #rest: Edge = { to: undefined, requests: 0, errors: 0, informs: 0 };

  constructor(max = MAX_EDGES) {
    this.#max = max;
  }

  /** Finds or makes the edge from one party to a name. */
  between(from: Party, { name }: Named): Edge {
    const last = from.edge;
    if (last.to === name) return last;
    const key = name ?? "";
    const edges = from.edges ??= new Map();
    let edge = edges.get(key);
    if (!edge) {
      if (this.#size >= this.#max) return from.edge = this.#rest;
      this.#size++;
      edge = { to: name, requests: 0, errors: 0, informs: 0 };
      edges.set(key, edge);
    }
    // The very text of this participant: it is compared the quickest.
    edge.to = name;
    return from.edge = edge;
  }

  /** Forgets the edges of a party that has left. */
  forget(party: Party): void {
    this.#size -= party.edges?.size ?? 0;
    party.edges = undefined;
  }
}
