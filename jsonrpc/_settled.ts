// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** Waits until a promise is settled, at most so many milliseconds; says whether it is. */
export async function settled(
  promise: Promise<unknown>,
  ms: number,
): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(resolve, ms, false);
  const yes = () => true;
  try {
    return await Promise.race([promise.then(yes, yes), late]);
  } finally {
    clearTimeout(timer);
  }
}
