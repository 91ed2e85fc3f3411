// Copyright 2026 the Wirekit authors. MIT license.

/** The settings file of a hub, its tokens and its certificate. */

import { readFile, UsageError } from "@wirekit/internal/command";
import { Hub } from "../hub.ts";
import type { ServeOptions } from "../serve.ts";
import type { Rule } from "../access/rules.ts";
import type { Token } from "../access/tokens.ts";
import { type Fault, faultsOf, parseJson, type Schema } from "./_json_file.ts";
import schema from "../hub.schema.json" with { type: "json" };

/** Options of `serve()` that no file can give. */
type Unwritable =
  | "token"
  | "authorize"
  | "backplane"
  | "watch"
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

/** What a settings file says of the command, by the names of its flags. */
export interface Command {
  readonly noPage?: boolean;
  readonly log?: "text" | "json";
  readonly logLevel?: "debug" | "info" | "warn" | "error";
  readonly cluster?: string;
  readonly clusterPrefix?: string;
  readonly clusterCredentials?: string;
  readonly clusterCa?: string;
  readonly clusterCert?: string;
  readonly clusterKey?: string;
  readonly lease?: number;
  readonly node?: string;
  /** Doors to open, which are no single flag. */
  readonly doors?: DoorSettings;
}

/** What stands in a settings file besides the options of `serve()`. */
interface CommandSettings {
  page?: boolean;
  log?: "text" | "json";
  logLevel?: "debug" | "info" | "warn" | "error";
  cluster?: {
    servers: string;
    prefix?: string;
    credentials?: string;
    ca?: string;
    cert?: string;
    key?: string;
    lease?: number | "never";
    node?: string;
  };
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

/** Lists whose members are checked one by one, so that each has its line. */
const LISTS = [
  "tokens",
  "rules",
  "allowedOrigins",
  "allowedHosts",
  "allowedAddresses",
] as const;

/** Files that a hub reads, and reads again when they change. */
export interface Files {
  readonly config?: string | undefined;
  readonly tokens?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** What a file says, and what is wrong with it. */
export interface Read<T> {
  readonly value: T;
  readonly faults: readonly Fault[];
}

/** A settings file: options of `serve()`, and the files that it names. */
export interface Config {
  readonly options: Written;
  readonly command: Command;
  readonly files: Files;
}

/** An empty file. */
export const NO_CONFIG: Config = { options: {}, command: {}, files: {} };

/**
 * Reads a settings file, without the files that it names. A setting with a
 * fault is left out.
 */
export async function readConfig(path: string): Promise<Read<Config>> {
  const { value, faults, locate } = parseJson(await readFile(path));
  if (value === undefined) return { value: NO_CONFIG, faults };
  const found = [...faults, ...faultsOf(schema as Schema, value)];
  if (found.some(({ path }) => path === "")) {
    return { value: NO_CONFIG, faults: found.map(locate) };
  }
  const isSound = ([name]: [string, unknown]) =>
    !found.some(({ path }) => path.split("/")[1] === name);
  const sound = Object.entries(value as object).filter(isSound);
  const { $schema: _, tls, tokens, unixPath, ...others } = Object.fromEntries(
    sound,
  ) as
    & Record<string, unknown>
    & CommandSettings
    & {
      tls?: { cert: string; key: string };
      tokens?: string | Token[];
      unixPath?: string;
    };
  const { page, log, logLevel, cluster, doors, ...rest } = others;
  const at = (file: string) => beside(path, file);
  const options = {
    ...withTimes(rest),
    ...(unixPath !== undefined && { unixPath: at(unixPath) }),
    ...(Array.isArray(tokens) && { tokens }),
  } as Written;
  const command: Command = {
    ...(page === false && { noPage: true }),
    ...(log && { log }),
    ...(logLevel && { logLevel }),
    ...(cluster && clusterFlags(cluster, at)),
    ...(doors && { doors: doorSettings(doors, at) }),
  };
  const files: Files = {
    config: path,
    ...(typeof tokens === "string" && { tokens: at(tokens) }),
    ...(tls && { cert: at(tls.cert), key: at(tls.key) }),
  };
  found.push(...itemFaults(options));
  return {
    value: { options, command, files },
    faults: found.map((fault) => fault.line ? fault : locate(fault)),
  };
}

/** Writes the settings of a cluster as flags. */
function clusterFlags(
  cluster: NonNullable<CommandSettings["cluster"]>,
  at: (file: string) => string,
): Command {
  const { servers, prefix, credentials, ca, cert, key, lease, node } = cluster;
  return {
    cluster: servers,
    ...(prefix !== undefined && { clusterPrefix: prefix }),
    ...(credentials !== undefined && { clusterCredentials: at(credentials) }),
    ...(ca !== undefined && { clusterCa: at(ca) }),
    ...(cert !== undefined && { clusterCert: at(cert) }),
    ...(key !== undefined && { clusterKey: at(key) }),
    ...(lease !== undefined && { lease: timeOf(lease) as number }),
    ...(node !== undefined && { node }),
  };
}

/** Reads the settings of the doors, whose files are beside this one. */
function doorSettings(
  doors: DoorSettings,
  at: (file: string) => string,
): DoorSettings {
  const { http, jsonrpc, mcp, home } = doors;
  const { unixPath } = jsonrpc ?? {};
  return {
    ...doors,
    ...(http && { http: withTimes(http) }),
    ...(jsonrpc && {
      jsonrpc: {
        ...withTimes(jsonrpc),
        ...(unixPath !== undefined && { unixPath: at(unixPath) }),
      },
    }),
    ...(mcp && { mcp: withTimes(mcp) }),
    ...(home !== undefined && { home: at(home) }),
  };
}

function withTimes<O extends object>(options: O): O {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [name, timeOf(value)]),
  ) as O;
}

