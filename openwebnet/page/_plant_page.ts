// Copyright 2026 the Wirekit authors. MIT license.

/** The page of plants as a handler, and who may look at it. */

import {
  type Admission,
  type RequestHead,
  type RequestInfo,
  wantsWebSocket,
} from "@wirekit/transport/admission";
import {
  fingerprint,
  isLoopback,
  isSame,
  MAX_TOKEN_LENGTH,
  PageAdmission,
  refused,
  type Session,
  SignIn,
  tokenFault,
  toRefused,
} from "@wirekit/transport/pages";
import type { Gateway } from "../gateway.ts";
import type { Home } from "../home.ts";
import { answerAsset, answerPage, type PlantSource } from "./_page_answer.ts";
import { PlantView, type PlantViewOptions } from "./_plant_view.ts";

/**
 * Options of {@linkcode PlantPage}.
 *
 * @category Page
 */
export interface PlantPageOptions extends PlantViewOptions {
  /**
   * What a person has to sign in with. Without it, only this machine may look
   * and give orders.
   *
   * @default None.
   */
  token?: string;
  /**
   * The names by which the page may be reached besides those of this machine,
   * such as `"home.example.org"`.
   *
   * @default {[]}
   */
  allowedHosts?: readonly string[];
}

/** Maximum number of pages that are open at a time. */
const MAX_PAGES = 100;

/** Maximum number of pages of one session. A further one ends the oldest. */
const MAX_PAGES_EACH = 20;

/** Longest time between two reports to a page, in milliseconds. */
const BEAT_INTERVAL = 10_000;

/** How long people stay signed in after their last request: 30 days, in ms. */
const THIRTY_DAYS = 30 * 24 * 3_600_000;

/** A person or program that may look and give orders. */
interface Visitor {
  readonly label: string;
  readonly session?: Session<string>;
}

/**
 * The page of plants, as a handler for HTTP requests.
 *
 * @example A page of a simulated plant
 * ```ts
 * import { Gateway, GatewaySimulator } from "@wirekit/openwebnet";
 * import { PlantPage } from "@wirekit/openwebnet/page";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator();
 * await using gateway = new Gateway({ transport: () => simulator.connect() });
 * await using page = new PlantPage({ home: gateway });
 * const response = await page.fetch(
 *   new Request("http://127.0.0.1/", { headers: { accept: "text/html" } }),
 *   { remoteAddr: { transport: "tcp", hostname: "127.0.0.1" } },
 * );
 * assertEquals(response.status, 200);
 * await response.body?.cancel();
 * ```
 *
 * @category Page
 */
export class PlantPage implements AsyncDisposable {
  /** Decides whose requests are answered. */
  readonly admission: Admission<unknown>;
  readonly #admission: PageAdmission<Visitor>;
  readonly #view: PlantView;
  readonly #token: Uint8Array | undefined;
  readonly #signIn: SignIn<string, Visitor>;
  readonly #source: PlantSource;
  /** What ends each page that is open, and whose it is. */
  readonly #pages = new Map<AbortController, Session<string> | undefined>();

