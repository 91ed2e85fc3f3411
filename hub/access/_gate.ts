// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import {
  type RequestHead,
  type RequestInfo,
  wantsWebSocket,
} from "@wirekit/transport/admission";
import { isLoopback, PageAdmission } from "@wirekit/transport/pages";
import type { CalmLogger } from "@wirekit/internal/logger";
import type { HubOptions } from "../options.ts";
import { Lock } from "./_lock.ts";
import type { Pass } from "./pass.ts";

/** The subprotocol that is chosen for pages, which may not offer a token only. */
const PROTOCOL = "winerp";

/** Headers that a proxy adds to the requests that it passes on. */
const PROXY_HEADERS = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

/** What a gate asks its hub. */
interface GateOwner {
  readonly log: CalmLogger;
  /** Returns why no client can come in now, if so. */
  unready(): string | undefined;
}

/** Decides who may come into a hub, and for how long. */
export class Gate {
  readonly admission: PageAdmission<Pass>;
  readonly lock: Lock;
  readonly #owner: GateOwner;
  readonly #authorizes: HubOptions["authorize"];
  /** What has to look at a pass when passes change. */
  readonly #renewals = new Set<() => void>();

  constructor(options: HubOptions, owner: GateOwner) {
    const { token, tokens, rules, authorize } = options;
    const { allowedOrigins, allowedHosts, allowedAddresses } = options;
    const { maxConnections, maxConnectionsPerAddress = 1_000 } = options;
    const { handshakeTimeout } = options;
    const lock = this.lock = new Lock({ token, tokens, rules });
    this.#owner = owner;
    this.#authorizes = authorize;
    this.admission = new PageAdmission<Pass>({
      what: "hub",
      authorize: (request, info) => this.#authorize(request, info),
      chooseProtocol: (offered) => offered.find((name) => name === PROTOCOL),
      showsToken: (request) => lock.showsToken(request),
      ...(allowedHosts && { allowedHosts }),
      ...(allowedOrigins && { allowedOrigins }),
      ...(maxConnections !== undefined && { maxConnections }),
      ...(allowedAddresses && { allowedAddresses }),
      maxConnectionsPerAddress,
      ...(handshakeTimeout !== undefined && { handshakeTimeout }),
      logger: owner.log,
    });
  }

  /** Decides about an HTTP request: its origin, and the token or session in it. */
  async admit(
    request: Request,
    info: Partial<RequestInfo>,
  ): Promise<Pass | Response> {
    const admitted = await this.admission.admit(request, info);
    return admitted instanceof Response ? admitted : admitted.state;
  }

  /**
   * Decides at once about a request whose address and origin are right, and that
   * asks for no WebSocket; not at all if a hook has a say.
   */
  admitNow(
    request: RequestHead,
    info: Pick<RequestInfo, "remoteAddr">,
  ): Pass | Response | undefined {
    if (this.#authorizes) return undefined;
    const { lock } = this;
    const pass = lock.open(request);
    if (pass instanceof Response) return pass;
    const isStranger = !pass || lock.isOpen && !isLocal(request, info);
    return isStranger ? this.#refuse(request, info) : pass;
  }

  /** Whether a hook has a say in who comes in. */
  get asks(): boolean {
    return this.#authorizes !== undefined;
  }

  /**
   * Refuses requests before the upgrade to a WebSocket. After it, it would be
   * too late: a stock client that is accepted and then closed comes back at
   * once, hundreds of times a second.
   */
  #authorize(
    request: Request,
    info: RequestInfo,
  ): Pass | Response | Promise<Pass | Response> {
    const { lock } = this;
    const unready = wantsWebSocket(request) ? this.#owner.unready() : undefined;
    if (unready !== undefined) return this.admission.refuse(503, unready, info);
    const pass = lock.open(request);
    if (pass instanceof Response) return pass;
    const isStranger = !pass || lock.isOpen && !isLocal(request, info);
    const asks = !isStranger || lock.isOpen;
    const decide = (decided: Pass | Response | false | void) => {
      if (decided instanceof Response) return decided;
      // A condition that is false must never let anybody in.
      if (decided === false) {
        return this.admission.refuse(403, "You are refused.", info);
      }
      if (decided) return lock.given(decided);
      return isStranger ? this.#refuse(request, info) : pass;
    };
    if (!asks || !this.#authorizes) return decide();
    return Promise.resolve(this.#authorizes(request, info)).then(decide);
  }

  #refuse(
    request: RequestHead,
    info: Pick<RequestInfo, "remoteAddr">,
  ): Response {
    if (this.lock.isOpen) {
      return this.admission.refuse(
        403,
        "Only programs on this machine may connect to a hub without a token.",
        info,
      );
    }
    const text = "The token is missing or wrong.";
    const refused = this.admission.refuse(401, text, info);
    // A browser would ask for a password by itself.
    const scheme = wantsWebSocket(request) ? "Bearer, Basic" : "Bearer";
    refused.headers.set("www-authenticate", scheme);
    return refused;
  }

  /** Aborts with `gone`, and when the token of a pass is not valid any more. */
  whileValid(pass: Pass, gone: AbortSignal): AbortSignal {
    const ended = new AbortController();
    const check = () => {
      if (!this.lock.renewed(pass)) ended.abort();
    };
    this.#renewals.add(check);
    const forget = () => this.#renewals.delete(check);
    gone.addEventListener("abort", forget, { once: true });
    if (gone.aborted) forget();
    return AbortSignal.any([gone, ended.signal]);
  }

  /** Looks at all passes again, as some are not what they were. */
  renew(): void {
    this.lock.endSessions();
    for (const check of this.#renewals) check();
  }
}

function isLocal(
  request: RequestHead,
  { remoteAddr }: Pick<RequestInfo, "remoteAddr">,
): boolean {
  // Behind a proxy on this machine, every client has an address of this
  // machine.
  const { headers } = request;
  if (PROXY_HEADERS.some((name) => headers.has(name))) return false;
  const { transport, hostname } = remoteAddr;
  return transport === "unix" ||
    hostname !== undefined && isLoopback(hostname);
}
