// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { type RequestHead, wantsWebSocket } from "../admission.ts";
import { Guesses } from "./_guesses.ts";
import { readJson, refused, toRefused } from "./_json.ts";
import { isOfPage, isOwnOrigin } from "./_page_admission.ts";
import { cookieFor, secret, type Session, Sessions } from "./_sessions.ts";

/** The header in which a page repeats the proof of its session. */
const PROOF = "x-wirekit-proof";

/** The largest body of a sign-in, in bytes. */
const MAX_BODY_BYTES = 4_096;

/**
 * Who can sign in, and with what.
 *
 * @typeParam Grant What a token allows.
 * @typeParam Pass What is let in by it.
 *
 * @category Pages
 */
export interface SignInOptions<Grant, Pass> {
  /** Whether there is no token: then nobody has to sign in. */
  isOpen: boolean;
  /**
   * How long a session lasts after it was last used, in milliseconds;
   * `Infinity` means until the server ends.
   *
   * @default {43200000} Twelve hours.
   */
  idleTimeout?: number;
  /**
   * Finds a token.
   *
   * @param texts What may be one.
   * @returns What the first of them that is a token allows.
   */
  find(texts: readonly string[]): Grant | undefined;
  /**
   * Returns the texts of a request that may be a token.
   *
   * @param request The request.
   */
  credentials(request: RequestHead): string[];
  /**
   * Returns the pass that a token gives.
   *
   * @param grant What the token allows.
   */
  granted(grant: Grant): Pass;
  /**
   * Returns what a page may know of its pass.
   *
   * @param pass The pass.
   */
  describe(pass: Pass): object;
}

/**
 * What {@linkcode SignIn.answer} needs of its server.
 *
 * @typeParam Pass What is let in.
 *
 * @category Pages
 */
export interface SignInHooks<Pass> {
  /** The address that the request comes from; empty if it is not known. */
  readonly address: string;
  /** Admits the request, or refuses it. */
  admit(): Promise<Pass | Response>;
  /** Called after a sign-in with a wrong token. */
  refused(): void;
  /** Called when a session has ended: what it has let in has to be closed. */
  ended(): void;
}

/**
 * Lets people sign in at a page with a token, and keeps other pages from acting
 * in their name: every request that changes something has to repeat the proof
 * of its session.
 *
 * @typeParam Grant What a token allows.
 * @typeParam Pass What is let in by it.
 *
 * @category Pages
 */
export class SignIn<Grant, Pass> {
  /** Those who have signed in. */
  readonly sessions: Sessions<Grant>;
  /** What was tried as a token, and was none. */
  readonly guesses: Guesses = new Guesses();
  readonly #options: SignInOptions<Grant, Pass>;
  /** Of pages at a server without tokens, which has no sessions. */
  readonly #proof = secret();

  /**
   * Makes it without sessions.
   *
   * @param options Who can sign in.
   * @throws {RangeError} If `idleTimeout` is not valid.
   */
  constructor(options: SignInOptions<Grant, Pass>) {
    this.#options = options;
    this.sessions = new Sessions(options.idleTimeout);
  }

