// Copyright 2026 the Wirekit authors. MIT license.

/** The command `hub serve`. */

import {
  type Command,
  command,
  namedIn,
  needNetwork,
  type Options,
  type Terminal,
  urlsForOthers,
  UsageError,
  type Values,
} from "@wirekit/internal/command";
import { checkApart } from "@wirekit/internal/limits";
import type { Backplane } from "../cluster/backplane.ts";
import type { Hub, Logger } from "../hub.ts";
import { presentIn } from "../watch/hubs/_cluster.ts";
import { type HubServer, serve } from "../serve.ts";
import { backplaneOf } from "./_cluster.ts";
import { loggerOf } from "./_log.ts";
import { flagsOf, SERVE_OPTIONS, withDefaults } from "./_serve_options.ts";
import { filesOf, type Settings } from "./_config.ts";
import { follow, readSettings } from "./_settings.ts";
import type { DoorSettings } from "./_written.ts";

/** Examples of a hub alone. */
const EXAMPLES = [
  "hub serve --port 8080 --tcp 8081",
  "WIREKIT_TOKEN=s3cret hub serve --hostname 0.0.0.0",
  "hub serve --allow-origin https://example.org --idle-timeout 600",
  "hub serve --log json --log-level warn",
  "hub serve --cluster nats://127.0.0.1 --node cellar",
];

/**
 * What a program adds to the command that runs a hub.
 *
 * @category Hub
 */
export interface ServeExtension<O extends Options = Options> {
  /** What the command does then, if that is another sentence. */
  readonly summary?: string;
  /** Its options, besides those of a hub. */
  readonly options: O;
  /** Examples. */
  readonly examples: readonly string[];
  /**
   * Adds it to the hub before that listens.
   *
   * @param hub The hub.
   * @param options The values of its options.
   * @param context Where to write, and what the settings file says of doors.
   * @returns What it has added.
   */
  open(
    hub: Hub,
    options: Values<O>,
    context: ServeContext,
  ): Promise<ServeAddition>;
}

/**
 * What is known where something is added to a hub.
 *
 * @category Hub
 */
export interface ServeContext {
  /** Where to write to the user. */
  readonly terminal: Terminal;
  /** Where the hub logs. */
  readonly logger: Logger;
  /** What `--config` says of doors: flags count more. */
  readonly doors: DoorSettings | undefined;
  /** The address that the hub will listen on. */
  readonly hostname: string;
  /** Its ports and paths there, by their options. */
  readonly places: Readonly<Record<string, number | string | undefined>>;
}

/**
 * What was added to a hub.
 *
 * @category Hub
 */
export interface ServeAddition {
  /**
   * Says what the user is told of it, a line each.
   *
   * @param url The hub for WebSocket.
   */
  lines(url: string): readonly string[];
  /** Takes it away. */
  close(): Promise<void>;
}

/** Makes the command that runs a hub, and what else is wanted. */
export function serveWith<const O extends Options>(
  extension?: ServeExtension<O>,
): Command {
  return command({
    name: "serve",
    summary: extension?.summary ?? "Run the hub until Ctrl-C",
    options: { ...SERVE_OPTIONS, ...extension?.options },
    examples: extension?.examples ?? EXAMPLES,
    isServer: true,
    async run({ options }, full) {
      const terminal = options.quiet ? { ...full, error: () => {} } : full;
      const read = await readSettings(flagsOf(options), terminal);
      const all = withDefaults(options, read.command);
      const { doors } = read.command;
      if (doors && !extension) {
        throw new UsageError(
          `${options.config} asks for doors, which this command does not have: ` +
            "the commands switchboard and wirekit hub do",
        );
      }
      const { hostname = "127.0.0.1", port = 13254, tcpPort, unixPath } =
        read.options;
      const places = {
        "--port": port,
        "--tcp": tcpPort,
        "--unix": unixPath,
      };
      checkApart(places);
      needNetwork(hostname, port);
      const isOfFile = options.maxConnections === undefined &&
        read.options.maxConnections !== undefined;
      const limit = isOfFile ? "maxConnections" : "--max-connections";
      const logger = loggerOf(all, full, limit);
      const named = <T>(reading: Promise<T>) =>
        namedIn(options.config, filesOf(read.command), reading);
      const source = { typed: options, config: options.config };
      const backplane = await named(
        backplaneOf(all, source, terminal, logger),
      );
      let added: ServeAddition | undefined;
      const beforeListen = async (hub: Hub) => {
        if (!all.noPage) hub.open((await import("../page.ts")).page());
        const context = { terminal, logger, doors, hostname, places };
        const values = options as unknown as Values<O>;
        if (extension) {
          added = await named(extension.open(hub, values, context));
        }
      };
      await using server = await serve({
        ...read.options,
        ...(backplane && { backplane }),
        allowedHosts: [...read.options.allowedHosts ?? [], ...ownNames()],
        logger,
        beforeListen,
      }).catch(async (error) => {
        await added?.close();
        throw error;
      });
      const following = await follow(server, read, logger);
      if (!all.quiet) {
        const hasPage = !all.noPage;
        await tell(server, terminal, { read, added, backplane, hasPage });
      }
      await aborted(terminal.signal);
      following.stop();
      await added?.close();
    },
  });
}

/** What a hub runs with, as far as the user is told of it. */
interface Told {
  readonly read: Settings;
  readonly added: ServeAddition | undefined;
  readonly backplane: Backplane | undefined;
  readonly hasPage: boolean;
}

/** Tells the user where the hub is, and who may come in. */
async function tell(
  { urls }: HubServer,
  terminal: Terminal,
  { read, added, backplane, hasPage }: Told,
): Promise<void> {
  terminal.log(`The hub listens on ${urls.join(", ")} (Ctrl-C stops it)`);
  for (const line of added?.lines(urls[0]) ?? []) terminal.log(line);
  const others = await urlsForOthers(urls);
  if (others.length > 0) {
    terminal.log(`Other machines reach it at ${others.join(", ")}`);
  }
  if (hasPage) terminal.log(`Its page is ${pageOf(urls[0])}`);
  if (backplane) {
    const others = presentIn(backplane.status()).length - 1;
    const nodes = others === 1 ? "node" : "nodes";
    terminal.log(`It forms one hub with ${others} other ${nodes}`);
  }
  terminal.log(admissionOf(read));
}

function admissionOf({ options: { token, tokens } }: Settings): string {
  if (tokens !== undefined) {
    const known = tokens.length + Number(token !== undefined);
    return `It asks every client for a token, and knows ${known}`;
  }
  if (token !== undefined) return "It asks every client for the token";
  return "It is open to this machine: any program here may take any name. " +
    "WIREKIT_TOKEN or --token makes it ask for a secret";
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
}

/** Returns where the page of a hub is, as a browser here reaches it. */
function pageOf(url: string): string {
  const page = new URL(url.replace(/^ws/, "http"));
  if (page.hostname === "0.0.0.0") page.hostname = "127.0.0.1";
  if (page.hostname === "[::]") page.hostname = "[::1]";
  return page.href;
}

/** The names of this machine, if they may be known. */
function ownNames(): string[] {
  const { state } = Deno.permissions.querySync({
    name: "sys",
    kind: "hostname",
  });
  if (state !== "granted") return [];
  const name = Deno.hostname().toLowerCase();
  // A name that no host may have, such as one with `_`, is no reason to fail.
  return /^[a-z0-9.-]+$/.test(name) ? [name, `${name}.local`] : [];
}
