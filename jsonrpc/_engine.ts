// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { every, settled, type Timer } from "@wirekit/internal/clock";
import { Heartbeat } from "@wirekit/internal/heartbeat";
import { CloseError, type Transport } from "@wirekit/transport/transport";
import { checkTimes } from "./_check_times.ts";
import { AnsweringCalls } from "./answer/_answering.ts";
import { closedError } from "./call/_calls.ts";
import { type Codec, jsonCodec, type Wire } from "./wire/codec.ts";
import type { Connection } from "./answer/context.ts";
import { conventionOf } from "./wire/_conventions.ts";
import { Dispatcher } from "./answer/_dispatcher.ts";
import { type Link, reporter } from "./wire/_link.ts";
import { logEntry } from "./wire/log.ts";
import type { PeerOptions } from "./peer_options.ts";
import { Protocol } from "./answer/_protocol.ts";
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

/** Drives one connection: reads it, and hands what comes to its two halves. */
export class Engine<State> implements Link {
  /** The half that calls. */
  readonly sender: Sender;
  /** The protocol's own methods. */
  readonly protocol: Protocol<State>;
  /** See `Peer.closed`. */
  readonly closed: Promise<Error | undefined>;
  readonly report: Link["report"];
  readonly #transport: Transport<Wire>;
  readonly #codec: Codec<Wire>;
  // deno-lint-ignore no-explicit-any -- The contract is for its user alone.
  readonly #options: PeerOptions<any, State>;
  readonly #dispatcher: Dispatcher<Wire, State>;
  readonly #closed = Promise.withResolvers<Error | undefined>();
  readonly #heartbeat: Heartbeat | undefined;
  readonly #idleTimer: Timer | undefined;
  #ended = false;
  #pause: Promise<unknown> | undefined;
  #answered = 0;
  #active = true;
  #received = 0;

  /** Takes a transport over, for a peer that handlers may call back. */
  constructor(
    transport: Transport<Wire>,
    // deno-lint-ignore no-explicit-any -- The contract is for its user alone.
    options: PeerOptions<any, State>,
    peer: Connection<State>,
    state: State,
  ) {
    this.#transport = transport;
    this.#codec = (options.codec ?? jsonCodec) as Codec<Wire>;
    this.#options = options;
    this.closed = this.#closed.promise;
    this.report = reporter(options.onError);
    const convention = conventionOf(options.conventions);
    const sender = new Sender(this.#codec, options, this);
    const answering = new AnsweringCalls<State>();
    const parts = { link: this, convention, sender, answering };
    const protocol = new Protocol<State>(options, parts);
    this.sender = sender;
    this.protocol = protocol;
    this.#dispatcher = new Dispatcher(
      this.#codec,
      options,
      {
        peer,
        state,
        handshake: options.handshake,
        progress: (token, value) =>
          sender.notify(
            convention.progress,
            convention.progressParams(token, value),
          ),
      },
      this.report,
      { responses: sender, protocol, answering, convention },
    );
    const {
      idleTimeout,
      heartbeat: { interval = Infinity, timeout = 30_000 } = {},
    } = options;
    checkTimes(options);
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
    void this.#read();
  }

  /** See `Peer.subscribe`. */
  async subscribe<T>(
    namespace: string,
    name: string,
    params: readonly unknown[],
    options: SubscribeOptions,
  ): Promise<Subscription<T>> {
    const { subscriptions } = this.protocol;
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
    this.#end(error);
    await this.#transport.close(error);
  }

  /** Hands a message to the transport. */
  send(wire: Wire): Promise<void> {
    this.#active = true;
    if (this.#options.onMessage) this.#log("out", wire);
    return this.#transport.send(wire);
  }

  async #read(): Promise<void> {
    let failure: Error | undefined;
    try {
      for await (const wire of this.#transport) {
        this.#receive(wire);
        if (this.#pause) await this.#waitPaused();
      }
    } catch (error) {
      failure = error as Error;
    }
    this.#end(failure);
    await this.#transport.close(failure);
  }

  #receive(wire: Wire): void {
    this.#active = true;
    this.#received++;
    this.protocol.size = wire.length;
    if (this.#options.onMessage) this.#log("in", wire);
    this.#dispatcher.receive(wire, this.#reply);
    if (!this.protocol.pause) return;
    this.#pause = this.protocol.pause;
    this.protocol.pause = undefined;
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
    this.#options.onMessage!(logEntry(direction, message, wire.length));
  }

  #closeIdle(): void {
    const isIdle = !this.#active && this.sender.idle && this.#dispatcher.idle &&
      this.protocol.idle;
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
      this.#options.logger?.warn?.(`connection lost: ${oneLine(cause)}`);
    }
    this.sender.close(cause);
    this.#dispatcher.close(reason);
    this.protocol.close(reason, closedError("subscription", true, cause));
    this.#closed.resolve(cause);
  }
}

/** The message of an error without line breaks: it may come from the peer. */
function oneLine({ message }: Error): string {
  // deno-lint-ignore no-control-regex -- They are what a log must not have.
  return message.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029]+/g, " ").slice(
    0,
    500,
  );
}
