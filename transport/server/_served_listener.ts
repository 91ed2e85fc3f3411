// Copyright 2026 the Wirekit authors. MIT license.

import type { Admission, RequestInfo } from "../admission.ts";
import type {
  AcceptedConnection,
  ListenWebSocketOptions,
  NetAddr,
  WebSocketListener,
} from "../listener.ts";
import { hostAndPort } from "../opening/_not_connected.ts";
import { CloseError, type Format } from "../transport.ts";
import { Arrivals } from "./_arrivals.ts";
import { asksForWebSocket } from "./_http_rules.ts";
import { checkPort } from "@wirekit/internal/limits";
import { checkTls } from "../_tls.ts";
import { listenError } from "./_listen_error.ts";

/**
 * The listener of `listenWebSocket()` on a Deno before 2.8, and so in a binary
 * that was made with one: by `Deno.serve`, which is slower, has no limit of its
 * own for headers and connections that say nothing, and keeps its certificate.
 */
export class ServedListening<F extends Format, State>
  implements WebSocketListener<F, State> {
  readonly #options: ListenWebSocketOptions<F, State>;
  readonly #admission: Admission<State>;
  readonly #arrivals = new Arrivals<AcceptedConnection<F, State>>();
  #server: Deno.HttpServer<Deno.NetAddr> | undefined;
  #closed = false;

  constructor(
    options: ListenWebSocketOptions<F, State>,
    admission: Admission<State>,
  ) {
    checkPort("port", options.port);
    if (options.tls) checkTls(options.tls);
    this.#options = options;
    this.#admission = admission;
  }

  get addr(): NetAddr {
    return this.#server!.addr;
  }

  listen(): Promise<void> {
    const { hostname = "127.0.0.1", port, tls } = this.#options;
    try {
      this.#server = Deno.serve(
        { hostname, port, onListen() {}, ...tls },
        (request, info) => this.#answer(request, info),
      );
    } catch (cause) {
      throw listenError(cause, hostAndPort(hostname, port));
    }
    this.#options.logger?.info?.(
      `${navigator.userAgent} listens by Deno.serve: Deno 2.8 does it faster`,
    );
    return Promise.resolve();
  }

  [Symbol.asyncIterator](): AsyncGenerator<
    AcceptedConnection<F, State>,
    void
  > {
    return this.#arrivals[Symbol.asyncIterator]();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    // Its connections stay open, so it does not end before they do.
    void this.#server?.shutdown();
    this.#admission.flushLog();
    const error = new CloseError(1001);
    await Promise.all(
      this.#arrivals.end().map(({ transport }) => transport.close(error)),
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  renewTls(_tls: { cert: string; key: string }): void {
    throw new TypeError(
      "Cannot take another certificate while it listens: it needs Deno 2.8",
    );
  }

  async #answer(
    request: Request,
    { remoteAddr }: Deno.ServeHandlerInfo<Deno.NetAddr>,
  ): Promise<Response> {
    const info: RequestInfo = { remoteAddr, signal: request.signal };
    if (this.#closed) {
      return this.#admission.refuse(503, "The server is closing.", info);
    }
    const { handler, format, farewell, ...limits } = this.#options;
    if (handler && !asksForWebSocket(request.headers)) {
      return await handler(request, info);
    }
    // It cannot be read once it is upgraded.
    const { url, method, headers } = request;
    const copy = new Request(url, { method, headers });
    const last = typeof farewell === "function" ? farewell(copy) : farewell;
    const accepted = await this.#admission.accept<F>(request, info, {
      ...limits,
      ...(last !== undefined && { farewell: last }),
      ...(format !== undefined && {
        format: typeof format === "function"
          ? (protocol) => format(copy, protocol)
          : format,
      }),
    });
    if (accepted instanceof Response) return accepted;
    const { response, transport, state, protocol } = accepted;
    const arrived = { transport, request: copy, info, state, protocol };
    // It may have closed while a hook decided.
    if (!this.#arrivals.add(arrived)) {
      void transport.close(new CloseError(1001));
    }
    return response;
  }
}
