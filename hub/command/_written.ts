// Copyright 2026 the Wirekit authors. MIT license.

/** What may stand in the settings file of a hub. */

import type { Token } from "../access/tokens.ts";
import type { ServeOptions } from "../serve.ts";
import type { ClusterSettings } from "./_cluster.ts";

/** A settings file, as it stands there: times may be `"never"`. */
export type SettingsFile =
  & Omit<Written, "tls" | "tokens">
  & CommandSettings
  & {
    $schema?: string;
    tls?: { cert: string; key: string };
    /** The file of the tokens, or they themselves. */
    tokens?: string | Token[];
  };

/** Options of `serve()` that no file can give. */
type Unwritable =
  | "token"
  | "authorize"
  | "backplane"
  | "watch"
  | "beforeListen"
  | "doors"
  | "logger";

/** The options that a settings file has. */
export type Written = Omit<ServeOptions, Unwritable>;

/** All of them: the compiler says if one is forgotten. */
export const SETTINGS: Readonly<Record<keyof Written, true>> = {
  hostname: true,
  port: true,
  tcpPort: true,
  unixPath: true,
  tls: true,
  tokens: true,
  rules: true,
  allowedOrigins: true,
  allowedHosts: true,
  allowedAddresses: true,
  handshakeTimeout: true,
  idleTimeout: true,
  requestTimeout: true,
  maxConnections: true,
  maxConnectionsPerAddress: true,
  maxMessageBytes: true,
  maxOutboxBytes: true,
  maxRequests: true,
  maxNameBytes: true,
  nameCharacters: true,
  maxMessagesPerSecond: true,
  maxBytesPerSecond: true,
};

/**
 * What a settings file says of the doors of a hub. Each is opened by a program
 * that has them, such as the command `switchboard`.
 *
 * @category Hub
 */
export interface DoorSettings {
  /** Options of the HTTP door; times in milliseconds, as everywhere. */
  readonly http?: { readonly timeout?: number };
  /** Options of the JSON-RPC door. */
  readonly jsonrpc?: {
    readonly tcpPort?: number;
    readonly unixPath?: string;
    readonly timeout?: number;
  };
  /** Options of the MCP door. */
  readonly mcp?: {
    readonly allow?: readonly string[];
    readonly timeout?: number;
    readonly idleTimeout?: number;
    readonly maxSessions?: number;
  };
  /** MyHOME gateways by the names that they take: `HOST` or `HOST:PORT`. */
  readonly gateways?: Readonly<Record<string, string>>;
  /** The file with the names of what is in the home. */
  readonly home?: string;
}

/** What stands in a settings file besides the options of `serve()`. */
export interface CommandSettings {
  page?: boolean;
  log?: "text" | "json";
  logLevel?: "debug" | "info" | "warn" | "error";
  cluster?: { servers: string } & ClusterSettings;
  doors?: DoorSettings;
}

/** Their names. */
export const COMMAND_SETTINGS: Readonly<Record<keyof CommandSettings, true>> = {
  page: true,
  log: true,
  logLevel: true,
  cluster: true,
  doors: true,
};
