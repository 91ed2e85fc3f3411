// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { closedError } from "./_closed.ts";
import {
  checkTime,
  later,
  now,
  sleep,
  type Timer,
} from "@wirekit/internal/clock";
import type { Message } from "../wire/kinds.ts";
import { serialize } from "../wire/message.ts";
import { Connection, type Job } from "./_command_connection.ts";
import type {
  CommandOptions,
  CommandSessionOptions,
} from "./_command_options.ts";
import type { Dial } from "./_dial.ts";
import { isRepeatable } from "./_repeatable.ts";
import {
  AuthenticationError,
  ConnectionLostError,
  LimitError,
  TimeoutError,
} from "./errors.ts";

/**
 * A session for commands. It connects when there is something to send, sends
 * one message at a time, and closes when it has been idle.
 *
 * Every call ends exactly once: with the acknowledgement, a
 * {@linkcode NackError}, a timeout, an abort, or the error of the connection.
 */
export class CommandSession implements AsyncDisposable {
  readonly #dial: Dial;
  readonly #options:
    & Required<Omit<CommandSessionOptions, "onStray" | "onState">>
    & Pick<CommandSessionOptions, "onStray" | "onState">;
  readonly #queue: Job[] = [];
  readonly #closing = new AbortController();
  #connection: Connection | undefined;
  #wasOpen = false;
  #running: Promise<void> | undefined;
  #nextSend = 0;
  /** When the connection was lost. */
  #lostAt = now();
  #idleTimer: Timer | undefined;

