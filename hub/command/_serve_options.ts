// Copyright 2026 the Wirekit authors. MIT license.

/** The flags of `hub serve`, and what they say to `serve()`. */

import {
  bytes,
  choice,
  integer,
  port,
  seconds,
  text,
  texts,
  toggle,
  type Values,
} from "@wirekit/internal/command";
import { CLUSTER_OPTIONS } from "./_cluster.ts";
import { LOG_OPTIONS } from "./_log.ts";
import type { Flags } from "./_config.ts";
import type { Written } from "./_written.ts";

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
export function withDefaults<O extends object>(
  given: O,
  defaults: Partial<O>,
): O {
  const all = { ...given };
  for (const [name, value] of Object.entries(defaults)) {
    const key = name as keyof O;
    all[key] ||= value as O[keyof O];
  }
  return all;
}
