// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Calls over HTTP: each message is a POST. The server cannot call back, push or
 * stream.
 *
 * @module
 */

import { LimitError, withoutUrls } from "@wirekit/internal/errors";
import { checkLimits } from "@wirekit/internal/limits";
import type { Decoded } from "../wire/_link.ts";
import { readBody, textOf } from "../answer/_body.ts";
import type { Call } from "./_call.ts";
import { closedError } from "./_calls.ts";
import { MalformedResponseError } from "./call_error.ts";
import type { Caller } from "./caller.ts";
import type { Codec, Wire } from "../wire/codec.ts";
import type { Contract } from "../contract/contract.ts";
import { encodeCall, type encodeJson, joinJson } from "../wire/message.ts";
import type { PeerOptions } from "../peer_options.ts";
import { RemoteCaller } from "./remote_caller.ts";
import { Sender } from "./_sender.ts";

/**
 * Options of {@linkcode HttpClient}.
 *
 * @typeParam C What the server offers.
 *
 * @category Calling
 */
export interface HttpClientOptions<C extends Contract = Contract> extends
  Pick<
    PeerOptions<C>,
    | "contract"
    | "timeout"
    | "callMiddleware"
    | "maxInFlight"
    | "maxWaitingBytes"
    | "autoBatch"
    | "tolerant"
  > {
  /** Further headers of each request. */
  headers?: NonNullable<ConstructorParameters<typeof Headers>[0]>;
  /**
   * Largest response to read, in bytes; a larger one fails its calls.
   *
   * @default {16777216} 16 MiB
   */
  maxResponseBytes?: number;
  /**
   * How messages are written and read.
   *
   * @default JSON, in which integers beyond 2^53 lose digits.
   */
  codec?: Codec;
  /**
   * What makes the requests.
   *
   * @default {fetch}
   */
  fetch?: (request: Request) => Promise<Response>;
}

/** A request under way, and how many of its calls wait. */
/** Writes calls: nobody calls back over HTTP. */
const CODEC: Codec = {
  decode: JSON.parse,
  encode: encodeCall as typeof encodeJson,
  join: joinJson,
};

interface Post {
  readonly controller: AbortController;
  open: number;
}

/**
 * Calls a server over HTTP. An answer that is not JSON-RPC rejects with a
 * `MalformedResponseError`, a failure of the network with a `ClosedError`.
 *
 * @typeParam C What the server offers.
 *
 * @example Call a handler without a network
 * ```ts
 * import { fetchHandler, HttpClient, Methods } from "@wirekit/jsonrpc";
 * import { assertEquals } from "@std/assert";
 *
 * const methods = new Methods()
 *   .add("sum", (_call, x: number, y: number) => x + y);
 * await using client = new HttpClient("http://localhost/", {
 *   fetch: fetchHandler({ methods }),
 * });
 * assertEquals(await client.request("sum", [1, 2]), 3);
 * ```
 *
 * @example No JSON-RPC here
 * ```ts
 * import { HttpClient, MalformedResponseError } from "@wirekit/jsonrpc";
 * import { assertRejects } from "@std/assert";
 *
 * await using client = new HttpClient("http://localhost/", {
 *   fetch: () => Promise.resolve(new Response("not here", { status: 404 })),
 * });
 * await assertRejects(
 *   () => client.request("sum"),
 *   MalformedResponseError,
 *   "HTTP status 404",
 * );
 * ```
 *
 * @category Calling
 */
