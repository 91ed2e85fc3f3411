// Copyright 2026 the Wirekit authors. MIT license.

/** Figures of long runs that a few odd values do not change. */

/** How many values a trend is made of, at most. */
const MOST = 400;

/**
 * Returns by how much values grow from one to the next: the median of the slopes
 * of all pairs (Theil and Sen).
 *
 * @param values The values, taken at equal distances of time.
 */
export function trendOf(values: readonly number[]): number {
  const step = Math.max(1, Math.ceil(values.length / MOST));
  const some = values.filter((_, n) => n % step === 0);
  const slopes: number[] = [];
  for (const [i, one] of some.entries()) {
    for (let j = i + 1; j < some.length; j++) {
      slopes.push((some[j]! - one) / (step * (j - i)));
    }
  }
  return quantile(slopes, 0.5);
}

/** Returns the value below which a part of all values is. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.floor(sorted.length * part)] ?? NaN;
}
