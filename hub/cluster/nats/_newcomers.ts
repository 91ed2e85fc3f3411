// Copyright 2026 the Wirekit authors. MIT license.

/** How many nodes are looked for at the same time. */
const MAX_NODES = 100;
/** The most bytes of messages that wait for that. */
const MAX_BYTES = 16 * 1024 * 1024;

/** What the ids of nodes are. */
const ID = /^[\w-]{1,64}$/;

/** What knows the nodes, and takes messages. */
interface NewcomerHost {
  /** The id of this node. */
  readonly id: string;
  /** Asks the engine for a node; resolves with whether it is there. */
  find(node: string): Promise<boolean>;
  take(message: Uint8Array, from: string): void;
  /** A message was of nobody. */
  refuse(): void;
}

/**
 * Messages of nodes that this one has not heard of. They may come before the
 * news that their node is there; or it is no node.
 */
export class Newcomers {
  readonly #host: NewcomerHost;
  readonly #waiting = new Map<string, Uint8Array[]>();
  #bytes = 0;

  constructor(host: NewcomerHost) {
    this.#host = host;
  }

  /** Takes a message, once its node is known. */
  take(message: Uint8Array, from: string): void {
    const waiting = this.#waiting.get(from);
    const isFull = this.#bytes + message.length > MAX_BYTES ||
      !waiting && this.#waiting.size >= MAX_NODES;
    if (isFull || from === this.#host.id || !ID.test(from)) {
      return this.#host.refuse();
    }
    this.#bytes += message.length;
    const copy = message.slice();
    if (waiting) return void waiting.push(copy);
    this.#waiting.set(from, [copy]);
    this.#look(from);
  }

  async #look(from: string): Promise<void> {
    const isThere = await this.#host.find(from).catch(() => false);
    const messages = this.#waiting.get(from)!;
    this.#waiting.delete(from);
    for (const message of messages) {
      this.#bytes -= message.length;
      if (isThere) this.#host.take(message, from);
      else this.#host.refuse();
    }
  }
}
