// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import {
  Admission,
  type AdmissionOptions,
  type Admitted,
  type Place,
  type RequestHead,
  type RequestInfo,
  wantsWebSocket,
} from "../admission.ts";

/**
 * What every answer says to a browser, unless it says something else.
 *
 * @category Pages
 */
export const SECURE_HEADERS: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

const SECURED = Object.entries(SECURE_HEADERS);

/** Responses that have them from the start. */
const secure = new WeakSet<Response>();

/**
 * Makes a response that keeps browsers from misusing it, which costs less than
 * {@linkcode PageAdmission.secured} afterwards.
 *
 * @param body The body.
 * @param status The status.
 * @param headers Other headers, by their names in lower case.
 * @returns The response.
 *
 * @category Pages
 */
export function secureResponse(
  body: string | null,
  status: number,
  headers: Readonly<Record<string, string>>,
): Response {
  const all = { ...SECURE_HEADERS, ...headers };
  const response = new Response(body, { status, headers: all });
  secure.add(response);
  return response;
}

/** What pages of allowed origins may send. */
const CORS = {
  "access-control-allow-headers": "authorization, content-type",
  "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
  "access-control-max-age": "600",
};

/** The most foreign names that are written to the log. */
const MAX_LOGGED = 100;

/**
 * Options of {@linkcode PageAdmission}.
 *
 * @typeParam State What `authorize` returns.
 *
 * @category Pages
 */
export interface PageAdmissionOptions<State> extends AdmissionOptions<State> {
  /** What is served, in a word for messages: `"hub"`. */
  what: string;
  /**
   * The names by which it is known besides those of this machine, such as
   * `"hub.example.org"`; `"*.example.org"` stands for all below it, `"*"` for
   * all.
   *
   * @default {[]}
   */
  allowedHosts?: readonly string[];
  /**
   * Whether no page but the server's own can be let in, so that the log gives no
   * advice how to.
   *
   * @default {false}
   */
  onlyOwn?: boolean;
  /**
   * Returns whether a request shows a valid token by itself, without a cookie.
   */
  showsToken: (request: RequestHead) => boolean;
}

/**
 * Keeps the pages of strangers away from a server that has a page of its own,
 * over WebSocket and over HTTP alike.
 *
 * A page may reach a server on its visitor's machine in two ways. It sends
 * requests there, with its `Origin` or marked `Sec-Fetch-Site: cross-site`. Or
 * its owner lets the name of the page point to this machine (DNS rebinding), so
 * that the browser takes the server for the page's own: then `Host` has that
 * name. An address in `Host` cannot be rebound, a name can.
 *
 * @typeParam State What `authorize` returns.
 *
 * @category Pages
 */
export class PageAdmission<State = undefined> extends Admission<State> {
  readonly #what: string;
  readonly #onlyOwn: boolean;
  readonly #hosts: readonly string[];
  readonly #showsToken: (request: RequestHead) => boolean;
  readonly #logged = new Set<string>();

  /**
   * Makes the rules.
   *
   * @param options Who may come in.
   * @throws {TypeError} If one of `allowedHosts` or `allowedOrigins` is not
   * valid. The message says which.
   */
  constructor(options: PageAdmissionOptions<State>) {
    super(options);
    this.#what = options.what;
    this.#onlyOwn = options.onlyOwn ?? false;
    this.#hosts = (options.allowedHosts ?? []).map(toHost);
    this.#showsToken = options.showsToken;
  }

  /** See {@linkcode Admission.decide}. */
  override decide(
    request: Request,
    info: Partial<RequestInfo> = {},
  ): Admitted<State> | Response | Promise<Admitted<State> | Response> {
    const secured = (admitted: Admitted<State> | Response) =>
      admitted instanceof Response ? this.secured(admitted, request) : admitted;
    const decided = super.decide(request, info);
    return decided instanceof Promise
      ? decided.then(secured)
      : secured(decided);
  }

  /** See {@linkcode Admission.enter}. */
  override enter(info: Partial<RequestInfo> = {}): Place | Response {
    const entered = super.enter(info);
    return entered instanceof Response ? this.secured(entered) : entered;
  }

  /** See {@linkcode Admission.refuse}. */
  override refuse(
    status: number,
    reason: string,
    info: Partial<RequestInfo> = {},
  ): Response {
    return this.secured(super.refuse(status, reason, info));
  }

