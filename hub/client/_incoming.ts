// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { announce } from "../exchange/_text.ts";
import type { RouteInfo } from "../exchange/route_info.ts";
import * as MessageType from "../winerp/_message_type.ts";
import { InformationLoops } from "./_information.ts";
import { stringify } from "./_json.ts";
import type { Link } from "./_link.ts";
import {
  type KnownRoute,
  type Question,
  RequestReader,
  toQuestion,
} from "./requests/_question.ts";
import type { Responder } from "./_responder.ts";
import type { SessionOwner } from "./session/_options.ts";
import { type Message, writeMessage } from "./_wire.ts";

/** A route that a client serves: its handler's types are those of the client. */
interface ServedRoute extends KnownRoute {
  readonly handler: (data: never, context: never) => unknown;
  /** What the hub is told of it. */
  readonly info: RouteInfo;
}

/** Takes what comes to a client unasked: requests and information. */
export class Incoming implements SessionOwner {
  /** The routes, by their names as JSON text. */
  readonly routes = new Map<string, ServedRoute>();
  readonly loops = new InformationLoops();
  readonly emit: SessionOwner["emit"];
  readonly #client: unknown;
  readonly #id: string;
  readonly #reader: RequestReader;
  readonly #responder: Responder;
  /** The connection on which the hub has accepted the name last. */
  #link: Link | undefined;
  /** Whether the hub will be told of the routes in this turn. */
  #announcing = false;

  /** Makes it for a client with a name, as JSON text. */
  constructor(
    client: unknown,
    id: string,
    responder: Responder,
    emit: SessionOwner["emit"],
  ) {
    this.#client = client;
    this.#id = id;
    this.#reader = new RequestReader(id, this.routes);
    this.#responder = responder;
    this.emit = emit;
  }

  /** See {@linkcode SessionOwner}. */
  accepted(link: Link): void {
    this.#link = link;
    if (this.routes.size > 0) this.#announce(link);
  }

  /** Tells the hub of all routes that are added and removed in this turn. */
  announceSoon(): void {
    const link = this.#link;
    if (this.#announcing || !link || link.ended) return;
    this.#announcing = true;
    queueMicrotask(() => {
      this.#announcing = false;
      if (!link.ended) this.#announce(link);
    });
  }

  /**
   * Tells the hub what the client can be asked for, in a ping: winerp's own
   * server answers that as any other.
   */
  #announce(link: Link): void {
    try {
      const routes = Array.from(
        this.routes.values(),
        ({ json, info }) => `${json}:${stringify(info)}`,
      );
      const text = writeMessage(this.#id, {
        type: MessageType.ping,
        route: `"${announce}"`,
        data: `{${routes}}`,
      });
      link.check(text);
      link.post(text);
    } catch (error) {
      this.emit("error", { error });
    }
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
