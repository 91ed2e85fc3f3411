// Copyright 2026 the Wirekit authors. MIT license.

/** The command `hub serve`. */

import {
  bytes,
  choice,
  type Command,
  command,
  integer,
  needNetwork,
  type Options,
  port,
  seconds,
  type Terminal,
  text,
  texts,
  toggle,
  urlsForOthers,
  UsageError,
  type Values,
} from "@wirekit/internal/command";
import type { Logger } from "../hub.ts";
import { type HubServer, serve } from "../serve.ts";
import { backplaneOf, CLUSTER_OPTIONS } from "./_cluster.ts";
import type { DoorSettings, Written } from "./_config.ts";
import { LOG_OPTIONS, loggerOf } from "./_log.ts";
import { type Flags, follow, readSettings } from "./_settings.ts";

/** The options of a hub. */
export const SERVE_OPTIONS = {
  config: text("FILE", "Settings in JSON; options given here override them", {
    file: true,
  }),
  hostname: text(
    "HOST",
    "Address to listen on (127.0.0.1). Any other address needs a token",
  ),
  port: port("Port for WebSocket (13254); 0 for a free one", "p"),
  tcp: port("Also listen on this TCP port, one message per line"),
  unix: text("PATH", "Also listen on this Unix socket, one message per line", {
    file: true,
  }),
  token: text(
    "SECRET",
    "Secret that allows everything; better in WIREKIT_TOKEN",
  ),
  tokens: text("FILE", "Tokens for names and rights: see hub token", {
    file: true,
  }),
  allowOrigin: texts("URL", "Origin whose pages may connect"),
  allowHost: texts("NAME", "Name by which requests may call the hub"),
  allowFrom: texts("CIDR", "Address that may connect, such as 192.0.2.0/24"),
  cert: text("FILE", "Certificate in PEM, to serve wss: and tls:", {
    file: true,
  }),
  key: text("FILE", "Private key in PEM, with --cert", { file: true }),
  idleTimeout: seconds("How long a client may be silent (300)"),
  handshakeTimeout: seconds("How long a handshake may take (10)"),
  maxConnections: integer("N", "Maximum number of clients (10000)", {
    min: 1,
  }),
  maxConnectionsPerAddress: integer(
    "N",
    "Maximum number of clients of one other machine (1000)",
    { min: 1 },
  ),
  maxMessage: bytes("Largest message to pass on (2MiB)"),
  maxOutbox: bytes("Most bytes that may wait for one client to read (16MiB)"),
  maxRequests: integer(
    "N",
    "Maximum number of open requests of one client (16384)",
    {
      min: 1,
    },
  ),
  maxMessagesPerSecond: integer(
    "N",
    "Messages that one client may send per second; more have to wait (no limit)",
    { min: 1 },
  ),
  maxBytesPerSecond: bytes(
    "Bytes that one client may send per second; more have to wait (no limit)",
  ),
  maxName: bytes("Longest name, as JSON (256)"),
  nameCharacters: choice(
    "KIND",
    ["any", "visible", "ascii"],
    "Which characters a name may have: any, visible or ascii (visible)",
  ),
  requestTimeout: seconds("How long an answer may take (3600)"),
  ...CLUSTER_OPTIONS,
  ...LOG_OPTIONS,
  noPage: toggle("Do not serve the page that browsers get at /"),
  quiet: toggle("Log errors only, and print nothing else", "q"),
};

/** The options of `serve()` that flags set, by flag. */
export const FLAGS = {
  hostname: "hostname",
  port: "port",
  tcp: "tcpPort",
  unix: "unixPath",
  allowOrigin: "allowedOrigins",
  allowHost: "allowedHosts",
  allowFrom: "allowedAddresses",
  idleTimeout: "idleTimeout",
  handshakeTimeout: "handshakeTimeout",
  requestTimeout: "requestTimeout",
  maxConnections: "maxConnections",
  maxConnectionsPerAddress: "maxConnectionsPerAddress",
  maxMessage: "maxMessageBytes",
  maxOutbox: "maxOutboxBytes",
  maxRequests: "maxRequests",
  maxMessagesPerSecond: "maxMessagesPerSecond",
  maxBytesPerSecond: "maxBytesPerSecond",
  maxName: "maxNameBytes",
  nameCharacters: "nameCharacters",
} as const satisfies Partial<
  Record<keyof typeof SERVE_OPTIONS, keyof Written>