  /**
   * Refuses pages of other origins and sites, and names that are not the
   * server's.
   *
   * @param request The request.
   * @param info Who sends it, for the log.
   * @returns The response that refuses it, or `undefined` if it may go on.
   */
  override checkOrigin(
    request: RequestHead,
    info: Partial<RequestInfo> = {},
  ): Response | undefined {
    const hostname = hostnameOf(request.url);
    const { headers, method } = request;
    const origin = headers.get("origin");
    // No browser opens a WebSocket without saying for which page, and no page of
    // a stranger has a token: these come from programs.
    const isProgram = origin === null && wantsWebSocket(request);
    if (
      !this.#isOwn(hostname) && !isProgram && !this.#showsToken(request)
    ) {
      return this.#refuseOnce(
        info,
        `it calls this ${this.#what} ${
          quoted(hostname)
        }. To be known by that name, set ` +
          `allowedHosts: [${quoted(hostname)}], or --allow-host for a command`,
        `${quoted(hostname)} is not a name of this ${this.#what}.`,
      );
    }
    if (origin !== null) {
      if (isOwnOrigin(request, origin)) return undefined;
      return this.#onlyOwn
        ? this.#refuseOnce(
          info,
          "a page of another origin asked for it",
          "This origin is not allowed.",
        )
        : super.checkOrigin(request, info);
    }
    const site = headers.get("sec-fetch-site");
    if (site === null || site === "same-origin" || site === "none") {
      return undefined;
    }
    // A link from another server of this machine may be followed.
    const mode = headers.get("sec-fetch-mode");
    if (site === "same-site" && mode === "navigate" && method === "GET") {
      return undefined;
    }
    return this.#refuseOnce(
      info,
      "a page of another site asked for it",
      "Open this address itself, not from a page of another site.",
    );
  }

  /**
   * Adds to an answer what keeps browsers from misusing it.
   *
   * @param response The answer.
   * @param request What it answers.
   * @returns The answer with these headers.
   */
  secured(response: Response, request?: RequestHead): Response {
    if (response.status < 200) return response; // An upgrade.
    const origin = request?.headers.get("origin");
    if (!origin && secure.has(response)) return response;
    const headers = isFixed(response)
      ? new Headers(response.headers)
      : response.headers;
    for (const [name, value] of SECURED) {
      if (!headers.has(name)) headers.set(name, value);
    }
    if (origin && request && !isOwnOrigin(request, origin)) {
      headers.append("vary", "Origin");
      if (this.allowsOrigin(origin)) {
        headers.set("access-control-allow-origin", origin);
        headers.set("cross-origin-resource-policy", "cross-origin");
      }
    }
    if (headers === response.headers) return response;
    const { status, statusText, body } = response;
    return new Response(body, { status, statusText, headers });
  }

  /**
   * Answers the question of a browser whether a page may send a request.
   *
   * @param request The request.
   * @returns The answer; `undefined` if it is no such question.
   */
  preflight({ method, headers }: Request): Response | undefined {
    const asks = method === "OPTIONS" && headers.has("origin") &&
      headers.has("access-control-request-method");
    return asks
      ? new Response(null, { status: 204, headers: CORS })
      : undefined;
  }

  #isOwn(hostname: string): boolean {
    if (isAddress(hostname) || isLocalName(hostname)) return true;
    return this.#hosts.some((host) =>
      host === "*" || host === hostname ||
      host.startsWith("*.") && hostname.endsWith(host.slice(1))
    );
  }

  /** Refuses, and writes it to the log once: a page tries again and again. */
  #refuseOnce(
    info: Partial<RequestInfo>,
    logged: string,
    reason: string,
  ): Response {
    if (this.#logged.has(logged) || this.#logged.size >= MAX_LOGGED) {
      return this.secured(new Response(`${reason}\n`, { status: 403 }));
    }
    this.#logged.add(logged);
    const { status, headers } = this.refuse(403, logged, info);
    return new Response(`${reason}\n`, { status, headers });
  }
}

/** Whether the headers of a response cannot be changed, as after `fetch()`. */
function isFixed({ headers }: Response): boolean {
  try {
    headers.set("x-content-type-options", "nosniff");
    return false;
  } catch {
    return true;
  }
}

/**
 * Returns whether the page of a request is of this server itself. Behind a proxy
 * that speaks TLS, the browser says `https:` and the server sees `http:`.
 *
 * @category Pages
 */
export function isOwnOrigin({ url }: RequestHead, origin: string): boolean {
  const { host } = new URL(url);
  return origin === `http://${host}` && !/^https:/i.test(url) ||
    origin === `https://${host}`;
}

/**
 * Returns whether a request comes from a page, which other pages may have
 * caused.
 *
 * @category Pages
 */
export function isOfPage({ headers }: RequestHead): boolean {
  return headers.has("origin") || headers.has("sec-fetch-site");
}

/** The host of the last URL: most requests name the same. */
let last = { origin: "", hostname: "" };

function hostnameOf(url: string): string {
  const end = url.indexOf("/", url.indexOf("//") + 2);
  const origin = end < 0 ? url : url.slice(0, end);
  if (origin !== last.origin) {
    const { hostname } = new URL(url);
    last = { origin, hostname };
  }
  return last.hostname;
}

function isAddress(hostname: string): boolean {
  return hostname.startsWith("[") || /^\d+(\.\d+){3}$/.test(hostname);
}

function isLocalName(hostname: string): boolean {
  return hostname === "localhost" || hostname.endsWith(".localhost");
}

function quoted(hostname: string): string {
  return JSON.stringify(hostname.slice(0, 200));
}

/** Writes a name as a URL does; throws if it is none. */
function toHost(text: string): string {
  if (text === "*") return text;
  const [, star = "", name = ""] = /^(\*\.)?([^*/?#@\\]+)$/.exec(text) ?? [];
  const url = URL.parse(`http://${name}`);
  if (name && url && url.port === "" && url.pathname === "/") {
    return `${star}${url.hostname}`;
  }
  throw new TypeError(
    `allowedHosts has "${text}", which is not a name of a machine, such as ` +
      '"hub.example.org"; "*.example.org" stands for all below it, "*" for all',
  );
}

/**
 * Returns whether an address is one of this machine's own.
 *
 * @category Pages
 */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "::1" ||
    hostname === "[::1]" || /^(::ffff:)?127\.\d+\.\d+\.\d+$/.test(hostname);
}
