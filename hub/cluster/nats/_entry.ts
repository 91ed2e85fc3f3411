// Copyright 2026 the Wirekit authors. MIT license.

/** What a bucket has under a key. */
export interface Entry {
  readonly key: string;
  /** `"PUT"` unless it was deleted. */
  readonly operation: string;
  readonly revision: number;
  string(): string;
}

/** Makes the text of an entry by which a node has a name: no two are the same. */
export function ownedBy(node: string): string {
  return JSON.stringify({ node, claim: crypto.randomUUID() });
}

/** Returns the node that has a name, of its entry; `""` if nobody can read that. */
export function ownerIn(text: string): string {
  try {
    const { node } = JSON.parse(text);
    return typeof node === "string" ? node : "";
  } catch {
    return "";
  }
}
