// Copyright 2026 the Wirekit authors. MIT license.

import { pair } from "@wirekit/transport/pair";
import type { Transport } from "@wirekit/transport/transport";
import { Client } from "../../client.ts";
import type { ClientOptions } from "../options.ts";
import type { AnyRoutes, Contract } from "../contract.ts";

/** A message as it is on the wire. */
export interface Wire {
  id: string | null;
  type: number;
  route: unknown;
  traceback: string | null;
  // deno-lint-ignore no-explicit-any -- a test looks into it
  data: any;
  uuid: unknown;
  destination: string | null;
  pseudo_object: boolean | null;
}

/** The hub's end of one connection, moved by hand. */
export class FakeConnection {
  readonly transport: Transport;
  readonly #messages: AsyncIterator<string>;

  constructor(transport: Transport) {
    this.transport = transport;
    this.#messages = transport[Symbol.asyncIterator]();
  }

  /** What the client told that it can be asked for, in its order. */
  readonly announced: Record<string, unknown>[] = [];

  /** Returns the next message as text, of those that are no announcement. */
  async readText(): Promise<string> {
    for (;;) {
      const { done, value } = await this.#messages.next();
      if (done) throw new Error("Client closed the connection");
      if (!value.includes('"type":5,"route":"announce"')) return value;
      this.announced.push(JSON.parse(value).data);
    }
  }

  /** Returns the next message. */
  async read(): Promise<Wire> {
    return JSON.parse(await this.readText());
  }

  /** Sends a message, or any text. */
  send(message: Partial<Wire> | string): Promise<void> {
    return this.transport.send(
      typeof message === "string" ? message : JSON.stringify({
        id: null,
        type: 0,
        route: null,
        data: {},
        traceback: null,
        uuid: null,
        destination: null,
        pseudo_object: null,
        ...message,
      }),
    );
  }

  /** Reads the verification and accepts the name. */
  async accept(): Promise<Wire> {
    const verification = await this.read();
    await this.send({ ...verification, type: 0, data: "Authorized." });
    return verification;
  }

  /** Answers a question. */
  answer(question: Wire, data: unknown): Promise<void> {
    return this.send({ ...question, type: 3, data });
  }

  /** Resolves when the client has closed. */
  async ended(): Promise<void> {
    while (!(await this.#messages.next()).done);
  }
}

/** A hub whose every message is written by the test. */
export class FakeHub {
  readonly #waiting: FakeConnection[] = [];
  #reader: ((connection: FakeConnection) => void) | undefined;

  /** Opens a connection: the `transport` option of a client. */
  readonly transport = (): Promise<Transport> => {
    const [near, far] = pair();
    const connection = new FakeConnection(far);
    if (this.#reader) this.#reader(connection);
    else this.#waiting.push(connection);
    this.#reader = undefined;
    return Promise.resolve(near);
  };

  /** Returns the next connection. */
  next(): Promise<FakeConnection> {
    const connection = this.#waiting.shift();
    if (connection) return Promise.resolve(connection);
    return new Promise((resolve) => this.#reader = resolve);
  }
}

/** Returns a client that is ready, and the other end of its connection. */
export async function connected<T extends Contract<T> = AnyRoutes>(
  options: ClientOptions = {},
  name = "alpha",
): Promise<{ client: Client<T>; hub: FakeHub; connection: FakeConnection }> {
  const hub = new FakeHub();
  const client = new Client<T>(name, {
    transport: hub.transport,
    reconnect: { minDelay: 1, maxDelay: 5 },
    ...options,
  });
  const ready = client.connect();
  const connection = await hub.next();
  await connection.accept();
  await ready;
  return { client, hub, connection };
}
