// Copyright 2026 the Wirekit authors. MIT license.

/** Why servers with which a hub is connected are of no use, in words. */

import { NotConnectedError } from "@wirekit/internal/errors";
import { refusalIn, wordsOf } from "./_refusals.ts";

/** What a server says that has no leader now. */
const LEADERLESS = /temporarily unavailable|no leader|no responders: '\$KV\./i;

/** Whether servers that are there again, or one that hangs no more, mend it. */
export function isPassing(cause: unknown): boolean {
  return /timeout/i.test(whyOf(cause)) || LEADERLESS.test(whyOf(cause));
}

/** Whether the account of this hub has no JetStream. */
export function isForbidden(error: unknown): boolean {
  return /not enabled for account/i.test(String(error));
}

/** Says why the servers cannot be used. */
export function unusable(cause: unknown): NotConnectedError {
  if (cause instanceof NotConnectedError) return cause;
  return new NotConnectedError(reasonFor(cause), { cause });
}

function reasonFor(cause: unknown): string {
  const why = whyOf(cause);
  const refusal = refusalIn(cause);
  if (isPassing(cause)) {
    const what = LEADERLESS.test(why) ? "have no leader" : "do not answer";
    return `The NATS servers ${what}: look whether one hangs, or whether most ` +
      "of them are away";
  }
  if (/jetstream is not enabled$|no responders/i.test(why)) {
    return "The NATS server has no JetStream, which keeps the names: start it " +
      "with -js, or jetstream {} in its settings";
  }
  if (isForbidden(cause)) {
    return "The account of this hub has no JetStream, which keeps the names: " +
      "enable it for that account, or let the hub come as a user of another";
  }
  if (refusal) return wordsOf(refusal);
  return /^connection (closed|disconnected)/.test(why)
    ? "The NATS servers cannot be reached"
    : `The NATS servers cannot keep the names: ${why}`;
}

/** The words of an error; those of its cause, if that names a subject. */
function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;
  return cause instanceof Error && "subject" in cause ? cause.message : message;
}
