// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { keep, SLAB_BYTES } from "@wirekit/internal/bytes";
import { later } from "@wirekit/internal/clock";
import { Heartbeat } from "@wirekit/internal/heartbeat";
import type { CalmLogger } from "@wirekit/internal/logger";
import type { Place } from "@wirekit/transport/admission";
import {
  CloseError,
  deliverMessages,
  type MessageReceiver,
  type Transport,
} from "@wirekit/transport/transport";
import type { Gauge } from "@wirekit/internal/limits";
import { Rate, type RateLimits } from "../access/_rate.ts";
import { Outbox } from "./_outbox.ts";
import { composeMessage } from "../winerp/_compose.ts";
import * as MessageType from "../winerp/_message_type.ts";
import type {
  Connected,
  End,
  EndKind,
  Flow,
  Receiver,
} from "../exchange/participant.ts";

/**
 * An empty message. A stock client that reconnects handles the last message
 * that it received again: this one does no harm if it is the last.
 */
export const FAREWELL: Uint8Array<ArrayBuffer> = /* @__PURE__ */ composeMessage(
  { type: "6" },
);

/**
 * A call of a function that does not exist. Every winerp client answers it at
 * once with an error, and does nothing else.
 */
const QUESTION = /* @__PURE__ */ composeMessage({
  id: '"@hub"',
  type: `${MessageType.functionCall}`,
  data: '{"__uuid__":"","__func__":"","__args__":[],"__kwargs__":{}}',
  uuid: '"heartbeat"',
});

/**
 * The largest message that a stock winerp client takes (`max_data_size` of 2
 * MiB): a larger one costs it its connection.
 */
const STOCK_BYTES = 2 * 1024 * 1024;

/** The parts that all connections of a hub share. */
export interface ConnectionLimits {
  readonly outbox: Gauge;
  /** None if there is no limit. */
  readonly rates: RateLimits | undefined;
  /** How long a client may be silent, in milliseconds. */
  readonly idle: Gauge;
  /** The time of the last tick, in whole milliseconds. */
  readonly clock: { now: number };
  readonly log: CalmLogger;
  /** Is told that a connection has ended. */
  left(connection: Connection): void;
}

/** What is known about a new connection. */
export interface ConnectionOptions {
  /** How its client is connected, for the log. */
  readonly carrier: string;
  /** Whether its transport asks a silent client for a sign of life. */
  readonly watched: boolean;
  /** Makes it give a sign of life, if its transport does not ask. */
  readonly ping?: Uint8Array<ArrayBuffer>;
  /** Whether its last message is {@linkcode FAREWELL}. */
  readonly farewell: boolean;
  /** Its place among the connections, if the hub gave it one. */
  readonly place: Place | undefined;
}

