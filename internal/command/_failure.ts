// Copyright 2026 the Wirekit authors. MIT license.

import {
  HandshakeError,
  NotConnectedError,
  RemoteError,
  TimeoutError,
} from "../errors.ts";
import type { Command } from "./_command.ts";
import { FileError, whyRefused } from "./_file_error.ts";
import { nameOf, type Options } from "./_option.ts";
import type { Parsed } from "./_parse.ts";
import { UsageError } from "./_usage_error.ts";

/** The message for the user, and the exit code for a script. */
export interface Failure {
  readonly message: string;
  readonly code: number;
}

/** The errors of the system that come from what the user wrote. */
const OF_THE_USER = [
  UsageError,
  TypeError,
  RangeError,
  SyntaxError,
  Deno.errors.NotFound,
  Deno.errors.IsADirectory,
  Deno.errors.NotADirectory,
  Deno.errors.PermissionDenied,
];

/** Deno's message about a missing permission: what, and the flag. */
const FORBIDDEN_REGEXP =
  /^Requires (.+ access\b.*?), (?:run|specify).*?(--allow-[\w-]+)/s;

/** What Deno says of a host that cannot be one. */
const NO_HOST_REGEXP = /^invalid host '(.*)': /s;

/** What Deno says of a path that the system refuses. */
const PATH_REGEXP = /\(os error \d+\): \w+ '(.*)'$/s;

/** Returns what an error means to the user. */
export async function failureOf(
  error: Error,
  { exitCode, messageOf }: Command,
  given: Parsed["given"],
  options: Options = {},
): Promise<Failure> {
  // An import that is forbidden is told by a `TypeError`.
  const forbidden = among(
    error,
    ({ message }) => FORBIDDEN_REGEXP.test(message),
  );
  if (forbidden) return { message: permission(forbidden.message), code: 2 };
  const taken = among(error, (each) => each instanceof Deno.errors.AddrInUse);
  if (taken) {
    const hint = await freePort(error, given, options);
    return { message: error.message + hint, code: 1 };
  }
  const file = fileOf(error);
  if (file !== undefined) {
    const code = codeOf(file.cause instanceof Error ? file.cause : file);
    return { message: withOption(file, given, options), code };
  }
  const [, host] = NO_HOST_REGEXP.exec(error.message) ?? [];
  if (host !== undefined) {
    const message = `"${host}" is neither a name nor an address of a machine`;
    return { message, code: 2 };
  }
  const refused = among(
    error,
    (each) => each instanceof HandshakeError && each.status === 401,
  );
  const said = messageOf?.(error) ?? optionOf(error, given);
  const message = error instanceof UsageError
    ? said
    : inFlags(said, given, options);
  return {
    message: refused ? withAdvice(message, options) : message,
    code: exitCode?.(error) ?? codeOf(error),
  };
}

function codeOf(error: Error): number {
  if (error instanceof NotConnectedError) return 3;
  if (error instanceof TimeoutError) return 4;
  if (error instanceof RemoteError) return 1;
  return OF_THE_USER.some((type) => error instanceof type) ? 2 : 1;
}

/** Returns the file that an error is about, if it is about one. */
function fileOf(error: Error): FileError | undefined {
  if (error instanceof FileError) return error;
  const [, path] = PATH_REGEXP.exec(error.message) ?? [];
  if (path === undefined || !isOfSystem(error)) return undefined;
  const why = whyRefused(error, "file or folder");
  return new FileError(path, `Cannot use ${path}: ${why}`, { cause: error });
}

/** Whether Deno made an error, and not another program or a package. */
function isOfSystem({ constructor: Class }: Error): boolean {
  return Class === Error || Object.values<unknown>(Deno.errors).includes(Class);
}

/** What is wrong with a file, with the option that it was given with. */
function withOption(
  { message, path }: FileError,
  given: Parsed["given"],
  options: Options,
): string {
  const [key] =
    [...given].find(([key, values]) =>
      options[key]?.file && values.includes(path)
    ) ?? [];
  return key === undefined
    ? message
    : message.replace(/^Cannot \w+/, (start) => `${start} ${nameOf(key)}`);
}

/** Options of the library, and what is typed for them if that is not the same. */
const TYPED: Readonly<Record<string, string>> = {
  allowedOrigins: "allowOrigin",
  allowedHosts: "allowHost",
  allowedAddresses: "allowFrom",
  allow: "mcp",
};

