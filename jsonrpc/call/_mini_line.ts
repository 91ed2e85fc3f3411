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
  const { methods = {}, protocols = [], onOpen } = options;
  for (const [name, method] of Object.entries(methods)) {
    if (typeof method === "function") continue;
    throw new TypeError(`Cannot add method: "${name}" is not a function`);
  }
  const callerOf = (early: boolean): MiniCaller => ({
    async request<T>(method: string, params?: Params, wait: WaitOptions = {}) {
      const { result, error } = await session.ask(
        cannotCall(method, "no response"),
        (id) => encodeJson({ method, id, params: withoutNone(params) }),
        wait,
        early,
      ) as { result?: unknown; error?: unknown };
      const isError = error != null;
      if (isError ? result != null : result === undefined) {
        const reason = `response has ${
          isError ? "both" : "no"
        } result and error`;
        throw new MalformedResponseError(method, { reason });
      }
      if (isError) throw JsonRpcError.from(error);
      return result as T;
    },
    // deno-lint-ignore require-await -- what it throws is a rejection
    notify: async (method, params) =>
      session.post(encodeJson({ method, params: withoutNone(params) }), early),
  });
  const peer = callerOf(true);
  const session: MiniSession = miniSession(
    url,
    options,
    {
      heartbeat: { timeout: 30_000 },
      maxReceived: options.maxMessageBytes,
      binary: "", // It is answered as what is no JSON.
      protocols: () => protocols,
      greet: () => onOpen?.(peer),
      receive(text, reply) {
        let value: unknown;
        try {
          value = decodeExact(text);
        } catch {
          return refuse(null, new ParseError(), reply);
        }
        if (Array.isArray(value) && value[0] !== undefined) {
          void takeAll(value, reply);
        } else void take(value, reply);
      },
      ping: () => void peer.request("rpc.ping").catch(() => {}),
      gaveUp(id) {
        const method = "$/cancelRequest";
        if (options.cancel !== false) {
          peer.notify(method, { id }).catch(() => {});
        }
      },
    },
  );
  return { session, caller: callerOf(false) };

  /** Answers a batch at once, in its order; notifications alone, not at all. */
  async function takeAll(batch: unknown[], reply: Reply): Promise<void> {
    const answers: string[] = [];
    await Promise.all(
      batch.map((each, i) => take(each, (text) => answers[i] = text)),
    );
    const all = answers.flat(); // Without the gaps.
    if (all[0]) reply(joinJson(all));
  }

  function take(value: unknown, reply: Reply): Promise<void> | undefined {
    const kind = kindOf(value);
    if (kind === "request" || kind === "notification") {
      return answer(value as MiniCall, reply);
    }
    const id = idOf(value);
    const isAnswer = Object(value).method === undefined;
    const call = isAnswer && session.take(id as number);
    if (call) call.resolve(value);
    else if (kind === "invalid") refuse(id, new InvalidRequestError(), reply);
    return undefined;
  }

  function refuse(id: Id, error: JsonRpcError, reply: Reply): void {
    reply(encodeJson({ id, error }));
  }

  function answer(
    { method, id, params }: MiniCall,
    reply: Reply,
  ): Promise<void> {
    return session.answer(
      (text) => text && reply(text),
      () => {
        if (!Object.hasOwn(methods, method)) throw new MethodNotFoundError();
        const args = Array.isArray(params) ? params : params ? [params] : [];
        return methods[method]!({ method, id, params, peer }, ...args);
      },
      (result) => id === undefined ? "" : encodeJson({ id, result }),
      (error) => {
        if (id !== undefined) {
          return encodeJson({ id, error: shown(error, method) });
        }
        if (Object.hasOwn(methods, method)) shown(error, method);
        return "";
      },
    );
  }

  /** What the server sees of an error. */
  function shown(error: unknown, method: string): JsonRpcError {
    if (error instanceof JsonRpcError) return error;
    try {
      const name = JSON.stringify(method.slice(0, 100));
      const line = `Method ${name} failed: ${oneLine(described(error))}`;
      options.logger?.warn?.(line);
    } catch {
      // A logger that fails harms nobody.
    }
    const { message } = Object(error);
    const isShown = options.exposeErrors || error instanceof LimitError;
    return new InternalError(isShown && message ? { message } : {});
  }
}

function withoutNone(params: Params | undefined): Params | undefined {
  return Array.isArray(params) && params.length === 0 ? undefined : params;
}
