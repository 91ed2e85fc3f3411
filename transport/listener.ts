// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Listeners, which accept connections and hand out transports.
 *
 * @module
 */

import type {
  Admission,
  AdmissionOptions,
  PlainAnswer,
  PlainExchange,
  RequestInfo,
} from "./admission.ts";
import type {
  Format,
  Limits,
  MessageOf,
  Transport,
  WebSocketTransport,
} from "./transport.ts";

/**
 * The address of a TCP or WebSocket listener, in the shape of `Deno.NetAddr`.
 *
 * @category Listening
 */
export interface NetAddr {
  /** The kind of address. */
  transport: "tcp" | "udp";
  /** The address of the machine. */
  hostname: string;
  /** The port. */
  port: number;
}

/**
 * The address of a Unix socket listener, in the shape of `Deno.UnixAddr`.
 *
 * @category Listening
 */
export interface UnixAddr {
  /** The kind of address. */
  transport: "unix" | "unixpacket";
  /** The absolute path of the socket. */
  path: string;
}

/**
 * Listens for connections: iterate it for their transports. Leaving the loop
 * does not close it, and no bad connection ends it. Closing it does not close
 * the transports that it handed out.
 *
 * @typeParam T What a message is.
 * @typeParam A What an address is.
 *
 * @example Serve one client after another
 * ```ts
 * import { connectTcp, listenTcp } from "@wirekit/transport/tcp";
 * import { NewlineFramer } from "@wirekit/transport/framers";
 * import { assertEquals } from "@std/assert";
 *
 * await using listener = await listenTcp({ port: 0 }, () => new NewlineFramer());
 * const { port } = listener.addr;
 * await using client = await connectTcp({ port }, new NewlineFramer());
 * for await (const transport of listener) {
 *   await transport.send("hello");
 *   await transport.close();
 *   break;
 * }
 * assertEquals(await Array.fromAsync(client), ["hello"]);
 * ```
 *
 * @category Listening
 */
export interface TransportListener<T, A = NetAddr | UnixAddr>
  extends AsyncIterable<Transport<T>>, AsyncDisposable {
  /** Where it listens. */
  readonly addr: A;

  /**
   * Stops listening. May be called twice.
   *
   * @returns Resolves when it no longer listens. Never rejects.
   */
  close(): Promise<void>;
}

/**
 * A listener whose certificate can be replaced while it listens.
 *
 * @category Listening
 */
export interface RenewableTls {
  /**
   * Takes another certificate and its key, for the connections to come. Open
   * ones keep theirs.
   *
   * @param tls The certificate chain and its private key, in PEM.
   * @throws {TypeError} If it listens without TLS, or if these are not valid or
   * do not belong together: then the ones before stay.
   */
  renewTls(tls: { cert: string; key: string }): void;
}

/**
 * Options of `listenWebSocket()`.
 *
 * @typeParam F What a message is.
 * @typeParam State What `authorize` returns.
 *
 * @category Listening
 */
export interface ListenWebSocketOptions<
  F extends Format = "text",
  State = undefined,
> extends AdmissionOptions<State>, Omit<Limits, "maxInboxBytes"> {
  /**
   * The address to listen on. By default only this machine can connect.
   *
   * @default {"127.0.0.1"}
   */
  hostname?: string;
  /** The port to listen on; 0 for a free one. */
  port: number;
  /** The certificate chain and its private key, in PEM, for `wss:`. */
  tls?: { cert: string; key: string };
  /**
   * The rules about who may connect, if they are shared with another listener
   * or handler. The {@linkcode AdmissionOptions} given here are not used then.
   */
  admission?: Admission<State>;
  /**
   * What a message is. `"text"` and `"utf8"` travel as text frames, `"binary"`
   * as binary ones. A frame of the other kind closes with code 1003, except
   * valid UTF-8 in a binary frame, which `"utf8"` accepts. A function chooses
   * the format for each client, once its subprotocol is known.
   *
   * @default {"text"}
   */
  format?: F | ((request: Request, protocol: string | undefined) => F);
  /**
   * What to do with a frame of the other kind: close with code 1003, ignore it,
   * or take its bytes as a message of this format, for protocols whose peers
   * send such frames. Bytes that are not UTF-8 cannot be taken as text: they
   * close with code 1007.
   *
   * @default {"refuse"}
   */
  otherFrames?: "refuse" | "ignore" | "take";
  /**
   * The last message to send before the listener's side closes because of a
   * limit, silence or a broken frame, and before each ping. It is for clients
   * to which the last message matters. A function decides for each client, by
   * its request.
   *
   * @default None.
   */
  farewell?: MessageOf<F> | ((request: Request) => MessageOf<F> | undefined);
  /**
   * Answers requests that do not ask for a WebSocket. Its `info.signal` aborts
   * when the client is gone. The part of a body that it does not read is
   * discarded. A body may take six times `handshakeTimeout` to arrive.
   *
   * @default Status 426.
   */
  handler?: (
    request: Request,
    info: RequestInfo,
  ) => Response | Promise<Response>;
  /**
   * Answers small posts of programs without a `Request`, which costs more than
   * the rest of them: those with a `Content-Length` of at most 64 KiB, each
   * header once, and none that a page sends. What it leaves is for `handler`.
   * On a Deno before 2.8 all are.
   *
   * @default None.
   */
  plain?: (
    exchange: PlainExchange,
  ) =>
    | Response
    | Promise<PlainAnswer | Response>
    | undefined;
  /**
   * How long a client may be silent, in milliseconds, before the connection
   * ends with code 1006. The client is pinged after half of that time.
   *
   * @default {30000}
   */
  idleTimeout?: number;
  /**
   * The largest headers of a request, in bytes.
   *
   * @default {16384}
   */
  maxHeaderBytes?: number;
}

/**
 * A client that has connected.
 *
 * @typeParam F What a message is.
 * @typeParam State What `authorize` has returned.
 *
 * @category Listening
 */
export interface AcceptedConnection<
  F extends Format = "text",
  State = undefined,
> {
  /** The open transport. */
  transport: WebSocketTransport<MessageOf<F>>;
  /** The request that it came with. */
  request: Request;
  /** Who sent it. */
  info: RequestInfo;
  /** What `authorize` has returned. */
  state: State;
  /** The subprotocol that was chosen. */
  protocol: string | undefined;
}

/**
 * What `listenWebSocket()` returns: iterate it for the clients that connect.
 * Leaving the loop does not close it, and no bad client ends it. Closing it
 * does not close the transports that it handed out.
 *
 * @typeParam F What a message is.
 * @typeParam State What `authorize` has returned.
 *
 * @category Listening
 */
export interface WebSocketListener<F extends Format = "text", State = undefined>
  extends
    AsyncIterable<AcceptedConnection<F, State>>,
    AsyncDisposable,
    RenewableTls {
  /** Where it listens. */
  readonly addr: NetAddr;

  /**
   * Stops listening. May be called twice.
   *
   * @returns Resolves when it no longer listens. Never rejects.
   */
  close(): Promise<void>;
}
