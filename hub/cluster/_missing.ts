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
  /** The ids of those that are back: each is only one of them. */
  readonly #back = new Set<string>();
  /** Until which turn of the clock they are waited for. */
  #until = 0;

  /** This node cannot reach the others, which were these, from now on. */
  away(nodes: readonly NodeStatus[]): void {
    // It may be away again before all others are back.
    const ids = new Set(nodes.map(({ id }) => id));
    const earlier = this.#nodes.filter(({ id }) => !ids.has(id));
    this.#nodes = [...earlier, ...nodes];
    this.#until = Infinity;
    this.#back.clear();
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
    if (this.#nodes.length > 0) this.#look(find());
    if (this.#nodes.length === 0) {
      this.#until = Math.min(this.#until, turn + SOON);
    }
    if (turn < this.#until) return;
    this.#until = 0;
    this.#nodes = [];
    this.#back.clear();
    this.#names.clear();
  }

  /** Leaves out what is back: with its id, as another, or started again. */
  #look(nodes: readonly NodeStatus[]): void {
    const ids = new Set(this.#nodes.map(({ id }) => id));
    const news = nodes.filter(({ id }) => !ids.has(id));
    this.#leave(
      nodes,
      (node, before) =>
        node.id === before.id && (node.signs !== before.signs || !before.signs),
    );
    this.#leave(news, isSame);
    this.#leave(
      news,
      (node, { label, since }) => node.label === label && node.since > since,
    );
  }

  /** Leaves out all that the nodes were which are back. */
  #leave(
    nodes: readonly NodeStatus[],
    isBack: (node: NodeStatus, before: NodeStatus) => boolean,
  ): void {
    for (const before of this.#nodes) {
      if (!this.#nodes.includes(before)) continue;
      const found = nodes.find((node) =>
        !this.#back.has(node.id) && isBack(node, before)
      );
      if (!found) continue;
      this.#back.add(found.id);
      this.#nodes = this.#nodes.filter((each) => !isSame(each, before));
    }
  }
}

/** Whether two are the same start of the same node, by whatever ids. */
function isSame(one: NodeStatus, other: NodeStatus): boolean {
  return one.label === other.label && one.since === other.since;
}
