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
import type { CallOptions, JsonObject } from "../contract.ts";
import {
  type ErrorBody,
  LimitError,
  RemoteError,
  RouteError,
  WsrpcError,
} from "../errors.ts";
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

/** Sends an answer. */
type Reply = (text: string) => void;

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
  const { routes = {}, onOpen, maxSentBytes = MAX_MESSAGE_BYTES } = options;
  const handlers = new Map<string, Handler>();
  addAll(handlers, "", routes);
  const session: MiniSession = miniSession(url, options, {
    maxSent: maxSentBytes,
    greet: () => onOpen?.(peer as never),
    receive: (text, reply) => answerer.receive(text, reply),
    ping: () =>
      void early.call("ping", { seq: performance.now() / 1000 })
        .catch(() => {}),
  });
  const listeners = new Set<Listener>();
  const line = new Line(session, listeners);
  const early = new Line(session, listeners, true);
  const peer = new EarlyCaller(early);
  const answerer = new Answerer(
    { session, handlers, listeners, line, peer },
    options,
  );
  return { session, line };
}

/** Calls over the connections of a session. */
class Line implements CallerLine {
  readonly #session: MiniSession;
  readonly #listeners: Set<Listener>;
  readonly #early: boolean;

  /** `early` calls need not wait until the connection is open. */
  constructor(
    session: MiniSession,
    listeners: Set<Listener>,
    early = false,
  ) {
    this.#session = session;
    this.#listeners = listeners;
    this.#early = early;
  }

  call(
    method: string,
    params: unknown,
    options: CallOptions = {},
  ): Promise<unknown> {
    return this.#session.ask(
      `No answer to ${JSON.stringify(method)}`,
      (number) => formatRequest(idOf(number), method, params),
      options,
      this.#early,
    );
  }

  // deno-lint-ignore require-await -- what it throws is a rejection
  async emit(event: JsonObject): Promise<void> {
    this.#session.post(formatEvent(event), this.#early);
  }

  listen(listener: Listener): void {
    this.#listeners.add(listener);
  }

  unlisten(listener: Listener): boolean {
    return this.#listeners.delete(listener);
  }
}

/** What an {@linkcode Answerer} works with. */
interface Parts {
  session: MiniSession;
  handlers: Map<string, Handler>;
  listeners: Set<Listener>;
  line: CallerLine;
  /** What handlers call the server with. */
  peer: Caller;
}

/** Takes what the server sends, and answers its calls. */
class Answerer {
  readonly #by: Parts;
  readonly #options: LineOptions;

  constructor(by: Parts, options: LineOptions) {
    this.#by = by;
    this.#options = options;
  }

  receive(text: string, reply: Reply): void {
    const { session } = this.#by;
    let message: Message;
    try {
      message = readMessage(parseLoose(text));
    } catch {
      return; // Whose answer it is cannot be told.
    }
    if (message.kind === "request") this.#answer(message, reply);
    else if (message.kind === "event") this.#tell(message.event);
    else if (message.kind === "result") {
      session.take(numberOf(message.id))?.resolve(message.result);
    } else if (message.kind === "error") {
      session.take(numberOf(message.id))?.reject(new WsrpcError(message.error));
    } else {
      const { request, response, reason } = message;
      if (request !== undefined) {
        const message = `Cannot read the call: ${reason}`;
        reply(formatError(request, { type: "TypeError", message }));
      }
      if (response !== undefined) {
        const text = `Cannot read the answer: ${reason}`;
        session.take(numberOf(response))?.reject(new RemoteError(text));
      }
    }
  }

  #answer({ id, method, params }: RequestMessage, reply: Reply): void {
    // No handler may make a page that lives look dead.
    if (method === "ping") return reply(formatResult(id, params ?? {}));
    const { session, handlers, peer } = this.#by;
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
      (error) => formatError(id, this.#shown(error, name)),
    );
  }

  /** What the server sees of an error. */
  #shown(error: unknown, name: string): ErrorBody {
    if (error instanceof RouteError) {
      const { type, message } = error;
      return { type, message };
    }
    const isOurs = error instanceof LimitError;
    if (!isOurs) this.#log(`Route ${name}`, error);
    return isOurs || this.#options.exposeErrors ? exposed(error) : HIDDEN;
  }

  #tell(event: JsonObject): void {
    const { handlers, line, listeners } = this.#by;
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#log("A listener", error);
      }
    }
    // A switchboard says that this client has a name there.
    if (!Object.hasOwn(event, "hub.ready")) return;
    const names = Array.from(handlers.keys(), (name) => [name, {}]);
    line.call("hub.announce", { routes: Object.fromEntries(names) }, {})
      .catch(() => {});
  }

  #log(what: string, error: unknown): void {
    try {
      this.#options.logger?.error?.(`${what} failed: ${describe(error)}`);
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
