// Copyright 2026 the Wirekit authors. MIT license.

import { type CallOptions, Calls } from "./calls.ts";
import { type Carrier, open } from "./carrier.ts";
import { heartbeat } from "./heartbeat.ts";
import { parse, stringify } from "./json.ts";
import { reconnect } from "./reconnect.ts";

/** The least client of wsrpc: it calls, and answers only pings. */
export class LeastClient {
  readonly #calls = new Calls();
  readonly #closing = new AbortController();
  #ready = Promise.withResolvers<void>();
  #carrier: Carrier | undefined;
  #received = 0;

  constructor(url: string) {
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
      const id = 2 * number + 1;
      this.#carrier.send(stringify({ id, method, params }));
    }, options);
  }

  close(): void {
    this.#closing.abort(new Error("The client is closed"));
  }

  async #connect(url: string, signal: AbortSignal): Promise<void> {
    const ended = Promise.withResolvers<void>();
    const carrier = this.#carrier = await open(url, {
      read: (text) => this.#read(text),
      end: (error) => {
        this.#carrier = undefined;
        this.#calls.endAll(error);
        this.#ready = Promise.withResolvers();
        ended.resolve();
      },
    }, signal);
    this.#ready.resolve();
    const stop = heartbeat(
      () => this.#received,
      () => this.call("ping", {}).catch(() => {}),
      () => carrier.close("no sign of life"),
    );
    await ended.promise;
    stop();
  }

  #read(text: string): void {
    this.#received++;
    // deno-lint-ignore no-explicit-any -- Whatever came.
    let message: any;
    try {
      message = parse(text);
    } catch {
      return;
    }
    const { id, method, params, result, error } = Object(message);
    if (typeof method === "string") {
      const type = "NotImplementedError";
      this.#carrier?.send(stringify(
        method === "ping"
          ? { id, result: params ?? {} }
          : { id, error: { type, message: `No route ${method}` } },
      ));
      return;
    }
    const call = this.#calls.get((id - 1) / 2);
    if (error == null) call?.resolve(result ?? null);
    else call?.reject(new Error(error.message ?? String(error)));
  }
}
