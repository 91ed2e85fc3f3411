// Copyright 2026 the Wirekit authors. MIT license.

import type { Server } from "node:net";
import { every, now, type Timer } from "@wirekit/internal/clock";
import type { Logger } from "@wirekit/internal/logger";
import { codeOf } from "./_listen_error.ts";
import { createSocketServer } from "./_node_http.ts";

/** How often to look after a listener, in milliseconds. */
const INTERVAL = 1_000;

/** How long nothing more is told of failures that come and go. */
const PAUSE = 60_000;

/**
 * Tells of failures to accept connections: once when they begin, once when they
 * are over, and no more often than each minute.
 */
export class AcceptFailures {
  readonly #address: string;
  readonly #logger: Logger | undefined;
  #failing = false;
  #told = false;
  #silentUntil = 0;

  /** Tells of a listener at `address`. */
  constructor(address: string, logger: Logger | undefined) {
    this.#address = address;
    this.#logger = logger;
  }

  /** Accepting has failed. */
  failed(error: unknown): void {
    if (this.#failing) return;
    this.#failing = true;
    this.#told = now() >= this.#silentUntil;
    if (!this.#told) return;
    this.#silentUntil = now() + PAUSE;
    const code = codeOf(error);
    const { message } = Object(error) as Partial<Error>;
    this.#logger?.warn?.(
      `Cannot accept connections on ${this.#address} for now: ` +
        (code === "EMFILE" || code === "ENFILE"
          ? `all file descriptors are used up (${code}). Allow the process ` +
            "more (ulimit -n), or lower maxConnections"
          : `${message}${code === undefined ? "" : ` (${code})`}`),
    );
  }

  /** Accepting works. */
  works(): void {
    if (!this.#failing) return;
    this.#failing = false;
    if (!this.#told) return;
    this.#logger?.info?.(`Accepting connections on ${this.#address} again`);
  }
}

/**
 * Looks after a listener of `node:net` until it is stopped.
 *
 * Deno 2.9 tells nobody when an accept fails, as it does once the file
 * descriptors are used up, and does not try again. Whether there are any is seen
 * by trying to listen at the same address, which needs no permission that the
 * listener has not got; and to be told once more to listen makes Deno try again.
 */
export function watchAccepting(
  server: Server,
  failures: AcceptFailures,
  backlog: number,
): Timer {
  const { address: host, port } = server.address() as {
    address: string;
    port: number;
  };
  return every(INTERVAL, () => {
    const probe = createSocketServer();
    probe.once("error", (error) => {
      if (codeOf(error) === "EADDRINUSE") failures.works();
      else failures.failed(error);
    });
    probe.listen({ host, port, exclusive: true }, () => probe.close());
    const { _handle } = server as {
      _handle?: { listen?(backlog: number): number };
    };
    if ("Deno" in globalThis) _handle?.listen?.(backlog);
  });
}
