// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Codec } from "./codec.ts";
import type { Handshake } from "./context.ts";

/** What a server tells of a request besides it. */
export interface RequestInfo {
  /** Where the client is. */
  readonly remoteAddr?: { readonly hostname?: string } | object;
}

/** Who may connect or post, and how. */
export interface Door<State> {
  path?: string;
  origins?: readonly string[];
  authorize?: (
    request: Request,
    handshake: Handshake,
  ) => State | Response | Promise<State | Response>;
  protocols?: readonly string[];
  codecs?: readonly Codec<Uint8Array<ArrayBuffer>>[];
  onError?: (error: unknown, about: { method?: string }) => void;
}

/** A client that may come in. */
export interface Admitted<State> {
  readonly state: State;
  readonly handshake: Handshake;
  readonly choice: Choice | undefined;
}

/** The subprotocol that a client and we agree on. */
export interface Choice {
  readonly protocol: string;
  readonly codec?: Codec<Uint8Array<ArrayBuffer>>;
}

/** Lets a request in, or refuses it. */
export async function admit<State>(
  request: Request,
  info: RequestInfo,
  door: Door<State>,
): Promise<Admitted<State> | Response> {
  const { pathname } = new URL(request.url);
  if (door.path !== undefined && pathname !== door.path) {
    return refuse(404, "Not found");
  }
  const origin = request.headers.get("origin");
  if (!isAllowed(origin, door.origins ?? [])) {
    return refuse(403, "Origin is not allowed");
  }
  if (isPreflight(request)) return allowing(refuse(204), origin);
  const isUpgrade = asksForWebSocket(request);
  if (!isUpgrade && request.method !== "POST") {
    return refuse(405, "Expected POST or WebSocket", { allow: "POST" });
  }

  const choice = isUpgrade ? choose(request, door) : undefined;
  const handshake = describe(request, info, choice?.protocol);
  try {
    const state = await door.authorize?.(request, handshake) ?? {} as State;
    if (state instanceof Response) return state;
    return { state, handshake, choice };
  } catch (error) {
    door.onError?.(error, {});
    return refuse(500, "Internal error");
  }
}

/** Whether a request wants a WebSocket. */
export function asksForWebSocket({ headers }: Request): boolean {
  return headers.get("upgrade")?.toLowerCase() === "websocket";
}

/** Takes the first subprotocol of the client that we know. */
function choose(
  { headers }: Request,
  { protocols = [], codecs = [] }: Pick<Door<unknown>, "protocols" | "codecs">,
): Choice | undefined {
  const offered = headers.get("sec-websocket-protocol") ?? "";
  for (const protocol of offered.split(",").map((name) => name.trim())) {
    if (protocols.includes(protocol)) return { protocol };
    const codec = codecs.find((codec) => codec.protocol === protocol);
    if (codec) return { protocol, codec };
  }
  return undefined;
}

/** Copies what is wanted later: after an upgrade the request cannot be read. */
function describe(
  request: Request,
  { remoteAddr }: RequestInfo,
  protocol = "",
): Handshake {
  const { hostname } = (remoteAddr ?? {}) as { hostname?: string };
  const headers = new Headers(request.headers);
  return {
    url: new URL(request.url),
    headers,
    cookies: parseCookies(headers.get("cookie") ?? ""),
    protocol,
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

function isAllowed(origin: string | null, origins: readonly string[]): boolean {
  return origin === null || origins.includes("*") || origins.includes(origin);
}

function isPreflight({ method, headers }: Request): boolean {
  return method === "OPTIONS" && headers.has("origin") &&
    headers.has("access-control-request-method");
}

/** Lets the page that is allowed read the response. */
export function allowing(response: Response, origin: string | null): Response {
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
