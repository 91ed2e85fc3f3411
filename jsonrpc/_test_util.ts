// Copyright 2026 the Wirekit authors. MIT license.

/** What the tests of this package share. */

import { deadline } from "@std/async/deadline";
import { pair } from "@wirekit/transport/pair";
import type { Transport } from "@wirekit/transport/transport";
import { Methods } from "./answer/methods.ts";
import { Peer } from "./peer.ts";
import type { PeerOptions } from "./peer_options.ts";

/** How long a test waits for what has to come. */
const PATIENCE = 5_000;

/** The far end of a peer's transport, in the hands of a test. */
export class RawEnd {
  readonly #transport: Transport;
  readonly #messages: AsyncIterator<string, undefined>;

  constructor(transport: Transport) {
    this.#transport = transport;
    this.#messages = transport[Symbol.asyncIterator]();
  }

  /** Sends a text, or a value as JSON. */
  send(message: unknown): Promise<void> {
    return this.#transport.send(
      typeof message === "string" ? message : JSON.stringify(message),
    );
  }

  /** The next message as text. */
  async text(): Promise<string> {
    const { value } = await deadline(this.#messages.next(), PATIENCE);
    return value!;
  }

  /** The next message. */
  async receive<T = Received>(): Promise<T> {
    return JSON.parse(await this.text());
  }

  /** Sends a message and returns what it is answered with. */
  async ask<T = Received>(message: unknown): Promise<T> {
    await this.send(message);
    return await this.receive();
  }

  /**
   * Sends a message; returns what it is answered with, `undefined` if that is
   * nothing.
   */
  async tell(message: unknown): Promise<Received | undefined> {
    await this.send(message);
    await this.send({ jsonrpc: "2.0", method: "%mark", id: "%mark" });
    const first = await this.receive();
    if (first.id === "%mark") return undefined;
    await this.receive();
    return first;
  }

  close(error?: Error): Promise<void> {
    return this.#transport.close(error);
  }
}

/** A message of any kind. */
export interface Received {
  [member: string]: unknown;
  id?: unknown;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: { code: number; message: string; data?: unknown };
}

/** A peer whose other end is in the hands of the test. */
export interface Bench<State> extends AsyncDisposable {
  peer: Peer<never, State>;
  raw: RawEnd;
}

/** Makes a peer and its raw other end. */
export function bench<State = Record<string, unknown>>(
  // deno-lint-ignore no-explicit-any -- Any contract will do.
  options: PeerOptions<any, State> = {},
): Bench<State> {
  const [near, far] = pair();
  const peer = new Peer(near, options);
  return {
    peer: peer as unknown as Peer<never, State>,
    raw: new RawEnd(far),
    [Symbol.asyncDispose]: () => peer.close(),
  };
}

/** Makes two peers that are each the other end of the other. */
export function linked(server: PeerOptions = {}, client: PeerOptions = {}): {
  server: Peer;
  client: Peer;
} & AsyncDisposable {
  const [near, far] = pair();
  const peers = {
    server: new Peer(far, server),
    client: new Peer(near, client),
  };
  return {
    ...peers,
    async [Symbol.asyncDispose]() {
      await peers.client.close();
      await peers.server.close();
    },
  };
}

/** The methods of the specification's examples, and some more. */
export function exampleMethods(): Methods {
  return new Methods()
    .add("subtract", (_call, ...params) => {
      const [{ minuend, subtrahend }] = params.length === 1
        ? params
        : [{ minuend: params[0], subtrahend: params[1] }];
      return minuend - subtrahend;
    })
    .add(
      "sum",
      (_call, ...params: number[]) => params.reduce((sum, x) => sum + x, 0),
    )
    .add("get_data", () => ["hello", 5])
    .add("update", () => {})
    .add("notify_hello", () => {})
    .add("notify_sum", () => {})
    .add("echo", ({ params }) => params)
    .add("nothing", () => {})
    .add("fail", () => {
      throw new Error("secret");
    });
}
