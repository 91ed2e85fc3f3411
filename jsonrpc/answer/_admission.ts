// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import {
  Admission,
  type AdmissionOptions,
  type RequestInfo,
  wantsWebSocket,
} from "@wirekit/transport/admission";
import { CalmLogger, type Logger } from "@wirekit/internal/logger";
import type { Codec } from "../wire/codec.ts";
import type { Handshake } from "./context.ts";

/** Who may connect or post, and how. */
export interface DoorOptions<State>
  extends Omit<AdmissionOptions<State>, "authorize" | "chooseProtocol"> {
  path?: string;
  authorize?: (
    request: Request,
    info: RequestInfo & Handshake,
  ) => State | Response | false | Promise<State | Response | false>;
  protocols?: readonly string[];
  codecs?: readonly Codec<Uint8Array<ArrayBuffer>>[];
  onError?: (error: unknown, about: { method?: string }) => void;
}

/** One log for all clients of a server, so that many cannot flood it. */
export function calmLogger(
  { logger }: { logger?: Logger | undefined },
): { logger?: Logger } {
  return logger ? { logger: CalmLogger.of(logger) } : {};
}

/** What is known of a client that has come in by HTTP. */
export interface Entrance<State> {
  readonly state: State;
  readonly handshake: Handshake;
}

/** Lets requests in, or refuses them: for a port and for `fetchHandler()`. */
export class Door<State> {
  /** The rules. */
  readonly admission: Admission<Entrance<State>>;
  readonly #options: DoorOptions<State>;

  constructor(options: DoorOptions<State>) {
    this.#options = options;
    const { allowedOrigins, handshakeTimeout, maxConnections, logger } =
      options;
    this.admission = new Admission({
      authorize: (request, info) => this.#authorize(request, info),
      chooseProtocol: (offered) => this.#choose(offered),
      ...(allowedOrigins && { allowedOrigins }),
      ...(handshakeTimeout !== undefined && { handshakeTimeout }),
      ...(maxConnections !== undefined && { maxConnections }),
      ...(logger && { logger }),
    });
  }

  /** The codec that a subprotocol stands for; JSON text if none. */
  codecOf(
    protocol: string | undefined,
  ): Codec<Uint8Array<ArrayBuffer>> | undefined {
    const { protocols = [], codecs = [] } = this.#options;
    if (protocol === undefined || protocols.includes(protocol)) {
      return undefined;
    }
    return codecs.find((codec) => codec.protocol === protocol);
  }

  /** Takes the first subprotocol of the client that we know. */
  #choose(offered: readonly string[]): string | undefined {
    const { protocols = [], codecs = [] } = this.#options;
    return offered.find((name) =>
      protocols.includes(name) ||
      codecs.some(({ protocol }) => protocol === name)
    );
  }

  async #authorize(
    request: Request,
    info: RequestInfo,
  ): Promise<Entrance<State> | Response> {
    const { path, authorize, onError } = this.#options;
    if (path !== undefined && new URL(request.url).pathname !== path) {
      return refuse(404, "Not found");
    }
    if (isPreflight(request)) return allowing(refuse(204), request);
    const isUpgrade = wantsWebSocket(request);
    if (!isUpgrade && request.method !== "POST") {
      return refuse(405, "Expected POST or WebSocket", { allow: "POST" });
    }
    const offered = request.headers.get("sec-websocket-protocol") ?? "";
    const names = offered.split(",").map((name) => name.trim());
    const handshake = describe(
      request,
      info,
      isUpgrade ? this.#choose(names) : undefined,
    );
    try {
      const state = await authorize?.(request, { ...info, ...handshake }) ??
        {} as State;
      // A condition that is false must never let anybody in.
      if (state === false) return refuse(403, "You are refused");
      return state instanceof Response ? state : { state, handshake };
    } catch (error) {
      onError?.(error, {});
      return refuse(500, "Internal error");
    }
  }
}

/** Copies what is wanted later: after an upgrade the request cannot be read. */
function describe(
  request: Request,
  { remoteAddr: { hostname } }: RequestInfo,
  protocol: string | undefined,
): Handshake {
  const headers = new Headers(request.headers);
  return {
    url: new URL(request.url),
    headers,
    cookies: parseCookies(headers.get("cookie") ?? ""),
    protocol: protocol ?? "",
    ...(hostname !== undefined && { remoteAddress: hostname }),
  };
}

function parseCookies(text: string): Record<string, string> {
  const pairs = text.split(";").map((pair) => pair.trim()).filter(Boolean);
  return Object.fromEntries(pairs.map((pair) => {
    const at = pair.indexOf("=");
    if (at < 0) return ["", pair];
    return [pair.slice(0, at).trim(), decode(pair.slice(at + 1).trim())];
  }));
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value.replace(/^"(.*)"$/, "$1"));
  } catch {
    return value;
  }
}

function isPreflight({ method, headers }: Request): boolean {
  return method === "OPTIONS" && headers.has("origin") &&
    headers.has("access-control-request-method");
}

/** Lets the page that is allowed read the response. */
export function allowing(response: Response, { headers }: Request): Response {
  const origin = headers.get("origin");
  if (origin === null) return response;
  response.headers.set("access-control-allow-origin", origin);
  response.headers.set("access-control-allow-methods", "POST");
  response.headers.set(
    "access-control-allow-headers",
    "content-type, authorization",
  );
  response.headers.set("vary", "origin");
  return response;
}

function refuse(
  status: number,
  text: string | null = null,
  headers: HeadersInit = {},
): Response {
  return new Response(text, { status, headers });
}
