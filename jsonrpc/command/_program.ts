// Copyright 2026 the Wirekit authors. MIT license.

/** A program that a command starts and calls on its standard streams. */

import { settled } from "@wirekit/internal/clock";
import { UsageError } from "@wirekit/internal/command";
import { NotConnectedError, TimeoutError } from "@wirekit/internal/errors";
import { ClosedError } from "../call/call_error.ts";
import type { Caller } from "../call/caller.ts";
import type { Codec } from "../wire/codec.ts";
import { exactCodec } from "./_exact_codec.ts";
import type { Peer } from "../peer.ts";
import type { PeerOptions } from "../peer_options.ts";
import {
  type Framing,
  type PeerProcess,
  spawn,
  type SpawnOptions,
} from "../stdio.ts";

/**
 * How long to wait for the exit code of a program that has closed its output.
 */
const EXIT_TIME = 1_000;

/** How much of a line is repeated to the user. */
const MAX_LINE = 120;

/** The target of a command. */
export interface Target extends AsyncDisposable {
  readonly caller: Caller;
  /** The peer, unless it is HTTP. */
  readonly peer?: Peer;
  /** Says how the connection has ended once it has; HTTP has none. */
  readonly closed?: Promise<string>;
  /** Adds details to an error of a call. */
  explain(error: unknown): Promise<unknown>;
}

/** Starts a program. */
export function startProgram(
  [program = "", ...args]: readonly string[],
  framing: Framing,
  options: PeerOptions,
): Target {
  const heard: Heard = { messages: 0 };
  const child = start(program, {
    ...options,
    args,
    framing,
    codec: noting(heard),
    onMessage(entry) {
      if (entry.direction === "in") heard.messages++;
      options.onMessage?.(entry);
    },
  });
  const { peer } = child;
  const ended = async () =>
    await settled(child.status, EXIT_TIME)
      ? `ended with exit code ${(await child.status).code}`
      : "has closed its output";
  return {
    caller: peer,
    peer,
    closed: peer.closed.then(async () => `${program} ${await ended()}`),
    async explain(error) {
      const said = isTooLarge(Object(error).cause)
        ? ""
        : hint(program, heard, framing);
      if (error instanceof TimeoutError) {
        return new TimeoutError(error.message + said, {
          cause: error,
        });
      }
      if (!(error instanceof ClosedError)) return error;
      const hasExited = await settled(child.status, EXIT_TIME);
      const { cause } = error;
      const how = hasExited || cause === undefined
        ? await ended()
        : Object(cause).cause instanceof Deno.errors.BrokenPipe
        ? "has closed its input"
        : undefined;
      const text = how
        ? `${program} ${how} before it answered${said}`
        : `Cannot read what ${program} writes: ${error.message}${said}`;
      return new NotConnectedError(text, { cause: error });
    },
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}

function start(
  program: string,
  options: SpawnOptions,
): PeerProcess {
  try {
    return spawn(program, options);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new UsageError(`There is no program ${program}`, { cause });
  }
}

/** A record of what the other end has written. */
export interface Heard {
  /** The number of messages. */
  messages: number;
  /** The first line that was not a message. */
  strange?: string;
}

/** Reads JSON, and records what came. */
export function noting(heard: Heard): Codec {
  return {
    ...exactCodec,
    decode(text) {
      try {
        return exactCodec.decode(text);
      } catch (error) {
        heard.strange ??= text.slice(0, MAX_LINE);
        throw error;
      }
    },
  };
}

/** Whether a stream has ended because a message, not its headers, is too long. */
export function isTooLarge(error: unknown): boolean {
  const { reason } = Object(error) as { reason?: string };
  return reason?.startsWith("message over") ?? false;
}

/**
 * Describes what a program wrote instead of an answer, and what it may mean.
 */
function hint(
  program: string,
  { messages, strange }: Heard,
  framing: Framing,
): string {
  if (strange !== undefined) {
    return framing === "newline" && /^Content-Length:/i.test(strange)
      ? `. ${program} speaks as language servers do: add --lsp`
      : `. ${program} ${wrote(strange)}`;
  }
  return framing === "content-length" && messages === 0
    ? `. ${program} wrote nothing with a Content-Length: is --lsp right?`
    : "";
}

/** Says that a line is none of the protocol. */
export function wrote(line: string): string {
  const quoted = line.trim() === "" ? "an empty line" : JSON.stringify(line);
  return `wrote ${quoted}, which is not JSON-RPC`;
}
