// Copyright 2026 the Wirekit authors. MIT license.

/** Returns whether `script` is there, which runs a program on a terminal. */
export function hasScript(): boolean {
  try {
    return new Deno.Command("script", { args: ["--version"] }).outputSync()
      .success;
  } catch {
    return false;
  }
}
