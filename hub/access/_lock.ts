// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import {
  type Session,
  SignIn,
  type SignInHooks,
} from "@wirekit/transport/pages";
import type { RequestHead } from "@wirekit/transport/admission";
import { credentials } from "./_credentials.ts";
import { type Grant, TokenTable } from "./_token_table.ts";
import { fullPass, type Pass } from "./pass.ts";
import { ruledBy } from "./_rules.ts";
import type { Rule } from "./rules.ts";
import type { Token } from "./tokens.ts";

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
  readonly session?: Session<Grant>;
}

type Narrow = ReturnType<typeof ruledBy>;

/** The pass of everybody at a hub without tokens. */
const OPEN = /* @__PURE__ */ fullPass("open");

/** Says who may come in, and with which pass: tokens, sessions and rules. */
export class Lock {
  readonly #tokens: TokenTable;
  readonly #signIn: SignIn<Grant, Pass>;
  readonly #origins = new WeakMap<Pass, Origin>();
  #narrow: Narrow | undefined;

  constructor({ token, tokens, rules }: LockOptions) {
    this.#tokens = new TokenTable(token, tokens);
    if (rules) this.#narrow = ruledBy(rules);
    // A list that is empty for now closes the hub, and does not open it.
    this.isOpen = token === undefined && tokens === undefined;
    this.#signIn = new SignIn({
      isOpen: this.isOpen,
      find: (texts) => this.#tokens.find(texts),
      credentials,
      granted: (grant) => this.#granted(grant),
      describe: ({ label, mayWatch, mayOperate }) => ({
        label,
        mayWatch,
        mayOperate,
      }),
    });
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
    this.#signIn.sessions.keep(({ token }) => !!this.#tokens.renewed(token));
  }

  /** Whether a request shows a valid token. */
  showsToken(request: RequestHead): boolean {
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
    if (session && !this.#signIn.sessions.has(session)) return undefined;
    const now = this.#tokens.renewed(token);
    return now && this.#known({ ...origin, base: now });
  }

  /**
   * Returns the pass of a request by its token or its session, or the response
   * that refuses it; nothing if it shows neither.
   */
  open(request: RequestHead): Pass | Response | undefined {
    const signIn = this.#signIn;
    if (this.isOpen) return signIn.checkProof(request) ?? this.given(OPEN);
    const grant = this.#tokens.find(credentials(request));
    if (grant) return this.#granted(grant);
    const session = signIn.sessionOf(request);
    if (!session) return undefined;
    const refused = signIn.checkProof(request, session);
    if (refused) return refused;
    const { token } = session.grant;
    const base = this.#tokens.renewed(token);
    return base && this.#known({ token, base, session });
  }

  /** Answers requests about sessions: see {@linkcode SignIn.answer}. */
  answer(
    request: Request,
    hooks: SignInHooks<Pass>,
  ): Promise<Response> | undefined {
    return this.#signIn.answer(request, hooks);
  }

  #granted({ pass, token }: Grant): Pass {
    return this.#known({ token, base: pass });
  }

  #known(origin: Origin): Pass {
    // Known by its identity, which tells no more of a pass without a token.
    const pass = this.#narrow?.(origin.base, origin.token !== undefined) ??
      (origin.token ? { ...origin.base } : origin.base);
    this.#origins.set(pass, origin);
    return pass;
  }
}
