// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { checkOptions } from "@wirekit/internal/limits";
import { every, settled, type Timer } from "@wirekit/internal/clock";
import { Heartbeat } from "@wirekit/internal/heartbeat";
import { type CalmLogger, oneLine } from "@wirekit/internal/logger";
import {
  CloseError,
  deliverMessages,
  type MessageReceiver,
  type Transport,
} from "@wirekit/transport/transport";
import { type Answerer, answerings } from "./answer/_answerer.ts";
import { NoMethods } from "./answer/_no_methods.ts";
import { closedError } from "./call/_calls.ts";
import { Notices } from "./call/_notices.ts";
import type { Codec, Wire } from "./wire/codec.ts";
import { callerCodec } from "./wire/_caller_codec.ts";
import type { Connection } from "./answer/context.ts";
import { type Convention, conventionOf } from "./wire/_conventions.ts";
import { type Decoded, type Link, reporter } from "./wire/_link.ts";
import { logEntry } from "./wire/log.ts";
import type { PeerOptions } from "./peer_options.ts";
import { Receiver } from "./_receiver.ts";
import { Sender } from "./call/_sender.ts";
import type { Feed } from "./push/_subscriptions.ts";
import { type SubscribeOptions, Subscription } from "./push/subscription.ts";

/** Bytes of answers after which the peer has to read before it is read on. */
const ANSWER_BYTES = 262_144;

/**
 * How long reading pauses at most for one message, in milliseconds. Two ends
 * that each wait for the other to read would otherwise never go on.
 */
const MAX_PAUSE = 100;

/** Drives one connection: reads it, and hands what comes to its parts. */
export class Engine<State> implements Link, MessageReceiver<Wire> {
  /** The half that calls. */
  readonly sender: Sender;
  /** What the other end tells about the calls of this one. */
  readonly notices: Notices;
  /** See `Peer.closed`. */
  readonly closed: Promise<Error | undefined>;
  readonly report: Link["report"];
  readonly convention: Convention;
  readonly #transport: Transport<Wire>;
  readonly #codec: Codec<Wire>;
  // deno-lint-ignore no-explicit-any -- The contract is for its user alone.
  readonly #options: PeerOptions<any, State>;
  readonly #answerer: Answerer<Wire>;
  readonly #receiver: Receiver<Wire>;
  readonly #closed = Promise.withResolvers<Error | undefined>();
  readonly #heartbeat: Heartbeat | undefined;
  readonly #idleTimer: Timer | undefined;
  #ended = false;
  /** Whether it ends once all calls are answered. */
  #finishing = false;
  #pause: Promise<unknown> | undefined;
  #answered = 0;
  #active = true;
  #received = 0;
  /** The size of the message that is read. */
  #size = 0;
  /** How many batches without calls were sent, which `[]` may answer. */
  #emptyAnswers = 0;

