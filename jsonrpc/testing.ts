// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Tools for testing a program that speaks JSON-RPC: transcripts in the form of
 * go-ethereum's tests, and a transport with faults. For two ends in memory see
 * `pair()` of the transport.
 *
 * @module
 */

import type { Transport } from "@wirekit/transport/transport";

/**
 * Changes messages on their way: returns what arrives in place of one, which may
 * be nothing, the same, something else, or several.
 *
 * @typeParam T What a message is.
 *
 * @category Testing
 */
export type Fault<T> = (message: T) => readonly T[];

/**
 * What goes wrong on a transport.
 *
 * @typeParam T What a message is.
 *
 * @category Testing
 */
export interface Faults<T> {
  /** Changes what is sent. */
  send?: Fault<T>;
  /** Changes what is received. */
  receive?: Fault<T>;
}

/**
 * Makes a transport lose, double or change messages.
 *
 * @typeParam T What a message is.
 * @param transport The transport.
 * @param faults What goes wrong.
 * @returns The transport with faults.
 *
 * @example The answer is lost
 * ```ts
 * import { Peer, TimeoutError } from "@wirekit/jsonrpc";
 * import { faulty } from "@wirekit/jsonrpc/testing";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertRejects } from "@std/assert";
 *
 * const [near, far] = pair();
 * await using _server = new Peer(far);
 * await using client = new Peer(faulty(near, { receive: () => [] }));
 * await assertRejects(
 *   () => client.request("sum", [], { timeout: 10 }),
 *   TimeoutError,
 * );
 * ```
 *
 * @category Testing
 */
export function faulty<T>(
  transport: Transport<T>,
  faults: Faults<T>,
): Transport<T> {
  const { send = keep, receive = keep } = faults;
  return {
    send(message) {
      const sent = Promise.all(
        send(message).map((changed) => transport.send(changed)),
      ).then(() => {});
      sent.catch(() => {}); // As the contract has it: the loop tells the end.
      return sent;
    },
    close: (error) => transport.close(error),
    [Symbol.asyncIterator]: () =>
      changed(transport[Symbol.asyncIterator](), receive),
    [Symbol.asyncDispose]: () => transport.close(),
  };
}

/**
 * A transport and what went over it; see {@linkcode recorded}.
 *
 * @category Testing
 */
export interface Recording {
  /** The transport. */
  readonly transport: Transport;
  /** What was sent (`-->`) and received (`<--`) so far, a line each. */
  readonly lines: readonly string[];
}

/**
 * Writes down what goes over a transport.
 *
 * @param transport The transport of a client.
 * @returns The transport to use in its place, and the transcript.
 *
 * @example A transcript
 * ```ts
 * import { Methods, Peer } from "@wirekit/jsonrpc";
 * import { recorded } from "@wirekit/jsonrpc/testing";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertEquals } from "@std/assert";
 *
 * const methods = new Methods().add("ping", () => "pong");
 * const [near, far] = pair();
 * await using _server = new Peer(far, { methods });
 * const { transport, lines } = recorded(near);
 * await using client = new Peer(transport);
 * await client.request("ping");
 *
 * assertEquals(lines, [
 *   '--> {"jsonrpc":"2.0","method":"ping","id":1}',
 *   '<-- {"jsonrpc":"2.0","id":1,"result":"pong"}',
 * ]);
 * ```
 *
 * @category Testing
 */
export function recorded(transport: Transport): Recording {
  const lines: string[] = [];
  const note = (arrow: string) => (message: string) => {
    lines.push(`${arrow} ${message}`);
    return [message];
  };
  const send = note("-->");
  return {
    transport: faulty(transport, { send, receive: note("<--") }),
    lines,
  };
}

/**
 * Plays the client of a transcript: sends each line that begins with `-->`, and
 * compares the answers with the lines that begin with `<--`, in order. Other lines
 * are comments.
 *
 * @param transcript The transcript.
 * @param transport A transport to the server.
 * @returns Resolves at the end of the transcript. Rejects with an `Error` that
 * names the first line that differs.
 *
 * @example Test a server by a transcript
 * ```ts
 * import { Methods, Peer } from "@wirekit/jsonrpc";
 * import { replay } from "@wirekit/jsonrpc/testing";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertRejects } from "@std/assert";
 *
 * const methods = new Methods().add("ping", () => "pong");
 * const [near, far] = pair();
 * await using _server = new Peer(far, { methods });
 *
 * await replay(`
 *   // The members may stand in any order.
 *   --> {"jsonrpc": "2.0", "id": 1, "method": "ping"}
 *   <-- {"jsonrpc": "2.0", "result": "pong", "id": 1}
 * `, near);
 * await assertRejects(() => replay("--> 1\n<-- 2", near), Error, "Line 2");
 * ```
 *
 * @category Testing
 */
export async function replay(
  transcript: string,
  transport: Transport,
): Promise<void> {
  const messages = transport[Symbol.asyncIterator]();
  for (const [index, line] of transcript.split("\n").entries()) {
    const [, arrow, text = ""] = /^\s*(-->|<--)\s*(.*?)\s*$/.exec(line) ?? [];
    if (arrow === "-->") await transport.send(text);
    if (arrow !== "<--") continue;
    const { value = "nothing" } = await messages.next();
    if (canonical(value) === canonical(text)) continue;
    throw new Error(`Line ${index + 1} is ${text}, but there came ${value}`);
  }
}

function keep<T>(message: T): readonly T[] {
  return [message];
}

function changed<T>(
  messages: AsyncIterator<T, undefined>,
  fault: Fault<T>,
): AsyncIterator<T, undefined> {
  const ready: T[] = [];
  return {
    async next() {
      while (ready.length === 0) {
        const next = await messages.next();
        if (next.done) return next;
        ready.push(...fault(next.value));
      }
      return { done: false, value: ready.shift()! };
    },
  };
}

/** The same text for all that mean the same. */
function canonical(text: string): string {
  try {
    return JSON.stringify(
      JSON.parse(text),
      (_key, value) =>
        typeof value === "object" && value !== null && !Array.isArray(value)
          ? Object.fromEntries(Object.entries(value).sort())
          : value,
    );
  } catch {
    return text;
  }
}
