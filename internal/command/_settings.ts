// Copyright 2026 the Wirekit authors. MIT license.

import type { Terminal } from "./_terminal.ts";

/**
 * Takes from the environment what was not given as an option; an empty variable
 * is none.
 *
 * Deno does not tell a program whether a variable is set that it may not read.
 * To refuse to start would stop those who have set none and who typed the short
 * line; to say nothing would let a hub run open whose owner has set a token. So
 * each variable that counts and may not be read is named, with the flag. Whoever
 * wants that line gone gives the option, or the flag, or `--deny-env`.
 *
 * @typeParam K The names of the variables.
 * @param terminal Where to say what may not be read.
 * @param given What was given as an option, by the name of its variable.
 * @returns What counts, by the name of the variable.
 */
export function settings<K extends string>(
  terminal: Pick<Terminal, "error">,
  given: Record<K, string | undefined>,
): Record<K, string | undefined> {
  const found = { ...given };
  const unread: string[] = [];
  for (const variable of Object.keys(given) as K[]) {
    if (given[variable] !== undefined) continue;
    const { state } = Deno.permissions.querySync({ name: "env", variable });
    if (state === "granted") {
      found[variable] = Deno.env.get(variable) || undefined;
    } else if (state === "prompt") unread.push(variable);
  }
  if (unread.length > 0) {
    terminal.error(
      `Cannot read ${unread.join(" and ")}: if set, pass ` +
        `--allow-env=${unread.join(",")} to Deno`,
    );
  }
  return found;
}
