// Copyright 2026 the Wirekit authors. MIT license.

import { checkLimits, checkPort } from "@wirekit/internal/limits";
import type {
  IncomingMessage,
  Server,
  ServerOptions,
  ServerResponse,
} from "node:http";
import type { Socket } from "node:net";
import { checkTime, later, type Timer } from "@wirekit/internal/clock";
import { AcceptFailures, watchAccepting } from "./_accept_watch.ts";
import { ConnectionGroup } from "../websocket/_connection_group.ts";
import {
  goneError,
  hasBody,
  HttpExchange,
  infoOf,
  toRequest,
} from "./_http_exchange.ts";
import {
  asksForWebSocket,
  checkUpgrade,
  offersWebSocket,
} from "./_http_rules.ts";
import { warnOfLimit } from "./_descriptor_limit.ts";
import { checkTls } from "../_tls.ts";
import { listenError, renewTls } from "./_listen_error.ts";
import { noteListening } from "./_own_listeners.ts";
import { hostAndPort } from "../opening/_not_connected.ts";
import {
  answerTo,
  createServer,
  nodeHttps,
  STATUS_CODES,
} from "./_node_http.ts";
import type { Place } from "./_places.ts";
import { PlainMessage } from "./_plain_message.ts";
import { SocketPipe } from "../stream/_socket_pipe.ts";
import { WebSocketConnection } from "../websocket/_connection.ts";
import type {
  Admission,
  Admitted,
  PlainAnswer,
  RequestInfo,
} from "../admission.ts";
import { Arrivals } from "./_arrivals.ts";
import { Awaited, MAX_AWAITED } from "./_awaited.ts";
import { FirstReads } from "../newcomers/_first_reads.ts";
import { paceAccepts } from "../newcomers/_paced_accepts.ts";
import { hasTurn, inTurn } from "../newcomers/_turns.ts";
import type { UpgradeMessage } from "../newcomers/_upgrade_head.ts";
import type {
  AcceptedConnection,
  ListenWebSocketOptions,
  NetAddr,
  WebSocketListener,
} from "../listener.ts";
import { CloseError, type Format } from "../transport.ts";

/** The most connections that the kernel queues until they are accepted. */
const BACKLOG = 1_024;

/** How often to look for requests that take too long, in milliseconds. */
const CHECK_INTERVAL = 500;

/** The longest time that a Node timer accepts. */
const MAX_DELAY = 2 ** 31 - 1;

