// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * How sessions with one gateway are opened, one after the other, without
 * locking its users out.
 *
 * @module
 */

import type { Transport } from "@wirekit/transport/transport";
import { AuthenticationError, SessionRefusedError } from "./errors.ts";
import {
  type HandshakeOptions,
  openSession,
  type SessionKind,
} from "./handshake.ts";

/**
 * Opens a transport to a gateway, such as
 * `(signal) => connectTcp({ hostname, port, signal }, new FrameScanner())`.
 *
 * @param signal Gives up.
 * @returns The transport, unread.
 */
export type Open = (signal: AbortSignal) => Promise<Transport<string>>;

/**
 * Opens a session with a gateway.
 *
 * @param session What it is for.
 * @param signal Gives up.
 * @returns A transport that carries the session.
 */
export type Dial = (
  session: SessionKind,
  signal: AbortSignal,
) => Promise<Transport<string>>;

/** Options of {@linkcode makeDial}. */
export interface DialOptions
  extends Omit<HandshakeOptions, "session" | "signal"> {
  /**
   * How long to leave a gateway alone that has rejected the password, in
   * milliseconds. Real ones refuse everybody for a minute after three of them.
   *
   * @default {60000}
   */
  lockout?: number;
}

/**
 * Makes the function that opens sessions with one gateway.
 *
 * After the gateway has rejected the password, every attempt fails at once for
 * {@linkcode DialOptions.lockout}, without a connection.
 *
 * @param open Opens a transport.
 * @param options The password.
 * @returns The function.
 *
 * @example Open a session for events
 * ```ts
 * import { GatewaySimulator, makeDial } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator({ authentication: "sha256" });
 * const dial = makeDial(() => simulator.connect(), { password: "12345" });
 * const { signal } = new AbortController();
 * await using events = await dial("event", signal);
 *
 * simulator.publish("*1*1*12##");
 * for await (const frame of events) {
 *   assertEquals(frame, "*1*1*12##");
 *   break;
 * }
 * ```
 */
export function makeDial(open: Open, options: DialOptions = {}): Dial {
  const { lockout = 60_000, selector = "auto", ...rest } = options;
  let rejection: AuthenticationError | undefined;
  let lockedUntil = 0;

  async function attempt(
    session: SessionKind,
    selector: HandshakeOptions["selector"] & string,
    signal: AbortSignal,
  ): Promise<Transport<string>> {
    const transport = await open(signal);
    try {
      await openSession(transport, { ...rest, session, selector, signal });
      return transport;
    } catch (error) {
      await transport.close();
      throw error;
    }
  }

  return async function dial(session, signal) {
    const wait = lockedUntil - performance.now();
    if (wait > 0) {
      throw new AuthenticationError(
        `Gateway rejected the password: next attempt in ${
          Math.ceil(wait / 1000)
        } s`,
        { rejected: true, cause: rejection },
      );
    }
    try {
      return await attempt(session, selector, signal);
    } catch (error) {
      if (error instanceof AuthenticationError && error.rejected) {
        rejection = error;
        lockedUntil = performance.now() + lockout;
      }
      // It may close after refusing the first selector: try the second anew.
      const again = error instanceof SessionRefusedError &&
        error.selector === "9" && selector === "auto" && !signal.aborted;
      if (!again) throw error;
      return await attempt(session, "0", signal);
    }
  };
}
