// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * What hubs of a cluster send each other: fields with a NUL between them, which
 * no JSON text has.
 */
import { allocate } from "@wirekit/internal/bytes";
import { Scanner } from "../exchange/scan/_scan.ts";
import { canonicalName } from "../exchange/_spelling.ts";
import type {
  AnswerKind,
  Content,
  ErrorDetails,
  QuestionKind,
} from "../exchange/participant.ts";
import { Envelope } from "../winerp/_envelope.ts";
import { typeOf } from "../winerp/_type_of.ts";

const encoder = new TextEncoder();
// One that is fatal takes four times as long.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const strict = new TextDecoder("utf-8", { fatal: true });
const scanner = /* @__PURE__ */ new Scanner();
/** The last message of a winerp client that came whole. */
const envelope = /* @__PURE__ */ new Envelope();

/** The longest name that others may have, in characters of its JSON text. */
const MAX_NAME = 3_000;
/** The longest reason that a hub gives for a failure, in characters. */
const MAX_REASON = 10_000;
/** The most questions that one audit asks after. */
export const AUDITED = 1_000;

/** The first field of a message. */
export const Kind = {
  request: "q",
  functionCall: "c",
  response: "r",
  error: "e",
  /** The same of winerp clients, whose message follows as it came. */
  wholeRequest: "Q",
  wholeCall: "C",
  wholeResponse: "R",
  wholeError: "E",
  /** There will be no answer. */
  fail: "f",
  /** The requester no longer waits for the answer. */
  cancel: "w",
  /** Information, for all or for one. */
  tellAll: "a",
  tell: "t",
  /** The same for one participant, and nobody who has its name later. */
  follow: "m",
  /** That participant does not have the name any more. */
  absent: "n",
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
  [Kind.wholeRequest]: "request",
  [Kind.wholeCall]: "functionCall",
};
export const ANSWERS: Readonly<Record<string, AnswerKind>> = {
  [Kind.response]: "response",
  [Kind.error]: "error",
  [Kind.wholeResponse]: "response",
  [Kind.wholeError]: "error",
};

/** How many fields follow the first, and whether a content follows them. */
interface Form {
  readonly fields: number;
  readonly content?: true;
  /** Which message of a winerp client follows them. */
  readonly whole?: QuestionKind | AnswerKind;
  /** Whether more numbers may follow. */
  readonly more?: true;
  /** Which fields are numbers. */
  readonly numbers: readonly number[];
  /** Which field is a JSON text that clients get to see. */
  readonly json?: number;
}

const QUESTION: Form = {
  fields: 5,
  content: true,
  numbers: [1, 2],
  json: 4,
};
const ANSWER: Form = { fields: 1, content: true, numbers: [1] };
const REFS: Form = { fields: 1, more: true, numbers: [1] };

/** What each kind of message looks like. */
const FORMS: Readonly<Record<string, Form>> = {
  [Kind.request]: QUESTION,
  [Kind.functionCall]: QUESTION,
  [Kind.response]: ANSWER,
  [Kind.error]: ANSWER,
  [Kind.wholeRequest]: { fields: 4, numbers: [1, 2], whole: "request" },
  [Kind.wholeCall]: { fields: 4, numbers: [1, 2], whole: "functionCall" },
  [Kind.wholeResponse]: { fields: 1, numbers: [1], whole: "response" },
  [Kind.wholeError]: { fields: 1, numbers: [1], whole: "error" },
  [Kind.fail]: { fields: 3, numbers: [1] },
  [Kind.cancel]: { fields: 3, numbers: [1, 2] },
  [Kind.tellAll]: { fields: 2, content: true, numbers: [1] },
  [Kind.tell]: { fields: 3, content: true, numbers: [1] },
  [Kind.follow]: { fields: 5, content: true, numbers: [1, 5] },
  [Kind.absent]: { fields: 2, numbers: [2] },
  [Kind.probe]: { fields: 2, numbers: [1] },
  [Kind.here]: { fields: 1, numbers: [1] },
  [Kind.audit]: REFS,
  [Kind.unknown]: REFS,
  [Kind.peer]: { fields: 1, numbers: [] },
};

/** How many fields a content has. */
const CONTENT = 5;

/** Writes a message. */
export function encode(
  fields: readonly (string | number)[],
  content?: Content,
): string {
  let text = `${fields[0]}`;
  for (let i = 1; i < fields.length; i++) text += `\0${fields[i]}`;
  if (content) {
    const { route, traceback, pseudoObject, error, data } = content;
    const details = error ? JSON.stringify(error) : "";
    text += `\0${route}\0${traceback}\0${pseudoObject}\0${details}\0${data}`;
  }
  return text;
}

/** A message of another hub. */
export interface Message {
  /** Its fields; the first says its kind. */
  readonly fields: readonly string[];
  /** The content that follows them, in messages that have one. */
  readonly content: Content;
}

const NONE: Content = {
  route: "null",
  traceback: "null",
  pseudoObject: "null",
  data: "null",
};

