// Copyright 2026 the Wirekit authors. MIT license.

/** Names in groups, where there are too many for a picture. */

/** Puts names into at most `max` groups; each name alone where they fit. */
export function groupsOf(
  names: readonly string[],
  weight: (name: string) => number,
  max: number,
): Map<string, string> {
  if (names.length <= max) return new Map(names.map((name) => [name, name]));
  for (const stem of [withoutNumber, firstPart]) {
    const groups = grouped(names, stem);
    if (new Set(groups.values()).size <= max) return groups;
  }
  return heaviest(grouped(names, firstPart), weight, max);
}

/** `bot-17` → `bot-*`. */
function withoutNumber(name: string): string {
  return name.replace(/[0-9a-f]*\d[0-9a-f]*$/i, "*");
}

/** `sensor.kitchen.3` → `sensor.*`. */
function firstPart(name: string): string {
  const end = name.search(/[-_.:/#@ ]/);
  return end > 0 ? `${name.slice(0, end + 1)}*` : withoutNumber(name);
}

/** A group of one is that one. */
function grouped(
  names: readonly string[],
  stem: (name: string) => string,
): Map<string, string> {
  const sizes = new Map<string, number>();
  for (const name of names) {
    const group = stem(name);
    sizes.set(group, (sizes.get(group) ?? 0) + 1);
  }
  return new Map(names.map((name) => {
    const group = stem(name);
    return [name, sizes.get(group)! > 1 ? group : name];
  }));
}

/** Keeps the groups with most to do; the rest is one. */
function heaviest(
  groups: Map<string, string>,
  weight: (name: string) => number,
  max: number,
): Map<string, string> {
  const weights = new Map<string, number>();
  for (const [name, group] of groups) {
    weights.set(group, (weights.get(group) ?? 0) + weight(name));
  }
  const kept = new Set(
    [...weights].sort(([, a], [, b]) => b - a).slice(0, max - 1)
      .map(([group]) => group),
  );
  return new Map(
    [...groups].map((
      [name, group],
    ) => [name, kept.has(group) ? group : "all others"]),
  );
}
