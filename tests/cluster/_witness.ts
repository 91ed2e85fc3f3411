// Copyright 2026 the Wirekit authors. MIT license.

/** What a client does not tell of: the answers that its hub really sent. */

import { connect } from "@wirekit/transport/connect";
import type { Transport } from "@wirekit/transport/transport";

/**
 * Counts the answers that came for each question, by reading what the hub sends
 * before the client does: a client drops a second answer without a word.
 */
export class Witness {
  readonly #answers = new Map<string, number>();

  /** How many questions the hub has answered. */
  get answered(): number {
    return this.#answers.size;
  }

  /** The questions that were answered more than once, by their uuids. */
  get twice(): string[] {
    return [...this.#answers].filter(([, times]) => times > 1)
      .map(([uuid, times]) => `${uuid} ${times} times`);
  }

  /**
   * Returns how a client of winerp connects so that its answers are counted.
   *
   * @param url Its hub.
   */
  via(url: string): (signal: AbortSignal) => Promise<Transport> {
    const asked = new Set<string>();
    return async (signal) =>
      this.#watched(await connect(url, { signal }), asked);
  }

  #watched(transport: Transport, asked: Set<string>): Transport {
    const note = (text: string) => this.#note(text, asked);
    return {
      send: (text) => {
        const { type, uuid } = JSON.parse(text);
        if (type === 2) asked.add(uuid);
        return transport.send(text);
      },
      close: (error) => transport.close(error),
      async *[Symbol.asyncIterator]() {
        for await (const text of transport) {
          note(text);
          yield text;
        }
      },
      [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
    };
  }

  #note(text: string, asked: Set<string>): void {
    const { type, uuid } = JSON.parse(text);
    // A response or an error. A late answer is refused with the uuid of
    // another's question, a held client with that of its sign of life.
    if ((type !== 3 && type !== 4) || !asked.has(uuid)) return;
    this.#answers.set(uuid, (this.#answers.get(uuid) ?? 0) + 1);
  }
}
