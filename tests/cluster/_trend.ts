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

/**
 * Returns how far values are from having no trend, in standard deviations (Mann
 * and Kendall): chance alone goes beyond 2 in one of twenty times.
 *
 * @param values The values, in order.
 */
export function certaintyOf(values: readonly number[]): number {
  const { length } = values;
  let rises = 0;
  for (const [i, one] of values.entries()) {
    for (const other of values.slice(i + 1)) rises += Math.sign(other - one);
  }
  const variance = length * (length - 1) * (2 * length + 5) / 18;
  return Math.max(0, Math.abs(rises) - 1) / Math.sqrt(variance);
}
