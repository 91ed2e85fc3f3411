// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { UNKNOWN_TOKEN } from "../wire/_codes.ts";
import { JsonRpcError } from "../wire/error.ts";
import { tooMany } from "./_publisher.ts";

/** The answer to `$/enumerator/next`. */
export interface Chunk {
  values: unknown[];
  finished: boolean;
}

/** Streams that the other end reads from us, piece by piece. */
export class Streams {
  readonly #maxStreams: number;
  readonly #readAhead: number;
  readonly #open = new Map<unknown, Source>();
  #lastToken = 0;

  /** Makes an empty table. */
  constructor(maxStreams: number, readAhead: number) {
    this.#maxStreams = maxStreams;
    this.#readAhead = readAhead;
  }

  /** Opens a stream; returns the value that stands for it. */
  open(iterable: AsyncIterable<unknown>): { token: number } {
    if (this.#open.size >= this.#maxStreams) throw tooMany();
    const token = ++this.#lastToken;
    const iterator = iterable[Symbol.asyncIterator]();
    this.#open.set(token, new Source(iterator, this.#readAhead));
    return { token };
  }

  /** Reads on. */
  async next(token: unknown): Promise<Chunk> {
    const source = this.#open.get(token);
    if (!source) {
      throw new JsonRpcError(UNKNOWN_TOKEN, "Unknown token", {
        reserved: true,
      });
    }
    try {
      const chunk = await source.read();
      if (chunk.finished) this.#open.delete(token);
      return chunk;
    } catch (error) {
      this.#open.delete(token);
      throw error;
    }
  }

  /** Ends a stream early. */
  abort(token: unknown): void {
    this.#open.get(token)?.close();
    this.#open.delete(token);
  }

  /** Ends all: the connection is gone. */
  close(): void {
    for (const source of this.#open.values()) source.close();
    this.#open.clear();
  }
}

/** Runs an iterator a little ahead of its reader. */
class Source {
  readonly #iterator: AsyncIterator<unknown>;
  readonly #readAhead: number;
  #values: unknown[] = [];
  #finished = false;
  #closed = false;
  #failure: { error: unknown } | undefined;
  #pulling = false;
  #wake: (() => void) | undefined;

  constructor(iterator: AsyncIterator<unknown>, readAhead: number) {
    this.#iterator = iterator;
    this.#readAhead = readAhead;
  }

  async read(): Promise<Chunk> {
    if (this.#wake) {
      throw new JsonRpcError(-32600, "Stream is being read", {
        reserved: true,
      });
    }
    if (this.#values.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        void this.#pull();
      });
    }
    const values = this.#values;
    if (values.length === 0 && this.#failure) throw this.#failure.error;
    this.#values = [];
    void this.#pull();
    return { values, finished: this.#finished };
  }

  close(): void {
    this.#closed = true;
    this.#finished = true;
    void this.#leave();
    this.#tell();
  }

  async #leave(): Promise<void> {
    try {
      await this.#iterator.return?.();
    } catch {
      // It does not end well, and nobody can be told.
    }
  }

  get #ended(): boolean {
    return this.#finished || this.#failure !== undefined;
  }

  async #pull(): Promise<void> {
    if (this.#pulling) return;
    this.#pulling = true;
    while (!this.#ended && this.#wanted) {
      try {
        const { done, value } = await this.#iterator.next();
        if (this.#closed) break;
        if (done) this.#finished = true;
        else this.#values.push(value ?? null);
      } catch (error) {
        this.#failure = { error };
      }
      this.#tell();
    }
    this.#pulling = false;
  }

  get #wanted(): boolean {
    return this.#wake !== undefined || this.#values.length < this.#readAhead;
  }

  #tell(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
