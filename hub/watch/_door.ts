// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { RequestInfo } from "@wirekit/transport/admission";
import type { Late } from "../_late.ts";
import type { Door } from "../door.ts";
import type { Api } from "./_api.ts";
import type { WatchedHub } from "./_hub.ts";

/** Serves the health of a hub, and what else is loaded when it is asked for. */
export class WatchDoor implements Door {
  readonly #hub: WatchedHub;
  readonly #answers: Late<{ readonly api: Api }>;

  constructor(hub: WatchedHub, answers: Late<{ readonly api: Api }>) {
    this.#hub = hub;
    this.#answers = answers;
  }

  /** See {@linkcode Door}. */
  fetch(
    request: Request,
    info: Partial<RequestInfo>,
  ): Response | Promise<Response | undefined> | undefined {
    const { pathname } = new URL(request.url);
    if (pathname === "/healthz") return plain(200, "ok");
    if (pathname === "/readyz") return this.#ready();
    return pathname === "/metrics" || pathname.startsWith("/api/")
      ? this.#answers.get().then(({ api }) => api.fetch(request, info))
      : undefined;
  }

  /** See {@linkcode Door}: none of it is for programs in a hurry. */
  plain(): undefined {}

  #ready(): Response {
    const { unready, exchange } = this.#hub;
    const reason = unready ?? exchange.cluster?.reason;
    return plain(reason === undefined ? 200 : 503, reason ?? "ready");
  }
}

function plain(status: number, text: string): Response {
  return new Response(`${text}\n`, {
    status,
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "no-store",
    },
  });
}
