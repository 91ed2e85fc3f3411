// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { now } from "@wirekit/internal/clock";
import { LimitError, readable } from "@wirekit/internal/errors";
import { isRecord, stringify } from "./_json.ts";
import type { Question } from "./requests/_question.ts";
import { type ObjectTable, type Shareable, tableMakers } from "./_sharing.ts";
import { AFTER_ROUTE, writeMessage, writeStart } from "./_wire.ts";
import { RouteError } from "../errors.ts";
import * as MessageType from "../winerp/_message_type.ts";
import * as Text from "../exchange/_text.ts";

/**
 * After how many milliseconds an answer is late enough that the requester may
 * have left. A winerp server disconnects a client that answers nobody.
 */
const SLOW = 500;

/** The most characters of an error's message that a requester sees. */
const MAX_TEXT = 4096;

/** What winerp's clients say about an object that does not exist. */
const NO_FUNCTION =
  "The called function has either expired or has never been registered";

/** What {@linkcode Responder} needs to know of its client. */
export interface ResponderOptions {
  /** The name of the client, as JSON text. */
  readonly id: string;
  /** Most handlers that run at one time. */
  readonly maxHandlers: number;
  /** Whether requesters see the messages of all errors. */
  readonly exposeErrors: boolean;
  /** Takes the error that a handler threw. */
  onError(error: unknown): void;
  /** Asks the hub whether a client is there. */
  ping(target: string): Promise<boolean>;
}

/** Runs handlers and answers with what they return. */
export class Responder {
  readonly #options: ResponderOptions;
  #objects: ObjectTable | undefined;
  /** What an answer starts with. */
  readonly #start: string;
  #running = 0;

  /** Makes a responder without objects. */
  constructor(options: ResponderOptions) {
    this.#options = options;
    this.#start = writeStart(options.id, MessageType.response);
  }

  /** Answers a request with `handler`. */
  request(question: Question, handler: (() => unknown) | undefined): void {
    if (handler) this.#run(question, handler);
    else this.#refuse(question, Text.noRoute);
  }

  /** Answers a call of a method of an object that a handler returned. */
  functionCall(question: Question): void {
    const data = isRecord(question.data) ? question.data : {};
    const { __uuid__, __func__, __args__, __kwargs__ } = data;
    const method = this.#objects?.find(__uuid__, __func__);
    if (!method) return this.#refuse(question, NO_FUNCTION);
    const args: unknown[] = Array.isArray(__args__) ? [...__args__] : [];
    if (isRecord(__kwargs__) && Object.keys(__kwargs__).length > 0) {
      args.push(__kwargs__);
    }
    this.#run(question, () => method(...args));
  }

  /** Forgets all objects. */
  clear(): void {
    this.#objects?.clear();
  }

  #run(question: Question, handler: () => unknown): void {
    if (this.#running >= this.#options.maxHandlers) {
      return this.#refuse(question, "Too many requests");
    }
    this.#running++;
    let result: unknown;
    let later: Promise<unknown> | undefined;
    try {
      result = handler();
      if (isPromiseLike(result)) later = Promise.resolve(result);
    } catch (error) {
      return this.#fail(question, error);
    }
    if (!later) return this.#finish(question, result);
    later.then(
      (result) => this.#finish(question, result),
      (error) => this.#fail(question, error),
    );
  }

  #finish(question: Question, result: unknown): void {
    let text: string;
    try {
      text = this.#write(question, result);
      question.link.check(text);
    } catch (error) {
      return this.#fail(question, error);
    }
    this.#running--;
    this.#answer(question, text);
  }

  #fail(question: Question, thrown: unknown): void {
    this.#running--;
    const error = readable(thrown);
    if (!(error instanceof RouteError)) this.#options.onError(error);
    this.#refuse(question, this.#shown(error));
  }

  /** Returns what the requester sees of an error. */
  #shown(error: unknown): string {
    const isShown = error instanceof RouteError ||
      error instanceof LimitError ||
      this.#options.exposeErrors && error instanceof Error;
    try {
      if (isShown) return String(error.message).slice(0, MAX_TEXT);
    } catch {
      // Its message cannot be read.
    }
    return "Route failed";
  }

  #refuse(question: Question, text: string): void {
    const data = stringify(text);
    const { route, tail } = question;
    // winerp fills `traceback` too; ours is private.
    const fields = {
      type: MessageType.error,
      route,
      traceback: data,
      data,
      tail,
    };
    this.#answer(question, writeMessage(this.#options.id, fields));
  }

  #write({ route, tail }: Question, result: unknown): string {
    const head = this.#start + route + AFTER_ROUTE;
    const makeTable = isRecord(result) &&
      tableMakers.get(result as unknown as Shareable);
    if (!makeTable) return head + stringify(result) + tail;
    this.#objects ??= makeTable();
    const end = `${tail.slice(0, -"null}".length)}true}`; // The pseudo object.
    return head + this.#objects.share(result as unknown as Shareable) + end;
  }

  /** Sends an answer on the connection of the question, or not at all. */
  #answer({ link, source, startedAt }: Question, text: string): void {
    if (link.ended) return;
    if (now() - startedAt < SLOW) return link.post(text);
    const there = source === ""
      ? Promise.resolve(true)
      : this.#options.ping(source);
    there.catch(() => true).then((there) => {
      if (there && !link.ended) link.post(text);
    });
  }
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null &&
    typeof (value as PromiseLike<unknown>).then === "function";
}
