// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { wantsWebSocket } from "@wirekit/transport/admission";
import { credentials } from "./_credentials.ts";
import { isOfPage, isOwnOrigin } from "./_hub_admission.ts";
import { cookieFor, secret, type Session, Sessions } from "./_sessions.ts";
import { type Grant, TokenTable } from "./_token_table.ts";
import { fullPass, type Pass } from "./pass.ts";
import { ruledBy } from "./_rules.ts";
import type { Rule } from "./rules.ts";
import type { Token } from "./tokens.ts";

/** The header in which a page repeats the proof of its session. */
const PROOF = "x-wirekit-proof";

/** The largest body of a sign-in, in bytes. */
const MAX_BODY_BYTES = 4_096;

/** What the lock is made of. */
export interface LockOptions {
  token: string | undefined;
  tokens: readonly Token[] | undefined;
  rules: readonly Rule[] | undefined;
}

/** Where a pass came from. */
interface Origin {
  /** The token; none if it was given without one. */
  readonly token: Uint8Array | undefined;
  /** The pass without the rules. */
  readonly base: Pass;
  /** The session that showed the token, if it was not shown by itself. */
  readonly session?: Session;
}

/** What {@linkcode Lock.answer} needs of the hub. */
export interface AnswerHooks {
  /** Admits the request. */
  admit: () => Promise<Pass | Response>;
  /** Somebody signed in with a wrong token. */
  refused: () => void;
  /** A session has ended: what was let in with it has to leave. */
  ended: () => void;
}

type Narrow = (pass: Pass) => Pass;

/** The pass of everybody at a hub without tokens. */
const OPEN = /* @__PURE__ */ fullPass("open");

/** Says who may come in, and with which pass: tokens, sessions and rules. */
export class Lock {
  readonly #tokens: TokenTable;
  readonly #sessions = new Sessions();
  readonly #origins = new WeakMap<Pass, Origin>();
  #narrow: Narrow | undefined;
  /** Of pages at a hub without tokens, which has no sessions. */
  readonly #proof = secret();

  constructor({ token, tokens, rules }: LockOptions) {
    this.#tokens = new TokenTable(token, tokens);
    if (rules) this.#narrow = ruledBy(rules);
    // A list that is empty for now closes the hub, and does not open it.
    this.isOpen = token === undefined && tokens === undefined;
  }

  /** Whether there is no token: whoever is on this machine may come in. */
  readonly isOpen: boolean;