  /**
   * Starts to follow plants.
   *
   * @param gateways The gateways, by the names of their plants: those that they
   * have in the home. They stay open when the page is closed.
   * @param options What to show, and to whom.
   * @throws {TypeError} If the token is empty, or a name in `allowedHosts` is not
   * valid.
   * @throws {RangeError} If a limit is not valid.
   */
  constructor(
    gateways: Readonly<Record<string, Gateway>>,
    options: PlantPageOptions = {},
  ) {
    const { token, allowedHosts, logger } = options;
    const fault = token === undefined ? undefined : tokenFault(token);
    if (fault) throw new TypeError(`Cannot use the token: it ${fault}`);
    this.#token = token === undefined ? undefined : fingerprint(token);
    const isOpen = token === undefined;
    this.#signIn = new SignIn<string, Visitor>({
      isOpen,
      idleTimeout: THIRTY_DAYS,
      find: (texts) =>
        texts.some((text) => this.#isToken(text)) ? "token" : undefined,
      credentials: bearer,
      granted: (label) => ({ label }),
      describe: ({ label }) => ({ label, isOpen }),
    });
    this.admission = this.#admission = new PageAdmission<Visitor>({
      what: "page",
      onlyOwn: true,
      showsToken: (request) =>
        bearer(request).some((text) => this.#isToken(text)),
      authorize: (request, { remoteAddr }) =>
        this.#visitor(request, remoteAddr),
      ...(allowedHosts && { allowedHosts }),
      ...(logger && { logger }),
    });
    const view = this.#view = new PlantView(gateways, options);
    this.#source = {
      async next(since, signal) {
        await view.changed(since, BEAT_INTERVAL, signal);
        signal.throwIfAborted();
        return view.report(since);
      },
      order: (order) => Promise.resolve(view.order(order)),
    };
  }

  /**
   * Settles when the page is closed. Rejects if all gateways are lost for good,
   * because they refuse the password. A lost connection does not end it.
   */
  get closed(): Promise<void> {
    return this.#view.closed;
  }

  /**
   * Answers an HTTP request. Use it as a handler for `Deno.serve`.
   *
   * @param request The request.
   * @param info The sender. Without a token it must be given and must be on
   * this machine: all other senders are refused.
   * @returns The response.
   */
  readonly fetch = async (
    request: Request,
    info: Partial<RequestInfo> = {},
  ): Promise<Response> => {
    const admission = this.#admission;
    const response = admission.checkAddress(info) ??
      admission.checkOrigin(request, info) ??
      admission.preflight(request) ?? await this.#answer(request, info);
    return admission.secured(response, request);
  };

  /**
   * Shows the devices as another home names them, from now on.
   *
   * @param home The home. Its gateways are not used.
   */
  renewHome(home: Home): void {
    this.#view.renewHome(home);
  }

  /**
   * Ends the page for good.
   *
   * @returns Resolves when no command is in progress.
   */
  async close(): Promise<void> {
    for (const page of this.#pages.keys()) page.abort();
    await this.#view[Symbol.asyncDispose]();
    this.admission.flushLog();
  }

  /** The same as {@linkcode PlantPage.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #answer(
    request: Request,
    info: Partial<RequestInfo>,
  ): Promise<Response> {
    const admit = async () => {
      const admitted = await this.#admission.admit(request, info);
      return admitted instanceof Response ? admitted : admitted.state;
    };
    const answered = this.#signIn.answer(request, {
      address: info.remoteAddr?.hostname ?? "",
      admit,
      refused: () => {
        const text = "It signed in with a wrong token.";
        void this.admission.refuse(401, text, info);
      },
      ended: () => this.#endPages(),
    });
    if (answered) return await answered;
    const { pathname } = new URL(request.url);
    const asset = answerAsset(request, pathname);
    if (asset) return asset;
    if (!pathname.startsWith("/api/")) {
      return refused(404, "There is nothing at this path.");
    }
    const visitor = await admit();
    if (visitor instanceof Response) return await toRefused(visitor);
    const { size } = this.#pages;
    if (pathname === "/api/events" && size >= MAX_PAGES) {
      return refused(503, "Too many pages are open.");
    }
    const ending = new AbortController();
    const signal = info.signal
      ? AbortSignal.any([info.signal, ending.signal])
      : ending.signal;
    const response = answerPage(request, pathname, this.#source, {
      signal,
      opened: () => this.#opened(ending, visitor.session),
      closed: () => this.#pages.delete(ending),
    });
    return await response ?? refused(404, "There is nothing at this path.");
  }

  #opened(page: AbortController, session: Session<string> | undefined): void {
    const others = [...this.#pages].filter(([, owner]) => owner === session);
    const [first] = others;
    if (first && others.length >= MAX_PAGES_EACH) {
      const [oldest] = first;
      this.#pages.delete(oldest);
      oldest.abort();
    }
    this.#pages.set(page, session);
  }

  /** Ends the pages of those who have signed out. */
  #endPages(): void {
    for (const [page, session] of this.#pages) {
      if (session && !this.#signIn.sessions.has(session)) page.abort();
    }
  }

  #isToken(text: string): boolean {
    return this.#token !== undefined && isSame(fingerprint(text), this.#token);
  }

  #visitor(
    request: Request,
    { transport, hostname = "" }: RequestInfo["remoteAddr"],
  ): Visitor | Response {
    if (wantsWebSocket(request)) {
      return new Response("There is no WebSocket here.\n", { status: 404 });
    }
    if (this.#token === undefined) {
      const isHere = transport === "unix" || isLoopback(hostname);
      if (!isHere || isForwarded(request)) {
        return this.admission.refuse(
          401,
          "Only this machine may look, without a proxy: the page has no token.",
          { remoteAddr: { hostname } },
        );
      }
      return this.#signIn.checkProof(request) ?? { label: "open" };
    }
    const shown = bearer(request);
    if (shown.length > 0) {
      const { guesses } = this.#signIn;
      const braked = guesses.refuse(hostname);
      if (braked) return braked;
      if (shown.some((text) => this.#isToken(text))) return { label: "token" };
      guesses.wrong(hostname);
    }
    const session = this.#signIn.sessionOf(request);
    if (!session) return refused(401, "Sign in with a token.");
    return this.#signIn.checkProof(request, session) ??
      { label: session.grant, session };
  }
}

/**
 * Returns whether a request has come to this machine from another one, by way of
 * a proxy: it says so, or the browser was given an address of the network.
 */
function isForwarded(request: Request): boolean {
  const { headers } = request;
  const { hostname } = new URL(request.url);
  const isAddress = hostname.startsWith("[") || /^[\d.]+$/.test(hostname);
  return isAddress && !isLoopback(hostname) ||
    ["forwarded", "x-forwarded-for", "x-real-ip"].some((name) =>
      headers.has(name)
    );
}

/** Returns the token of a program, if it shows one. */
function bearer({ headers }: RequestHead): string[] {
  const [, token] = /^Bearer +(\S.*)$/i
    .exec(headers.get("authorization") ?? "") ?? [];
  return token === undefined || token.length > MAX_TOKEN_LENGTH ? [] : [token];
}
