// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.
import type { Asked } from "./_asked.ts";
import type { BackplaneStatus, NodeStatus } from "./backplane.ts";
import { encode, Kind } from "./_messages.ts";
import type { Line } from "./_remote.ts";

/** How many signs of life a node gives before its silence tells something. */
export const SIGNS = 3;

/** The node whose others they are. */
interface Observer extends Line {
  readonly status: BackplaneStatus;
}

/** A node that has left something unanswered. */
interface Doubt {
  /** How it was then. */
  readonly node: NodeStatus;
  /** Whether it has gone on to give signs of life. */
  isSure: boolean;
  /** What it was asked last: it answers once it can be reached again. */
  asked?: Asked;
}

/**
 * The other nodes, and which of them cannot be reached though they give signs of
 * life: not all servers of the engine reach each other. Those are asked once a
 * second, until they answer.
 */
export class Others {
  readonly #observer: Observer;
  readonly #warn: (text: string) => void;
  /** All nodes, by their ids: as they were in a turn. */
  #nodes = new Map<string, NodeStatus>();
  #turn = -1;
  readonly #doubts = new Map<string, Doubt>();

  constructor(observer: Observer, warn: (text: string) => void) {
    this.#observer = observer;
    this.#warn = warn;
  }

  /** The node that has a name. */
  ownerOf(name: string): NodeStatus | undefined {
    const { status } = this.#observer;
    return this.#find(status.names.get(name) ?? "");
  }

  #find(id: string): NodeStatus | undefined {
    const { turn, status } = this.#observer;
    if (this.#turn !== turn) {
      this.#turn = turn;
      this.#nodes = new Map(status.nodes.map((node) => [node.id, node]));
    }
    return this.#nodes.get(id);
  }

  /** Those that cannot be reached. */
  get unreached(): NodeStatus[] {
    return [...this.#doubts.values()]
      .filter(({ isSure }) => isSure).map(({ node }) => node);
  }

  /** Whether the node that has a name cannot be reached. */
  isUnreached(name: string): boolean {
    if (this.#doubts.size === 0) return false;
    const id = this.#observer.status.names.get(name) ?? "";
    return this.#doubts.get(id)?.isSure === true;
  }

  /** The node that has a name has left something unanswered. */
  doubt(name: string): void {
    const id = this.#observer.status.names.get(name);
    if (id === undefined || this.#doubts.has(id)) return;
    const node = this.#find(id);
    // An engine without signs of life knows by itself who can be reached.
    if (node?.signs === undefined) return;
    this.#doubts.set(id, { node, isSure: false });
  }

  /** A node has left something unanswered, and gone on to give signs of life. */
  note(node: NodeStatus): void {
    const doubt = this.#doubts.get(node.id) ?? { node, isSure: false };
    if (doubt.isSure) return;
    doubt.isSure = true;
    this.#doubts.set(node.id, doubt);
    this.#warn(
      `Node ${node.label} is there, but does not answer: look whether all ` +
        "servers of the engine reach each other",
    );
  }

  /** A node is gone, or has answered. */
  forget(id: string): void {
    const asked = this.#doubts.get(id)?.asked;
    if (asked) this.#observer.asked.delete(asked);
    this.#doubts.delete(id);
  }

  /** This node is cut off itself. */
  forgetAll(): void {
    for (const id of [...this.#doubts.keys()]) this.forget(id);
  }

  /** Is called once a second. */
  tick(): void {
    for (const [id, doubt] of this.#doubts) {
      const { signs = 0 } = this.#find(id) ?? {};
      if (signs >= doubt.node.signs! + SIGNS) this.note(doubt.node);
      this.#ask(id, doubt);
    }
  }

  #ask(id: string, doubt: Doubt): void {
    const { asked: table, turn } = this.#observer;
    let { asked } = doubt;
    // An answer to any of the questions will do, however late it comes.
    if (!asked || table.get(asked.ref) !== asked) {
      asked = doubt.asked = {
        ref: 0,
        name: "",
        turn,
        sent: this.#observer.count(),
        waits: false,
        then: (found: boolean) => {
          if (found) this.forget(id);
        },
      };
      table.add(asked);
    }
    // After no question: whoever gets it answers.
    const message = encode([Kind.audit, asked.ref]);
    const refusal = this.#observer.publish({ node: id }, message, asked.ref);
    if (refusal) table.delete(asked);
  }
}
