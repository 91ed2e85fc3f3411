// Copyright 2026 the Wirekit authors. MIT license.

import { HandshakeError } from "@wirekit/internal/errors";
import { settled } from "../_close.ts";
import { adviceFor } from "./_redirect.ts";

/** The most bytes of the server's answer, including interim responses. */
const MAX_HEAD_BYTES = 16_384;

/** How much of a refusal's body is read, and for how many milliseconds. */
const MAX_BODY_BYTES = 4_096;
const BODY_TIMEOUT = 1_000;

/** Advice for each status. */
const ADVICE: Record<number, string> = {
  401: "Give it the credentials that it asks for",
  403: "It does not let this client in",
  404: "Is the path right?",
  407: "A proxy asks for credentials",
  426: "It speaks another protocol at this address",
  429: "Try again later",
  503: "Try again later",
};

/** What a handshake is checked against. */
export interface Expected {
  /** The URL for an error. */
  place: string;
  /** The same, with its secrets. */
  href: string;
  /** Leaves the secrets of the URL out of a text. */
  hide: (text: string) => string;
  /** The answer to the key that the server must give. */
  accept: string;
  /** The subprotocols that were offered. */
  protocols: string[];
}

/** The result of a handshake. */
export interface Answer {
  /** The bytes that came after the handshake. */
  rest: Uint8Array<ArrayBuffer>;
  /** The subprotocol; empty if there is none. */
  protocol: string;
}

/** Reads some bytes; `undefined` at the end. */
export type ReadSome = () => Promise<Uint8Array | undefined>;

/**
 * Reads a server's answer. Throws a {@linkcode HandshakeError} unless the
 * server accepted.
 */
export async function readAnswer(
  read: ReadSome,
  expected: Expected,
): Promise<Answer> {
  const refuse = (why: string, more: Partial<Refusal> = {}) =>
    new HandshakeError(`Cannot connect to ${expected.place}: ${why}`, {
      url: expected.place,
      ...more,
    });
  const stream = new HeadReader(read);
  for (;;) {
    const text = await stream.head(refuse);
    const { status, phrase, headers } = parseHead(text, refuse);
    // Hints come before the answer (RFC 9110, section 15.2).
    if (status > 101 && status < 200 || status === 100) continue;
    if (status !== 101) {
      const body = expected.hide(await stream.body(headers));
      const { href } = expected;
      const location = headers.get("location");
      throw refuse(words(status, phrase, location, { href, body }), {
        status,
        headers,
        body,
      });
    }
    const wrong = findFault(headers, expected);
    if (wrong) throw refuse(`the server ${wrong}`, { status, headers });
    const protocol = headers.get("sec-websocket-protocol") ?? "";
    return { rest: stream.rest, protocol };
  }
}

interface Refusal {
  status: number;
  headers: Headers;
  body: string;
}

type Refuse = (why: string, more?: Partial<Refusal>) => HandshakeError;

interface Head {
  status: number;
  phrase: string;
  headers: Headers;
}

/** Reads up to an empty line, and keeps what came after it. */
class HeadReader {
  rest: Uint8Array<ArrayBuffer> = new Uint8Array();
  readonly #read: ReadSome;
  #taken = 0;

  constructor(read: ReadSome) {
    this.#read = read;
  }