>;

/** Returns what the user has given as flags. */
export function flagsOf(given: Values<typeof SERVE_OPTIONS>): Flags {
  const { config, token, tokens, cert, key } = given;
  const options: Partial<Written> = {};
  for (const [flag, option] of Object.entries(FLAGS)) {
    const value = given[flag as keyof typeof FLAGS];
    const isGiven = Array.isArray(value)
      ? value.length > 0
      : value !== undefined;
    if (isGiven) Object.assign(options, { [option]: value });
  }
  return { config, token, tokens, cert, key, options };
}

/** Returns flags with what a file says where they say nothing. */
function withDefaults<O extends object>(given: O, defaults: Partial<O>): O {
  const all = { ...given };
  for (const [name, value] of Object.entries(defaults)) {
    const key = name as keyof O;
    all[key] ||= value as O[keyof O];
  }
  return all;
}

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
   * Adds it to the hub that listens.
   *
   * @param server The hub.
   * @param options The values of its options.
   * @param context Where to write, and what the settings file says of doors.
   * @returns What it has added.
   */
  open(
    server: HubServer,
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
}

/**
 * What was added to a hub.
 *
 * @category Hub
 */
export interface ServeAddition {
  /** What the user is told of it, a line each. */
  readonly lines: readonly string[];
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
    async run({ options }, terminal) {
      const read = await readSettings(flagsOf(options), terminal);
      const all = withDefaults(options, read.command);
      const { quiet, noPage } = all;
      const { doors } = read.command;
      if (doors && !extension) {
        throw new UsageError(
          `${options.config} asks for doors, which this command does not have: ` +
            "the commands switchboard and wirekit hub do",
        );
      }
      const { hostname = "127.0.0.1", port = 13254, token, tokens } =
        read.options;
      needNetwork(hostname, port);
      const logger = loggerOf(all, terminal);
      const backplane = await backplaneOf(all, terminal, logger);
      await using server = await serve({
        ...read.options,
        ...(backplane && { backplane }),
        allowedHosts: [...read.options.allowedHosts ?? [], ...ownNames()],
        logger,
      });
      if (!noPage) {
        const { page } = await import("../page.ts");
        server.hub.open(page());
      }
      const added = await extension?.open(
        server,
        options as unknown as Values<O>,
        { terminal, logger, doors },
      );
      const following = follow(server, read, logger);
      if (!quiet) {
        terminal.log(
          `The hub listens on ${server.urls.join(", ")} (Ctrl-C stops it)`,
        );
        for (const line of added?.lines ?? []) terminal.log(line);
        const others = await urlsForOthers(server.urls);
        if (others.length > 0) {
          terminal.log(`Other machines reach it at ${others.join(", ")}`);
        }
        if (!noPage) {
          terminal.log(`Its page is ${pageOf(server.urls[0])}`);
        }
        if (backplane) {
          const others = backplane.status().nodes.length - 1;
          terminal.log(`It is one hub with ${others} other nodes now`);
        }
        terminal.log(
          token !== undefined && tokens === undefined
            ? "It asks every client for the token"
            : tokens !== undefined
            ? `It asks every client for a token, and knows ${
              tokens.length + Number(token !== undefined)
            }`
            : "It is open to this machine: any program here may take any name. " +
              "WIREKIT_TOKEN or --token makes it ask for a secret",
        );
      }
      const { signal } = terminal;
      if (!signal.aborted) {
        await new Promise((resolve) =>
          signal.addEventListener("abort", resolve)
        );
      }
      following.stop();
      await added?.close();
    },
  });
}

/** Runs the hub. */
export const serveCommand: Command = serveWith();

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
