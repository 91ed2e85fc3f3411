// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { checkTime } from "@wirekit/internal/clock";
import { LimitError } from "@wirekit/internal/errors";
import { type Asked, AskedCalls, UUID_LENGTH } from "./_calls.ts";
import { parse } from "./_json.ts";
import type { Link } from "./_link.ts";
import { makePath, type Path, RequestPaths } from "./_path.ts";
import { BEFORE_UUID, writeEnd } from "./_wire.ts";

/** How long to wait for the answer to a question, in milliseconds. */
export interface Wait {
  timeout: number;
  /** Ends the wait with its reason. */
  signal?: AbortSignal | undefined;
}

/** Takes an answer; returns what the call resolves with. */
export type Answered = (
  path: Path,
  data: unknown,
  isObject: boolean,
) => unknown;

/**
 * Sends questions over one connection after another, and keeps those that are
 * not answered.
 */
export class Asker {
  readonly #id: string;
  readonly #maxInFlight: number;
  readonly #answered: Answered;
  readonly #calls = new AskedCalls();
  readonly #paths: RequestPaths;
  /** What follows the uuid in an answer, if our hub relays it. */
  readonly #answerEnd: string;

  /** Makes one for a client; its name is JSON text. */
  constructor(id: string, maxInFlight: number, answered: Answered) {
    this.#id = id;
    this.#maxInFlight = maxInFlight;
    this.#answered = answered;
    this.#paths = new RequestPaths(id);
    this.#answerEnd = writeEnd(id);
  }

  /** Sends a request to a route; resolves with the answer. */
  request(
    link: Link,
    target: string,
    route: string,
    data: string,
    wait: Wait,
  ): Promise<unknown> {
    return this.#ask(link, this.#paths.to(target, route), data, wait);
  }

  /** Sends any other question; resolves likewise. */
  ask(
    link: Link,
    type: number,
    target: string | null,
    data: string,
    wait: Wait,
  ): Promise<unknown> {
    return this.#ask(link, makePath(this.#id, type, target, null), data, wait);
  }

  #ask(
    link: Link,
    path: Path,
    data: string,
    { timeout, signal }: Wait,
  ): Promise<unknown> {
    if (this.#calls.size >= this.#maxInFlight) {
      throw new LimitError(
        `Cannot call: ${this.#maxInFlight} calls wait already (maxInFlight)`,
      );
    }
    checkTime("timeout", timeout);
    signal?.throwIfAborted();
    const calls = this.#calls;
    const call = calls.make(path, timeout);
    const text = path.head + data + calls.uuidOf(call) + path.tail;
    link.checkRoom(text);
    calls.open(call, timeout, signal);
    link.post(text);
    return call.promise;
  }

  /**
   * Takes an answer in the form in which this package's hub relays it, of which
   * only the data needs parsing. Returns whether it was one.
   */
  takeInOrder(text: string): boolean {
    if (this.#calls.size === 0) return false; // As for all who only answer.
    const end = text.length - this.#answerEnd.length;
    if (text.slice(end) !== this.#answerEnd) return false;
    const call = this.#calls.find(text, end);
    if (!call) return false;
    const { path } = call;
    const { answerHead } = path;
    const dataEnd = end - UUID_LENGTH - BEFORE_UUID.length;
    if (text.slice(0, answerHead.length) !== answerHead) return false;
    let data: unknown;
    try {
      data = parse(text.slice(answerHead.length, dataEnd));
    } catch {
      return false; // There is more than data in between.
    }
    this.#calls.take(call);
    call.resolve(this.#answered(path, data, false));
    return true;
  }

  /** Takes an answer; ignores it if it is late. */
  resolve(uuid: unknown, data: unknown, isObject: boolean): void {
    const call = this.#take(uuid);
    call?.resolve(this.#answered(call.path, data, isObject));
  }

  /** Takes an error as an answer; ignores it if it is late. */
  reject(uuid: string, error: Error): void {
    this.#take(uuid)?.reject(error);
  }

  /** Ends all questions. */
  endAll(error: Error): void {
    this.#calls.endAll((call) => call.reject(error));
  }

  #take(uuid: unknown): Asked | undefined {
    if (typeof uuid !== "string" || uuid.length !== UUID_LENGTH) {
      return undefined;
    }
    const text = BEFORE_UUID + uuid;
    const call = this.#calls.find(text, text.length);
    if (call) this.#calls.take(call);
    return call;
  }
}