  async head(refuse: Refuse): Promise<string> {
    let searched = 0;
    for (;;) {
      const { rest } = this;
      for (let i = searched; i + 3 < rest.length; i++) {
        if (rest[i] !== 13 || rest[i + 1] !== 10) continue;
        if (rest[i + 2] !== 13 || rest[i + 3] !== 10) continue;
        this.rest = rest.slice(i + 4);
        this.#taken += i + 4;
        return String.fromCharCode(...rest.subarray(0, i));
      }
      searched = Math.max(0, rest.length - 3);
      if (this.#taken + searched >= MAX_HEAD_BYTES) {
        throw refuse(`the server's answer is over ${MAX_HEAD_BYTES} bytes`);
      }
      // A TLS alert: the server's answer to something that is not TLS.
      if (rest[0] === 0x15 && rest[1] === 3) {
        throw refuse("the server speaks TLS on this port. Connect by wss:");
      }
      if (!"HTTP/".startsWith(latin1(rest.subarray(0, 5)))) {
        throw refuse("the server does not speak HTTP/1.1");
      }
      if (await this.#more()) continue;
      throw refuse(
        rest.length === 0
          ? "the server closed the connection without an answer"
          : "the server closed the connection in its answer",
      );
    }
  }

  /** Reads the start of a body, as far as it comes in time. */
  async body(headers: Headers): Promise<string> {
    const length = Number(headers.get("content-length") ?? Infinity);
    const enough = Math.min(length, MAX_BODY_BYTES);
    const chunked = /chunked/i.test(headers.get("transfer-encoding") ?? "");
    const ended = () => chunked && /(^|\r\n)0+\r\n/.test(latin1(this.rest));
    const reading = (async () => {
      while (this.rest.length < enough && !ended() && await this.#more());
    })();
    await settled(reading, BODY_TIMEOUT);
    const bytes = this.rest.subarray(0, enough);
    return new TextDecoder().decode(chunked ? unchunk(bytes) : bytes);
  }

  async #more(): Promise<boolean> {
    const chunk = await this.#read();
    if (!chunk) return false;
    const joined = new Uint8Array(this.rest.length + chunk.length);
    joined.set(this.rest);
    joined.set(chunk, this.rest.length);
    this.rest = joined;
    return true;
  }
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 2 * MAX_BODY_BYTES));
}

/** Joins the chunks of a body. The last one may be cut off. */
function unchunk(bytes: Uint8Array): Uint8Array {
  const joined: number[] = [];
  let at = 0;
  while (at < bytes.length) {
    const line = bytes.indexOf(10, at);
    const size = parseInt(latin1(bytes.subarray(at, line)), 16);
    if (line < 0 || !(size > 0)) break;
    joined.push(...bytes.subarray(line + 1, line + 1 + size));
    at = line + 1 + size + 2;
  }
  return new Uint8Array(joined);
}

function parseHead(text: string, refuse: Refuse): Head {
  const [line = "", ...lines] = text.split("\r\n");
  const [, status, phrase = ""] =
    /^HTTP\/1\.\d (\d{3})(?: (.*))?$/.exec(line) ?? [];
  if (status === undefined) {
    throw refuse("the server does not speak HTTP/1.1");
  }
  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(":");
    try {
      headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
    } catch {
      throw refuse("the server sent a header that is not valid");
    }
  }
  return { status: Number(status), phrase, headers };
}

/** Says what a server answered instead of the upgrade, and what to do. */
function words(
  status: number,
  phrase: string,
  location: string | null,
  { href, body }: { href: string; body: string },
): string {
  const said = oneLine(body);
  const answered = `the server answered ${status} ${oneLine(phrase)}`.trimEnd();
  const advice = status < 300
    ? "There is an HTTP server, but no WebSocket at this address"
    : status < 400 && location
    ? oneLine(adviceFor(location, href))
    : ADVICE[status];
  const reason = advice ? said.replace(/\.$/, "") : said;
  return answered + (said ? `: "${reason}"` : "") +
    (advice ? `. ${advice}` : "");
}

/** Returns the start of a text that a stranger sent, as one printable line. */
function oneLine(text: string): string {
  const line = text.replace(/<[^>]*(>|$)/g, " ").replace(
    /[^\p{L}\p{M}\p{N}\p{P}\p{S}]+/gu,
    " ",
  )
    .trim();
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

/** Returns what is wrong with an upgrade. */
function findFault(
  headers: Headers,
  { accept, protocols }: Expected,
): string | undefined {
  const upgrade = headers.get("upgrade")?.toLowerCase();
  const connection = (headers.get("connection") ?? "").toLowerCase()
    .split(",").map((each) => each.trim());
  if (upgrade !== "websocket" || !connection.includes("upgrade")) {
    return "did not upgrade to WebSocket";
  }
  if (headers.get("sec-websocket-accept") !== accept) {
    return "did not prove that it speaks WebSocket";
  }
  if (headers.get("sec-websocket-extensions")) {
    return "chose an extension that was not offered";
  }
  const protocol = headers.get("sec-websocket-protocol");
  if (protocol !== null && !protocols.includes(protocol)) {
    return "chose a subprotocol that was not offered";
  }
  return undefined;
}
