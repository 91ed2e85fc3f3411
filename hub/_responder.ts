// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { isRecord, quote, stringify } from "./_json.ts";
import type { Link } from "./_link.ts";
import { SharedObjects } from "./_objects.ts";
import { type Fields, type Message, writeMessage } from "./_wire.ts";
import { RouteError } from "./errors.ts";
import { MessageType, Text } from "./message.ts";
import { SharedObject } from "./objects.ts";

/**
 * After how many milliseconds an answer is late enough that the requester may
 * have left. A winerp server cuts the connection of who answers to nobody.
 */
const SLOW = 500;

/** Most characters of an error's message that a requester sees. */
const MAX_TEXT = 4096;

/** What winerp's clients say of an object that is not there. */
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
  /** Takes what a handler threw. */
  onError(error: unknown): void;
  /** Asks the hub whether a client is there. */
  ping(target: string): Promise<boolean>;
}

/** One question, from its coming in to its answer. */
interface Question {
  readonly link: Link;
  readonly source: string;
  /** As JSON text. */
  readonly route: string;
  /** As JSON text. */
  readonly uuid: string;
  readonly startedAt: number;
}

/** Runs handlers and answers with what they return. */
export class Responder {
  readonly #options: ResponderOptions;
  readonly #objects = new SharedObjects();
  #running = 0;

  /** Makes a responder without objects. */
  constructor(options: ResponderOptions) {
    this.#options = options;
  }

  /** Answers a request by `handler`. */
  request(
    link: Link,
    message: Message,
    source: string,
    handler: (() => unknown) | undefined,
  ): void {
    const question = newQuestion(link, message, source);
    if (handler) this.#run(question, handler);
    else this.#refuse(question, Text.noRoute);
  }

  /** Answers a call of a method of an object that a handler returned. */
  functionCall(link: Link, message: Message, source: string): void {
    // In a function call, unlike in a request, `id` is the one who asks.
    const question = newQuestion(link, message, source);
    const data = isRecord(message.data) ? message.data : {};
    const { __uuid__, __func__, __args__, __kwargs__ } = data;
    const method = this.#objects.find(__uuid__, __func__);
    if (!method) return this.#refuse(question, NO_FUNCTION);
    const args: unknown[] = Array.isArray(__args__) ? [...__args__] : [];
    if (isRecord(__kwargs__) && Object.keys(__kwargs__).length > 0) {
      args.push(__kwargs__);
    }
    this.#run(question, () => method(...args));
  }

  /** Forgets the objects that have expired. */
  purge(): void {
    this.#objects.purge();
  }

  /** Forgets all objects. */
  clear(): void {
    this.#objects.clear();
  }

  #run(question: Question, handler: () => unknown): void {
    if (this.#running >= this.#options.maxHandlers) {
      return this.#refuse(question, "Too many requests");
    }
    this.#running++;
    let result: unknown;
    try {
      result = handler();
    } catch (error) {
      return this.#fail(question, error);
    }
    if (!isPromiseLike(result)) return this.#finish(question, result);
    result.then(
      (result) => this.#finish(question, result),
      (error) => this.#fail(question, error),
    );
  }

  #finish(question: Question, result: unknown): void {
    let text: string;
    try {
      text = this.#write(question, this.#responseOf(result));
      question.link.check(text);
    } catch (error) {
      return this.#fail(question, error);
    }
    this.#running--;
    this.#answer(question, text);
  }

  #fail(question: Question, error: unknown): void {
    this.#running--;
    const { exposeErrors, onError } = this.#options;
    const expected = error instanceof RouteError;
    if (!expected) onError(error);
    const shown = expected || (exposeErrors && error instanceof Error);
    const text = shown
      ? String(error.message).slice(0, MAX_TEXT)
      : "Route failed";
    this.#refuse(question, text);
  }

  #refuse(question: Question, text: string): void {
    const data = stringify(text);
    // winerp fills `traceback` too; what ours has in it is nobody's business.
    const fields = { type: MessageType.error, data, traceback: data };
    this.#answer(question, this.#write(question, fields));
  }

  #responseOf(result: unknown): Fields {
    return result instanceof SharedObject
      ? {
        type: MessageType.response,
        data: this.#objects.share(result),
        pseudoObject: true,
      }
      : { type: MessageType.response, data: stringify(result) };
  }

  #write({ source, route, uuid }: Question, fields: Fields): string {
    const destination = quote(source);
    return writeMessage(this.#options.id, {
      ...fields,
      route,
      uuid,
      destination,
    });
  }

  /** Sends an answer, on the connection that the question came by or not at all. */
  #answer({ link, source, startedAt }: Question, text: string): void {
    if (link.signal.aborted) return;
    if (performance.now() - startedAt < SLOW) return link.post(text);
    this.#options.ping(source).catch(() => true).then((there) => {
      if (there && !link.signal.aborted) link.post(text);
    });
  }
}

function newQuestion(link: Link, message: Message, source: string): Question {
  return {
    link,
    source,
    route: scalar(message.route),
    uuid: scalar(message.uuid),
    startedAt: performance.now(),
  };
}

/** Writes what is to be repeated; a stranger may have sent anything. */
function scalar(value: unknown): string {
  return typeof value === "object" ? "null" : stringify(value);
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null &&
    typeof (value as PromiseLike<unknown>).then === "function";
}
