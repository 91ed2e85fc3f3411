// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { errorOf, LimitError } from "@wirekit/internal/errors";
import type { PeerHooks } from "../peer_options.ts";
import { describe, type Reports } from "./_reports.ts";
import type { Sender } from "./_sender.ts";
import { argumentsOf, exposed, HIDDEN } from "./_shown.ts";
import { isThenable } from "./_thenable.ts";
import type { AnyPeer } from "../caller.ts";
import { type ErrorBody, RouteError } from "../errors.ts";
import type { RouteTable, Scope } from "../routes/_table.ts";
import type { RequestMessage } from "../wire/_read.ts";
import { formatError, formatResult } from "../wire/_write.ts";

/** The cost of waiting besides the text, in bytes. */
const REQUEST_OVERHEAD = 64;

/** What a responder needs. */
export interface ResponderOptions {
  peer: AnyPeer;
  table: RouteTable;
  reports: Reports<AnyPeer, PeerHooks>;
  sender: Sender;
  exposeErrors:
    | boolean
    | ((error: unknown, method: string) => ErrorBody | undefined);
  maxHandlers: number;
  maxQueuedBytes: number;
}

interface Waiting {
  readonly request: RequestMessage;
  readonly size: number;
}

/** Answers the calls of a peer: each exactly once, unless the peer is gone. */
export class Responder {
  readonly #options: ResponderOptions;
  readonly #scope: Scope;
  #running = 0;
  #queue: Waiting[] = [];
  #next = 0;
  #queueBytes = 0;
  #ended = false;

  /** Makes a responder without calls. */
  constructor(options: ResponderOptions) {
    this.#options = options;
    this.#scope = { peer: options.peer };
  }

  /** Takes a call whose text is `size` long. Never throws. */
  take(request: RequestMessage, size: number): void {
    // First of all: no handler may make a live peer look dead.
    if (request.method === "ping") {
      return this.#succeed(request, request.params ?? {});
    }
    if (this.#next === this.#queue.length && this.#free) {
      return this.#start(request);
    }
    const bytes = size + REQUEST_OVERHEAD;
    if (this.#queueBytes + bytes > this.#options.maxQueuedBytes) {
      return this.#fail(
        request,
        new RouteError("Too many requests", { type: "LimitError" }),
      );
    }
    this.#queueBytes += bytes;
    this.#queue.push({ request, size: bytes });
  }

  /** Starts waiting calls, as far as there is room. */
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

  /**
   * Drops waiting calls, and disposes the instances. Nothing is sent after
   * this.
   */
  async end(): Promise<void> {
    this.#ended = true;
    this.#queue.length = this.#next = this.#queueBytes = 0;
    const { peer, reports } = this.#options;
    await this.#scope.instances?.dispose((error) =>
      reports.failed(peer, error)
    );
  }

  /** The number of calls that run or wait. */
  get size(): number {
    return this.#running + this.#queue.length - this.#next;
  }

  /** Answers with an error, if only with the error that it cannot be sent. */
  refuse(
    id: RequestMessage["id"],
    error: ErrorBody,
    what = "a call that cannot be read",
  ): void {
    const failure = this.#tell(id, error, what);
    if (!failure || error === HIDDEN) return;
    // The caller must not wait for it.
    const isTold = failure instanceof LimitError &&
      !this.#tell(id, unsent(failure), what);
    if (!isTold) this.#tell(id, HIDDEN, what);
  }

  /** Sends an error; returns why that fails, and reports it. */
  #tell(id: RequestMessage["id"], error: ErrorBody, what: string): unknown {
    const { peer, reports, sender } = this.#options;
    try {
      sender.send(formatError(id, error));
      return undefined;
    } catch (failure) {
      reports.failed(peer, failure, `The error of ${what} cannot be sent`);
      return failure;
    }
  }

  get #free(): boolean {
    const { maxHandlers, sender } = this.#options;
    return this.#running < maxHandlers && !sender.isBlocked;
  }

  #start(request: RequestMessage): void {
    const { peer, reports } = this.#options;
    const { hooks } = reports;
    if (hooks.callStart) {
      reports.guard(
        peer,
        () => hooks.callStart!(peer, request.method, request.params),
      );
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
    const entry = this.#options.table.find(method);
    if (entry) return entry.call(this.#scope, method, argumentsOf(params));
    const name = JSON.stringify(method.slice(0, 100));
    throw new RouteError(`Callback function ${name} not implemented`, {
      type: "NotImplementedError",
    });
  }

  #succeed(request: RequestMessage, result: unknown): void {
    if (this.#ended) return;
    const { peer, reports, sender } = this.#options;
    const { id, method, params } = request;
    try {
      sender.send(formatResult(id, result));
    } catch (cause) {
      const { name, message } = errorOf(cause);
      const error = new RouteError(message, { type: name, cause });
      return this.#fail(request, error);
    }
    const { hooks } = reports;
    if (hooks.callSuccess && method !== "ping") {
      reports.guard(
        peer,
        () => hooks.callSuccess!(peer, method, params, result),
      );
    }
  }

  #fail({ id, method, params }: RequestMessage, error: unknown): void {
    if (this.#ended) return;
    const { peer, reports } = this.#options;
    const { hooks, logger } = reports;
    const name = JSON.stringify(method.slice(0, 100));
    this.refuse(id, this.#bodyOf(error, method), `route ${name}`);
    if (logger) {
      reports.guard(peer, () => {
        if (error instanceof RouteError) return;
        const line = `Route ${name} failed: ${describe(error)}`;
        reports.log("error", line, "route");
      });
    }
    if (hooks.callFail) {
      reports.guard(peer, () => hooks.callFail!(peer, method, params, error));
    }
  }

  #bodyOf(error: unknown, method: string): ErrorBody {
    const { peer, reports, exposeErrors } = this.#options;
    try {
      if (error instanceof RouteError) {
        return { type: error.type, message: error.message };
      }
      if (typeof exposeErrors === "boolean") {
        return exposeErrors ? exposed(error) : HIDDEN;
      }
      return exposeErrors(error, method) ?? HIDDEN;
    } catch (failure) {
      reports.failed(peer, failure);
      return HIDDEN;
    }
  }
}

/** Returns what the caller is told in place of an error that is too large. */
function unsent({ name, message }: LimitError): ErrorBody {
  return { type: name, message: `The error is too large: ${message}` };
}