/** The listener of `listenWebSocket()`. */
export class WebSocketListening<F extends Format, State>
  implements WebSocketListener<F, State> {
  readonly #options: ListenWebSocketOptions<F, State>;
  readonly #admission: Admission<State>;
  readonly #secure: boolean;
  readonly #server: Server;
  readonly #group: ConnectionGroup;
  readonly #arrivals = new Arrivals<AcceptedConnection<F, State>>();
  readonly #awaited: Awaited;
  readonly #firstReads: FirstReads | undefined;
  #watch: Timer | undefined;
  #closed = false;

  constructor(
    options: ListenWebSocketOptions<F, State>,
    admission: Admission<State>,
  ) {
    const { tls, idleTimeout = 30_000, maxHeaderBytes = 16_384 } = options;
    checkPort("port", options.port);
    checkLimits(options);
    checkTime("idleTimeout", idleTimeout);
    if (tls) checkTls(tls);
    const { handshakeTimeout, maxConnections } = admission;
    const settings: ServerOptions & { shouldUpgradeCallback: unknown } = {
      // None is 0 here.
      headersTimeout: handshakeTimeout === Infinity
        ? 0
        : Math.ceil(handshakeTimeout),
      // Above what a body may take, and only for requests that have one.
      requestTimeout: handshakeTimeout === Infinity
        ? 0
        : Math.ceil(6 * handshakeTimeout),
      connectionsCheckingInterval: Math.ceil(
        Math.min(CHECK_INTERVAL, handshakeTimeout),
      ),
      maxHeaderSize: Math.ceil(maxHeaderBytes),
      noDelay: true,
      keepAlive: true,
      // Node 24 asks; before that everything comes as an upgrade.
      shouldUpgradeCallback: ({ headers }: IncomingMessage) =>
        offersWebSocket(headers.upgrade),
    };
    this.#options = options;
    this.#admission = admission;
    this.#awaited = new Awaited(admission, { isSecure: tls !== undefined });
    this.#secure = tls !== undefined;
    this.#group = new ConnectionGroup(
      idleTimeout === Infinity ? 0 : idleTimeout,
    );
    this.#server = tls
      ? nodeHttps().createServer({
        ...settings,
        ...tls,
        handshakeTimeout: Math.ceil(Math.min(handshakeTimeout, MAX_DELAY)),
      })
      : createServer(settings);
    this.#server.maxConnections = maxConnections + 2 * MAX_AWAITED;
    this.#firstReads = tls ? undefined : FirstReads.of(this.#server, {
      awaited: this.#awaited,
      maxHeaderBytes,
      patience: Math.min(CHECK_INTERVAL, handshakeTimeout),
      onUpgrade: (message, socket, head) =>
        this.#upgrade(message, socket, head),
    });
    this.#server.on("connection", (socket) => this.#awaited.begin(socket));
    this.#server.on("upgrade", (request, socket, head) => {
      // Without it, a reset before the connection is open would be thrown.
      socket.on("error", () => {});
      this.#awaited.forget(socket as Socket);
      // A copy: what HTTP has read may be shared.
      const rest = new Uint8Array(head);
      const upgrade = () => this.#upgrade(request, socket as Socket, rest);
      if (hasTurn()) upgrade();
      else inTurn(upgrade);
    });
    const { plain } = options;
    this.#server.on("request", (request, response) => {
      this.#pause(request, response);
      const exchange = plain &&
        PlainMessage.of(request, response, this.#secure);
      const answer = exchange && plain(exchange);
      if (answer) void this.#answerPlain(request, response, exchange, answer);
      else this.#answer(new HttpExchange(request, response, this.#secure));
    });
    // The reader of the body asks for it; a body that nobody reads need not
    // come.
    this.#server.on("checkContinue", (request, response) => {
      this.#pause(request, response);
      this.#answer(new HttpExchange(request, response, this.#secure));
    });
  }

  get addr(): NetAddr {
    const { address, port } = this.#address!;
    return { transport: "tcp", hostname: address, port };
  }
  #address: { address: string; port: number } | undefined;

  async listen(): Promise<void> {
    const { hostname = "127.0.0.1", port, logger } = this.#options;
    const server = this.#server;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once("error", reject);
    const address = hostAndPort(hostname, port);
    try {
      server.listen({ host: hostname, port, backlog: BACKLOG }, resolve);
      await promise;
    } catch (cause) {
      throw listenError(cause, address);
    }
    server.off("error", reject);
    noteListening(server);
    this.#address = server.address() as { address: string; port: number };
    const failures = new AcceptFailures(
      hostAndPort(hostname, this.#address.port),
      logger,
    );
    // For example too many open files: the next connection may succeed.
    server.on("error", (error) => failures.failed(error));
    warnOfLimit(this.#admission.maxConnections, logger);
    paceAccepts(server, BACKLOG);
    this.#watch = watchAccepting(server, failures, BACKLOG);
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
    this.#watch?.stop();
    this.#server.close();
    this.#firstReads?.close();
    this.#server.closeAllConnections();
    this.#admission.flushLog();
    const error = new CloseError(1001);
    await Promise.all(
      this.#arrivals.end().map(({ transport }) => transport.close(error)),
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  renewTls(tls: { cert: string; key: string }): void {
    renewTls(this.#secure ? this.#server as Partial<Server> : {}, tls);
  }

  /** Waits for no client while we are at work. */
  #pause(message: IncomingMessage, response: ServerResponse): void {
    const { socket } = message;
    const heard = () => this.#awaited.delete(socket);
    if (hasBody(message)) message.once("end", heard);
    else heard();
    response.once("close", () => {
      message.off("end", heard);
      if (socket.destroyed) heard();
      else this.#awaited.add(socket);
    });
  }

  /** Admits a client, or tells it why not. */
  #upgrade(
    message: UpgradeMessage,
    socket: Socket,
    head: Uint8Array<ArrayBuffer>,
  ): void {
    if (socket.destroyed) return;
    const info = infoOf(socket, () => signalOf(socket));
    const entered = this.#closed
      ? new Response("The server is closing.\n", { status: 503 })
      : this.#admission.enter(info);
    if (entered instanceof Response) return void this.#refuse(socket, entered);
    try {
      const decided = this.#decide(message, info);
      if (decided instanceof Promise) {
        return void this.#wait(decided, socket, head, entered);
      }
      this.#finish(decided, socket, head, entered);
    } catch {
      entered.leave();
      socket.destroy();
    }
  }

  /** Waits for a decision, but not endlessly. */
  async #wait(
    decided: Promise<Decision<State>>,
    socket: Socket,
    head: Uint8Array<ArrayBuffer>,
    place: Place,
  ): Promise<void> {
    const timer = this.#patience(socket);
    try {
      this.#finish(await decided, socket, head, place);
    } catch {
      place.leave();
      socket.destroy();
    } finally {
      timer.stop();
    }
  }

  #finish(
    decided: Decision<State>,
    socket: Socket,
    head: Uint8Array<ArrayBuffer>,
    place: Place,
  ): void {
    if (decided instanceof Response || this.#closed) {
      place.leave();
      const answer = decided instanceof Response
        ? decided
        : new Response(null, { status: 503 });
      return void this.#refuse(socket, answer);
    }
    const accepted = this.#accept(decided, socket, head, place);
    // It has closed while a hook decided.
    if (!this.#arrivals.add(accepted)) {
      void accepted.transport.close(new CloseError(1001));
    }
  }

  /** Longer than the hooks have, so that a refused client has time to read why. */
  #patience(socket: Socket): Timer {
    const { handshakeTimeout } = this.#admission;
    return later(handshakeTimeout + 1_000, () => socket.destroy());
  }

  async #refuse(socket: Socket, response: Response): Promise<void> {
    const timer = this.#patience(socket);
    try {
      await refuse(socket, response);
    } catch {
      socket.destroy();
    } finally {
      timer.stop();
    }
  }

  #decide(
    message: UpgradeMessage,
    info: RequestInfo,
  ): Decision<State> | Promise<Decision<State>> {
    const bad = checkUpgrade(
      message.method ?? "",
      headersOf(message),
      message.httpVersion,
    );
    if (bad) return this.#admission.refuse(bad.status, bad.reason, info);
    const request = toRequest(message, this.#secure);
    if (!request) return this.#admission.refuse(400, BAD_TARGET, info);
    const key = message.headers["sec-websocket-key"]!;
    const known = (admitted: Admitted<State> | Response) =>
      admitted instanceof Response
        ? admitted
        : { ...admitted, request, info, key };
    const admitted = this.#admission.decide(request, info);
    return admitted instanceof Promise ? admitted.then(known) : known(admitted);
  }

  #accept(
    { key, ...admitted }: Exclude<Decision<State>, Response>,
    socket: Socket,
    head: Uint8Array<ArrayBuffer>,
    place: Place,
  ): AcceptedConnection<F, State> {
    const { format = "text" as F, farewell } = this.#options;
    const { request, protocol } = admitted;
    if (socket.destroyed) throw goneError();
    const pipe = new SocketPipe(socket);
    const answer = "HTTP/1.1 101 Switching Protocols\r\n" +
      "Upgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Accept: ${answerTo(key)}\r\n` +
      (protocol === undefined ? "" : `Sec-WebSocket-Protocol: ${protocol}\r\n`);
    pipe.write([ENCODER.encode(`${answer}\r\n`)])?.catch(() => {});
    const transport = new WebSocketConnection<F>(pipe, this.#group, {
      ...this.#options,
      farewell: typeof farewell === "function" ? farewell(request) : farewell,
      format: typeof format === "function" ? format(request, protocol) : format,
      role: "server",
      ...(protocol !== undefined && { protocol }),
      place,
    }, head);
    return { transport, ...admitted };
  }

  async #answerPlain(
    message: IncomingMessage,
    response: ServerResponse,
    exchange: PlainMessage,
    given: Response | Promise<PlainAnswer | Response>,
  ): Promise<void> {
    try {
      const answer = await given;
      if (!(answer instanceof Response)) return exchange.answer(answer);
      await new HttpExchange(message, response, this.#secure).answer(answer);
    } catch {
      new HttpExchange(message, response, this.#secure).fail(500);
    }
  }

  /**
   * Answers a request that does not ask for a WebSocket, or asks in a broken
   * way.
   */
  async #answer(exchange: HttpExchange): Promise<void> {
    const { handler = pleaseUpgrade } = this.#options;
    const { request, info } = exchange;
    try {
      const bad = request && asksForWebSocket(request.headers) &&
        checkUpgrade(request.method, request.headers);
      if (!request) {
        await exchange.answer(this.#admission.refuse(400, BAD_TARGET, info));
      } else if (bad) {
        await exchange.answer(
          this.#admission.refuse(bad.status, bad.reason, info),
        );
      } else await exchange.answer(await handler(request, info));
    } catch {
      // The handler's error; the client must not see its text.
      exchange.fail(500);
    }
  }
}

/** What was decided about a client, and the key of its request. */
type Decision<State> =
  | Admitted<State> & { request: Request; info: RequestInfo; key: string }
  | Response;

const ENCODER = /* @__PURE__ */ new TextEncoder();

/** Aborts when a client is gone. */
function signalOf(socket: Socket): AbortSignal {
  const gone = new AbortController();
  const abort = () => gone.abort(goneError());
  if (socket.destroyed) abort();
  else socket.once("close", abort);
  return gone.signal;
}

const BAD_TARGET =
  "The target of the request, or its Host header, is missing or not valid";

function headersOf({ headers }: UpgradeMessage): {
  get(name: string): string | undefined;
} {
  return { get: (name) => headers[name]?.toString() };
}

function pleaseUpgrade(): Response {
  return new Response("Connect by WebSocket.\n", {
    status: 426,
    headers: { connection: "Upgrade", upgrade: "websocket" },
  });
}

/** Sends a response instead of the upgrade, and closes. */
async function refuse(socket: Socket, response: Response): Promise<void> {
  const body = new Uint8Array(await response.arrayBuffer());
  const headers = new Headers(response.headers);
  headers.set("connection", "close");
  headers.set("content-length", String(body.length));
  const { status } = response;
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`];
  for (const [name, value] of headers) lines.push(`${name}: ${value}`);
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  socket.end(body, () => socket.destroySoon());
}
