// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A peer on the standard streams: of a child process, or of this one.
 *
 * ```ts no-assert
 * import { spawn } from "@wirekit/jsonrpc";
 *
 * export async function initialize(): Promise<unknown> {
 *   await using clangd = spawn("clangd", { framing: "content-length" });
 *   return await clangd.peer.request("initialize", { capabilities: {} });
 * }
 * ```
 *
 * @module
 */

import { ContentLengthFramer } from "@wirekit/transport/framers";
import type { Framer } from "@wirekit/transport/stream";
import { NewlineFramer } from "@wirekit/transport/framers";
import { StreamTransport } from "@wirekit/transport/stream";
import type { Transport } from "@wirekit/transport/transport";
import { LENIENT } from "./wire/_lenient.ts";
import type { Contract } from "./contract/contract.ts";
import { Peer } from "./peer.ts";
import type { PeerOptions } from "./peer_options.ts";
import { settled } from "@wirekit/internal/clock";

/**
 * How messages stand on a stream: a line each, or after a `Content-Length`
 * header as in the Language Server Protocol.
 *
 * @category Standard streams
 */
export type Framing = "newline" | "content-length";

/**
 * How a child process has ended.
 *
 * @category Standard streams
 */
export interface ExitStatus {
  /** Whether its code is 0. */
  success: boolean;
  /** Its exit code. */
  code: number;
  /** The signal that ended it. */
  signal: string | null;
}

/** How long a child process may take to end, in milliseconds. */
const EXIT_TIMEOUT = 2_000;

/**
 * Makes the framer of a framing. A message that is not UTF-8 is answered with
 * -32700, and the connection goes on.
 *
 * @param framing How messages stand on the stream.
 * @returns A framer for one connection.
 *
 * @example As a language server writes
 * ```ts
 * import { framerOf } from "@wirekit/jsonrpc";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = framerOf("content-length").encode("{}");
 * assertEquals(new TextDecoder().decode(bytes), "Content-Length: 2\r\n\r\n{}");
 * ```
 *
 * @category Standard streams
 */
export function framerOf(framing: Framing): Framer<string> {
  const { malformed } = LENIENT;
  return framing === "newline"
    ? new NewlineFramer({ malformed })
    : new ContentLengthFramer({ malformed });
}

/**
 * Makes a transport of the standard input and output of this process, for a
 * program that its client starts. Write nothing else to the standard output.
 *
 * @param framing How messages stand on the streams.
 * @returns The transport.
 *
 * @example A server that its client starts
 * ```ts no-assert
 * import { Methods, Peer } from "@wirekit/jsonrpc";
 * import { stdioTransport } from "@wirekit/jsonrpc";
 *
 * export function serve(methods: Methods): Peer {
 *   return new Peer(stdioTransport("newline"), { methods });
 * }
 * ```
 *
 * @category Standard streams
 */
export function stdioTransport(framing: Framing): Transport {
  const stream = {
    readable: Deno.stdin.readable,
    writable: Deno.stdout.writable,
  };
  return new StreamTransport(stream, framerOf(framing));
}

/**
 * Options of {@linkcode spawn}.
 *
 * @typeParam C What the child offers.
 * @typeParam State What is kept of the connection.
 *
 * @category Standard streams
 */
export interface SpawnOptions<
  C extends Contract = Contract,
  State = Record<string, unknown>,
> extends PeerOptions<C, State> {
  /**
   * The arguments of the program.
   *
   * @default {[]}
   */
  args?: string[];
  /** The folder to run it in. */
  cwd?: string;
  /** Further variables of its environment. */
  env?: Record<string, string>;
  /**
   * How messages stand on its streams.
   *
   * @default {"newline"}
   */
  framing?: Framing;
  /**
   * Where its standard error goes.
   *
   * @default {"inherit"}
   */
  stderr?: "inherit" | "null";
}

/**
 * A child process and the peer that talks to it. Disposing closes its input,
 * waits two seconds for it to end, and then ends it.
 *
 * @typeParam C What the child offers.
 * @typeParam State What is kept of the connection.
 *
 * @category Standard streams
 */
export interface PeerProcess<
  C extends Contract = Contract,
  State = Record<string, unknown>,
> extends AsyncDisposable {
  /** Calls the child, and answers it. */
  readonly peer: Peer<C, State>;
  /** The id of the process. */
  readonly pid: number;
  /** Resolves when the process has ended. */
  readonly status: Promise<ExitStatus>;
}

/**
 * Starts a program and talks to it over its standard streams.
 *
 * @typeParam C What the child offers.
 * @typeParam State What is kept of the connection.
 * @param program The program.
 * @param options Its arguments, and how to call it.
 * @returns The process and its peer.
 *
 * @example Call a child process
 * ```ts no-assert
 * import { spawn } from "@wirekit/jsonrpc";
 *
 * export async function version(server: string): Promise<unknown> {
 *   await using child = spawn(server, { args: ["--stdio"] });
 *   return await child.peer.request("version");
 * }
 * ```
 *
 * @category Standard streams
 */
export function spawn<
  C extends Contract = Contract,
  State = Record<string, unknown>,
>(
  program: string,
  options: SpawnOptions<C, State> = {},
): PeerProcess<C, State> {
  const {
    args = [],
    cwd,
    env,
    framing = "newline",
    stderr = "inherit",
    ...rest
  } = options;
  const child = new Deno.Command(program, {
    args,
    stdin: "piped",
    stdout: "piped",
    stderr,
    ...(cwd !== undefined && { cwd }),
    ...(env && { env }),
  }).spawn();
  const { stdin: writable, stdout: readable } = child;
  const transport = new StreamTransport(
    { readable, writable },
    framerOf(framing),
  );
  const peer = new Peer<C, State>(transport, rest);
  return {
    peer,
    pid: child.pid,
    status: child.status,
    async [Symbol.asyncDispose]() {
      await peer.close();
      if (!await settled(child.status, EXIT_TIMEOUT)) child.kill("SIGKILL");
      await child.status;
    },
  };
}