/** One client: receives the router's messages for it, and can be ended. */
export class Connection
  implements Receiver, Flow, MessageReceiver<Uint8Array<ArrayBuffer>> {
  /** Its place among the connections, if the hub gave it one. */
  readonly place: Place | undefined;
  readonly #transport: Transport<Uint8Array<ArrayBuffer>>;
  readonly #participant: Connected;
  readonly #outbox: Outbox;
  readonly #limits: ConnectionLimits;
  readonly #carrier: string;
  readonly #farewell: boolean;
  readonly #heartbeat: Heartbeat | undefined;
  readonly #rate: Rate | undefined;
  /** Ends the pause of a client that sends too much. */
  #goOn: (() => void) | undefined;
  /** How often it was looked for a sign of life while nothing was read. */
  #pauses = 0;
  /** The size of the last message that many clients do not take, if just sent. */
  #large = 0;
  #closing: Promise<void> | undefined;
  /** Is told that it has ended, if somebody waits for that. */
  #gone: (() => void) | undefined;
  /** How many messages were in the last one, beside that. */
  #more = 0;

  messagesIn = 0;
  bytesIn = 0;
  messagesOut = 0;
  bytesOut = 0;
  outboxPeak = 0;
  slowed = 0;
  lastSeen: number;

  constructor(
    transport: Transport<Uint8Array<ArrayBuffer>>,
    limits: ConnectionLimits,
    options: ConnectionOptions,
    connect: (connection: Connection) => Connected,
  ) {
    this.#transport = transport;
    this.#outbox = new Outbox(transport);
    this.#limits = limits;
    this.#carrier = options.carrier;
    this.lastSeen = limits.clock.now;
    this.#farewell = options.farewell;
    this.place = options.place;
    this.#participant = connect(this);
    if (limits.rates) this.#rate = new Rate(limits.rates);
    if (options.watched) return;
    const half = limits.idle.limit / 2;
    this.#heartbeat = new Heartbeat({ interval: half, timeout: half }, {
      // A slow reader has not reached the question yet, but is alive; and while
      // this end does not read, nothing can come.
      received: () => {
        if (this.#goOn) this.#pauses++;
        return this.messagesIn + this.#pauses + this.#outbox.progress;
      },
      ping: () => this.send(options.ping ?? QUESTION),
      lost: () => {
        limits.idle.hit();
        this.#drop(1011, "silent", "it gave no sign of life in time");
      },
    });
    this.#heartbeat.start();
  }

  /** The number of bytes that the client has not read. */
  get outboxBytes(): number {
    return this.#outbox.bytes;
  }

  /** Serves the client until it ends, which `gone` is told. Never throws. */
  serve(gone: (() => void) | undefined): void {
    this.#gone = gone;
    deliverMessages(this.#transport, this);
  }

  /** See {@linkcode MessageReceiver}. */
  receive(message: Uint8Array<ArrayBuffer>): Promise<void> | undefined {
    // What came together with the message that ended it is not handled.
    if (this.#closing) return undefined;
    const { length } = message;
    if (length >= SLAB_BYTES && !("keepsNothing" in this.#transport)) {
      keep(message);
    }
    this.messagesIn++;
    this.bytesIn += length;
    this.lastSeen = this.#limits.clock.now;
    this.#large = 0;
    this.#participant.receive(message);
    const pause = this.#rate?.take(length, 1 + this.#more);
    this.#more = 0;
    return pause ? this.#pause(pause) : undefined;
  }

  /** Who sends no more has left, but hears what becomes of its calls. */
  finish(): void {
    this.#leave();
  }

  #leave(error?: unknown): void {
    if (this.#closing) return;
    this.#logEnd(error);
    this.#participant.leave(endOf(error));
    // It has ended, and the hub may close while it closes.
    this.#closing = this.#transport.close();
  }

  /** See {@linkcode MessageReceiver}. */
  async ended(error?: unknown): Promise<void> {
    this.#leave(error);
    this.#heartbeat?.stop();
    await this.#transport.close();
    await this.#closing;
    this.#limits.left(this);
    this.#gone?.();
  }

  /**
   * Reads nothing for a while, so that the client has to wait: its messages pile
   * up at its own end. An error for each would cost this hub as much as the
   * message, and no stock client heeds one.
   */
  #pause(ms: number): Promise<void> {
    if (this.#closing) return Promise.resolve();
    if (this.slowed === 0) {
      this.#limits.log.warn(
        `Slowed down ${this.#label()}: it sends more than ${this.#rate}`,
        "slowed",
      );
    }
    this.slowed++;
    return new Promise((resolve) => {
      const timer = later(ms, () => this.#goOn?.());
      this.#goOn = () => {
        timer.stop();
        this.#goOn = undefined;
        resolve();
      };
    });
  }

  /** See {@linkcode Receiver}. */
  send(message: Uint8Array<ArrayBuffer>): void {
    if (this.#closing) return;
    if (message.length > STOCK_BYTES) this.#large = message.length;
    const outbox = this.#outbox;
    this.messagesOut++;
    this.bytesOut += message.length;
    outbox.push(message);
    const { bytes } = outbox;
    if (bytes <= this.outboxPeak) return;
    this.outboxPeak = bytes;
    const gauge = this.#limits.outbox;
    if (bytes > gauge.peak) gauge.peak = bytes;
    if (bytes <= gauge.limit) return;
    gauge.hits++;
    this.#drop(1013, "slow", `it has not read ${bytes} bytes`);
  }

  /** See {@linkcode Receiver}. */
  count(messages: number): void {
    this.messagesIn += messages;
    this.#more += messages;
  }

  /** See {@linkcode Receiver}. */
  close(error: CloseError): void {
    const { reason } = error;
    this.#end(error, `${reason[0]!.toLowerCase()}${reason.slice(1)}`);
  }

  /** Ends the connection of a client without a name, for the sake of others. */
  makeRoom(): void {
    const reason = "it has no name yet, and others want to connect";
    this.#drop(1013, "refused", reason);
  }

  /** Ends the connection because the hub closes. */
  async shutDown(error: CloseError): Promise<void> {
    const line = `${this.#label()} left: the hub is closing`;
    if (!this.#closing) this.#limits.log.info(line, "closing");
    this.#end(error);
    this.#participant.leave({ kind: "closing", reason: "the hub is closing" });
    await this.#closing;
  }

  #drop(code: number, kind: EndKind, reason: string): void {
    this.#end(new CloseError(code, { reason }), reason);
    this.#participant.leave({ kind, reason });
  }

  #end(error: CloseError, reason?: string): void {
    if (this.#closing) return;
    if (reason !== undefined) {
      const line = `Dropped ${this.#label()}: ${reason}`;
      this.#limits.log.warn(line, `dropped ${error.code}`);
    }
    this.#goOn?.();
    // Messages in the outbox are lost; those in the transport are not.
    if (this.#farewell) this.#transport.send(FAREWELL).catch(() => {});
    this.#closing = this.#transport.close(error);
  }

  #logEnd(error: unknown): void {
    const { log, idle } = this.#limits;
    if (isSilence(error)) idle.hit();
    const { name, wantedName } = this.#participant;
    const why = `${reasonOf(error)}${isUnusual(error) ? this.#hint() : ""}`;
    const line = `${this.#label()} left: ${why}`;
    if (isUnusual(error)) log.warn(line, "lost");
    else if (name ?? wantedName) log.info(line, "left");
    else log.debug(line);
  }

  /** What has probably ended a connection on which a large message was sent. */
  #hint(): string {
    if (this.#large === 0) return "";
    return `. It was being sent a message of ${this.#large} bytes, and stock ` +
      `winerp clients take at most ${STOCK_BYTES} (--max-message)`;
  }

  /** Returns the name of the client for the log. */
  #label(): string {
    const { name, wantedName, isHeld } = this.#participant;
    const how = isHeld ? "on hold" : "not yet joined";
    const who = name ?? (wantedName && `${wantedName} ${how}`) ??
      "a client without a name";
    return `${who} (${this.#carrier})`;
  }
}

/**
 * Why a carrier ends, by code. The peer's own reason does not go into the log.
 */
const REASONS: Record<number, string> = {
  1001: "it went away",
  1002: "protocol error",
  1003: "a frame was neither text nor bytes",
  1006: "the connection ended", // Stock clients never send a close frame.
  1007: "a message was not valid UTF-8",
  1009: "it closed with 1009: message too big",
};

function isUnusual(error: unknown): boolean {
  return error instanceof CloseError && error.code > 1001 &&
    (error.code !== 1006 || error.cause !== undefined);
}

function endOf(error: unknown): End {
  const isBroken = isUnusual(error);
  const kind = isSilence(error) ? "silent" : isBroken ? "broken" : "left";
  return { kind, reason: reasonOf(error) };
}

/** Whether a WebSocket has ended because its client did not answer a ping. */
function isSilence(error: unknown): boolean {
  const { cause } = Object(error) as Partial<CloseError>;
  return cause instanceof Error && cause.message === "No answer to a ping";
}

function reasonOf(error: unknown): string {
  if (!(error instanceof CloseError)) return "it closed the connection";
  const { code, cause, reason } = error;
  const isOurs = code === 1009 && reason.startsWith("message over ");
  const why = isOurs
    ? "it sent a message too large to be read"
    : REASONS[code] ?? "it closed the connection";
  const more = cause instanceof Error ? `: ${cause.message}` : "";
  return `${why}${more} (code ${code})`;
}
