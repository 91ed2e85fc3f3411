// Copyright 2026 the Wirekit authors. MIT license.

import { type CallOptions, Calls } from "./calls.ts";
import { type Carrier, open } from "./carrier.ts";
import { heartbeat } from "./heartbeat.ts";
import { reconnect } from "./reconnect.ts";

/** What a message that came means. */
export interface Meaning {
  /** The connection can be used. */
  ready?: boolean;
  /** The number of the call that it answers. */
  call?: number;
  result?: unknown;
  error?: Error | undefined;
  /** What to answer. */
  reply?: string;
}

/** How messages are written and read. */
export interface Protocol {
  /** What is sent first; if there is none, the connection can be used at once. */
  hello?: string;
  ping: [method: string, params: unknown];
  request(number: number, method: string, params: unknown): string;
  /** Throws if it is no message. */
  read(text: string): Meaning;
}

/** The least client that reconnects: it calls, and answers that it does not. */
export class LeastClient {
  readonly #protocol: Protocol;
  readonly #calls = new Calls();
  readonly #closing = new AbortController();
  #ready = Promise.withResolvers<void>();
  #carrier: Carrier | undefined;
  #received = 0;

  constructor(url: string, protocol: Protocol) {
    this.#protocol = protocol;
    reconnect((signal) => this.#connect(url, signal), this.#closing.signal);
  }

  ready(): Promise<void> {
    return this.#ready.promise;
  }

  call(
    method: string,
    params: unknown,
    options?: CallOptions,
  ): Promise<unknown> {
    return this.#calls.call((number) => {
      if (!this.#carrier) throw new Error("Not connected");
      this.#carrier.send(this.#protocol.request(number, method, params));
    }, options);
  }

  close(): void {
    this.#closing.abort(new Error("The client is closed"));
  }

  async #connect(url: string, signal: AbortSignal): Promise<void> {
    const { hello, ping: [method, params] } = this.#protocol;
    const ended = Promise.withResolvers<void>();
    const carrier = await open(url, {
      read: (text) => this.#read(text, carrier),
      end: (error) => {
        this.#calls.endAll(error);
        if (this.#carrier) this.#ready = Promise.withResolvers();
        this.#carrier = undefined;
        ended.resolve();
      },
    }, signal);
    if (hello) carrier.send(hello);
    else this.#use(carrier);
    const stop = heartbeat(
      () => this.#received,
      () => this.call(method, params).catch(() => {}),
      () => carrier.close("no sign of life"),
    );
    await ended.promise;
    stop();
  }

  #use(carrier: Carrier): void {
    this.#carrier = carrier;
    this.#ready.resolve();
  }

  #read(text: string, carrier: Carrier): void {
    this.#received++;
    let meaning: Meaning;
    try {
      meaning = this.#protocol.read(text);
    } catch {
      return;
    }
    const { ready, call = -1, result, error, reply } = meaning;
    if (ready) this.#use(carrier);
    if (reply) carrier.send(reply);
    if (error) this.#calls.get(call)?.reject(error);
    else this.#calls.get(call)?.resolve(result);
  }
}
