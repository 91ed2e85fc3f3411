// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * What hubs of a cluster send each other: fields with a NUL between them, which
 * no JSON text has.
 */
import type {
  AnswerKind,
  Content,
  QuestionKind,
} from "../exchange/participant.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The first field of a message. */
export const Kind = {
  request: "q",
  functionCall: "c",
  response: "r",
  error: "e",
  /** There will be no answer. */
  fail: "f",
  /** The requester no longer waits for the answer. */
  cancel: "w",
  /** Information, for all or for one. */
  tellAll: "a",
  tell: "t",
  /** Is the name there? */
  probe: "p",
  here: "h",
  /** What of these questions is still open? */
  audit: "o",
  unknown: "u",
  /** What hubs say of themselves. */
  peer: "b",
} as const;

/** Which questions and answers there are, by the first field. */
export const QUESTIONS: Readonly<Record<string, QuestionKind>> = {
  [Kind.request]: "request",
  [Kind.functionCall]: "functionCall",
};
export const ANSWERS: Readonly<Record<string, AnswerKind>> = {
  [Kind.response]: "response",
  [Kind.error]: "error",
};

/** Writes a message. */
export function encode(
  fields: readonly (string | number)[],
  content?: Content,
): Uint8Array {
  let text = fields.join("\0");
  if (content) {
    const { route, traceback, pseudoObject, error, data } = content;
    const details = error ? JSON.stringify(error) : "";
    text += `\0${route}\0${traceback}\0${pseudoObject}\0${details}\0${data}`;
  }
  return encoder.encode(text);
}

/** Reads a message. */
export function decode(message: Uint8Array): string[] {
  return decoder.decode(message).split("\0");
}

/** Reads the content that stands in the last five fields. */
export function contentOf(fields: readonly string[]): Content {
  const [route = "null", traceback = "null", pseudoObject = "null", details] =
    fields.slice(-5);
  const data = fields.at(-1) ?? "null";
  const content = { route, traceback, pseudoObject, data };
  return details ? { ...content, error: JSON.parse(details) } : content;
}
