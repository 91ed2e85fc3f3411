// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { later, now, sleep, type Timer } from "@wirekit/internal/clock";
import type { Transport } from "@wirekit/transport/transport";
import type { Message } from "../wire/kinds.ts";
import { parse } from "../wire/message.ts";
import { answers } from "./_answers.ts";
import { LimitError, NackError, TimeoutError } from "./errors.ts";

/** A message on its way. */
export interface Job {
  readonly message: Message;
  readonly frame: string;
  readonly repeatable: boolean;
  readonly timeout: number;
  /** When the caller asked for it. */
  readonly since: number;
  /** Takes a frame of the answer. */
  readonly reply: (message: Message) => void;
  /** Settles the call; later calls of this function do nothing. */
  readonly settle: (error?: unknown) => void;
  /** Whether the call is settled. */
  settled: boolean;
  /** Ends the wait for the turn, and then that for each frame of the answer. */
  timer: Timer;
}

/** How an exchange on a connection ended. */
export type Outcome = "ended" | { lost: unknown; answered: boolean };

/** What a connection needs of its session. */
export interface ConnectionOptions {
  busyPause: number;
  maxReplies: number;
  onStray: (message: Message) => void;
  onEnd: () => void;
}

/** One connection of a command session. */
export class Connection {
  readonly #transport: Transport<string>;
  readonly #options: ConnectionOptions;
  readonly #reading: Promise<void>;
  #finish: ((outcome: Outcome) => void) | undefined;
  #replies = 0;
  /** The time until which a plain refusal belongs to the last busy answer. */
  #busyUntil = 0;
  /** The message that is sent and not yet answered. */
  job: Job | undefined;
  ended = false;

  constructor(transport: Transport<string>, options: ConnectionOptions) {
    this.#transport = transport;
    this.#options = options;
    this.#reading = this.#read();
  }

  /** Sends a message and waits until its answer is complete. */
  async exchange(job: Job): Promise<Outcome> {
    const busy = this.#busyUntil - now();
    if (busy > 0) {
      await sleep(busy);
      if (job.settled) return "ended";
    }
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    this.#finish = resolve;
    this.job = job;
    this.#replies = 0;
    if (this.ended) return this.#lose(undefined);
    this.#extend();
    this.#transport.send(job.frame).catch((error) => this.#lose(error));
    return await promise;
  }

  async close(): Promise<void> {
    this.ended = true;
    await this.#transport.close();
    await this.#reading;
  }

  async #read(): Promise<void> {
    let cause: unknown;
    try {
      for await (const frame of this.#transport) this.#receive(parse(frame));
    } catch (error) {
      cause = error;
    }
    this.ended = true;
    this.#lose(cause);
    this.#options.onEnd();
    await this.#transport.close();
  }

  #receive(message: Message): void {
    const { job } = this;
    if (message.kind === "ack" || message.kind === "nack") {
      if (job === undefined) return;
      if (message.kind === "nack") {
        if (message.code === 6) {
          this.#busyUntil = now() + this.#options.busyPause;
        }
        job.settle(new NackError(message.code, job.frame));
      } else {
        job.settle();
      }
      this.#end("ended");
    } else if (job !== undefined && answers(job.message, message)) {
      this.#extend();
      if (++this.#replies > this.#options.maxReplies) {
        job.settle(
          new LimitError(
            `Answer to ${job.frame} is longer than ${this.#options.maxReplies} frames`,
          ),
        );
        this.close();
      } else if (!job.settled) {
        job.reply(message);
      }
    } else {
      if (job !== undefined) this.#extend();
      this.#options.onStray(message);
    }
  }

  /** Starts to wait for the next frame of the answer. */
  #extend(): void {
    const { job } = this;
    if (job === undefined) return;
    job.timer.stop();
    job.timer = later(job.timeout, () => {
      job.settle(
        new TimeoutError(
          `${job.frame} was not answered within ${job.timeout} ms`,
        ),
      );
      // A late answer would be taken for the answer to the next message.
      this.close();
    });
  }

  #lose(lost: unknown): Outcome {
    const outcome = { lost, answered: this.#replies > 0 };
    this.#end(outcome);
    return outcome;
  }

  #end(outcome: Outcome): void {
    // A lost message keeps its deadline, since it may be sent again.
    if (outcome === "ended") this.job?.timer.stop();
    this.job = undefined;
    this.#finish?.(outcome);
    this.#finish = undefined;
  }
}
