// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Returns the name that was probably meant: the one with the fewest letters
 * typed wrong, left out, added or swapped, if they are at most a third.
 */
export function closest(
  word: string,
  names: Iterable<string>,
): string | undefined {
  let best: string | undefined;
  let least = Infinity;
  for (const name of names) {
    const steps = distance(word.toLowerCase(), name.toLowerCase());
    if (steps >= least || steps > Math.max(1, name.length / 3)) continue;
    best = name;
    least = steps;
  }
  return best;
}

/** Returns the edit distance of two words; two swapped letters count as one. */
function distance(a: string, b: string): number {
  // Of a long word only so much counts that it cannot be near.
  const from = [...a.slice(0, 64)];
  const to = [...b];
  let older: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      let steps = Math.min(
        last[j]! + 1,
        row[j - 1]! + 1,
        last[j - 1]! + (same ? 0 : 1),
      );
      if (
        i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
      ) {
        steps = Math.min(steps, older[j - 2]! + 1);
      }
      row.push(steps);
    }
    older = last;
    last = row;
  }
  return last[to.length]!;
}