  /**
   * Creates a session, without connecting yet.
   *
   * @param dial Opens sessions.
   * @param options Times and limits.
   */
  constructor(dial: Dial, options: CommandSessionOptions = {}) {
    this.#dial = dial;
    this.#options = {
      pacing: 50,
      idleTimeout: 15_000,
      timeout: 10_000,
      queueTimeout: Infinity,
      busyPause: 500,
      minDelay: 500,
      maxQueue: 1000,
      maxReplies: 4096,
      ...options,
    };
    const { pacing, idleTimeout, timeout, queueTimeout } = this.#options;
    checkTime("pacing", pacing, { zero: true });
    checkTime("idleTimeout", idleTimeout);
    checkTime("timeout", timeout);
    checkTime("queueTimeout", queueTimeout);
  }

  /**
   * Sends a command or writes a dimension.
   *
   * @param message The message.
   * @param options Timeout, signal, and whether it may be repeated.
   * @returns Resolves when the gateway has acknowledged it. Depending on the
   * gateway, it is then carried out, or only on its way to the bus.
   * @throws {NackError} If the gateway refuses it.
   * @throws {ConnectionLostError} If it is unknown whether it was carried out.
   */
  send(message: Message, options: CommandOptions = {}): Promise<void> {
    return this.#enqueue(message, options, () => {});
  }

  /**
   * Asks for a state or a dimension.
   *
   * @param message The request.
   * @param options Timeout and signal.
   * @returns The answer, which may be empty: some values come only on an event
   * session. The answer to a refused request is discarded.
   * @throws {NackError} If the gateway refuses it, for example because the
   * plant does not have the subsystem.
   */
  async request(
    message: Message,
    options: CommandOptions = {},
  ): Promise<Message[]> {
    const replies: Message[] = [];
    await this.#enqueue(message, options, (reply) => replies.push(reply));
    return replies;
  }

  /**
   * Asks, and yields each frame of the answer as it comes. The loop may be left
   * early: the rest of the answer is read and dropped.
   *
   * @param message The request.
   * @param options Timeout and signal.
   * @returns The answer. Throws what {@linkcode CommandSession.request} throws;
   * discard what it yielded before a refusal.
   */
  async *stream(
    message: Message,
    options: CommandOptions = {},
  ): AsyncGenerator<Message, void, undefined> {
    const replies: Message[] = [];
    let wake = () => {};
    let ended = false;
    const end = this.#enqueue(message, options, (reply) => {
      replies.push(reply);
      wake();
    }).finally(() => {
      ended = true;
      wake();
    });
    end.catch(() => {});
    while (true) {
      yield* replies.splice(0);
      if (replies.length > 0) continue;
      if (ended) break;
      await new Promise<void>((resolve) => wake = resolve);
    }
    await end;
  }

  /**
   * Ends the session for good. Waiting calls reject.
   *
   * @returns Resolves when the connection is closed.
   */
  async close(): Promise<void> {
    if (!this.#closing.signal.aborted) {
      this.#closing.abort(closedError());
    }
    this.#idleTimer?.stop();
    const { reason } = this.#closing.signal;
    for (const job of this.#queue.splice(0)) job.settle(reason);
    this.#connection?.job?.settle(reason);
    await this.#connection?.close();
    await this.#running;
    this.#idleTimer?.stop();
  }

  /**
   * Ends the session for good.
   *
   * @returns Resolves when the connection is closed.
   */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #enqueue(
    message: Message,
    options: CommandOptions,
    reply: (message: Message) => void,
  ): Promise<void> {
    const { timeout = this.#options.timeout, signal } = options;
    const { queueTimeout = this.#options.queueTimeout } = options;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let frame: string;
    try {
      frame = serialize(message);
      checkTime("timeout", timeout);
      checkTime("queueTimeout", queueTimeout);
      signal?.throwIfAborted();
      this.#closing.signal.throwIfAborted();
      if (this.#queue.length >= this.#options.maxQueue) {
        throw new LimitError(
          `${frame} cannot be sent: ${this.#options.maxQueue} messages are ` +
            "already waiting",
        );
      }
    } catch (error) {
      return Promise.reject(error);
    }
    const abort = () => job.settle(signal?.reason);
    const job: Job = {
      message,
      frame,
      repeatable: options.repeatable ?? isRepeatable(message),
      timeout,
      since: now(),
      reply,
      settled: false,
      timer: later(queueTimeout, () => {
        job.settle(unsent(frame, queueTimeout));
      }),
      settle: (error) => {
        if (job.settled) return;
        job.settled = true;
        signal?.removeEventListener("abort", abort);
        const at = this.#queue.indexOf(job);
        if (at >= 0) this.#queue.splice(at, 1);
        // A message that is sent keeps its deadline: the next one waits for it.
        if (this.#connection?.job !== job) job.timer.stop();
        if (error === undefined) resolve();
        else reject(error);
      },
    };
    signal?.addEventListener("abort", abort, { once: true });
    this.#queue.push(job);
    this.#running ??= this.#run();
    return promise;
  }

  /** Sends the messages in the queue. */
  async #run(): Promise<void> {
    this.#idleTimer?.stop();
    for (
      let job = this.#queue.shift();
      job !== undefined;
      job = this.#queue.shift()
    ) {
      try {
        await this.#perform(job);
      } catch (error) {
        job.settle(error);
      } finally {
        job.timer.stop();
      }
    }
    this.#running = undefined;
    const connection = this.#connection;
    if (connection === undefined || this.#closing.signal.aborted) return;
    this.#idleTimer = later(this.#options.idleTimeout, () => {
      connection.close();
    });
  }

  async #perform(job: Job): Promise<void> {
    const { signal } = this.#closing;
    const since = now();
    for (let attempts = 0; !job.settled;) {
      const connection = await this.#connect(job, since);
      const early = this.#nextSend - performance.now();
      if (early > 0) await sleep(early, { signal });
      if (job.settled) return;
      if (connection.ended) {
        await sleep(this.#options.minDelay, { signal });
        continue;
      }
      this.#nextSend = performance.now() + this.#options.pacing;
      const outcome = await connection.exchange(job);
      if (outcome === "ended") return;
      if (outcome.answered || ++attempts === 2 || !job.repeatable) {
        throw new ConnectionLostError(job.frame, { cause: outcome.lost });
      }
    }
  }

  /**
   * Returns the open connection, or opens one while the job waits for it. All
   * jobs that wait for an absent gateway give up at about the same time, since
   * the wait counts from the loss of the connection and not from their turn.
   */
  async #connect(job: Job, since: number): Promise<Connection> {
    const { minDelay } = this.#options;
    const { signal } = this.#closing;
    let cause: unknown;
    for (let delay = minDelay;; delay = Math.min(delay * 2, minDelay * 10)) {
      if (this.#connection && !this.#connection.ended) return this.#connection;
      const start = Math.max(Math.min(since, this.#lostAt), job.since);
      const left = start + job.timeout - now();
      if (left <= 0) throw unsent(job.frame, job.timeout, cause);
      try {
        return await this.#openWithin(left, job);
      } catch (error) {
        if (
          job.settled || signal.aborted || !this.#wasOpen ||
          error instanceof AuthenticationError
        ) throw error;
        cause = error;
        const rest = start + job.timeout - now();
        await sleep(Math.max(Math.min(delay, rest), 0), { signal });
        if (job.settled) throw error;
      }
    }
  }

  async #openWithin(ms: number, job: Job): Promise<Connection> {
    const late = new AbortController();
    const cause = new TimeoutError("the gateway opened no session");
    const timer = later(
      ms,
      () => late.abort(unsent(job.frame, job.timeout, cause)),
    );
    try {
      return await this.#open(
        AbortSignal.any([this.#closing.signal, late.signal]),
      );
    } finally {
      timer.stop();
    }
  }

  async #open(signal: AbortSignal): Promise<Connection> {
    // A gateway with one session grants another only after the last is closed.
    await this.#connection?.close();
    const transport = await this.#dial("command", signal);
    if (signal.aborted) {
      await transport.close();
      throw signal.reason;
    }
    this.#wasOpen = true;
    const { onStray, onState, busyPause, maxReplies } = this.#options;
    const connection = new Connection(transport, {
      busyPause,
      maxReplies,
      onStray: (message) => onStray?.(message),
      onEnd: () => {
        this.#lostAt = now();
        if (this.#connection === connection) this.#connection = undefined;
        onState?.("closed");
      },
    });
    this.#connection = connection;
    onState?.("open");
    return connection;
  }
}

function unsent(frame: string, ms: number, cause?: unknown): TimeoutError {
  const why = cause instanceof Error ? `: ${cause.message}` : "";
  const message = `${frame} could not be sent within ${ms} ms${why}`;
  return new TimeoutError(message, { cause });
}
