// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { described } from "@wirekit/internal/errors";
import type { CalmLogger } from "@wirekit/internal/logger";
import type { RequestInfo } from "../admission_options.ts";

/** Refuses connections: writes why to the log, and answers. */
export class Refusals {
  readonly #log: CalmLogger;

  constructor(log: CalmLogger) {
    this.#log = log;
  }

  /** Logs and makes the response that refuses somebody. */
  refuse(
    status: number,
    reason: string,
    info: Partial<RequestInfo>,
  ): Response {
    this.warn(info, reason);
    return refusal(status, reason);
  }

  /** Logs that somebody was refused. */
  warn(info: Partial<RequestInfo>, reason: string): void {
    const line = `Refused a connection from ${of(info)}: ${reason}`;
    this.#log.warn(printable(line), reason);
  }

  /** Logs that a hook has failed. */
  fail(info: Partial<RequestInfo>, error: unknown): void {
    this.#log.error(
      printable(`Refused a connection from ${of(info)}: ${described(error)}`),
      "authorize",
    );
  }
}

function of({ remoteAddr }: Partial<RequestInfo>): string {
  return remoteAddr?.hostname ?? remoteAddr?.transport ?? "somewhere";
}

/** Turns text that a stranger sent into one printable line. */
function printable(line: string): string {
  // deno-lint-ignore no-control-regex -- these are what is not printed
  return line.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029]+/g, " ");
}

/** Makes a response that refuses. */
export function refusal(status: number, reason: string): Response {
  const text = /[.)]$/.test(reason) ? reason : `${reason}.`;
  return new Response(`${text}\n`, {
    status,
    headers: status === 426
      ? {
        upgrade: "websocket",
        connection: "Upgrade",
        "sec-websocket-version": "13",
      }
      : {},
  });
}
