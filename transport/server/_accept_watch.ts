// Copyright 2026 the Wirekit authors. MIT license.

import type { Server } from "node:net";
import { every, now, type Timer } from "@wirekit/internal/clock";
import type { Logger } from "@wirekit/internal/logger";
import { acceptAgain } from "./_accept_again.ts";
import { codeOf } from "./_listen_error.ts";
import { createSocketServer } from "./_node_http.ts";
import { prepareSignals } from "./_prepare_signals.ts";

/** How often to check a listener, in milliseconds. */
const INTERVAL = 1_000;

/** How long to stay quiet about failures that come and go. */
const PAUSE = 60_000;

/**
 * Logs failures to accept connections: once when they begin and once when they
 * are over, at most once a minute.
 */
export class AcceptFailures {
  readonly #address: string;
  readonly #logger: Logger | undefined;
  #failing = false;
  #told = false;
  #silentUntil = 0;

  /** Makes the log of a listener at `address`. */
  constructor(address: string, logger: Logger | undefined) {
    this.#address = address;
    this.#logger = logger;
    prepareSignals();
  }

  /** Records that accepting failed. */
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

  /** Records that accepting works. */
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
 * listener has not got.
 */
export function watchAccepting(
  server: Server,
  failures: AcceptFailures,
  backlog: number,
): Timer {
  const address = server.address() as string | {
    address: string;
    port: number;
  };
  const where = typeof address === "string"
    ? { path: address }
    : { host: address.address, port: address.port, exclusive: true };
  return every(INTERVAL, () => {
    const probe = createSocketServer();
    probe.once("error", (error) => {
      if (codeOf(error) === "EADDRINUSE") failures.works();
      else failures.failed(error);
    });
    probe.listen(where, () => probe.close());
    acceptAgain(server, backlog);
  });
}
