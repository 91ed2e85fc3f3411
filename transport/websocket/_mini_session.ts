// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { HeartbeatOptions } from "@wirekit/internal/heartbeat";
import type { MiniState, MiniWaitOptions } from "./_mini_options.ts";

/**
 * What a protocol sets for a {@linkcode miniSession}.
 *
 * @category Clients in a page
 */
export interface MiniSetup {
  /** The largest message to receive, in bytes; by default 16 MiB. */
  maxReceived?: number | undefined;
  /** The largest message to send, in bytes; by default without a limit. */
  maxSent?: number | undefined;
  /** What to receive for a binary message; by default it ends the connection. */
  binary?: string;
  /** Where a client sets none: by default 30 s, and 10 s to answer. */
  heartbeat?: Partial<HeartbeatOptions>;
  /** The subprotocols to offer, for each connection. */
  protocols?(): readonly string[] | Promise<readonly string[]>;
  /**
   * Called on each connection before it is open. If it fails, the connection
   * is closed and the next one tried. What it sends is sent `early`.
   */
  greet?(): unknown;
  /** Takes a message; `reply` answers it on the same connection. */
  receive(text: string, reply: (text: string) => void): void;
  /** Sends what the other end answers. */
  ping(): void;
  /** A call was given up: its deadline has passed, or its signal aborted it. */
  gaveUp?(number: number): void;
  /** It is open: for the first time, or again. */
  opened?(): void;
  /** An open connection has ended, or an attempt has failed. */
  ended?(error: Error, wasOpen: boolean): void;
}

/**
 * One connection after another to one server, and the calls over them.
 *
 * Every call ends exactly once: with its answer, at its deadline, by its
 * signal, or as soon as the connection ends.
 *
 * @category Clients in a page
 */
export interface MiniSession {
  /** The state. */
  readonly state: MiniState;
  /**
   * Resolves when the first connection is open; rejects as soon as the first
   * attempt fails.
   */
  readonly first: Promise<void>;
  /**
   * Resolves when it is permanently closed: with the reason, if it gave up.
   * Never rejects.
   */
  readonly closed: Promise<Error | undefined>;

  /**
   * Waits until it is open.
   *
   * @param options The deadline, by default that of a call, and the signal.
   * @returns Resolves when it is open. Rejects with a `TimeoutError`, with the
   * signal's reason, and with a `NotConnectedError` once it is closed.
   */
  ready(options?: MiniWaitOptions): Promise<void>;

  /**
   * Calls the other end.
   *
   * @param what How the error of a call begins that is not answered in time,
   * such as `No answer to "add"`.
   * @param write Writes the message, with the number of the call.
   * @param options The deadline and the signal.
   * @param early Whether it need not be open yet: see `greet`.
   * @returns What {@linkcode MiniSession.take} gets. Rejects with a
   * `TimeoutError`, a `LimitError`, a `NotConnectedError`, or the signal's
   * reason.
   */
  ask(
    what: string,
    write: (number: number) => string,
    options: MiniWaitOptions,
    early?: boolean,
  ): Promise<unknown>;

  /**
   * Takes a call of this end, to end it with its answer.
   *
   * @param number Its number, which may be anything that a stranger sent.
   * @returns The call, if it waits; an answer may come late, or twice.
   */
  take(number: number): PromiseWithResolvers<unknown> | undefined;

  /**
   * Sends a message.
   *
   * @param text The message.
   * @param early Whether it need not be open yet: see `greet`.
   * @throws {NotConnectedError} If there is no connection.
   * @throws {LimitError} If the message is too large.
   */
  post(text: string, early?: boolean): void;

  /**
   * Answers a call of the other end. Never rejects.
   *
   * @param reply Sends the answer.
   * @param run Runs the handler.
   * @param write Writes its result.
   * @param refuse Writes the error that one of them threw, or a `LimitError`;
   * should it throw too, it is called once more, with an `Error`.
   */
  answer(
    reply: (text: string) => void,
    run: () => unknown,
    write: (result: unknown) => string,
    refuse: (error: unknown) => string,
  ): Promise<void>;

  /**
   * Gives the attempt that is under way another deadline.
   *
   * @param ms The time from now on, in milliseconds.
   * @param late Makes the error of an attempt that took too long.
   */
  expire(ms: number, late: () => Error): void;

  /**
   * Ends the attempt that is under way with a `NotConnectedError`, and makes
   * no other.
   *
   * @param why Why.
   */
  refuse(why: string): void;

  /**
   * Closes it permanently. May be called twice; never rejects.
   *
   * @returns Resolves when it is closed, within a second.
   */
  close(): Promise<void>;
}
