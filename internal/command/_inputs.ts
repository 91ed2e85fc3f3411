// Copyright 2026 the Wirekit authors. MIT license.

import { portMistake } from "../_url.ts";
import { shownUrl } from "../errors.ts";
import { FileError, namedIn, whyRefused } from "./_file_error.ts";
import { listed } from "./_option.ts";
import { UsageError } from "./_usage_error.ts";

/** The largest file that is read: as much as the largest message. */
const MAX_FILE_BYTES = 67_108_864;

/**
 * Checks a URL that a user typed.
 *
 * @param text What was typed.
 * @param schemes The accepted schemes, such as `ws:`, the usual one first.
 * @returns The URL, as it was typed.
 * @throws {UsageError} If it is not a URL with such a scheme. The message
 * suggests what was probably meant.
 */
export function checkUrl(text: string, schemes: readonly string[]): string {
  const [scheme = ""] = /^[a-z][a-z+.-]*:(?=\/)/i.exec(text) ?? [];
  const wrong = portMistake(text);
  if (wrong) {
    throw new UsageError(`Cannot use "${shownUrl(text)}" as a URL: ${wrong}`);
  }
  if (schemes.includes(scheme.toLowerCase()) && URL.canParse(text)) return text;
  const [, path] = /^unix:(?!\/)(.*)$/i.exec(text) ?? [];
  if (path !== undefined && schemes.includes("unix:")) {
    throw new UsageError(
      `Cannot use "${shownUrl(text)}" as a URL. Its path must be absolute: ` +
        `unix:/folder/${path || "hub.sock"}`,
    );
  }
  const [, rest = text] = /^[a-z][a-z+.-]*:\/\/(.*)$/i.exec(text) ?? [];
  const isHost = rest !== text ||
    /^(localhost|[\w-]+(\.[\w-]+)+|\[[\da-f:]+\])(:\d+)?(\/.*)?$/i
      .test(rest) ||
    /^[\w-]+:\d+(\/.*)?$/.test(rest);
  const isSecure = /^https:/i.test(text) && schemes.includes("wss:");
  const meant = `${isSecure ? "wss:" : schemes[0]}//${rest}`;
  const [, address, port = ""] =
    /^([\da-f]*:[\da-f]*:[\da-f:]*?)(:\d{2,5})?\/?$/i.exec(rest) ?? [];
  const hint = address !== undefined
    ? "An IPv6 address has to stand in brackets: " +
      `${scheme || schemes[0]}//[${address}]${port}`
    : isHost && URL.canParse(meant)
    ? `Did you mean ${shownUrl(meant)}?`
    : `It has to begin with ${listed(schemes)}`;
  throw new UsageError(`Cannot use "${shownUrl(text)}" as a URL. ${hint}`);
}

/**
 * Reads the data that a user gives: `-` is standard input, `@FILE` a file, and
 * anything else the data itself.
 *
 * @param text What was typed.
 * @returns The data.
 */
export async function readData(text: string): Promise<string> {
  if (text === "-") return await new Response(Deno.stdin.readable).text();
  return text.startsWith("@") ? await readFile(text.slice(1)) : text;
}

/**
 * Reads the certificates of the option `--ca`.
 *
 * @param path The file.
 * @returns Its content.
 * @throws {FileError} If it cannot be read, or has no certificate.
 */
export async function readCertificates(path: string): Promise<string> {
  const text = await readFile(path);
  if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
  throw new FileError(
    path,
    `Cannot use ${path}: it has no certificate in PEM`,
  );
}

/**
 * Reads a file that a user named.
 *
 * @param path Its path.
 * @returns Its content.
 * @throws {FileError} If it cannot be read, or is larger than 64 MiB.
 */
export async function readFile(path: string): Promise<string> {
  try {
    const blob = new Blob(await readChunks(path));
    // An editor on Windows puts a byte order mark first, which this leaves out.
    return await blob.text();
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    if (cause instanceof FileError) throw cause;
    throw new FileError(path, `Cannot read ${path}: ${whyRefused(cause)}`, {
      cause,
    });
  }
}

