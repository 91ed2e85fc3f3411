// Copyright 2026 the Wirekit authors. MIT license.

/** Files that a running command reads again when they change. */

import { every, type Timer } from "../clock.ts";

/** How often to look, in milliseconds. */
const INTERVAL = 1_000;

/**
 * Watches files, by looking at them: a container or a network drive reports no
 * changes, and a secret that is mounted changes by a link.
 *
 * @param paths The files.
 * @param changed Called when some have changed and no more do: a certificate
 * and its key come one after the other.
 * @param noFile Called when one has become a pipe or a device, whose reading may
 * never end.
 * @returns What stops it.
 */
export function watchFiles(
  paths: readonly string[],
  changed: (paths: readonly string[]) => unknown,
  noFile: (path: string) => void,
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
      if (known.get(path) === state) continue;
      // A pipe from the start, such as of a shell, is read once.
      if (known.has(path) && state === NO_FILE) noFile(path);
      else if (known.has(path)) {
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

/** The state of a pipe or a device. */
const NO_FILE = "no file";

/** Returns what tells one content from another. */
async function stateOf(path: string): Promise<string> {
  try {
    const { mtime, size, ino, isFile, isDirectory } = await Deno.stat(path);
    if (!isFile && !isDirectory) return NO_FILE;
    return `${mtime?.getTime()} ${size} ${ino}`;
  } catch {
    return "gone"; // For a moment, while it is replaced; or for good.
  }
}
