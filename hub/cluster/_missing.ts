// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.
import type { NodeStatus } from "./backplane.ts";

/** For how many seconds other nodes may come back later than this one. */
const PATIENCE = 10;
/** How many seconds later a node that is back has its names. */
const SOON = 1;

/**
 * Names whose nodes were taken for dead because the engine was away: until all
 * of these are back they may be back at any moment, for a while.
 */
export class Missing {
  readonly #names = new Set<string>();
  /** The nodes that there were, and that are not back yet. */
  #nodes: readonly NodeStatus[] = [];
  /** Until which turn of the clock they are waited for. */
  #until = 0;

  /** This node cannot reach the others, which were these, from now on. */
  away(nodes: readonly NodeStatus[]): void {
    // It may be away again before all others are back.
    const ids = new Set(nodes.map(({ id }) => id));
    const earlier = this.#nodes.filter(({ id }) => !ids.has(id));
    this.#nodes = [...earlier, ...nodes];
    this.#until = Infinity;
  }

  /** It can reach them again. */
  back(turn: number): void {
    if (this.#until === Infinity) this.#until = turn + PATIENCE;
  }

  /** A name is lost with its node. */
  add(name: string, turn: number): void {
    if (turn < this.#until) this.#names.add(name);
  }

  /** Whether a name may be back at any moment. */
  has(name: string): boolean {
    return this.#names.has(name);
  }

  /**
   * Is called once a second.
   *
   * @param turn The turn of the clock.
   * @param find Returns the nodes that there are.
   */
  tick(turn: number, find: () => readonly NodeStatus[]): void {
    if (this.#until === 0 || this.#until === Infinity) return;
    if (this.#nodes.length > 0) {
      const nodes = find();
      const ids = new Map(nodes.map((node) => [node.id, node]));
      const labels = new Map(nodes.map((node) => [node.label, node]));
      this.#nodes = this.#nodes.filter((before) =>
        !isBack(ids.get(before.id), before) &&
        !isBack(labels.get(before.label), before)
      );
    }
    if (this.#nodes.length === 0) {
      this.#until = Math.min(this.#until, turn + SOON);
    }
    if (turn < this.#until) return;
    this.#until = 0;
    this.#nodes = [];
    this.#names.clear();
  }
}

/** Whether a node is what another was before. */
function isBack(node: NodeStatus | undefined, before: NodeStatus): boolean {
  if (!node) return false;
  if (node.id === before.id) {
    return node.signs !== before.signs || !before.signs;
  }
  return node.since >= before.since;
}
