// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import * as MessageType from "../winerp/_message_type.ts";
import { InformationLoops } from "./_information.ts";
import type { Link } from "./_link.ts";
import {
  type KnownRoute,
  type Question,
  RequestReader,
  toQuestion,
} from "./_question.ts";
import type { Responder } from "./_responder.ts";
import type { SessionOwner } from "./_session.ts";
import type { Message } from "./_wire.ts";

/** A route that a client serves: its handler's types are those of the client. */
interface ServedRoute extends KnownRoute {
  readonly handler: (data: never, context: never) => unknown;
}

/** Takes what comes to a client unasked: requests and information. */
export class Incoming implements SessionOwner {
  /** The routes, by their names as JSON text. */
  readonly routes = new Map<string, ServedRoute>();
  readonly loops = new InformationLoops();
  readonly emit: SessionOwner["emit"];
  readonly #client: unknown;
  readonly #reader: RequestReader;
  readonly #responder: Responder;

  /** Makes it for a client with a name, as JSON text. */
  constructor(
    client: unknown,
    id: string,
    responder: Responder,
    emit: SessionOwner["emit"],
  ) {
    this.#client = client;
    this.#reader = new RequestReader(id, this.routes);
    this.#responder = responder;
    this.emit = emit;
  }

  /** See {@linkcode SessionOwner}. */
  receive(link: Link, message: Message, size: number): void {
    switch (message.type) {
      case MessageType.request:
        return this.#requested(link, message);
      case MessageType.information:
        return this.#informed(message, size);
      case MessageType.functionCall:
        // In a function call, unlike in a request, `id` is the caller.
        if (typeof message.id === "string") {
          this.#responder.functionCall(toQuestion(link, message, message.id));
        }
    }
  }

  /** See {@linkcode SessionOwner}. */
  receiveInOrder(link: Link, text: string): boolean {
    const question = this.#reader.read(link, text);
    if (question) this.#answer(question);
    return question !== undefined;
  }

  #requested(link: Link, message: Message): void {
    // The hub swaps the names in a request: `destination` is the requester.
    const { destination: source = null, route } = message;
    if (source !== null && typeof source !== "string") return;
    if (typeof route !== "string") return;
    this.#answer(toQuestion(link, message, source, route));
  }

  #answer(question: Question): void {
    const { link: { signal }, source, name: route, data: sent } = question;
    const data = sent ?? {};
    this.emit("request", { route, source, data });
    const handler = this.routes.get(question.route)?.handler;
    const client = this.#client;
    this.#responder.request(
      question,
      handler &&
        (() =>
          handler(data as never, { source, route, signal, client } as never)),
    );
  }

  #informed({ id, data = null }: Message, size: number): void {
    const source = typeof id === "string" ? id : "";
    // This hub sends this before it closes, for the sake of stock clients.
    if (source === "" && data === null) return;
    const information = { data, source };
    this.emit("information", information);
    this.loops.push(information, size);
  }
}
