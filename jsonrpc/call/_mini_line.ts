// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** The connections of the small client, and what is said over them. */

import { described, LimitError } from "@wirekit/internal/errors";
import { oneLine } from "@wirekit/internal/logger";
import {
  type MiniSession,
  miniSession,
  type MiniUrl,
} from "@wirekit/transport/mini";
import {
  InternalError,
  InvalidRequestError,
  JsonRpcError,
  MethodNotFoundError,
  ParseError,
} from "../wire/error.ts";
import {
  decodeExact,
  encodeJson,
  type Id,
  idOf,
  joinJson,
  kindOf,
  type Params,
} from "../wire/message.ts";
import { MalformedResponseError } from "./call_error.ts";
import { cannotCall } from "./_cannot_call.ts";
import type {
  ClientOptions,
  MiniCall,
  MiniCaller,
  WaitOptions,
} from "./_mini_options.ts";

/** Sends an answer. */
type Reply = (text: string) => void;

/** Opens connections, and returns what calls over them. */
export function openLine(
  url: MiniUrl,
  options: ClientOptions,
): { session: MiniSession; caller: MiniCaller } {
  for (const [name, method] of Object.entries(options.methods ?? {})) {
    if (typeof method === "function") continue;
    throw new TypeError(`Cannot add method: "${name}" is not a function`);
  }
  const { protocols = [], onOpen } = options;
  const session: MiniSession = miniSession(url, options, {
    heartbeat: { timeout: 30_000 },
    maxReceived: options.maxMessageBytes,
    binary: "", // It is answered as what is no JSON.
    protocols: () => protocols,
    greet: () => onOpen?.(peer),
    receive: (text, reply) => answerer.receive(text, reply),
    ping: () => void peer.request("rpc.ping").catch(() => {}),
    gaveUp(id) {
      const method = "$/cancelRequest";
      if (options.cancel !== false) {
        peer.notify(method, { id }).catch(() => {});
      }
    },
  });
  const peer = new LineCaller(session, true);
  const answerer = new Answerer(session, options, peer);
  return { session, caller: new LineCaller(session, false) };
}

/** Calls over the connections of a session. */
class LineCaller implements MiniCaller {
  readonly #session: MiniSession;
  readonly #early: boolean;

  /** `early` calls need not wait until the connection is open. */
  constructor(session: MiniSession, early: boolean) {
    this.#session = session;
    this.#early = early;
  }

  async request<T>(
    method: string,
    params?: Params,
    wait: WaitOptions = {},
  ): Promise<T> {
    const { result, error } = await this.#session.ask(
      cannotCall(method, "no response"),
      (id) => encodeJson({ method, id, params: withoutNone(params) }),
      wait,
      this.#early,
    ) as { result?: unknown; error?: unknown };
    const isError = error != null;
    if (isError ? result != null : result === undefined) {
      const reason = `response has ${
        isError ? "both result and" : "no result or"
      } error`;
      throw new MalformedResponseError(method, { reason });
    }
    if (isError) throw JsonRpcError.from(error);
    return result as T;
  }

  // deno-lint-ignore require-await -- what it throws is a rejection
  async notify(method: string, params?: Params): Promise<void> {
    const text = encodeJson({ method, params: withoutNone(params) });
    this.#session.post(text, this.#early);
  }
}

/** Takes what the server sends, and answers its calls. */
class Answerer {
  readonly #session: MiniSession;
  readonly #options: ClientOptions;
  readonly #peer: MiniCaller;

  constructor(session: MiniSession, options: ClientOptions, peer: MiniCaller) {
    this.#session = session;
    this.#options = options;
    this.#peer = peer;
  }

  receive(text: string, reply: Reply): void {
    let value: unknown;
    try {
      value = decodeExact(text);
    } catch {
      return refuse(null, new ParseError(), reply);
    }
    if (Array.isArray(value) && value[0] !== undefined) {
      void this.#takeAll(value, reply);
    } else void this.#take(value, reply);
  }

  /** Answers a batch at once, in its order; notifications alone, not at all. */
  async #takeAll(batch: unknown[], reply: Reply): Promise<void> {
    const answers: string[] = [];
    await Promise.all(
      batch.map((each, i) => this.#take(each, (text) => answers[i] = text)),
    );
    const all = answers.flat(); // Without the gaps.
    if (all[0]) reply(joinJson(all));
  }

  #take(value: unknown, reply: Reply): Promise<void> | undefined {
    const kind = kindOf(value);
    if (kind === "request" || kind === "notification") {
      return this.#answer(value as MiniCall, reply);
    }
    const id = idOf(value);
    const isAnswer = Object(value).method === undefined;
    const call = isAnswer && this.#session.take(id as number);
    if (call) call.resolve(value);
    else if (kind === "invalid") refuse(id, new InvalidRequestError(), reply);
    return undefined;
  }

  #answer({ method, id, params }: MiniCall, reply: Reply): Promise<void> {
    const { methods = {} } = this.#options;
    return this.#session.answer(
      (text) => text && reply(text),
      () => {
        if (!Object.hasOwn(methods, method)) throw new MethodNotFoundError();
        const args = Array.isArray(params) ? params : params ? [params] : [];
        const call = { method, id, params, peer: this.#peer };
        return methods[method]!(call, ...args);
      },
      (result) => id === undefined ? "" : encodeJson({ id, result }),
      (error) => {
        if (id !== undefined) {
          return encodeJson({ id, error: this.#shown(error, method) });
        }
        if (Object.hasOwn(methods, method)) this.#shown(error, method);
        return "";
      },
    );
  }

  /** What the server sees of an error. */
  #shown(error: unknown, method: string): JsonRpcError {
    if (error instanceof JsonRpcError) return error;
    const { logger, exposeErrors } = this.#options;
    try {
      const name = JSON.stringify(method.slice(0, 100));
      const line = `Method ${name} failed: ${oneLine(described(error))}`;
      logger?.warn?.(line);
    } catch {
      // A logger that fails harms nobody.
    }
    const { message } = Object(error);
    const isShown = exposeErrors || error instanceof LimitError;
    return new InternalError(isShown && message ? { message } : {});
  }
}

function refuse(id: Id, error: JsonRpcError, reply: Reply): void {
  reply(encodeJson({ id, error }));
}

function withoutNone(params: Params | undefined): Params | undefined {
  return Array.isArray(params) && params.length === 0 ? undefined : params;
}
