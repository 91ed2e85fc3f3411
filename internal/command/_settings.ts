// Copyright 2026 the Wirekit authors. MIT license.

import type { Terminal } from "./_terminal.ts";

/**
 * Takes from the environment what was not given as an option. An empty variable
 * counts as not set.
 *
 * Deno does not tell a program whether a variable that it may not read is set.
 * Refusing to start would stop users who have set none; saying nothing would
 * let a hub run open although its owner has set a token. So each relevant
 * variable that may not be read is named, with the flag. To silence that line,
 * give the option, the flag, or `--deny-env`.
 *
 * @typeParam K The names of the variables.
 * @param terminal Where to name the variables that may not be read.
 * @param given The values that were given as options, by the name of their
 * variable.
 * @returns The values in effect, by the name of the variable.
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
      // From a file, it comes with the end of its line.
      const value = Deno.env.get(variable)?.replace(/[\r\n]+$/, "");
      found[variable] = value || undefined;
    } else if (state === "prompt") unread.push(variable);
  }
  if (unread.length > 0) {
    terminal.error(
      `Note: ${unread.join(" and ")} not read. If set, pass ` +
        `--allow-env=${unread.join(",")} to Deno`,
    );
  }
  return found;
}
