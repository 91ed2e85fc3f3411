// Copyright 2026 the Wirekit authors. MIT license.

/** What the files say that a hub runs with: at the start, and when they change. */

import { namedIn, readFile, watchFiles } from "@wirekit/internal/command";
import type { Timer } from "@wirekit/internal/clock";
import type { Token } from "../access/tokens.ts";
import type { Logger } from "../hub.ts";
import type { HubServer, ServeOptions } from "../serve.ts";
import {
  type Config,
  type Files,
  type Flags,
  NO_CONFIG,
  readConfig,
  type Settings,
} from "./_config.ts";
import { refuseFaults } from "./_json_file.ts";
import { readTokens, tokensOf } from "./_token_file.ts";

/**
 * Reads the files that flags name, and a list of tokens of the environment.
 *
 * @throws {UsageError} If a file cannot be read or is not valid.
 */
export async function readFiles(
  flags: Flags,
  list: string | undefined,
): Promise<Settings> {
  const config = await configOf(flags.config);
  const files: Files = {
    ...config.files,
    ...(flags.tokens !== undefined && { tokens: flags.tokens }),
    ...(flags.cert !== undefined && { cert: flags.cert, key: flags.key }),
  };
  const fixed = list === undefined ? [] : listOf(list);
  const written = config.options.tokens;
  const options: ServeOptions = { ...config.options, ...flags.options };
  if (
    files.tokens !== undefined || written !== undefined || list !== undefined
  ) {
    options.tokens = await namedIn(
      flags.config,
      { tokens: config.files.tokens },
      allTokens(files, written, fixed),
    );
  }
  const { cert, key } = files;
  if (cert !== undefined && key !== undefined) {
    options.tls = await namedIn(
      flags.config,
      { "tls.cert": config.files.cert, "tls.key": config.files.key },
      readTls(cert, key),
    );
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
export async function followFiles(
  { hub, renewTls }: HubServer,
  { files, fixed }: Settings,
  logger: Logger | undefined,
): Promise<Timer> {
  const { config, tokens, cert, key } = files;
  const paths = [config, tokens, cert, key].filter((path) =>
    path !== undefined
  );
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
  const watch = watchFiles(paths, async (changed) => {
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
  await first;
  return watch;
}