export class HttpClient<C extends Contract = Contract> extends RemoteCaller<C>
  implements AsyncDisposable {
  readonly #url: string;
  readonly #options: HttpClientOptions<C>;
  readonly #codec: Codec;
  readonly #sender: Sender;
  readonly #posts = new Map<unknown, Post>();

  /**
   * Makes a client. It opens no connection before the first call.
   *
   * @param url Where to post.
   * @param options How to call.
   */
  constructor(url: string | URL, options: HttpClientOptions<C> = {}) {
    super(options.contract);
    checkLimits(options);
    this.#url = String(url);
    this.#options = options;
    this.#codec = options.codec ?? CODEC;
    const link = {
      send: (wire: Wire) => this.#post(wire),
      report() {},
    };
    this.#sender = new Sender(
      this.#codec,
      options,
      link,
      (call) => this.#end(call),
    );
  }

  /** What makes the calls. */
  protected override get caller(): Caller {
    return this.#sender;
  }

  /**
   * Gives up all requests under way.
   *
   * @returns Resolves at once. Never rejects.
   *
   * @example Leave
   * ```ts no-assert
   * import { HttpClient } from "@wirekit/jsonrpc";
   *
   * const client = new HttpClient("http://localhost/");
   * await client.close();
   * ```
   */
  // deno-lint-ignore require-await -- it never throws
  async close(): Promise<void> {
    this.#sender.close(new Error("Client is closed"));
  }

  /**
   * Gives up all requests under way.
   *
   * @returns As {@linkcode HttpClient.close}.
   *
   * @example Leave the scope
   * ```ts no-assert
   * import { HttpClient } from "@wirekit/jsonrpc";
   *
   * await using _client = new HttpClient("http://localhost/");
   * ```
   */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #post(wire: Wire): Promise<void> {
    const ids = messagesOf(wire as string, JSON.parse).flatMap(({ id }) =>
      id ?? []
    );
    const post = { controller: new AbortController(), open: ids.length };
    for (const id of ids) this.#posts.set(id, post);
    let makeError: (method: string) => Error;
    try {
      const { status, text } = await this.#fetch(wire, post.controller.signal);
      this.#sender.respondAll(messagesOf(text, this.#codec.decode));
      const reason = `no response, HTTP status ${status}`;
      if (ids.length === 0 && status >= 400) throw new Error(reason);
      makeError = (method) => new MalformedResponseError(method, { reason });
    } catch (error) {
      const cause = this.#shown(error);
      if (ids.length === 0) throw closedError("notification", true, cause);
      makeError = (method) => closedError(method, true, cause);
    }
    for (const id of ids) {
      const call = this.#sender.get(id);
      if (call) this.#sender.end(call, makeError(call.method));
    }
  }

  async #fetch(
    wire: Wire,
    signal: AbortSignal,
  ): Promise<{ status: number; text: string }> {
    const headers = new Headers(this.#options.headers);
    for (const name of ["content-type", "accept"]) {
      headers.set(name, "application/json");
    }
    const { fetch = globalThis.fetch, maxResponseBytes = 16_777_216 } =
      this.#options;
    const response = await fetch(
      new Request(this.#url, { method: "POST", body: wire, headers, signal }),
    );
    const bytes = await readBody(response, maxResponseBytes);
    if (!bytes) {
      throw new LimitError(
        `the response is over ${maxResponseBytes} bytes (maxResponseBytes)`,
      );
    }
    return { status: response.status, text: textOf(bytes) };
  }

  /** Of the URL that a runtime repeats, only the origin is no secret. */
  #shown(error: unknown): unknown {
    if (!(error instanceof TypeError)) return error;
    const { message, cause } = error;
    const { origin } = URL.parse(this.#url) ?? {};
    return new TypeError(withoutUrls(message, origin), { cause });
  }

  /** A request whose calls are all over is no longer wanted. */
  #end({ number }: Call): void {
    const post = this.#posts.get(number);
    this.#posts.delete(number);
    if (post && --post.open === 0) post.controller.abort();
    this.#sender.rest();
  }
}

/** The messages in a text; none if it is no JSON. */
function messagesOf(text: string, read: Codec["decode"]): Decoded[] {
  try {
    return ([read(text)].flat() as Decoded[])
      .filter((item) => item === Object(item));
  } catch {
    return [];
  }
}
