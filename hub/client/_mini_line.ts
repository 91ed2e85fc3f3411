// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The connections of the small client, and what is said over them.
 *
 * It is one closure: as classes, which the small clients of JSON-RPC and wsrpc
 * are here, it would weigh 50 to 90 bytes more after gzip, and the client of the
 * hub is 5,985 of the 6,000 bytes for a page.
 */

import { random } from "@wirekit/internal/json";
import {
  type MiniOptions,
  type MiniSession,
  miniSession,
  type MiniUrl,
} from "@wirekit/transport/mini";
import { LimitError, OnHoldError, RemoteError, RouteError } from "../errors.ts";
import * as Text from "../exchange/_text.ts";
import * as MessageType from "../winerp/_message_type.ts";
import { bearer } from "./_bearer.ts";
import { quote, stringify, textOf } from "./_json.ts";
import {
  type Fields,
  type Message,
  readMessage,
  writeMessage,
  writeTail,
} from "./_wire.ts";
import type { ClientEvents, ClientEventType } from "./events.ts";
import type { ClientState, RequestOptions } from "./options.ts";

/** What the small client is told of its options. */
export interface LineOptions extends MiniOptions {
  name: string;
  token?: string | (() => string | Promise<string>);
  routes?: {
    readonly [name: string]: (data: never, context: never) => unknown;
  };
  holdTimeout?: number;
  maxSentBytes?: number;
  exposeErrors?: boolean;
}

/** Tells an event. */
export type Emit = <K extends ClientEventType>(
  type: K,
  detail: ClientEvents[K],
) => void;

/** What a client is made of. */
export interface Line {
  session: MiniSession;
  state(): ClientState;
  post(fields: Fields): void;
  ask(
    asked: string,
    type: number,
    to: string,
    route: string,
    data: object,
    options: RequestOptions,
  ): Promise<unknown>;
}

/** Opens connections for a client, and verifies each. */
export function openLine(
  url: MiniUrl,
  options: LineOptions,
  emit: Emit,
  client: unknown,
): Line {
  const { name, token, routes = {}, holdTimeout = 60_000 } = options;
  const { maxSentBytes = 2 * 1024 * 1024, exposeErrors } = options;
  for (const [route, handler] of Object.entries(routes)) {
    if (typeof handler === "function") continue;
    throw new TypeError(`Cannot add route: "${route}" is not a function`);
  }
  const id = nameOf(name);
  /** The numbers of the open calls, by their uuids, which nobody can guess. */
  const numbers = new Map<unknown, number>();
  let accepted = Promise.withResolvers<void>();
  let verification: string;
  let isHeld = false;
  const session: MiniSession = miniSession(
    url,
    options,
    {
      heartbeat: { interval: 20_000 },
      maxSent: maxSentBytes,
      async protocols() {
        const secret = typeof token === "function" ? await token() : token;
        return secret === undefined ? [] : bearer(secret);
      },
      greet() {
        accepted = Promise.withResolvers();
        verification = random();
        const tail = writeTail(`"${verification}"`);
        send({ type: MessageType.verification, tail });
        return accepted.promise;
      },
      opened() {
        const names = Object.keys(routes).map((name) => `${quote(name)}:{}`);
        // So that the hub knows what the client can be asked for.
        if (names[0]) {
          send({
            type: MessageType.ping,
            route: `"${Text.announce}"`,
            data: `{${names}}`,
          });
        }
        emit("ready", undefined);
      },
      receive(text, reply) {
        try {
          take(readMessage(text), reply);
        } catch (error) {
          emit("error", { error });
        }
      },
      ping: () => send({ type: MessageType.ping }),
      ended(error, wasOpen) {
        isHeld = false;
        emit(wasOpen ? "disconnect" : "error", { error });
      },
    },
  );
  return { session, state, post, ask };

  function state(): ClientState {
    const { state } = session;
    return isHeld && state === "connecting" ? "held" : state;
  }

  function send(fields: Fields): void {
    session.post(writeMessage(id, fields), true);
  }

  function write(fields: Fields): string {
    if (state() === "held") throw new OnHoldError();
    return writeMessage(id, fields);
  }

  function post(fields: Fields): void {
    session.post(write(fields));
  }

  async function ask(
    asked: string,
    type: number,
    to: string,
    route: string,
    data: object,
    options: RequestOptions,
  ): Promise<unknown> {
    const uuid = random();
    const json = stringify(data);
    const tail = writeTail(`"${uuid}"`, to);
    try {
      return await session.ask(asked, (number) => {
        numbers.set(uuid, number);
        return write({ type, route, data: json, tail });
      }, options);
    } finally {
      numbers.delete(uuid);
    }
  }

  function take(message: Message, reply: (text: string) => void): void {
    const { type, id: from, uuid, data = null } = message;
    const call = () => session.take(numbers.get(uuid) ?? 0);
    switch (type) {
      case MessageType.success:
        return accepted.resolve();
      case MessageType.ping:
      case MessageType.response:
        return call()?.resolve(data);
      case MessageType.request:
        return answer(message, reply);
      case MessageType.information: {
        const source = typeof from === "string" ? from : "";
        // The hub sends an empty one before it closes, for stock clients.
        if (source || data !== null) emit("information", { data, source });
        return;
      }
      case MessageType.error: {
        const text = textOf(data);
        if (session.state === "connecting") return refused(text, uuid);
        const error = new RemoteError(text);
        // With a uuid it is an answer, if a late one.
        if (typeof uuid === "string") call()?.reject(error);
        else emit("error", { error });
      }
    }
  }

  function refused(text: string, uuid: unknown): void {
    if (text === Text.alreadyAuthorized) {
      isHeld = true;
      session.expire(holdTimeout, () => new OnHoldError());
      emit("hold", undefined);
    } else if (uuid === verification) {
      const why = text === Text.notAuthorized
        ? "the token is missing or wrong"
        : text;
      session.refuse(why);
    }
  }

  function answer(
    { destination, route, uuid, data }: Message,
    reply: (text: string) => void,
  ): void {
    // The hub swaps the names in a request.
    const source = typeof destination === "string" ? destination : "";
    const name = `${route}`;
    const tail = writeTail(
      typeof uuid === "object" ? "null" : stringify(uuid),
      source ? quote(source) : "null",
    );
    const answerOf = (type: number, data: string, traceback = "null") =>
      writeMessage(id, { type, route: quote(name), traceback, data, tail });
    void session.answer(
      reply,
      () => {
        if (!Object.hasOwn(routes, name)) throw new RouteError(Text.noRoute);
        const context = { source, route: name, client };
        return routes[name]!((data ?? {}) as never, context as never);
      },
      (result) => answerOf(MessageType.response, stringify(result)),
      (error) => {
        const isOurs = error instanceof RouteError ||
          error instanceof LimitError;
        if (!isOurs) emit("error", { error });
        const isShown = isOurs || (exposeErrors && error instanceof Error);
        const text = isShown ? error.message.slice(0, 4096) : "Route failed";
        return answerOf(MessageType.error, stringify(text), stringify(text));
      },
    );
  }
}

/** Writes a name that a user gave as JSON. */
export function nameOf(name: string): string {
  if (typeof name === "string" && name) return quote(name);
  throw new TypeError(
    `A name must be a non-empty string: got ${JSON.stringify(name)}`,
  );
}
