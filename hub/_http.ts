// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import {
  type PlainAnswer,
  type PlainExchange,
  type RequestInfo,
  wantsWebSocket,
} from "@wirekit/transport/admission";
import type { Gate } from "./access/_gate.ts";
import { HttpRates } from "./access/_http_rates.ts";
import type { RateLimits } from "./access/_rate.ts";
import { FAREWELL } from "./connections/_connection.ts";
import type { Doors } from "./_doors.ts";
import type { Visitor } from "./door.ts";

/** What answers HTTP requests for a hub. */
interface HttpOwner {
  readonly gate: Gate;
  readonly doors: Doors;
  readonly rates: RateLimits | undefined;
  readonly idleTimeout: number;
  readonly maxInboundBytes: number;
  /** Serves a WebSocket client that was let in. */
  welcome(visitor: Visitor): void;
  /** Looks at all passes again, as a session has ended. */
  renewPasses(): void;
}

/** Answers the HTTP requests of a hub. */
export class Http {
  readonly #owner: HttpOwner;
  readonly #rates: HttpRates | undefined;

  constructor(owner: HttpOwner) {
    this.#owner = owner;
    this.#rates = owner.rates && new HttpRates(owner.rates);
  }

  /** Counts messages that came in one request, beside that. */
  charge(info: Partial<RequestInfo>, messages: number): void {
    this.#rates?.charge(info, messages);
  }

  /** Answers a small post of a program, if a door does so without a `Request`. */
  plain(
    exchange: PlainExchange,
  ): Response | Promise<PlainAnswer> | undefined {
    const { gate, doors } = this.#owner;
    const { admission } = gate;
    if (gate.asks) return undefined;
    const answer = doors.plain(exchange);
    if (!answer) return undefined;
    const admitted = admission.checkAddress(exchange) ??
      admission.checkOrigin(exchange, exchange) ??
      this.#rates?.refuse(exchange, exchange) ??
      gate.admitNow(exchange, exchange)!;
    return admitted instanceof Response
      ? admission.secured(admitted, exchange)
      : answer(admitted);
  }

  /**
   * Returns the last message for a WebSocket client; nothing for the client of a
   * door.
   */
  farewellFor(request: Request): Uint8Array<ArrayBuffer> | undefined {
    return this.#owner.doors.takes(request) ? undefined : FAREWELL;
  }

  /** Answers a request: upgrades it to a WebSocket, or says why not. */
  async fetch(
    request: Request,
    info: Partial<RequestInfo>,
  ): Promise<Response> {
    const { gate: { admission } } = this.#owner;
    if (!wantsWebSocket(request)) {
      const response = admission.checkAddress(info) ??
        admission.checkOrigin(request, info) ??
        this.#rates?.refuse(request, info) ??
        admission.preflight(request) ?? await this.#answer(request, info);
      return admission.secured(response, request);
    }
    const { idleTimeout, maxInboundBytes } = this.#owner;
    const farewell = this.farewellFor(request);
    // After the upgrade, Deno.serve does not know it any more.
    const address = info.remoteAddr?.hostname ?? "";
    const accepted = await admission.accept(request, info, {
      format: "utf8",
      ...(farewell && { farewell }),
      idleTimeout,
      maxMessageBytes: maxInboundBytes,
    });
    if (accepted instanceof Response) return accepted;
    const { transport, state: pass } = accepted;
    this.#owner.welcome({ transport, request, pass, address });
    return accepted.response;
  }

  /** Answers a request that is no upgrade, and of no stranger's page. */
  async #answer(
    request: Request,
    info: Partial<RequestInfo>,
  ): Promise<Response> {
    const { gate, doors } = this.#owner;
    const answered = gate.lock.answer(request, {
      address: info.remoteAddr?.hostname ?? "",
      admit: () => gate.admit(request, info),
      refused: () =>
        void gate.admission.refuse(
          401,
          "It signed in with a wrong token.",
          info,
        ),
      ended: () => this.#owner.renewPasses(),
    });
    if (answered) return await answered;
    const response = await doors.fetch(request, info);
    if (response) return response;
    if (new URL(request.url).pathname.startsWith("/api/")) {
      const message = "There is nothing at this path.";
      return Response.json({ error: { message } }, { status: 404 });
    }
    return new Response("Connect by WebSocket.\n", {
      status: 426,
      headers: { upgrade: "websocket", connection: "Upgrade" },
    });
  }
}