function timeOf(value: unknown): unknown {
  return value === "never" ? Infinity : value;
}

/** Reads a file of tokens, or the list itself. */
export async function readTokens(path: string): Promise<Read<Token[]>> {
  return tokensOf(await readFile(path));
}

/** Reads a list of tokens. */
export function tokensOf(text: string): Read<Token[]> {
  const { value, faults, locate } = parseJson(text);
  if (value === undefined) return { value: [], faults };
  const { definitions } = schema as Schema;
  const found = faultsOf(schema as Schema, value, definitions!["tokens"]!);
  const tokens = value as Token[];
  if (found.length === 0) {
    found.push(
      ...itemFaults({ tokens }).map((fault) => ({
        ...fault,
        path: fault.path.replace("/tokens", ""),
      })),
    );
  }
  return { value: tokens, faults: [...faults, ...found.map(locate)] };
}

/** What a hub says about each member of each list. */
function itemFaults(options: Partial<Written>): Fault[] {
  const faults: Fault[] = [];
  for (const name of LISTS) {
    (options[name] ?? []).forEach((item: unknown, n: number) => {
      try {
        new Hub({ [name]: [item] });
      } catch (error) {
        const { message } = error as Error;
        const text = message.replace("[0]", `[${n}]`);
        faults.push({ path: `/${name}/${n}`, text });
      }
    });
  }
  return faults;
}

/** Says that a file cannot be used, with each line. */
export function refuseFaults(path: string, faults: readonly Fault[]): void {
  const wrong = faults.filter(({ isWarning }) => !isWarning);
  if (wrong.length === 0) return;
  const lines = wrong.map((fault) => described(path, fault));
  throw new UsageError(`Cannot use ${path}\n${lines.join("\n")}`);
}

/** Writes a fault as compilers do, so that editors can go there. */
export function described(path: string, fault: Fault): string {
  const { line = 1, column = 1, text, isWarning } = fault;
  const kind = isWarning ? "warning: " : "";
  return `${path}:${line}:${column}: ${kind}${text}`;
}

/** Reads a certificate and its key. */
export async function readTls(
  cert: string,
  key: string,
): Promise<{ cert: string; key: string }> {
  return { cert: await readFile(cert), key: await readFile(key) };
}

/** What can be taken while the hub runs. */
export interface Renewable {
  readonly tokens?: readonly Token[];
  readonly rules?: readonly Rule[];
}

/** Returns where a file is that another one names. */
function beside(path: string, file: string): string {
  if (/^([\\/]|[A-Za-z]:[\\/])/.test(file)) return file;
  const folder = /^(.*[\\/])?/.exec(path)?.[0] ?? "";
  return `${folder}${file}`;
}