/**
 * Returns where a file is that another one names.
 *
 * @param file The file that names it.
 * @param path Its path: absolute, or as seen from the folder of that file.
 * @returns Its path.
 */
export function beside(file: string, path: string): string {
  if (/^([\\/]|[A-Za-z]:[\\/])/.test(path)) return path;
  return file.replace(/[^\\/]*$/, "") + path;
}

/**
 * Reads a secret that another file names.
 *
 * @param file The file that names it.
 * @param setting Its setting that does.
 * @param path What it says there.
 * @returns Its content, without space around it.
 * @throws {UsageError} As of {@linkcode readSecret}; it names both files.
 */
export async function readBeside(
  file: string,
  setting: string,
  path: string,
): Promise<string> {
  const there = beside(file, path);
  return await namedIn(file, { [setting]: there }, readSecret(there));
}

/**
 * Reads a secret from a file.
 *
 * @param path The file.
 * @returns Its content, without space around it.
 * @throws {UsageError} As of {@linkcode readFile}, and if there is nothing in it.
 */
export async function readSecret(path: string): Promise<string> {
  const secret = (await readFile(path)).trim();
  if (secret !== "") return secret;
  throw new FileError(path, `Cannot use ${path}: it is empty`);
}

/** Reads a file, which may be a device that never ends. */
async function readChunks(path: string): Promise<Uint8Array<ArrayBuffer>[]> {
  const file = await Deno.open(path);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of file.readable) {
    size += chunk.length;
    if (size > MAX_FILE_BYTES) {
      throw new FileError(
        path,
        `Cannot read ${path}: it is larger than 64 MiB`,
      );
    }
    chunks.push(chunk);
  }
  return chunks;
}

/**
 * Returns how other machines reach a server that listens on all addresses of
 * this one. That needs `--allow-sys=networkInterfaces`.
 *
 * @param urls Where it listens.
 * @returns The URLs for other machines; none if it listens elsewhere, or
 * without the permission.
 */
export async function urlsForOthers(
  urls: readonly string[],
): Promise<string[]> {
  const all = /\/\/(?:0\.0\.0\.0|\[::\])(?=:)/;
  const own = urls.filter((url) => all.test(url));
  const kind = "networkInterfaces";
  if (own.length === 0) return [];
  if (Deno.permissions.querySync({ name: "sys", kind }).state !== "granted") {
    return [];
  }
  try {
    // A name of the standard library that is not settled yet.
    const net = await import("@std/net/unstable-get-network-address");
    const address = net.getNetworkAddress();
    return address ? own.map((url) => url.replace(all, `//${address}`)) : [];
  } catch {
    return [];
  }
}

/**
 * Writes a host and a port as in a URL.
 *
 * @param hostname A name, or an address, which has no brackets.
 * @param port The port.
 * @returns Both; an IPv6 address is in brackets.
 */
export function hostAndPort(hostname: string, port: number): string {
  return hostname.includes(":")
    ? `[${hostname}]:${port}`
    : `${hostname}:${port}`;
}

/**
 * Checks that a server may listen before it tries to: Deno's servers of Node
 * throw an error that cannot be caught.
 *
 * @param hostname The address.
 * @param port The port.
 * @throws {UsageError} If it may not.
 */
export function needNetwork(hostname: string, port: number): void {
  const [, inner] = /^\[(.*)\]$/.exec(hostname) ?? [];
  if (inner !== undefined) {
    throw new UsageError(`--hostname takes no brackets: --hostname ${inner}`);
  }
  const host = hostAndPort(hostname, port);
  const { state } = Deno.permissions.requestSync({ name: "net", host });
  if (state === "granted") return;
  throw new UsageError(
    `This needs net access to "${host}": pass --allow-net to Deno`,
  );
}
