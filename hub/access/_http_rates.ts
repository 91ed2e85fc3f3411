// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { RequestHead, RequestInfo } from "@wirekit/transport/admission";
import { Rate, type RateLimits } from "./_rate.ts";

/** The most addresses that are told apart. */
const MAX_ADDRESSES = 10_000;

/**
 * What one address may ask over HTTP in a second: as much as a client may send.
 * A request is answered with status 429 instead of being slowed down, because
 * each would hold a connection meanwhile, and because HTTP has a way to say it.
 */
export class HttpRates {
  readonly #limits: RateLimits;
  readonly #rates = new Map<string, Rate>();

  constructor(limits: RateLimits) {
    this.#limits = limits;
  }

  /** Counts messages that came in one request, beside that. */
  charge({ remoteAddr }: Partial<RequestInfo>, messages: number): void {
    this.#rates.get(remoteAddr?.hostname ?? "")?.take(0, messages);
  }

  /** Returns the response that refuses a request, if its address asks too much. */
  refuse(
    { headers }: RequestHead,
    { remoteAddr }: Partial<RequestInfo>,
  ): Response | undefined {
    const address = remoteAddr?.hostname ?? "";
    const rate = this.#rates.get(address) ?? new Rate(this.#limits);
    // The one that was used last stands last.
    this.#rates.delete(address);
    this.#rates.set(address, rate);
    if (this.#rates.size > MAX_ADDRESSES) {
      const [[oldest]] = this.#rates as unknown as [[string]];
      this.#rates.delete(oldest);
    }
    const size = Number(headers.get("content-length") ?? 0);
    const wait = rate.tryTake(size > 0 ? size : 0);
    if (wait === 0) return undefined;
    return new Response(`Your address may send ${rate}.\n`, {
      status: 429,
      headers: { "retry-after": `${Math.ceil(wait / 1_000)}` },
    });
  }
}
