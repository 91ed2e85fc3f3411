// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { checkTime, later, now, unlessAborted } from "@wirekit/internal/clock";
import type { Transport } from "@wirekit/transport/transport";
import {
  AuthenticationError,
  SessionRefusedError,
  TimeoutError,
} from "./errors.ts";
import {
  type HandshakeOptions,
  openSession,
  type SessionKind,
} from "./handshake.ts";

/**
 * Opens a session with a gateway, and returns the transport that carries it.
 */
export type Dial = (
  session: SessionKind,
  signal: AbortSignal,
) => Promise<Transport<string>>;

/**
 * Options for opening sessions.
 *
 * @category Gateway
 */
export interface DialOptions
  extends Omit<HandshakeOptions, "session" | "signal"> {
  /**
   * Opens a transport to the gateway, from which nothing has been read, such as
   * `(signal) => connectTcp({ hostname, port, signal }, new FrameScanner())`.
   */
  transport: (signal: AbortSignal) => Promise<Transport>;
  /**
   * How long not to connect to a gateway after it has rejected the password, in
   * milliseconds. After three rejections, real gateways refuse everybody for a
   * minute.
   *
   * @default {60000}
   */
  lockout?: number;
}

/**
 * Creates the function that opens sessions with one gateway.
 *
 * After the gateway has rejected the password, every attempt during the
 * lock-out fails at once, without connecting.
 */
export function makeDial(options: DialOptions): Dial {
  const { transport: open, lockout = 60_000, ...rest } = options;
  const { selector = "auto", connectTimeout = 10_000, url } = options;
  checkTime("lockout", lockout, { zero: true });
  checkTime("connectTimeout", connectTimeout);
  let rejection: AuthenticationError | undefined;
  let lockedUntil = 0;

  async function attempt(
    session: SessionKind,
    selector: HandshakeOptions["selector"] & string,
    signal: AbortSignal,
  ): Promise<Transport<string>> {
    const late = new AbortController();
    const timer = later(connectTimeout, () => {
      const who = url ?? "Gateway";
      late.abort(
        new TimeoutError(
          `${who} opened no session within ${connectTimeout} ms`,
        ),
      );
    });
    const ends = AbortSignal.any([signal, late.signal]);
    const opening = open(ends);
    let transport: Transport<string> | undefined;
    try {
      transport = await unlessAborted(opening, ends);
      await openSession(transport, {
        ...rest,
        session,
        selector,
        connectTimeout: Infinity,
        signal: ends,
      });
      return transport;
    } catch (error) {
      // A transport that still opens has no owner.
      if (transport === undefined) opening.then((t) => t.close(), () => {});
      const closing = transport?.close();
      // An attempt that is late is not waited for again.
      if (!late.signal.aborted) await closing;
      throw error;
    } finally {
      timer.stop();
    }
  }

  return async function dial(session, signal) {
    signal.throwIfAborted();
    const wait = lockedUntil - now();
    if (wait > 0) {
      throw new AuthenticationError(
        `${url ?? "Gateway"} rejected the password: next attempt in ${
          Math.ceil(wait / 1000)
        } s`,
        { rejected: true, cause: rejection, url },
      );
    }
    try {
      return await attempt(session, selector, signal);
    } catch (error) {
      if (error instanceof AuthenticationError && error.rejected) {
        rejection = error;
        lockedUntil = now() + lockout;
      }
      // Some gateways close after refusing the first selector: the second needs
      // a new connection.
      const again = error instanceof SessionRefusedError &&
        error.selector === "9" && selector === "auto" && !signal.aborted;
      if (!again) throw error;
      return await attempt(session, "0", signal);
    }
  };
}
