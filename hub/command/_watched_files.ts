// Copyright 2026 the Wirekit authors. MIT license.

import { every, type Timer } from "@wirekit/internal/clock";

/** How often to look, in milliseconds. */
const INTERVAL = 1_000;

/**
 * Watches files, by looking at them: a container or a network drive reports no
 * changes, and a secret that is mounted changes by a link.
 *
 * @param paths The files.
 * @param changed Called when some have changed and no more do: a certificate
 * and its key come one after the other.
 * @returns What stops it.
 */
export function watchFiles(
  paths: readonly string[],
  changed: (paths: readonly string[]) => unknown,
): Timer {
  const known = new Map<string, string>();
  const pending = new Set<string>();
  let isLooking = false;
  const look = async () => {
    if (isLooking) return;
    isLooking = true;
    let isCalm = true;
    for (const path of paths) {
      const state = await stateOf(path);
      if (state === undefined || known.get(path) === state) continue;
      if (known.has(path)) {
        pending.add(path);
        isCalm = false;
      }
      known.set(path, state);
    }
    if (isCalm && pending.size > 0) {
      const these = [...pending];
      pending.clear();
      await changed(these);
    }
    isLooking = false;
  };
  void look();
  return every(INTERVAL, () => void look());
}

/** Returns what tells one content from another; nothing for a pipe or device. */
async function stateOf(path: string): Promise<string | undefined> {
  try {
    const { mtime, size, ino, isFile, isDirectory } = await Deno.stat(path);
    // Reading it may never end.
    if (!isFile && !isDirectory) return undefined;
    return `${mtime?.getTime()} ${size} ${ino}`;
  } catch {
    return "gone"; // For a moment, while it is replaced; or for good.
  }
}
