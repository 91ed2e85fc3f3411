// Copyright 2026 the Wirekit authors. MIT license.

import { deadline } from "@std/async/deadline";
import type { Transport } from "@wirekit/transport/transport";
import type { JsonObject } from "../contract.ts";

/** The far end of a transport, in the hands of a test. */
export class Raw {
  readonly #transport: Transport;
  readonly #reader: AsyncIterator<string>;

  /** Takes the far end over. */
  constructor(transport: Transport) {
    this.#transport = transport;
    this.#reader = transport[Symbol.asyncIterator]();
  }

  /** Sends a text as it is, and anything else as JSON. */
  send(message: unknown): void {
    this.#transport.send(
      typeof message === "string" ? message : JSON.stringify(message),
    );
  }

  /** Takes the next message. */
  async next(): Promise<JsonObject> {
    return JSON.parse(await this.text());
  }

  /** Takes the next message as text. */
  async text(): Promise<string> {
    const { done, value } = await deadline(this.#reader.next(), 5_000);
    if (done) throw new Error("The peer has closed");
    return value;
  }

  /** Asks, and takes the next message for the answer. */
  ask(message: unknown): Promise<JsonObject> {
    this.send(message);
    return this.next();
  }

  /** Takes what has come until the answer to a ping that this sends. */
  async rest(): Promise<JsonObject[]> {
    this.send({ id: 4242, method: "ping" });
    const messages: JsonObject[] = [];
    while (true) {
      const message = await this.next();
      if (message.id === 4242) return messages;
      messages.push(message);
    }
  }

  /** Ends the connection. */
  close(error?: Error): Promise<void> {
    return this.#transport.close(error);
  }
}
