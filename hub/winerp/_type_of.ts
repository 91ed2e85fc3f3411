// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { AnswerKind, QuestionKind } from "../exchange/participant.ts";
import * as MessageType from "./_message_type.ts";

/**
 * Returns the type of a question, an answer or an information. `MessageType[kind]`
 * is the same, and a call into the engine for each message.
 */
export function typeOf(
  kind: QuestionKind | AnswerKind | "information",
): number {
  switch (kind) {
    case "request":
      return MessageType.request;
    case "functionCall":
      return MessageType.functionCall;
    case "response":
      return MessageType.response;
    case "error":
      return MessageType.error;
    case "information":
      return MessageType.information;
  }
}
