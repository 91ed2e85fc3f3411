// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { BATCH_TOO_LARGE, REQUEST_TOO_LARGE } from "./wire/_codes.ts";
import { DEFAULTS } from "./answer/_defaults.ts";
import type { Answerer, Reply } from "./answer/_answerer.ts";
import type { Codec, Wire } from "./wire/codec.ts";
import {
  type ErrorObject,
  InvalidRequestError,
  ParseError,
} from "./wire/error.ts";
import { exceeds } from "./wire/_size.ts";
import { type Id, idOf, type Kind, kindOf } from "./wire/message.ts";
import type { Decoded, Link } from "./wire/_link.ts";

/** What takes the messages about a connection's own calls. */
export interface Responses {
  /** Takes a response. */
  respond(message: Decoded): unknown;
  /** Takes the responses in a batch. */
  respondAll(messages: readonly Decoded[]): void;
  /** The call of ours that waits for this id. */
  get(id: Id): unknown;
}

/** The limits of what is read. */
export interface ReceiverOptions {
  readonly maxBatchItems?: number;
  readonly maxRequestBytes?: number;
  readonly strictParams?: boolean;
}

/** What a {@linkcode Receiver} hands the messages to. */
export interface ReceiverParts<T extends Wire> {
  readonly codec: Codec<T>;
  readonly answerer: Answerer<T>;
  readonly report: Link["report"];
  /** Not for an HTTP request, which has no responses. */
  readonly responses?: Responses;
  /** Takes a notification that is about a call of ours; returns whether it is. */
  hear?(message: Decoded): boolean;
  /** Whether `[]` answers a batch of ours. */
  takeEmptyAnswer?(): boolean;
}

/** Reads messages and batches, and hands each to what takes it. */
export class Receiver<T extends Wire> {
  readonly #options: ReceiverOptions;
  readonly #parts: ReceiverParts<T>;

  /** Makes the reading half of a connection. */
  constructor(options: ReceiverOptions, parts: ReceiverParts<T>) {
    this.#options = options;
    this.#parts = parts;
  }

  /** Reads a message or a batch. */
  receive(wire: T, reply: Reply<T>): void {
    const { codec, report } = this.#parts;
    let value: unknown;
    try {
      value = codec.decode(wire);
    } catch (cause) {
      report(cause);
      return this.#refuse(null, new ParseError(), reply);
    }
    const { maxRequestBytes = DEFAULTS.maxRequestBytes } = this.#options;
    const tooLarge = exceeds(wire, maxRequestBytes);
    if (Array.isArray(value)) this.#receiveBatch(value, tooLarge, reply);
    else this.#receiveOne(value, tooLarge, reply);
  }

  #receiveOne(value: unknown, tooLarge: boolean, reply: Reply<T>): void {
    const kind = this.#kindOf(value);
    if (kind === "response") {
      this.#parts.responses?.respond(value as Decoded);
      return reply(undefined);
    }
    if (tooLarge) return this.#refuse(idOf(value), TOO_LARGE, reply);
    this.#take(value, kind, reply);
  }

  #receiveBatch(
    items: readonly unknown[],
    tooLarge: boolean,
    reply: Reply<T>,
  ): void {
    const { answerer, codec, responses, takeEmptyAnswer } = this.#parts;
    const kinds = items.map((item) => this.#kindOf(item));
    const answers = items.filter((_, i) => kinds[i] === "response");
    if (answers.length > 0) responses?.respondAll(answers as Decoded[]);
    const count = items.length - answers.length;
    if (count === 0) {
      const isAnswer = answers.length > 0 || takeEmptyAnswer?.();
      return isAnswer
        ? reply(undefined)
        : this.#refuse(null, new InvalidRequestError(), reply);
    }
    const { maxBatchItems = DEFAULTS.maxBatchItems } = this.#options;
    if (tooLarge || count > maxBatchItems) {
      const first = kinds.indexOf("request");
      // The shape is geth's: an array of one, with the id of the first call.
      return this.#refuse(
        first < 0 ? null : idOf(items[first]),
        tooLarge ? TOO_LARGE : TOO_MANY,
        (wire) => reply(codec.join([wire!])),
      );
    }
    const collect = answerer.collect(count, reply);
    let index = 0;
    for (let i = 0; i < items.length; i++) {
      if (kinds[i] === "response") continue;
      this.#take(items[i], kinds[i]!, collect(index++));
    }
  }

  #take(value: unknown, kind: Kind, reply: Reply<T>): void {
    const { answerer, hear, report } = this.#parts;
    if (kind === "invalid") {
      const error = new InvalidRequestError();
      report(error, { message: value });
      return this.#refuse(idOf(value), error, reply);
    }
    const message = value as Decoded;
    if (kind === "notification" && hear?.(message)) return reply(undefined);
    answerer.answer(message, kind, reply);
  }

  /**
   * What a message is. An answer without a result or an error is a response if
   * a call of ours waits for it: its caller must not wait for a better one.
   */
  #kindOf(value: unknown): Kind {
    const kind = kindOf(value, this.#options);
    const id = kind === "invalid" ? idOf(value) : null;
    const isBroken = id !== null &&
      (value as Decoded).method === undefined &&
      this.#parts.responses?.get(id);
    return isBroken ? "response" : kind;
  }

  #refuse(id: Id, error: ErrorObject, reply: Reply<T>): void {
    const { code, message } = error;
    reply(this.#parts.codec.encode({ id, error: { code, message } }));
  }
}

const TOO_LARGE: ErrorObject = {
  code: REQUEST_TOO_LARGE,
  message: "Request too large",
};

const TOO_MANY: ErrorObject = {
  code: BATCH_TOO_LARGE,
  message: "Batch too large",
};
