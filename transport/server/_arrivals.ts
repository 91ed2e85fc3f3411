// Copyright 2026 the Wirekit authors. MIT license.

/** What has come to a server, until its loop takes it. */
export class Arrivals<T> implements AsyncIterable<T> {
  readonly #items: T[] = [];
  #wake: PromiseWithResolvers<void> | undefined;
  #ended = false;

  /** How many have not been taken. */
  get size(): number {
    return this.#items.length;
  }

  /** Adds one, and returns whether the loop goes on. */
  add(item: T): boolean {
    if (this.#ended) return false;
    this.#items.push(item);
    this.#wake?.resolve();
    return true;
  }

  /** Ends the loop, and returns what it has not taken. */
  end(): T[] {
    this.#ended = true;
    this.#wake?.resolve();
    return this.#items.splice(0);
  }

  /** Yields each of them, until the end. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    while (!this.#ended) {
      const item = this.#items.shift();
      if (item !== undefined) {
        yield item;
        continue;
      }
      this.#wake = Promise.withResolvers();
      await this.#wake.promise;
    }
  }
}
