// Copyright 2026 the Wirekit authors. MIT license.

/** What a hub runs with: flags before the environment before a file. */

import { settings, type Terminal, UsageError } from "@wirekit/internal/command";
import type { Timer } from "@wirekit/internal/clock";
import type { Logger } from "../hub.ts";
import type { HubServer } from "../serve.ts";
import type { Flags, Settings } from "./_config.ts";

/**
 * Reads all that a hub runs with.
 *
 * @throws {UsageError} If a file cannot be read or is not valid.
 */
export async function readSettings(
  flags: Flags,
  terminal: Pick<Terminal, "error">,
): Promise<Settings> {
  const { WIREKIT_TOKEN } = settings(terminal, { WIREKIT_TOKEN: flags.token });
  if ((flags.cert === undefined) !== (flags.key === undefined)) {
    throw new UsageError("--cert and --key go together");
  }
  // A list in the variable for one secret: there is no other that a container
  // would have to be allowed to read.
  const isList = WIREKIT_TOKEN !== undefined && /^\s*\[/.test(WIREKIT_TOKEN);
  const list = isList ? WIREKIT_TOKEN : undefined;
  const token = isList ? undefined : WIREKIT_TOKEN;
  const { config, tokens, cert } = flags;
  const none = { options: flags.options, command: {}, files: {}, fixed: [] };
  const read = (config ?? tokens ?? cert ?? list) === undefined
    ? none
    : await (await import("./_files.ts")).readFiles(flags, list);
  const options = { ...read.options, ...(token !== undefined && { token }) };
  return { ...read, options };
}

/** Takes what changes in the files, if there are any, while a hub runs. */
export async function follow(
  server: HubServer,
  settings: Settings,
  logger: Logger,
): Promise<Timer> {
  const { config, tokens, cert, key } = settings.files;
  const names = [config, tokens, cert, key];
  if (names.every((file) => file === undefined)) return { stop() {} };
  const { followFiles } = await import("./_files.ts");
  return await followFiles(server, settings, logger);
}
