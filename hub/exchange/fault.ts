// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Why a question has no result, in a number that every protocol can carry.
 *
 * @module
 */

/**
 * The kinds of failure. winerp carries only the text; JSON-RPC carries the
 * number as the `code` of an error, and uses the same numbers for what it
 * defines itself.
 *
 * @category Errors
 */
export const FaultCode = {
  /** The route failed, and only a text says why. */
  RouteFailed: -32000,
  /** The message is not one of the protocol. */
  InvalidMessage: -32600,
  /** The participant has no such route. */
  RouteNotFound: -32601,
  /** The data is not of a kind that the participant can take. */
  InvalidData: -32602,
  /** The message is larger than may be sent. */
  TooLarge: -32007,
  /** The answer is larger than the requester may be sent. */
  AnswerTooLarge: -32008,
  /** There are too many unanswered questions. */
  TooMany: -32009,
  /** Nobody has the name. */
  NameNotFound: -32020,
  /** The participant left before it answered. */
  ResponderLeft: -32021,
  /** The question was not answered in time. */
  TimedOut: -32022,
  /** The rules of the hub do not allow it. */
  NotAllowed: -32023,
  /** The requester has no name yet. */
  NotReady: -32024,
  /** The name cannot be taken. */
  NameRefused: -32025,
  /** The answer cannot be read, or cannot be passed on. */
  InvalidAnswer: -32026,
  /** The hub that the other is connected to cannot be reached. */
  Unreachable: -32027,
  /** The requester no longer wants the answer. */
  Cancelled: -32800,
} as const;

/**
 * Why something was refused, or has failed.
 *
 * @category Errors
 */
export interface Fault {
  /** One of {@linkcode FaultCode}. */
  readonly code: number;
  /** The reason, as a sentence. */
  readonly text: string;
}

/**
 * Makes a failure.
 *
 * @param kind The name of its code.
 * @param text The reason, as a sentence.
 * @returns The failure.
 *
 * @example Refuse a question
 * ```ts
 * import { fault, FaultCode } from "@wirekit/hub";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   fault("NotAllowed", "You may not ask the till.").code,
 *   FaultCode.NotAllowed,
 * );
 * ```
 *
 * @category Errors
 */
export function fault(
  kind: keyof typeof FaultCode,
  text: string,
): Fault {
  return { code: FaultCode[kind], text };
}