/** What an error says, with the option that it is about as it was typed. */
function optionOf(error: Error, given: Parsed["given"]): string {
  const isOfOption = error instanceof TypeError || error instanceof RangeError;
  return !isOfOption ? error.message : optionInFlags(error.message, (name) => {
    const key = TYPED[name] ?? name;
    return given.has(key) ? nameOf(key) : undefined;
  });
}

/**
 * Names the option that a message begins with as a command does, not as the
 * library.
 *
 * @param message What the library says.
 * @param flagOf Returns what is typed for an option; nothing if that is none of
 * the command's.
 */
export function optionInFlags(
  message: string,
  flagOf: (name: string) => string | undefined,
): string {
  return message.replace(
    /^[a-z]\w*(?= (?:has|must) )/i,
    (name) => flagOf(name) ?? name,
  );
}

/**
 * Names options of TLS as the command does, which has some of them. A settings
 * file has names for them that are those of the library.
 */
function inFlags(
  message: string,
  given: Parsed["given"],
  options: Options,
): string {
  const names = ["ca", "cert", "key"].filter((name) =>
    given.has(name) || name in options && !given.has("config")
  );
  const files = names.map((name) => [name, given.get(name)?.[0]]);
  const said = tlsInFlags(message, "--", Object.fromEntries(files));
  const [config] = given.get("config") ?? [];
  return config === undefined
    ? said
    : said.replace(/\btls\.(cert|key)\b/, (name) => `${name} of ${config}`);
}

/**
 * Names options of TLS as a command does, not as the library.
 *
 * @param message What the library says.
 * @param prefix What the options begin with, such as `--`.
 * @param files The options that there are, each with its file if it is given.
 */
export function tlsInFlags(
  message: string,
  prefix: string,
  files: Record<string, string | undefined>,
): string {
  return message.replace(
    /\b(as )?tls\.(ca|cert|key)\b/g,
    (text, as, name) => {
      if (!(name in files)) return text;
      if (as) return `with ${prefix}${name}`;
      return `${prefix}${name} ${files[name] ?? ""}`.trim();
    },
  );
}

/** Adds by which option to give what a server asks for before it lets one in. */
function withAdvice(message: string, options: Options): string {
  const advice = "token" in options
    ? "Give it the token with --token, or in WIREKIT_TOKEN"
    : "header" in options
    ? "Give it what it asks for, such as --header 'authorization: Bearer TOKEN'"
    : undefined;
  if (advice === undefined) return message;
  return `${message.replace(/\. Give it [^.]+$/, "")}. ${advice}`;
}

/** Returns the first match among an error and its causes. */
function among(
  error: unknown,
  isWanted: (error: Error) => boolean,
): Error | undefined {
  let each = error;
  for (let i = 0; i < 10 && each instanceof Error; i++) {
    if (isWanted(each)) return each;
    each = each.cause;
  }
  return undefined;
}

/** Explains what Deno forbids in terms of the command. */
function permission(message: string): string {
  const [, what = "", flag = ""] = FORBIDDEN_REGEXP.exec(message) ?? [];
  return message.includes("compile")
    ? `This needs ${what}, which the binary was made without`
    : `This needs ${what}: pass ${flag} to Deno`;
}

/** Suggests a free port instead of a taken one. */
async function freePort(
  error: Error,
  given: Parsed["given"],
  options: Options,
): Promise<string> {
  const [, taken] = /:(\d+)\b/.exec(error.message) ?? [];
  if (taken === undefined) return "";
  // A port alone, or behind an address.
  const found = [...given].find(([, [value = ""]]) =>
    value === taken || value.endsWith(`:${taken}`)
  );
  const [key, [value = taken]] = found ??
    ["listen" in options ? "listen" : "port", []];
  const address = value.slice(0, -taken.length);
  const { getAvailablePort } = await import("@std/net/get-available-port");
  const others = [...given.values()].flat().map((value) =>
    Number(/\d+$/.exec(value)?.[0])
  );
  let next = Number(taken) + 1;
  while (others.includes(next)) next++;
  const preferredPort = Math.min(next, 65535);
  const free = getAvailablePort({ preferredPort });
  return `. Stop that one, or take a free port: ${
    nameOf(key)
  } ${address}${free}`;
}