/**
 * Reads a message. What is none, or has parts that could not be passed on to a
 * client as they are, is refused: whoever may publish on the subjects of the
 * cluster may have written it.
 *
 * @param message The bytes.
 * @param text What they are as a text, if that is known.
 * @returns The message; if it is refused, as many of its fields as say what it
 * would have asked or answered, so that somebody can be told.
 */
export function read(
  message: Uint8Array,
  text: string = decoder.decode(message),
): Message | { refused: string[] } {
  if (text.includes("\ufffd") && !isUtf8(message)) return { refused: [] };
  const fields = text.split("\0");
  const kind = fields[0]!;
  const form = Object.hasOwn(FORMS, kind) ? FORMS[kind]! : undefined;
  if (!form || !hasForm(form, fields)) return { refused: [] };
  if (kind === Kind.fail && !isFailure(fields)) return { refused: fields };
  const isAscii = text.length === message.length;
  if (form.whole) return readWhole(form.whole, fields, message, isAscii);
  if (!form.content) return { fields, content: NONE };
  const content = areJson(form, fields, message, isAscii)
    ? contentOf(fields)
    : undefined;
  return content ? { fields, content } : { refused: fields };
}

/** Reads one that ends with the message of a winerp client. */
function readWhole(
  kind: QuestionKind | AnswerKind,
  fields: string[],
  message: Uint8Array,
  isAscii: boolean,
): Message | { refused: string[] } {
  const { length } = message;
  const { length: characters } = fields.at(-1)!;
  const start = isAscii ? length - characters : message.lastIndexOf(0) + 1;
  // It is changed where it stands, and kept until it has been sent.
  const bytes = allocate(length - start);
  bytes.set(message.subarray(start));
  try {
    envelope.read(bytes);
  } catch {
    return { refused: fields };
  }
  const isIt = envelope.type === typeOf(kind) && envelope.isWhole;
  return isIt ? { fields, content: envelope } : { refused: fields };
}

/** Whether there are as many fields as there have to be, and numbers are some. */
function hasForm(
  { fields, content, whole, more, numbers }: Form,
  all: string[],
) {
  const count = 1 + fields + (content ? CONTENT : whole ? 1 : 0);
  if (more ? all.length < count : all.length !== count) return false;
  for (const index of numbers) if (!isNumber(all[index]!)) return false;
  return !more ||
    all.length <= count + AUDITED && all.slice(count).every(isNumber);
}

/** Whether it is a whole number of at most 16 digits. */
function isNumber(text: string): boolean {
  const { length } = text;
  if (length === 0 || length > 16) return false;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x30 || code > 0x39) return false;
  }
  return true;
}

function isFailure([, , code = "", text = ""]: readonly string[]): boolean {
  return /^-?\d{1,9}$/.test(code) && text.length <= MAX_REASON;
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Whether those fields are JSON that have to be, as strictly as the hub reads. */
function areJson(
  { fields: count, json }: Form,
  fields: readonly string[],
  message: Uint8Array,
  isAscii: boolean,
): boolean {
  const details = count + 4;
  let start = 0;
  for (let index = 0; index < fields.length; index++) {
    const field = fields[index]!;
    const size = isAscii ? field.length : encodedLength(message, start);
    const mustBe = index > count ? index !== details : index === json;
    if (
      mustBe && field !== "null" &&
      !scanner.endsAt(message, start, start + size)
    ) return false;
    start += size + 1;
  }
  return true;
}

/** How many bytes there are before the next NUL. */
function encodedLength(message: Uint8Array, start: number): number {
  const nul = message.indexOf(0, start);
  return (nul < 0 ? message.length : nul) - start;
}

function contentOf(fields: readonly string[]): Content | undefined {
  const first = fields.length - CONTENT;
  const content = {
    route: fields[first]!,
    traceback: fields[first + 1]!,
    pseudoObject: fields[first + 2]!,
    data: fields[first + 4]!,
  };
  const details = fields[first + 3]!;
  if (details === "") return content;
  const error = detailsOf(details);
  return error && { ...content, error };
}

/** Reads more of an error; nothing if it is not that. */
function detailsOf(text: string): ErrorDetails | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { code, type, data } = value as Record<string, unknown>;
  const isOne = (code === undefined || Number.isSafeInteger(code)) &&
    (type === undefined || typeof type === "string" && type.isWellFormed()) &&
    (data === undefined || typeof data === "string" && isJson(data));
  if (!isOne) return undefined;
  return {
    ...(code !== undefined && { code: code as number }),
    ...(type !== undefined && { type: type as string }),
    ...(data !== undefined && { data: data as string }),
  };
}

function isJson(text: string): boolean {
  const bytes = encoder.encode(text);
  return scanner.endsAt(bytes, 0, bytes.length);
}

/** Whether a text is the JSON text of a name, as hubs write it to each other. */
export function isName(text: string): boolean {
  return text !== "" && text.length <= MAX_NAME && isJson(text) &&
    canonicalName(text) === text;
}
