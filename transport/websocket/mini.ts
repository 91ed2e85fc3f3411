// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * What the small clients for web pages are made of: one WebSocket of the
 * platform after another, the calls over it, and signs of life. A protocol adds
 * how its messages are written and read.
 *
 * It does not use the table of calls, the heartbeat and `reconnect()` that the
 * full clients share: together they weigh 2.5 kB minified and gzipped with the
 * clock, of the 3.2 kB of all that is here. And it is one closure, not a class:
 * its names are shortened to a letter, those behind `this.` are not. The same as
 * a class with private fields weighs 190 bytes more (3,373 after gzip instead of
 * 3,185), and the client of the hub would be 6,186 of the 6,000 for a page.
 *
 * ```ts
 * import { miniSession, type MiniSession } from "@wirekit/transport/mini";
 * import { acceptWebSocket } from "@wirekit/transport/accept-websocket";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = Deno.serve(
 *   { hostname: "127.0.0.1", port: 0, onListen() {} },
 *   (request) => {
 *     const { response, transport } = acceptWebSocket(request);
 *     (async () => {
 *       for await (const text of transport) await transport.send(text);
 *     })();
 *     return response;
 *   },
 * );
 *
 * // A protocol: the number of the call, a space, and a text, which comes back.
 * const session: MiniSession = miniSession(
 *   `ws://127.0.0.1:${server.addr.port}`,
 *   {},
 *   {
 *     receive(text) {
 *       const [number, echo] = text.split(" ");
 *       session.take(Number(number))?.resolve(echo);
 *     },
 *     ping: () => void session.ask("No pong", (number) => `${number} ping`, {}),
 *   },
 * );
 * await session.first;
 * const write = (number: number) => `${number} hello`;
 * const echo = await session.ask("No echo", write, {});
 * assertEquals(echo, "hello");
 * await session.close();
 * ```
 *
 * @module
 */

import {
  checkTime,
  later,
  settled,
  sleep,
  type Timer,
  unlessAborted,
  within,
} from "@wirekit/internal/clock";
import {
  errorOf,
  LimitError,
  NotConnectedError,
  TimeoutError,
} from "@wirekit/internal/errors";
import { checkOptions } from "@wirekit/internal/limits";
import { MIN_UPTIME, pauseAfter } from "../opening/_again.ts";
import {
  CLOSE_TIMEOUT,
  MAX_MESSAGE_BYTES,
  MAX_OUTBOX_BYTES,
} from "../_close.ts";
import { tooLate } from "../opening/_opening.ts";
import { exceeds } from "../reading/_size.ts";
import type { ReconnectOptions, ReconnectState } from "../reconnect.ts";
import { CloseError } from "../transport.ts";
import type {
  MiniOptions,
  MiniState,
  MiniUrl,
  MiniWaitOptions,
} from "./_mini_options.ts";
import type { MiniSession, MiniSetup } from "./_mini_session.ts";
import { makeSocket, readPageUrl } from "./_page_socket.ts";

export type {
  MiniOptions,
  MiniSession,
  MiniSetup,
  MiniState,
  MiniUrl,
  MiniWaitOptions,
};

/**
 * Starts to connect, and keeps connecting.
 *
 * @param url Where to.
 * @param options The options of the user, with the defaults of the protocol.
 * @param setup The protocol. Nothing of it is called in this turn.
 * @returns The session.
 * @throws {RangeError} If a time or a limit is not valid.
 * @throws {TypeError} If a page cannot use the URL, or a group of options is
 * not an object.
 *
 * @category Clients in a page
 */
export function miniSession(
  url: MiniUrl,
  options: MiniOptions,
  setup: MiniSetup,
): MiniSession {
  checkOptions(options);
  const {
    timeout: patience = 60_000,
    connectTimeout = 10_000,
    heartbeat,
    reconnect = {},
    maxInFlight = 4096,
    maxHandlers = 1024,
    maxOutboxBytes = MAX_OUTBOX_BYTES,
  } = options;
  const { maxReceived = MAX_MESSAGE_BYTES, maxSent = Infinity } = setup;
  const { interval = 30_000, timeout: silence = 10_000 } = {
    ...setup.heartbeat,
    ...heartbeat,
  };
  const {
    maxAttempts = Infinity,
    minUptime = MIN_UPTIME,
    shouldRetry,
    onState,
    signal: closing,
  }: ReconnectOptions = reconnect || {};
  const calls = new Map<number, PromiseWithResolvers<unknown>>();
  const first = newPromise();
  let ready = newPromise();
  let state: MiniState = "connecting";
  let place = "the server";
  let lastNumber = 0;
  let received = 0;
  let running = 0;
  let socket: WebSocket | undefined;
  /** Ends the connection, the attempt, or the wait for the next one. */
  let over = new AbortController();
  /** Resolves when nothing is left of the last connection. */
  let gone: Promise<void> = Promise.resolve();
  let deadline: Timer | undefined;
  let failure: Error | undefined;
  let isMistaken = false;
  let isClosed = false;

  /** Makes one connection after another, until it is closed or gives up. */
  async function run(): Promise<Error | undefined> {
    await Promise.resolve(); // Its maker has it before any callback runs.
    closing?.addEventListener("abort", stop);
    if (closing?.aborted) stop();
    for (let attempt = 1; !isClosed && !isMistaken; attempt++) {
      over = new AbortController();
      become({ state: "connecting", attempt });
      if (await live(attempt) >= minUptime) attempt = 0;
      if (isClosed || isMistaken || !reconnect || attempt >= maxAttempts) break;
      if (shouldRetry && !guard(() => shouldRetry(failure))) break;
      over = new AbortController();
      const delay = pauseAfter(attempt, reconnect);
      become({ state: "waiting", attempt, delay, error: failure });
      await sleep(delay, over).catch(() => {});
    }
    if (isClosed) return;
    finish(failure);
    return failure;
  }

  /** Makes one connection, and waits for its end; returns how long it was open. */
  async function live(attempt: number): Promise<number> {
    const { signal } = over;
    let openedAt = Infinity;
    expire(connectTimeout, () => tooLate(place, connectTimeout));
    try {
      await unlessAborted(open(over), signal);
      signal.throwIfAborted();
      deadline?.stop();
      openedAt = performance.now();
      failure = undefined;
      become({ state: "open", attempt });
      signal.throwIfAborted();
      first.resolve();
      ready.resolve();
      setup.opened?.();
      await watch(signal);
    } catch (cause) {
      ended(errorOf(cause));
      over.abort(); // It may still be about to open.
    }
    await settled(gone, CLOSE_TIMEOUT);
    return performance.now() - openedAt;
  }

  /** Makes one attempt. */
  async function open(attempt: AbortController): Promise<void> {
    const { signal } = attempt;
    const where = typeof url === "function" ? await url() : url;
    const protocols = await setup.protocols?.() ?? [];
    signal.throwIfAborted();
    isMistaken = true; // If this fails, another attempt would fail too.
    const target = readPageUrl(where);
    place = target.origin;
    const mine = makeSocket(target, protocols);
    isMistaken = false;
    signal.addEventListener("abort", () => {
      const { reason } = signal;
      // A page may send no code below 3000 but 1000.
      if (reason instanceof CloseError) {
        mine.close(reason.code + 3000, reason.reason);
      } else mine.close(1000);
    });
    mine.onmessage = ({ data }) => {
      // A server that is given up may go on.
      if (!signal.aborted) take(mine, data);
    };
    const opened = newPromise();
    const closed = newPromise();
    gone = closed.promise;
    mine.onopen = () => {
      socket = mine;
      opened.resolve();
    };
    const failed = () => {
      closed.resolve();
      const text = `Cannot connect to ${place}: nobody listens there, or the ` +
        "server refused";
      if (socket !== mine) attempt.abort(new NotConnectedError(text));
    };
    mine.onerror = failed; // On Node 22, there is no close after it.
    mine.onclose = ({ code, reason }) => {
      if (socket === mine) end(code || 1006, reason);
      failed();
    };
    await opened.promise;
    await setup.greet?.();
  }

  /** Asks for a sign of life after each silence; rejects at the end. */
  async function watch(signal: AbortSignal): Promise<void> {
    for (;;) {
      const before = received;
      await sleep(interval, { signal });
      if (received !== before) continue;
      setup.ping();
      await sleep(silence, { signal });
      await sleep(0, { signal }); // To read what came while the page slept.
      if (received === before) {
        end(1011, `no sign of life within ${silence} ms`);
      }
    }
  }

  function take(from: WebSocket, data: unknown): void {
    const text = typeof data === "string" ? data : setup.binary;
    if (text === undefined) return end(1003, "binary, expected text");
    if (exceeds(text, maxReceived)) {
      return end(1009, `message over ${maxReceived} bytes`);
    }
    received++;
    setup.receive(text, (answer) => {
      try {
        send(from, answer);
      } catch {
        // The caller is gone.
      }
    });
  }

  function send(to: WebSocket, text: string): void {
    const isOpen = to.readyState === WebSocket.OPEN;
    if (isOpen && to.bufferedAmount + text.length > maxOutboxBytes) {
      end(1013, `more than ${maxOutboxBytes} bytes wait to be sent`);
    } else if (isOpen) return to.send(text);
    throw notOpen();
  }

  /** Ends the connection, with a reason that the other end is told. */
  function end(code: number, reason: string): void {
    over.abort(new CloseError(code, { reason }));
  }

  function expire(ms: number, late: () => Error): void {
    const attempt = over;
    deadline?.stop();
    deadline = later(ms, () => attempt.abort(late()));
  }

  /** Tells that a connection has ended, or an attempt has failed. */
  function ended(cause: Error): void {
    const wasOpen = state === "open";
    deadline?.stop();
    socket = undefined;
    if (isClosed) return;
    const isKnown = isMistaken || cause instanceof NotConnectedError ||
      cause instanceof TimeoutError;
    const what = wasOpen
      ? `The connection to ${place} has ended`
      : `Cannot connect to ${place}`;
    failure = isKnown
      ? cause
      : new NotConnectedError(`${what}: ${cause.message}`, { cause });
    first.reject(failure);
    endCalls(failure);
    if (wasOpen) ready = newPromise();
    state = "waiting";
    setup.ended?.(failure, wasOpen);
  }

  const stop = () => finish();

  function endCalls(error: Error): void {
    const open = [...calls.values()];
    calls.clear();
    for (const call of open) call.reject(error);
  }

  function finish(why?: Error): void {
    if (isClosed) return;
    isClosed = true;
    become({ state: "closed", attempt: 0, error: failure });
    failure = why ?? new NotConnectedError("the client is closed");
    const error = notOpen();
    first.reject(error);
    ready.reject(error);
    endCalls(error);
    over.abort();
    closing?.removeEventListener("abort", stop);
  }

  function become(change: ReconnectState): void {
    if (state === "closed") return;
    state = change.state;
    guard(() => onState?.(change));
  }

  /** Runs a callback of the user; if it throws, the client gives up. */
  function guard<T>(run: () => T): T | undefined {
    try {
      return run();
    } catch (error) {
      return void giveUp(failure = errorOf(error));
    }
  }

  function giveUp(error: Error): void {
    isMistaken = true; // Another attempt would fail too.
    over.abort(error);
  }

  function check(text: string): string {
    if (!exceeds(text, maxSent)) return text;
    throw new LimitError(`Message is larger than ${maxSent} bytes`);
  }

  function notOpen(): NotConnectedError {
    return new NotConnectedError("Not connected" + why(), { cause: failure });
  }

  /** Says why there is no connection, or at least to which server. */
  function why(): string {
    return failure ? `: ${failure.message}` : ` to ${place}`;
  }

  function post(text: string, early?: boolean): void {
    if (!socket || (!early && state !== "open")) throw notOpen();
    send(socket, check(text));
  }

  if (typeof url !== "function") place = readPageUrl(url).origin;
  return {
    get state() {
      return state;
    },
    first: first.promise,
    closed: run(),
    async ready({ timeout = patience, signal } = {}) {
      checkTime("timeout", timeout);
      signal?.throwIfAborted();
      if (isClosed) throw notOpen();
      const text = `No connection within ${timeout} ms`;
      const late = () => new TimeoutError(text + why(), { cause: failure });
      await within(ready.promise, timeout, late, { signal });
    },
    async ask(what, write, { timeout = patience, signal }, early) {
      checkTime("timeout", timeout);
      signal?.throwIfAborted();
      if (calls.size >= maxInFlight) {
        throw new LimitError(
          `Cannot call: ${maxInFlight} calls wait already (maxInFlight)`,
        );
      }
      const number = ++lastNumber;
      post(write(number), early);
      const call = Promise.withResolvers<unknown>();
      calls.set(number, call);
      const late = () => new TimeoutError(`${what} within ${timeout} ms`);
      try {
        return await within(call.promise, timeout, late, { signal });
      } finally {
        if (calls.delete(number)) setup.gaveUp?.(number);
      }
    },
    take(number) {
      const call = calls.get(number);
      calls.delete(number);
      return call;
    },
    post,
    async answer(reply, run, write, refuse) {
      let text: string;
      running++;
      try {
        if (running > maxHandlers) throw new LimitError("Too many requests");
        text = check(write(await run()));
      } catch (error) {
        try {
          text = check(refuse(error));
        } catch {
          // What was thrown cannot be read, or not be written.
          text = refuse(new Error("unreadable error"));
        }
      }
      running--;
      reply(text);
    },
    expire,
    refuse(text) {
      giveUp(new NotConnectedError(`Cannot connect to ${place}: ${text}`));
    },
    async close() {
      finish();
      await this.closed;
    },
  };
}

/** Makes a promise that nobody has to await. */
function newPromise(): PromiseWithResolvers<void> {
  const made = Promise.withResolvers<void>();
  made.promise.catch(() => {});
  return made;
}
