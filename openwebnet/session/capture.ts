// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Recording of sessions, and playing them back as a gateway.
 *
 * ```ts
 * import {
 *   type CaptureEntry,
 *   Gateway,
 *   GatewaySimulator,
 *   Light,
 *   record,
 *   replay,
 * } from "@wirekit/openwebnet";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertEquals } from "@std/assert";
 *
 * const lines: string[] = [];
 * {
 *   await using plant = new GatewaySimulator();
 *   const write = (entry: CaptureEntry) => lines.push(JSON.stringify(entry));
 *   await using gateway = new Gateway({
 *     transport: async () => record(await plant.connect(), write),
 *   });
 *   assertEquals((await new Light(gateway, "11").states())[0]?.on, false);
 * }
 *
 * const capture = lines.map((line) => JSON.parse(line));
 * const [near, far] = pair();
 * replay(far, capture);
 * await using gateway = new Gateway({ transport: () => Promise.resolve(near) });
 * assertEquals((await new Light(gateway, "11").states())[0]?.on, false);
 * ```
 *
 * @module
 */

import { sleep } from "@wirekit/internal/clock";
import type { Transport } from "@wirekit/transport/transport";
import { parseHandshake } from "../wire/message.ts";

/**
 * A frame that was sent in a session: one line of a capture.
 *
 * @category Sessions and passwords
 */
export interface CaptureEntry {
  /** Milliseconds since the session began. */
  at: number;
  /** Who sent it. */
  from: "gateway" | "client";
  /**
   * The frame. The numbers of a handshake are masked, since a nonce and its
   * answer together reveal an OPEN password.
   */
  frame: string;
}

/** Stands in for a frame with a secret; it is not a valid frame itself. */
const MASKED = "*#?##";

/**
 * Records all frames that go over a transport, with secrets masked.
 *
 * @category Sessions and passwords
 * @param transport The transport, before the handshake.
 * @param write Called with each entry.
 * @returns A transport that records and otherwise works like the given one.
 *
 * @example Secrets are masked
 * ```ts
 * import {
 *   type CaptureEntry,
 *   GatewaySimulator,
 *   openSession,
 *   record,
 * } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator({ authentication: "open" });
 * const entries: CaptureEntry[] = [];
 * const transport = record(
 *   await simulator.connect(),
 *   (entry) => entries.push(entry),
 * );
 * await openSession(transport, { password: "12345" });
 * assertEquals(entries.map(({ frame }) => frame), [
 *   "*#*1##",
 *   "*99*9##",
 *   "*#?##",
 *   "*#?##",
 *   "*#*1##",
 * ]);
 * ```
 */
export function record(
  transport: Transport<string>,
  write: (entry: CaptureEntry) => void,
): Transport<string> {
  const start = performance.now();
  const mask = makeMask();
  function take(from: CaptureEntry["from"], frame: string): void {
    const at = Math.round(performance.now() - start);
    write({ at, from, frame: mask(from, frame) });
  }
  return {
    send(frame) {
      take("client", frame);
      return transport.send(frame);
    },
    close: (error) => transport.close(error),
    [Symbol.asyncDispose]: () => transport.close(),
    [Symbol.asyncIterator]() {
      const iterator = transport[Symbol.asyncIterator]();
      return {
        async next() {
          const result = await iterator.next();
          if (!result.done) take("gateway", result.value);
          return result;
        },
      };
    },
  };
}

/** Follows a handshake, and masks its numbers until it is over. */
function makeMask(): (from: CaptureEntry["from"], frame: string) => string {
  let chosen = false;
  let hmac = false;
  let hmacAnswered = false;
  let over = false;
  return (from, frame) => {
    if (over) return frame;
    const message = parseHandshake(frame);
    switch (message.kind) {
      case "session":
        chosen = true;
        return frame;
      case "authentication":
        hmac = true;
        return frame;
      case "digits":
      case "proof":
        if (from === "client") hmacAnswered = hmac;
        return MASKED;
      case "ack":
        // A handshake with OPEN or without a password ends with an
        // acknowledgement of the gateway, one with HMAC with the second
        // acknowledgement of the client.
        over = hmac
          ? from === "client" && hmacAnswered
          : from === "gateway" && chosen;
        return frame;
      default:
        return frame;
    }
  };
}

/**
 * Options of {@linkcode replay}.
 *
 * @category Sessions and passwords
 */
export interface ReplayOptions {
  /**
   * How many times faster than recorded to play it. `Infinity` never waits.
   *
   * @default {Infinity}
   */
  speed?: number;
  /** Stops playing. */
  signal?: AbortSignal;
}

/**
 * Plays the gateway of a capture. The handshake asks for no password; after it,
 * each frame of the client must be the one that was recorded.
 *
 * @category Sessions and passwords
 * @param transport The transport to the client.
 * @param capture One session, as {@linkcode record} wrote it.
 * @param options The speed and a signal.
 * @returns Resolves when everything is played and the client has left. Rejects
 * with a `TypeError` if the client sends a frame that was not recorded.
 *
 * @example A client that differs from the recorded one
 * ```ts
 * import { openSession, replay } from "@wirekit/openwebnet";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertRejects } from "@std/assert";
 *
 * const [near, far] = pair();
 * const played = replay(far, [
 *   { at: 0, from: "gateway", frame: "*#*1##" },
 *   { at: 1, from: "client", frame: "*99*9##" },
 *   { at: 2, from: "gateway", frame: "*#*1##" },
 *   { at: 3, from: "client", frame: "*1*1*12##" },
 * ]);
 * await openSession(near);
 * await near.send("*1*0*12##");
 * await assertRejects(() => played, TypeError, "expected *1*1*12##");
 * ```
 */
export async function replay(
  transport: Transport<string>,
  capture: readonly CaptureEntry[],
  options: ReplayOptions = {},
): Promise<void> {
  const { speed = Infinity, signal } = options;
  const iterator = transport[Symbol.asyncIterator]();
  let before = 0;
  try {
    for (const { at, from, frame } of withoutPassword(capture)) {
      if (from === "gateway") {
        const wait = (at - before) / speed;
        if (wait > 0) await sleep(wait, { signal });
        await transport.send(frame);
      } else {
        const result = await iterator.next();
        if (result.done) return;
        // Only the kind of session matters, not the selector that asks for it.
        if (result.value !== frame && !sameSession(result.value, frame)) {
          throw new TypeError(
            `Cannot replay: expected ${frame}, received ${result.value}`,
          );
        }
      }
      before = at;
    }
    while (!(await iterator.next()).done);
  } finally {
    await transport.close();
  }
}

/** Removes the frames of a handshake that only a password makes necessary. */
function withoutPassword(capture: readonly CaptureEntry[]): CaptureEntry[] {
  const first = capture.findIndex(({ frame }) =>
    frame === MASKED || frame.startsWith("*98*")
  );
  if (first < 0) return [...capture];
  const last = capture.findLastIndex(({ frame }) => frame === MASKED);
  // One acknowledgement follows: after OPEN the gateway's, after HMAC ours.
  const { at } = capture[last + 1] ?? capture[last]!;
  return [
    ...capture.slice(0, first),
    { at, from: "gateway", frame: "*#*1##" },
    ...capture.slice(last + 2),
  ];
}

function sameSession(a: string, b: string): boolean {
  return a.startsWith("*99*") && b.startsWith("*99*") &&
    (a === "*99*1##") === (b === "*99*1##");
}
