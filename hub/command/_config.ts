// Copyright 2026 the Wirekit authors. MIT license.

/** The settings file of a hub: what it says to `serve()` and to the command. */

import { beside, readFile, type Values } from "@wirekit/internal/command";
import type { Token } from "../access/tokens.ts";
import type { ServeOptions } from "../serve.ts";
import { CLUSTER_FLAGS, CLUSTER_OPTIONS } from "./_cluster.ts";
import { itemFaults } from "./_items.ts";
import { faultsOf, parseJson, type Read, type Schema } from "./_json_file.ts";
import type { LOG_OPTIONS } from "./_log.ts";
import type {
  CommandSettings,
  DoorSettings,
  SettingsFile,
  Written,
} from "./_written.ts";
import schema from "../hub.schema.json" with { type: "json" };

/** What a settings file says of the command, by the names of its flags. */
export type Command =
  & Partial<Values<typeof LOG_OPTIONS & typeof CLUSTER_OPTIONS>>
  & {
    readonly noPage?: boolean;
    /** Doors to open, which are no single flag. */
    readonly doors?: DoorSettings;
  };

/** Files that a hub reads, and reads again when they change. */
export interface Files {
  readonly config?: string | undefined;
  readonly tokens?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

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
  const {
    $schema: _,
    tls,
    tokens,
    unixPath,
    page,
    log,
    logLevel,
    cluster,
    doors,
    ...rest
  } = Object.fromEntries(sound) as SettingsFile;
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
  const flags: Record<string, unknown> = {};
  for (const [name, flag] of Object.entries(CLUSTER_FLAGS)) {
    const value = cluster[name as keyof typeof cluster];
    if (value === undefined) continue;
    flags[flag] = CLUSTER_OPTIONS[flag].file ? at(`${value}`) : timeOf(value);
  }
  return flags;
}

/** The files that a settings file names for clusters and doors, by setting. */
export function filesOf(command: Command): Record<string, string | undefined> {
  return {
    "cluster.credentials": command.clusterCredentials,
    "cluster.ca": command.clusterCa,
    "cluster.cert": command.clusterCert,
    "cluster.key": command.clusterKey,
    "doors.home": command.doors?.home,
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
