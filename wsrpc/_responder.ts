// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { Instances, isThenable } from "./_instances.ts";
import { type RouteTable, tableOf } from "./_table.ts";
import { RouteError } from "./errors.ts";
import {
  type ErrorBody,
  formatError,
  formatResult,
  type RequestMessage,
} from "./message.ts";
import type { AnyPeer } from "./peer.ts";
import type { PeerHooks } from "./peer_options.ts";

/** What waiting costs besides the text, in bytes. */
const REQUEST_OVERHEAD = 64;

/** What a caller learns of an error that is not exposed. */
const HIDDEN: ErrorBody = { type: "InternalError", message: "Route failed" };

/** What a responder needs. */
export interface ResponderOptions {
  peer: AnyPeer;
  hooks: PeerHooks;
  exposeError: (error: unknown, method: string) => ErrorBody | undefined;
  maxHandlers: number;
  maxQueueBytes: number;
  /** Whether so much waits to be sent that no handler should start. */
  isBlocked(): boolean;
  /** Sends a text; throws a `LimitError` if it is larger than peers take. */
  send(text: string): void;
  /** Takes what a hook throws. */
  onError(error: unknown): void;
}

interface Waiting {
  readonly request: RequestMessage;
  readonly size: number;
}

/** Answers the calls of a peer: each exactly once, unless it has gone. */
export class Responder {
  readonly #options: ResponderOptions;
  readonly #table: RouteTable;
  readonly #instances: Instances;
  #running = 0;
  #queue: Waiting[] = [];
  #next = 0;
  #queueBytes = 0;
  #ended = false;

  /** Makes one that has nothing to do. */
  constructor(options: ResponderOptions) {
    this.#options = options;
    this.#table = tableOf(options.peer.router);
    this.#instances = new Instances(options.peer);
  }

  /** Takes a call, whose text is `size` long. Never throws. */
  take(request: RequestMessage, size: number): void {
    // Before all else: no handler may make a living peer look dead.
    if (request.method === "ping") {
      return this.#succeed(request, request.params ?? {});
    }
    if (this.#next === this.#queue.length && this.#free) {
      return this.#start(request);
    }
    const bytes = size + REQUEST_OVERHEAD;
    if (this.#queueBytes + bytes > this.#options.maxQueueBytes) {
      return this.#fail(
        request,
        new RouteError("Too many requests", { type: "LimitError" }),
      );
    }
    this.#queueBytes += bytes;
    this.#queue.push({ request, size: bytes });
  }

  /** Starts what waits, as far as there is room. */
  pump(): void {
    while (this.#next < this.#queue.length && this.#free) {
      const { request, size } = this.#queue[this.#next]!;
      this.#queue[this.#next++] = undefined!;
      this.#queueBytes -= size;
      if (this.#next > 1024 && this.#next * 2 > this.#queue.length) {
        this.#queue.splice(0, this.#next);
        this.#next = 0;
      }
      this.#start(request);
    }
    if (this.#next === this.#queue.length) {
      this.#queue.length = this.#next = 0;
    }
  }

  /** Forgets what waits, and disposes the instances. Nothing is sent any more. */
  end(): Promise<void> {
    this.#ended = true;
    this.#queue.length = this.#next = this.#queueBytes = 0;
    return this.#instances.dispose(this.#options.onError);
  }

  /** How many calls run and wait. */
  get size(): number {
    return this.#running + this.#queue.length - this.#next;
  }

  /** Says that a call cannot be understood. */
  refuse(id: RequestMessage["id"], error: ErrorBody): void {
    const { send, onError } = this.#options;
    try {
      send(formatError(id, error));
    } catch (failure) {
      onError(failure);
      // What the error says cannot be sent: the caller shall not wait for it.
      if (error !== HIDDEN) this.refuse(id, HIDDEN);
    }
  }

  get #free(): boolean {
    const { maxHandlers, isBlocked } = this.#options;
    return this.#running < maxHandlers && !isBlocked();
  }

  #start(request: RequestMessage): void {
    const { peer, hooks } = this.#options;
    if (hooks.callStart) {
      this.#hook(() => hooks.callStart!(peer, request.method, request.params));
    }
    let result: unknown;
    let later: boolean;
    try {
      result = this.#run(request);
      later = isThenable(result);
    } catch (error) {
      return this.#fail(request, error);
    }
    if (!later) return this.#succeed(request, result);
    this.#running++;
    Promise.resolve(result).then(
      (value) => {
        this.#running--;
        this.#succeed(request, value);
        this.pump();
      },
      (error) => {
        this.#running--;
        this.#fail(request, error);
        this.pump();
      },
    );
  }

  #run({ method, params }: RequestMessage): unknown {
    const { peer } = this.#options;
    const entry = this.#table.find(method);
    if (!entry) {
      const name = JSON.stringify(method.slice(0, 100));
      throw new RouteError(`Callback function ${name} not implemented`, {
        type: "NotImplementedError",
      });
    }
    if (entry.exposure) {
      const bare = method.length < entry.skip;
      const name = bare ? "init" : method.slice(entry.skip);
      return this.#instances.call(entry.exposure, name, argumentsOf(params));
    }
    const { handler } = entry;
    if (params === undefined || params === null) return handler(peer);
    return Array.isArray(params)
      ? handler(peer, ...params)
      : handler(peer, params);
  }

  #succeed(request: RequestMessage, result: unknown): void {
    if (this.#ended) return;
    const { peer, hooks, send } = this.#options;
    const { id, method, params } = request;
    try {
      send(formatResult(id, result));
    } catch (cause) {
      const { name, message } = cause as Error;
      const error = new RouteError(message, { type: name, cause });
      return this.#fail(request, error);
    }
    if (hooks.callSuccess && method !== "ping") {
      this.#hook(() => hooks.callSuccess!(peer, method, params, result));
    }
  }

  #fail({ id, method, params }: RequestMessage, error: unknown): void {
    if (this.#ended) return;
    const { peer, hooks } = this.#options;
    this.refuse(id, this.#bodyOf(error, method));
    if (hooks.callFail) {
      this.#hook(() => hooks.callFail!(peer, method, params, error));
    }
  }

  #bodyOf(error: unknown, method: string): ErrorBody {
    if (error instanceof RouteError) {
      return { type: error.type, message: error.message };
    }
    try {
      return this.#options.exposeError(error, method) ?? HIDDEN;
    } catch (failure) {
      this.#options.onError(failure);
      return HIDDEN;
    }
  }

  #hook(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#options.onError(error);
    }
  }
}

function argumentsOf(params: unknown): unknown[] {
  if (params === undefined || params === null) return [];
  return Array.isArray(params) ? params : [params];
}
