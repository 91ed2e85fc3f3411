// Copyright 2026 the Wirekit authors. MIT license.

/** What is shown of everything. */

/** Which names, and which words. */
export interface Filter {
  /** A part of a name or a route. */
  readonly text: string;
  /** Names that were clicked on; none if all may be shown. */
  readonly names: ReadonlySet<string> | undefined;
  /** What was clicked on. */
  readonly label: string;
}

/** Everything is shown. */
export const NO_FILTER: Filter = { text: "", names: undefined, label: "" };

/** Returns a filter for some names, or for all; a second click takes it back. */
export function withNames(
  filter: Filter,
  names: readonly string[] | undefined,
  label: string,
): Filter {
  const same = label !== "" && filter.label === label;
  return names === undefined || same
    ? { ...filter, names: undefined, label: "" }
    : { ...filter, names: new Set(names), label };
}

/** Returns whether something between these names and with these words passes. */
export function passes(
  { names: only, text }: Filter,
  names: readonly (string | undefined)[],
  words: string,
): boolean {
  if (only && !names.some((name) => name !== undefined && only.has(name))) {
    return false;
  }
  if (text === "") return true;
  const small = text.toLowerCase();
  return [...names, words].some((each) => each?.toLowerCase().includes(small));
}