  /** Takes a transport over, for a peer that handlers may call back. */
  constructor(
    transport: Transport<Wire>,
    // deno-lint-ignore no-explicit-any -- The contract is for its user alone.
    options: PeerOptions<any, State>,
    peer: Connection<State>,
    state: State,
  ) {
    this.#transport = transport;
    const { methods, handlerMiddleware } = options;
    const answering = methods && answerings.get(methods);
    if (!answering && handlerMiddleware?.length) {
      throw new TypeError("handlerMiddleware wraps methods: give methods too");
    }
    const { codec = answering?.codec ?? callerCodec } = options;
    this.#codec = codec as Codec<Wire>;
    this.#options = options;
    this.closed = this.#closed.promise;
    this.report = reporter(options.onError);
    const convention = this.convention = conventionOf(options.conventions);
    const sender = new Sender(this.#codec, options, this);
    const notices = new Notices(sender, convention);
    this.sender = sender;
    this.notices = notices;
    const parts = {
      codec: this.#codec,
      options,
      context: {
        peer,
        state,
        handshake: options.handshake,
        progress: (token: string | number, value: unknown) =>
          sender.notify(
            convention.progress,
            convention.progressParams(token, value),
          ),
      },
      link: this,
      convention,
      caller: sender,
      stray: (method: string) => notices.stray(method),
    };
    this.#answerer = answering?.answererOf(parts) ?? new NoMethods(parts);
    this.#receiver = new Receiver(options, {
      codec: this.#codec,
      answerer: this.#answerer,
      report: this.report,
      responses: sender,
      hear: (message) => this.#hear(message),
      takeEmptyAnswer: () => this.#emptyAnswers > 0 && this.#emptyAnswers-- > 0,
    });
    checkOptions(options);
    const {
      idleTimeout,
      heartbeat: { interval = Infinity, timeout = 30_000 } = {},
    } = options;
    if (idleTimeout !== undefined) {
      this.#idleTimer = every(idleTimeout, () => this.#closeIdle());
    }
    if (interval < Infinity) {
      this.#heartbeat = new Heartbeat({ interval, timeout }, {
        received: () => this.#received,
        // Any live peer answers, if only that there is no such method.
        ping: () =>
          void sender.request(convention.ping, undefined, { timeout })
            .catch(() => {}),
        lost: () => {
          const reason = `no sign of life within ${interval + timeout} ms`;
          void this.close(new CloseError(1011, { reason }));
        },
      });
      this.#heartbeat.start();
    }
    deliverMessages(transport, this);
  }

  /** See `Peer.subscribe`. */
  async subscribe<T>(
    namespace: string,
    name: string,
    params: readonly unknown[],
    options: SubscribeOptions,
  ): Promise<Subscription<T>> {
    const { subscriptions } = this.notices;
    const owner = { unsubscribe: () => Promise.resolve() };
    const subscription = new Subscription<T>(owner, options);
    const queue = subscription.queue as Feed["queue"];
    const id = await subscriptions.open({
      namespace,
      params: [name, ...params],
      options,
      queue,
      onLost: (error) => queue.end(error),
    });
    owner.unsubscribe = () => subscriptions.unsubscribe(id);
    return subscription;
  }

  /** See `Peer.close`. */
  async close(error?: Error): Promise<void> {
    // On a stream of bytes, the other end would answer them before it closes.
    if (!this.#ended) this.sender.cancelAll();
    this.#end(error);
    await this.#transport.close(error);
  }

  /** Hands a message to the transport. */
  send(wire: Wire): Promise<void> {
    this.#active = true;
    if (this.#options.onMessage) this.#log("out", wire);
    return this.#transport.send(wire);
  }

  /** wsjsonrpc answers such a batch with `[]`, and must get no error for it. */
  expectEmptyAnswer(): void {
    this.#emptyAnswers++;
  }

  /** Tells the other end that a call of this one is no longer wanted. */
  cancel(id: number): void {
    if (this.#options.cancel === false) return;
    const { cancel: method, cancelParams } = this.convention;
    void this.send(this.#codec.encode({ method, params: cancelParams(id) }));
  }

  /** See {@linkcode MessageReceiver}. */
  receive(wire: Wire): Promise<void> | void {
    this.#active = true;
    this.#received++;
    this.#size = wire.length;
    if (this.#options.onMessage) this.#log("in", wire);
    this.#receiver.receive(wire, this.#reply);
    return this.#pause && this.#waitPaused();
  }

  /** Answers the calls that have come, if any: the other end sends no more. */
  finish(): void {
    // What the other end has cancelled is answered now: its handler may run on.
    this.#answerer.abandon?.();
    if (!this.#answerer.busy) return void this.close();
    this.#finishing = true;
    this.#heartbeat?.stop();
    const cause = new Error("the other end sends no more, so it cannot answer");
    this.sender.close(cause, true);
    this.notices.close(closedError("subscription", true, cause));
  }

  /** See {@linkcode MessageReceiver}. */
  ended(error?: unknown): void {
    this.#end(error as Error | undefined);
    void this.#transport.close(error as Error | undefined);
  }

  #hear(message: Decoded): boolean {
    const heard = this.notices.hear(message, this.#size);
    if (heard instanceof Promise) this.#pause = heard;
    return !!heard;
  }

  readonly #reply = (wire: Wire | undefined, after?: () => void): void => {
    if (wire !== undefined) {
      const sent = this.send(wire);
      this.#answered += wire.length;
      if (this.#answered >= ANSWER_BYTES) {
        this.#answered = 0;
        this.#pause = sent;
      }
    }
    after?.();
    if (this.#finishing && !this.#answerer.busy) void this.close();
  };

  async #waitPaused(): Promise<void> {
    const pause = this.#pause!;
    this.#pause = undefined;
    await settled(pause, MAX_PAUSE);
  }

  #log(direction: "in" | "out", wire: Wire): void {
    let message: unknown = wire;
    try {
      message = this.#codec.decode(wire);
    } catch {
      // What cannot be read is logged as it is.
    }
    const entry = logEntry(direction, message, wire.length);
    this.#options.onMessage!({ ...entry, wire });
  }

  #closeIdle(): void {
    const isIdle = !this.#active && this.sender.idle && this.#answerer.idle &&
      this.notices.idle;
    this.#active = false;
    if (isIdle) void this.close(new CloseError(1001, { reason: "idle" }));
  }

  #end(cause: Error | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    const reason = new Error("Connection is closed", { cause });
    this.#idleTimer?.stop();
    this.#heartbeat?.stop();
    if (cause) {
      const line = `connection lost: ${oneLine(cause.message)}`;
      const { logger } = this.#options;
      // A server's writes a few of a kind in a second.
      try {
        if (logger && "flush" in logger) {
          (logger as CalmLogger).warn(line, "lost");
        } else logger?.warn?.(line);
      } catch {
        // A logger that fails harms nobody.
      }
    }
    this.sender.close(cause);
    this.#answerer.close(reason);
    this.notices.close(closedError("subscription", true, cause));
    this.#closed.resolve(cause);
  }
}
