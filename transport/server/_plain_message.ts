// Copyright 2026 the Wirekit authors. MIT license.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { PlainAnswer, PlainExchange, RemoteAddr } from "../admission.ts";
import { urlOf } from "./_http_rules.ts";

/** The largest body that is read at once. */
const MAX_BYTES = 65_536;

/** What a page may send, what begins something else, and a body without a length. */
const OTHERS = [
  "origin",
  "cookie",
  "sec-fetch-site",
  "upgrade",
  "sec-websocket-key",
  "expect",
  "transfer-encoding",
];

type Headers = IncomingMessage["headers"];

const encoder = new TextEncoder();

class PlainHeaders {
  readonly #headers: Headers;

  constructor(headers: Headers) {
    this.#headers = headers;
  }

  get(name: string): string | null {
    return this.#headers[name] as string ?? null;
  }

  has(name: string): boolean {
    return this.#headers[name] !== undefined;
  }
}

/**
 * A small post over `node:http`: what stands in it is taken as it is, without the
 * objects of `fetch`. A test compares it with an `HttpExchange` of the same bytes.
 */
export class PlainMessage implements PlainExchange {
  readonly method = "POST";
  readonly url: string;
  readonly headers: PlainHeaders;
  readonly remoteAddr: RemoteAddr;
  readonly #message: IncomingMessage;
  readonly #response: ServerResponse;
  /** Forgotten with the answer: Node keeps its own objects for longer. */
  #gone: (() => void) | undefined;

  private constructor(
    url: string,
    message: IncomingMessage,
    response: ServerResponse,
  ) {
    const { remoteAddress = "", remotePort = 0 } = message.socket;
    this.url = url;
    this.headers = new PlainHeaders(message.headers);
    this.remoteAddr = {
      transport: "tcp",
      hostname: remoteAddress,
      port: remotePort,
    };
    this.#message = message;
    this.#response = response;
  }

  /** Takes a message, if it is such a post. */
  static of(
    message: IncomingMessage,
    response: ServerResponse,
    secure: boolean,
  ): PlainMessage | undefined {
    const { method, headers, rawHeaders, httpVersion, url: target } = message;
    if (method !== "POST" || httpVersion !== "1.1") return undefined;
    const { host, "content-length": length = "" } = headers;
    if (!/^\d{1,5}$/.test(length) || Number(length) > MAX_BYTES) {
      return undefined;
    }
    if (OTHERS.some((name) => headers[name] !== undefined)) return undefined;
    // Node drops or joins what comes twice in its own way.
    if (2 * Object.keys(headers).length !== rawHeaders.length) return undefined;
    const hosts = host === undefined ? [] : [host];
    const url = urlOf(target ?? "", hosts, { httpVersion, secure });
    return url === undefined
      ? undefined
      : new PlainMessage(url, message, response);
  }

  /** See {@linkcode PlainExchange}. */
  read(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const message = this.#message;
    return new Promise((resolve) => {
      let bytes: Uint8Array<ArrayBuffer> | undefined;
      message
        .on("data", ({ buffer, byteOffset, length }) => {
          const chunk = new Uint8Array(buffer, byteOffset, length);
          bytes = bytes ? joined(bytes, chunk) : chunk;
        })
        .on("end", () => resolve(bytes ?? new Uint8Array()))
        .on("error", () => resolve(undefined))
        .on("close", () => resolve(undefined));
    });
  }

  /** See {@linkcode PlainExchange}. */
  onGone(gone: () => void): void {
    this.#gone = gone;
    this.#response.once("close", () => this.#gone?.());
  }

  /** Sends the answer, unless its receiver is gone. */
  answer({ status, headers, body }: PlainAnswer): void {
    const response = this.#response;
    this.#gone = undefined;
    if (response.destroyed) return;
    response.writeHead(status, [
      ...headers,
      "content-length",
      `${encoder.encode(body).length}`,
    ]);
    // With the head, in one piece.
    response.end(body);
  }
}

function joined(
  one: Uint8Array<ArrayBuffer>,
  other: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
