// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** The connections of the small client, and what is said over them. */

import { parseLoose } from "@wirekit/internal/json";
import type { Logger } from "@wirekit/internal/logger";
import {
  type MiniOptions,
  type MiniSession,
  miniSession,
  type MiniUrl,
} from "@wirekit/transport/mini";
import { Caller, type CallerLine, type Listener } from "../caller.ts";
import type { JsonObject } from "../contract.ts";
import { LimitError, RouteError, WsrpcError } from "../errors.ts";
import { idOf, MAX_MESSAGE_BYTES, numberOf } from "../wire/_ids.ts";
import {
  type Message,
  readMessage,
  type RequestMessage,
} from "../wire/_read.ts";
import {
  formatError,
  formatEvent,
  formatRequest,
  formatResult,
} from "../wire/_write.ts";
import { describe } from "./_reports.ts";
import { argumentsOf, exposed, HIDDEN } from "./_shown.ts";

/** The longest name of a route in an error or a line of the log. */
const MAX_NAME = 100;

/** A route: its types are those of the client. */
type Handler = (peer: never, ...args: never[]) => unknown;

interface Routes {
  readonly [name: string]: Handler | Routes;
}

/** What the small client is told of its options. */
interface LineOptions extends MiniOptions {
  routes?: Routes;
  maxSentBytes?: number;
  exposeErrors?: boolean;
  onOpen?: (peer: never) => unknown;
  logger?: Logger;
}

/** Calls the server before the client is open, too. */
class EarlyCaller extends Caller {}

/** Opens connections, and returns what calls over them. */
export function openLine(
  url: MiniUrl,
  options: LineOptions,
): { session: MiniSession; line: CallerLine } {
  const { routes = {}, onOpen, exposeErrors, logger } = options;
  const { maxSentBytes = MAX_MESSAGE_BYTES } = options;
  const handlers = new Map<string, Handler>();
  const listeners = new Set<Listener>();
  const lineOf = (early: boolean): CallerLine => ({
    call: (method, params, options = {}) =>
      session.ask(
        `No answer to ${JSON.stringify(method)}`,
        (number) => formatRequest(idOf(number), method, params),
        options,
        early,
      ),
    // deno-lint-ignore require-await -- what it throws is a rejection
    emit: async (event) => session.post(formatEvent(event), early),
    listen: (listener) => void listeners.add(listener),
    unlisten: (listener) => listeners.delete(listener),
  });
  const line = lineOf(false);
  const early = lineOf(true);
  const peer = new EarlyCaller(early);
  addAll(handlers, "", routes);
  const session = miniSession(url, options, {
    maxSent: maxSentBytes,
    greet: () => onOpen?.(peer as never),
    receive(text, reply) {
      let message: Message;
      try {
        message = readMessage(parseLoose(text));
      } catch {
        return; // Whose answer it is cannot be told.
      }
      if (message.kind === "request") answer(message, reply);
      else if (message.kind === "event") tell(message.event);
      else if (message.kind === "result") {
        session.take(numberOf(message.id))?.resolve(message.result);
      } else if (message.kind === "error") {
        session.take(numberOf(message.id))?.reject(
          new WsrpcError(message.error),
        );
      } else if (message.request !== undefined) {
        const text = `Cannot read the call: ${message.reason}`;
        const error = { type: "TypeError", message: text };
        reply(formatError(message.request, error));
      }
    },
    ping: () =>
      void early.call("ping", { seq: performance.now() / 1000 }, {})
        .catch(() => {}),
  });
  return { session, line };

  function answer(
    { id, method, params }: RequestMessage,
    reply: (text: string) => void,
  ): void {
    // No handler may make a page that lives look dead.
    if (method === "ping") return reply(formatResult(id, params ?? {}));
    const name = JSON.stringify(method.slice(0, MAX_NAME));
    void session.answer(
      reply,
      () => {
        const handler = handlers.get(method);
        if (handler) {
          return handler(peer as never, ...argumentsOf(params) as never[]);
        }
        throw new RouteError(`Callback function ${name} not implemented`, {
          type: "NotImplementedError",
        });
      },
      (result) => formatResult(id, result),
      (error) => {
        if (error instanceof RouteError) {
          const { type, message } = error;
          return formatError(id, { type, message });
        }
        const isOurs = error instanceof LimitError;
        if (!isOurs) log(`Route ${name}`, error);
        return formatError(
          id,
          isOurs || exposeErrors ? exposed(error) : HIDDEN,
        );
      },
    );
  }

  function tell(event: JsonObject): void {
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        log("A listener", error);
      }
    }
    // A switchboard says that this client has a name there.
    if (!Object.hasOwn(event, "hub.ready")) return;
    const names = Array.from(handlers.keys(), (name) => [name, {}]);
    line.call("hub.announce", { routes: Object.fromEntries(names) }, {})
      .catch(() => {});
  }

  function log(what: string, error: unknown): void {
    try {
      logger?.error?.(`${what} failed: ${describe(error)}`);
    } catch {
      // A logger that fails harms nobody.
    }
  }
}

function addAll(
  handlers: Map<string, Handler>,
  group: string,
  routes: Routes,
): void {
  for (const [key, route] of Object.entries(routes)) {
    const name = group + key;
    if (typeof route === "object" && route) {
      addAll(handlers, `${name}.`, route);
      continue;
    }
    if (typeof route !== "function") {
      throw new TypeError(`Cannot add route: "${name}" is not a function`);
    }
    handlers.set(name, route);
  }
}
