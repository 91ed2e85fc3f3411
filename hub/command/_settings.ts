// Copyright 2026 the Wirekit authors. MIT license.

/** What a hub runs with: flags before the environment before a file. */

import {
  readFile,
  settings,
  type Terminal,
  UsageError,
  watchFiles,
} from "@wirekit/internal/command";
import type { Timer } from "@wirekit/internal/clock";
import type { Token } from "../access/tokens.ts";
import type { Logger } from "../hub.ts";
import type { HubServer, ServeOptions } from "../serve.ts";
import {
  type Command,
  type Config,
  type Files,
  NO_CONFIG,
  readConfig,
} from "./_config.ts";
import { refuseFaults } from "./_json_file.ts";
import { readTokens, tokensOf } from "./_token_file.ts";
import type { Written } from "./_written.ts";

/** What flags and the environment say. */
export interface Flags {
  readonly config: string | undefined;
  readonly token: string | undefined;
  readonly tokens: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  /** Other options of `serve()`, if they were given. */
  readonly options: Partial<Written>;
}

/** What a hub runs with, and where it comes from. */
export interface Settings {
  readonly options: ServeOptions;
  /** What the file says of the command, by the names of its flags. */
  readonly command: Command;
  readonly files: Files;
  /** Tokens of the environment, which stay when a file changes. */
  readonly fixed: readonly Token[];
}

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
  const config = await configOf(flags.config);
  const files: Files = {
    ...config.files,
    ...(flags.tokens !== undefined && { tokens: flags.tokens }),
    ...(flags.cert !== undefined && { cert: flags.cert, key: flags.key }),
  };
  // A list in the variable for one secret: there is no other that a container
  // would have to be allowed to read.
  const isList = WIREKIT_TOKEN !== undefined && /^\s*\[/.test(WIREKIT_TOKEN);
  const fixed = isList ? listOf(WIREKIT_TOKEN) : [];
  const written = config.options.tokens;
  const options: ServeOptions = { ...config.options, ...flags.options };
  if (WIREKIT_TOKEN !== undefined && !isList) options.token = WIREKIT_TOKEN;
  if (files.tokens !== undefined || written !== undefined || isList) {
    options.tokens = await allTokens(files, written, fixed);
  }
  const { cert, key } = files;
  if (cert !== undefined && key !== undefined) {
    options.tls = await readTls(cert, key);
  }
  return { options, command: config.command, files, fixed };
}

function listOf(text: string): Token[] {
  const { value, faults } = tokensOf(text);
  refuseFaults("WIREKIT_TOKEN", faults);
  return value;
}

async function configOf(path: string | undefined): Promise<Config> {
  if (path === undefined) return NO_CONFIG;
  const { value, faults } = await readConfig(path);
  refuseFaults(path, faults);
  return value;
}

async function allTokens(
  { tokens: path }: Files,
  written: readonly Token[] = [],
  fixed: readonly Token[],
): Promise<Token[]> {
  if (path === undefined) return [...fixed, ...written];
  const { value, faults } = await readTokens(path);
  refuseFaults(path, faults);
  return [...fixed, ...value];
}

/** Reads a certificate and its key. */
async function readTls(
  cert: string,
  key: string,
): Promise<{ cert: string; key: string }> {
  return { cert: await readFile(cert), key: await readFile(key) };
}

/**
 * Takes what changes in the files while a hub runs: tokens, rules and the
 * certificate. What cannot be used changes nothing, and the log says why.
 */
export function follow(
  { hub, renewTls }: HubServer,
  { files, fixed }: Settings,
  logger: Logger | undefined,
): Timer {
  const { config, tokens, cert, key } = files;
  const paths = [config, tokens, cert, key].filter((path) =>
    path !== undefined
  );
  if (paths.length === 0) return { stop() {} };
  const attempt = async (what: string, take: () => Promise<void>) => {
    try {
      await take();
      logger?.info?.(`Took ${what}`);
    } catch (error) {
      const { message } = error as Error;
      logger?.error?.(
        `Kept ${what} as before: ${message.replaceAll("\n", "; ")}`,
      );
    }
  };
  const settled = (config: Config) => {
    const { rules: _, tokens: __, ...rest } = config.options;
    return JSON.stringify([rest, config.command, config.files]);
  };
  let others: string | undefined;
  // What counts at the start is what the file says now.
  const first = configOf(config).then(settled, () => undefined);
  return watchFiles(paths, async (changed) => {
    others ??= await first;
    const has = (path: string | undefined) =>
      path !== undefined && changed.includes(path);
    if (has(config)) {
      await attempt(`the rules of ${config}`, async () => {
        const read = await configOf(config);
        const inline = read.options.tokens;
        // First what can fail.
        if (inline && tokens === undefined) {
          hub.setTokens(await allTokens({}, inline, fixed));
        }
        hub.setRules(read.options.rules);
        const rest = settled(read);
        if (rest !== others) {
          logger?.warn?.(`Other settings of ${config} count after a restart`);
        }
        others = rest;
      });
    }
    if (has(tokens)) {
      await attempt(`the tokens of ${tokens}`, async () => {
        hub.setTokens(await allTokens(files, [], fixed));
      });
    }
    if (cert !== undefined && key !== undefined && (has(cert) || has(key))) {
      await attempt(`the certificate ${cert}`, async () => {
        renewTls(await readTls(cert, key));
      });
    }
  }, (path) => {
    logger?.error?.(`Kept what ${path} said: it is not a file any more`);
  });
}
