// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * What an admission is told, and what it returns.
 *
 * @module
 */
import type { Logger } from "@wirekit/internal/logger";
import type { AcceptWebSocketOptions } from "./accept_websocket.ts";
import type { Format, MessageOf, WebSocketTransport } from "./transport.ts";

/**
 * The sender of a request, in the shape that `Deno.serve` gives to its handler.
 *
 * @category Listening
 */
export interface RemoteAddr {
  /** The carrier below HTTP, such as `"tcp"`. */
  readonly transport?: string;
  /** The address of the machine. */
  readonly hostname?: string;
  /** The port there. */
  readonly port?: number;
}

/**
 * What a hook gets in addition to the request.
 *
 * @category Listening
 */
export interface RequestInfo {
  /** The address of the sender; an empty object if it is not known. */
  readonly remoteAddr: RemoteAddr;
  /** Aborts when the client is gone or the time is up. */
  readonly signal: AbortSignal;
}

/**
 * What decides about a request: a `Request` has it.
 *
 * @category Listening
 */
export interface RequestHead {
  /** The method. */
  readonly method: string;
  /** The URL. */
  readonly url: string;
  /** The headers, by their names in lower case. */
  readonly headers: {
    /** Returns the value of a header; `null` if it is missing. */
    get(name: string): string | null;
    /** Whether there is such a header. */
    has(name: string): boolean;
  };
}

/**
 * A small post of a program, as the option `plain` of a listener gets it.
 *
 * @category Listening
 */
export interface PlainExchange extends RequestHead {
  /** The address of the sender. */
  readonly remoteAddr: RemoteAddr;
  /** Reads the body, once; `undefined` if the sender is gone. */
  read(): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /**
   * Tells if the sender leaves before it has its answer.
   *
   * @param gone Is called then.
   */
  onGone(gone: () => void): void;
}

/**
 * The answer to a {@linkcode PlainExchange}.
 *
 * @category Listening
 */
export interface PlainAnswer {
  /** The HTTP status. */
  readonly status: number;
  /** The headers but `Content-Length`: each name before its value. */
  readonly headers: readonly string[];
  /** The body. */
  readonly body: string;
}

/**
 * Options of `Admission`.
 *
 * @typeParam State What `authorize` returns.
 *
 * @category Listening
 */
export interface AdmissionOptions<State = undefined> {
  /**
   * The origins whose pages may connect, such as `"https://example.org"`; `"*"`
   * allows all. Other requests with an `Origin`, which is to say other pages in
   * a browser, are refused with status 403, because they would act in the name
   * of their visitor. Programs do not send an `Origin`.
   *
   * @default {[]}
   */
  allowedOrigins?: readonly string[];
  /**
   * Decides who may connect, before the upgrade. Returns the state to keep for
   * the connection, or the response that refuses it; `false` refuses it with
   * status 403. If it throws, the request is refused with status 500. It has
   * `handshakeTimeout` to decide.
   *
   * @default Everybody may.
   */
  authorize?: (
    request: Request,
    info: RequestInfo,
  ) => State | Response | false | Promise<State | Response | false>;
  /**
   * Chooses one of the subprotocols that a client offers, or none.
   *
   * @default None.
   */
  chooseProtocol?: (
    offered: string[],
    request: Request,
  ) => string | undefined;
  /**
   * How long a client may take to connect, in milliseconds: its TLS handshake,
   * its headers and the answer of `authorize`.
   *
   * @default {10000}
   */
  handshakeTimeout?: number;
  /**
   * The maximum number of connections. Further ones are refused, with status
   * 503 where HTTP allows it. But over TLS without HTTP, a further one takes the
   * place of one that is still in its handshake: of the address with the most,
   * the oldest. Another 1,024 may be in their HTTP requests, where the same
   * holds.
   *
   * @default {10000}
   */
  maxConnections?: number;
  /**
   * The maximum number of connections from one address; of IPv6, from one
   * network (64 bits). This machine's own may have any number, because a proxy
   * on it has them all.
   *
   * @default {Infinity}
   */
  maxConnectionsPerAddress?: number;
  /**
   * The addresses that may connect, such as `"192.0.2.7"`, `"192.0.2.0/24"` or
   * `"2001:db8::/32"`. Others are refused, with status 403 where HTTP allows it,
   * and so are those that are not known; Unix sockets have none and are not
   * affected.
   *
   * @default All.
   */
  allowedAddresses?: readonly string[];
  /**
   * Where to log refusals and failures: of each kind, at most 20 lines a second
   * and how many more there were.
   *
   * @default Nowhere.
   */
  logger?: Logger;
}

/**
 * A request that was admitted.
 *
 * @typeParam State What `authorize` has returned.
 *
 * @category Listening
 */
export interface Admitted<State = undefined> {
  /** What `authorize` has returned. */
  readonly state: State;
  /** The subprotocol that was chosen. */
  readonly protocol: string | undefined;
}

/**
 * A WebSocket client of an HTTP handler.
 *
 * @typeParam State What `authorize` has returned.
 * @typeParam F What a message is.
 *
 * @category Listening
 */
export interface AdmittedWebSocket<State = undefined, F extends Format = "text">
  extends Admitted<State> {
  /**
   * The response that the HTTP handler must return. The connection opens only
   * then.
   */
  readonly response: Response;
  /** The transport. It can be used at once. */
  readonly transport: WebSocketTransport<MessageOf<F>>;
}

/**
 * Options of `Admission.accept`.
 *
 * @typeParam F What a message is.
 *
 * @category Listening
 */
export interface AdmittedWebSocketOptions<F extends Format = "text">
  extends Omit<AcceptWebSocketOptions<F>, "protocol" | "format"> {
  /**
   * What a message is, for all clients or by the chosen subprotocol.
   *
   * @default {"text"}
   */
  format?: F | ((protocol: string | undefined) => F);
}