  /** What the lock is, in a word. */
  get kind(): "open" | "token" | "rules" {
    if (this.#narrow) return "rules";
    return this.isOpen ? "open" : "token";
  }

  /** Whether the tokens have changed by themselves since the last call. */
  hasExpired(): boolean {
    if (this.#tokens.expires > Date.now()) return false;
    this.#tokens.passed();
    return true;
  }

  /** Takes other tokens. */
  setTokens(tokens: readonly Token[]): void {
    this.#tokens.replace(tokens);
  }

  /** Takes other rules. */
  setRules(rules: readonly Rule[] | undefined): void {
    this.#narrow = rules && ruledBy(rules);
  }

  /** Ends the sessions of tokens that are not valid any more. */
  endSessions(): void {
    this.#sessions.keep(({ token }) => !!this.#tokens.renewed(token));
  }

  /** Whether a request shows a valid token. */
  showsToken(request: Request): boolean {
    return !this.isOpen &&
      this.#tokens.find(credentials(request)) !== undefined;
  }

  /** Returns the pass for a token that a client sent by itself. */
  passFor(token: string | undefined): Pass | undefined {
    if (this.isOpen) return this.given(OPEN);
    const grant = this.#tokens.find(token === undefined ? [] : [token]);
    return grant && this.#granted(grant);
  }

  /** Returns a pass that needs no token, with the rules. */
  given(base: Pass): Pass {
    return this.#known({ token: undefined, base });
  }

  /**
   * Returns what a pass is worth now: nothing if its token is not valid any
   * more.
   */
  renewed(pass: Pass): Pass | undefined {
    const origin = this.#origins.get(pass);
    if (!origin) return pass;
    const { token, base, session } = origin;
    if (!token) return this.given(base);
    if (session && !this.#sessions.has(session)) return undefined;
    const now = this.#tokens.renewed(token);
    return now && this.#known({ ...origin, base: now });
  }

  /**
   * Returns the pass of a request by its token or its session, or the response
   * that refuses it; nothing if it shows neither.
   */
  open(request: Request): Pass | Response | undefined {
    const { headers, method } = request;
    const isSafe = /^(GET|HEAD|OPTIONS)$/.test(method);
    if (this.isOpen) {
      return isSafe || !isOfPage(request) || headers.get(PROOF) === this.#proof
        ? this.given(OPEN)
        : noProof();
    }
    const grant = this.#tokens.find(credentials(request));
    if (grant) return this.#granted(grant);
    const session = this.#sessionOf(request);
    if (!session) return undefined;
    if (!isSafe && headers.get(PROOF) !== session.proof) return noProof();
    const { token } = session.grant;
    const base = this.#tokens.renewed(token);
    return base && this.#known({ token, base, session });
  }

  /**
   * Answers requests about sessions: `POST /session` with a token begins one,
   * `DELETE /session` ends it, and `GET /api/session` says what it allows.
   */
  answer(
    request: Request,
    { admit, refused, ended }: AnswerHooks,
  ): Promise<Response> | undefined {
    const { pathname } = new URL(request.url);
    const { method } = request;
    if (pathname === "/api/session" && method === "GET") {
      return this.#describe(request, admit);
    }
    if (pathname !== "/session") return undefined;
    if (method === "POST") return this.#begin(request, admit, refused);
    if (method === "DELETE") return Promise.resolve(this.#end(request, ended));
    return Promise.resolve(
      failure(405, "A session is begun by POST and ended by DELETE.", {
        allow: "POST, DELETE",
      }),
    );
  }

  async #describe(
    request: Request,
    admit: () => Promise<Pass | Response>,
  ): Promise<Response> {
    // A page asks this before it can know: it is no attempt that the log shows.
    const shows = this.#sessionOf(request) || credentials(request).length > 0;
    if (!this.isOpen && !shows) return failure(401, "Sign in with a token.");
    const pass = await admit();
    if (pass instanceof Response) {
      return failure(pass.status, (await pass.text()).trim());
    }
    return described(pass, this.#sessionOf(request)?.proof ?? this.#proof);
  }

  async #begin(
    request: Request,
    admit: () => Promise<Pass | Response>,
    refused: () => void,
  ): Promise<Response> {
    if (
      !/^application\/json *(;|$)/i.test(
        request.headers.get("content-type") ?? "",
      )
    ) {
      return failure(415, "The body must be JSON, of type application/json.");
    }
    const token = await tokenIn(request);
    if (token === undefined) {
      return failure(400, 'The body must be {"token": "…"}.');
    }
    if (this.isOpen) return await this.#describe(request, admit);
    // What is pasted often comes with a space or the end of a line.
    const grant = this.#tokens.find([token, token.trim()]);
    if (!grant) {
      refused();
      return failure(401, "The token is wrong.");
    }
    const before = this.#sessionOf(request);
    if (before) this.#sessions.close(before);
    const session = this.#sessions.open(grant);
    return described(this.#granted(grant), session.proof, {
      "set-cookie": cookieFor(request, session),
    });
  }

  #end(request: Request, ended: () => void): Response {
    const session = this.#sessionOf(request);
    if (session && request.headers.get(PROOF) !== session.proof) {
      return noProof();
    }
    if (session) {
      this.#sessions.close(session);
      ended();
    }
    const headers = { "set-cookie": cookieFor(request) };
    return new Response(null, { status: 204, headers });
  }

  /**
   * Returns the session of a request that a page of this hub has sent. Cookies
   * go to all ports of a machine, and so may come from another server there.
   */
  #sessionOf(request: Request): Session | undefined {
    const { headers } = request;
    const origin = headers.get("origin");
    const site = headers.get("sec-fetch-site");
    const isOwn = origin === null
      ? !wantsWebSocket(request) && (site === null || site === "same-origin" ||
        site === "none")
      : isOwnOrigin(request, origin);
    return isOwn ? this.#sessions.find(request) : undefined;
  }

  #granted({ pass, token }: Grant): Pass {
    return this.#known({ token, base: pass });
  }

  #known(origin: Origin): Pass {
    // Known by its identity, which tells no more of a pass without a token.
    const pass = this.#narrow?.(origin.base) ??
      (origin.token ? { ...origin.base } : origin.base);
    this.#origins.set(pass, origin);
    return pass;
  }
}

function described(
  { label, mayWatch, mayOperate }: Pass,
  proof: string,
  headers: Record<string, string> = {},
): Response {
  return Response.json({ label, mayWatch, mayOperate, proof }, { headers });
}

function noProof(): Response {
  return failure(
    403,
    `The request lacks the proof of its session: send what GET /api/session ` +
      `says as ${PROOF}.`,
  );
}

function failure(
  status: number,
  message: string,
  headers: Record<string, string> = {},
): Response {
  return Response.json({ error: { message } }, { status, headers });
}

/** Reads the token in a small body. */
async function tokenIn(request: Request): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  try {
    const { token } = JSON.parse(
      await new Blob(chunks as BlobPart[]).text(),
    );
    return typeof token === "string" ? token : undefined;
  } catch {
    return undefined;
  }
}
