// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** Maps each item with a function, and drops those that give `undefined`. */
export function filterMap<T, U>(
  items: AsyncIterableIterator<T>,
  map: (item: T) => U | undefined,
): AsyncIterableIterator<U> {
  return {
    async next() {
      while (true) {
        const result = await items.next();
        if (result.done) return { done: true, value: undefined };
        const value = map(result.value);
        if (value !== undefined) return { done: false, value };
      }
    },
    async return() {
      await items.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
