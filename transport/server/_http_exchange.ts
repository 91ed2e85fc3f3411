// Copyright 2026 the Wirekit authors. MIT license.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { later } from "@wirekit/internal/clock";
import { setImmediate } from "../_node.ts";
import type { RequestInfo } from "../admission.ts";
import { urlOf } from "./_http_rules.ts";
import type { UpgradeMessage } from "../newcomers/_upgrade_head.ts";

/** The most bytes to read of a body that nobody wants. */
const DRAIN_BYTES = 16_777_216;

/** How long to read them, in milliseconds. */
const DRAIN_TIME = 2_000;

type Chunk = Uint8Array<ArrayBuffer>;

/** Why nobody waits for an answer: one for all, for each request ends with it. */
const GONE = /* @__PURE__ */ goneError();

/** A body that is sent at once, if it says that it has no more bytes. */
const SMALL_BYTES = 65_536;

/** One request over `node:http` that asks for no upgrade, and its answer. */
export class HttpExchange {
  /** The request; `undefined` if it is ambiguous or not valid. */
  readonly request: Request | undefined;
  /** The address of the sender. */
  readonly info: RequestInfo;
  readonly #message: IncomingMessage;
  readonly #response: ServerResponse;
  /** Whether the client waits for `100 Continue` before it sends the body. */
  #waits: boolean;
  /** Tells a reader of the body that no more comes. */
  #giveUp = () => {};

  constructor(
    message: IncomingMessage,
    response: ServerResponse,
    secure: boolean,
  ) {
    this.#message = message;
    this.#response = response;
    this.#waits = message.headers.expect !== undefined;
    const gone = new AbortController();
    response.once("close", () => gone.abort(GONE));
    this.info = infoOf(message.socket, () => gone.signal);
    this.request = toRequest(message, secure, {
      signal: gone.signal,
      // Node takes a stream only with `duplex`.
      ...(hasBody(message) && { body: this.#readBody(), duplex: "half" }),
    });
  }

  /**
   * Sends the answer. If part of the body has not come by then, the connection
   * is closed after the answer; but the body is read for a while first, because
   * a client that only writes would not see the answer otherwise.
   */
  async answer(answer: Response): Promise<void> {
    const response = this.#response;
    const message = this.#message;
    const isLate = !message.complete;
    const headers: string[] = [];
    for (const [name, value] of answer.headers) headers.push(name, value);
    if (isLate) headers.push("connection", "close");
    if (message.method === "HEAD") {
      await answer.body?.cancel();
      response.writeHead(answer.status, headers);
    } else await this.#write(answer, headers);
    this.#giveUp();
    if (isLate) {
      response.flushHeaders();
      if (!this.#waits) await drained(message);
    }
    response.end();
  }

  /**
   * Sends an answer without a body, or ends a request that cannot be answered.
   */
  fail(status: number): void {
    const response = this.#response;
    if (response.headersSent) response.destroy();
    else this.answer(new Response(null, { status })).catch(() => {});
  }

  async #write(answer: Response, headers: string[]): Promise<void> {
    const response = this.#response;
    const length = answer.headers.get("content-length");
    if (length !== null && Number(length) <= SMALL_BYTES) {
      const body = new Uint8Array(await answer.arrayBuffer());
      response.writeHead(answer.status, headers);
      // It goes out with what stands before it.
      return void response.write(body);
    }
    const chunks = (answer.body as ReadableStream<Chunk> | null)?.getReader();
    let next = chunks?.read();
    next?.catch(() => {});
    let read = await Promise.race([next, turn()]);
    // One that waits for an event has a head before it has a body.
    const isLater = next !== undefined && read === undefined;
    if (isLater) {
      response.writeHead(answer.status, headers);
      response.flushHeaders();
      read = await next;
    }
    next = chunks?.read();
    next?.catch(() => {});
    if (!isLater) {
      // A body of one piece can say its length; one that trickles is not kept
      // back.
      if (
        read?.value && length === null &&
        (await Promise.race([next, turn()]))?.done
      ) headers.push("content-length", String(read.value.length));
      response.writeHead(answer.status, headers);
    }
    while (read?.value) {
      if (response.destroyed) return void chunks!.cancel().catch(() => {});
      if (!response.write(read.value)) await room(response);
      read = await next;
      next = read?.value && chunks!.read();
      next?.catch(() => {});
    }
  }

  /** Reads the body as fast as its reader takes it. */
  #readBody(): ReadableStream<Chunk> {
    const message = this.#message;
    let ended = false;
    const end = (action: () => void) => {
      if (!ended) action();
      ended = true;
    };
    message.pause();
    return new ReadableStream<Chunk>({
      start: (controller) => {
        const fail = () => end(() => controller.error(goneError()));
        this.#giveUp = fail;
        message
          .on("data", ({ buffer, byteOffset, length }) => {
            if (ended) return;
            message.pause();
            controller.enqueue(new Uint8Array(buffer, byteOffset, length));
          })
          .on("end", () => end(() => controller.close()))
          .on("error", fail)
          .on("close", fail);
      },
      pull: () => {
        if (this.#waits) this.#response.writeContinue();
        this.#waits = false;
        message.resume();
      },
      cancel: () => end(() => {}),
    }, { highWaterMark: 0 });
  }
}

/**
 * Describes the other end of a socket. Few look at the signal, so it is
 * made for those that do.
 */
export function infoOf(
  { remoteAddress = "", remotePort = 0 }: Socket,
  makeSignal: () => AbortSignal,
): RequestInfo {
  let signal: AbortSignal | undefined;
  return {
    remoteAddr: { transport: "tcp", hostname: remoteAddress, port: remotePort },
    get signal() {
      return signal ??= makeSignal();
    },
  };
}

/** Makes the request of a message; `undefined` if its target is not valid. */
export function toRequest(
  message: UpgradeMessage,
  secure: boolean,
  init: RequestInit & { duplex?: "half" } = {},
): Request | undefined {
  const { method = "GET", url: target = "", httpVersion, rawHeaders } = message;
  const headers: [string, string][] = [];
  const hosts: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const [name, value] = [rawHeaders[i]!, rawHeaders[i + 1]!];
    headers.push([name, value]);
    if (name.toLowerCase() === "host") hosts.push(value);
  }
  const url = urlOf(target, hosts, { httpVersion, secure });
  try {
    return url === undefined
      ? undefined
      : new Request(url, { ...init, method, headers });
  } catch {
    return undefined; // A method that fetch forbids, such as TRACE.
  }
}

/** Makes the reason why nobody waits for an answer. */
export function goneError(): Error {
  return new Error("The client is gone");
}

/** Whether a body comes after the headers of a request. */
export function hasBody({ method, headers }: IncomingMessage): boolean {
  return method !== "GET" && method !== "HEAD" &&
    (headers["transfer-encoding"] !== undefined ||
      headers["content-length"] !== undefined);
}

/** Resolves after what can be done at once. */
function turn(): Promise<undefined> {
  return new Promise((resolve) => setImmediate(() => resolve(undefined)));
}

/** Waits until there is room to write, or the client is gone. */
function room(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    response.once("drain", done).once("close", done);
  });
}

/** Reads and discards the rest of a body, up to a limit. */
function drained(message: IncomingMessage): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = later(DRAIN_TIME, resolve);
  let bytes = 0;
  message.on("data", ({ length }) => {
    bytes += length;
    if (bytes > DRAIN_BYTES) resolve();
  });
  message.on("end", resolve).on("error", () => resolve()).on("close", resolve);
  if (message.complete || message.destroyed) resolve();
  message.resume();
  return promise.finally(() => timer.stop());
}