  /**
   * Refuses a request that changes something, comes from a page, and lacks the
   * proof of its session.
   *
   * @param request The request.
   * @param session Its session; none at a server that is open.
   * @returns The response that refuses it; `undefined` if it may go on.
   */
  checkProof(
    request: RequestHead,
    session?: Session<Grant>,
  ): Response | undefined {
    const { method, headers } = request;
    if (/^(GET|HEAD|OPTIONS)$/.test(method)) return undefined;
    if (session === undefined && !isOfPage(request)) return undefined;
    return headers.get(PROOF) === (session?.proof ?? this.#proof)
      ? undefined
      : noProof();
  }

  /**
   * Answers requests about sessions: `POST /session` with a token begins one,
   * `DELETE /session` ends it, and `GET /api/session` says what it allows.
   *
   * @param request The request.
   * @param hooks The server.
   * @returns The answer; `undefined` if the request is about something else.
   */
  answer(
    request: Request,
    { address, admit, refused: wrong, ended }: SignInHooks<Pass>,
  ): Promise<Response> | undefined {
    const { pathname } = new URL(request.url);
    const { method } = request;
    if (pathname === "/api/session" && method === "GET") {
      return this.#describe(request, admit);
    }
    if (pathname !== "/session") return undefined;
    if (method === "POST") {
      const missed = () => {
        this.guesses.wrong(address);
        wrong();
      };
      const braked = this.guesses.refuse(address);
      return braked
        ? Promise.resolve(braked)
        : this.#begin(request, admit, missed);
    }
    if (method === "DELETE") return Promise.resolve(this.#end(request, ended));
    return Promise.resolve(
      refused(405, "A session is begun by POST and ended by DELETE.", {
        allow: "POST, DELETE",
      }),
    );
  }

  async #describe(
    request: Request,
    admit: () => Promise<Pass | Response>,
  ): Promise<Response> {
    const { isOpen, credentials } = this.#options;
    // A page asks this before it can know: it is no attempt that the log shows.
    const shows = this.sessionOf(request) || credentials(request).length > 0;
    if (!isOpen && !shows) return refused(401, "Sign in with a token.");
    const pass = await admit();
    if (pass instanceof Response) return await toRefused(pass);
    const session = this.sessionOf(request);
    if (!session) return this.#described(pass, this.#proof);
    // The browser keeps it for as long as the server does.
    return this.#described(pass, session.proof, {
      "set-cookie": cookieFor(request, session),
    });
  }

  async #begin(
    request: Request,
    admit: () => Promise<Pass | Response>,
    wrong: () => void,
  ): Promise<Response> {
    const { isOpen, find, granted } = this.#options;
    const body = await readJson(request, MAX_BODY_BYTES);
    if (body instanceof Response) return body;
    const { token } = Object(body) as { token?: unknown };
    if (typeof token !== "string") {
      return refused(400, 'The body must be {"token": "…"}.');
    }
    if (isOpen) return await this.#describe(request, admit);
    // What is pasted often comes with a space or the end of a line.
    const grant = find([token, token.trim()]);
    if (!grant) {
      wrong();
      return refused(401, "The token is wrong.");
    }
    const before = this.sessionOf(request);
    if (before) this.sessions.close(before);
    const session = this.sessions.open(grant);
    return this.#described(granted(grant), session.proof, {
      "set-cookie": cookieFor(request, session),
    });
  }

  #end(request: Request, ended: () => void): Response {
    const session = this.sessionOf(request);
    if (session && request.headers.get(PROOF) !== session.proof) {
      return noProof();
    }
    if (session) {
      this.sessions.close(session);
      ended();
    }
    const headers = { "set-cookie": cookieFor(request) };
    return new Response(null, { status: 204, headers });
  }

  /**
   * Returns the session of a request that a page of this server has sent.
   * Cookies go to all ports of a machine, and so may come from another server
   * there.
   *
   * @param request The request.
   * @returns The session, if it has one.
   */
  sessionOf(request: RequestHead): Session<Grant> | undefined {
    const { headers } = request;
    const origin = headers.get("origin");
    const site = headers.get("sec-fetch-site");
    const isOwn = origin === null
      ? !wantsWebSocket(request) && (site === null || site === "same-origin" ||
        site === "none")
      : isOwnOrigin(request, origin);
    return isOwn ? this.sessions.find(request) : undefined;
  }

  #described(
    pass: Pass,
    proof: string,
    headers: Record<string, string> = {},
  ): Response {
    const about = this.#options.describe(pass);
    return Response.json({ ...about, proof }, { headers });
  }
}

function noProof(): Response {
  return refused(
    403,
    `The request lacks the proof of its session: send what GET /api/session ` +
      `says as ${PROOF}.`,
  );
}
