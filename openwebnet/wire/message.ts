// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Parsing and writing of every kind of OpenWebNet frame.
 *
 * ```ts
 * import { parse, serialize } from "@wirekit/openwebnet/message";
 * import { assertEquals } from "@std/assert";
 *
 * const message = parse("*#4*1*0*0215##");
 * assertEquals(message, {
 *   kind: "dimension",
 *   who: 4,
 *   where: "1",
 *   dimension: "0",
 *   values: ["0215"],
 * });
 * assertEquals(serialize(message), "*#4*1*0*0215##");
 * ```
 *
 * @module
 */

import { isDigits, readBusMessage, TRANSLATION } from "./_bus_message.ts";
import { isFrame } from "./frame.ts";
import type {
  Ack,
  AuthenticationRequest,
  HandshakeDigits,
  HandshakeMessage,
  HandshakeProof,
  Message,
  Nack,
  Normal,
  SessionRequest,
  Translation,
} from "./kinds.ts";

export type {
  Ack,
  AuthenticationRequest,
  BusMessage,
  DimensionRequest,
  DimensionValue,
  DimensionWriting,
  Generic,
  HandshakeDigits,
  HandshakeMessage,
  HandshakeProof,
  Message,
  Nack,
  Normal,
  SessionRequest,
  StatusRequest,
  Translation,
} from "./kinds.ts";

/**
 * Parses a frame of an established session. Every frame can be parsed: one of
 * no known kind becomes {@linkcode Generic}; one with an unknown WHO, WHAT or
 * dimension is parsed by its form. Texts are kept unchanged, leading zeros
 * included.
 *
 * @category Frames and messages
 * @param frame One frame.
 * @returns The message. `serialize(parse(frame))` is `frame`.
 * @throws {SyntaxError} If the text is not exactly one frame.
 *
 * @example An event
 * ```ts
 * import { parse } from "@wirekit/openwebnet/message";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parse("*1*1*0311##"), {
 *   kind: "normal",
 *   who: 1,
 *   what: "1",
 *   where: "0311",
 * });
 * ```
 */
export function parse(frame: string): Message {
  const message = readBusMessage(frame);
  if (message !== undefined) return message;
  const fields = split(frame);
  return control(fields) ?? { kind: "generic", fields };
}

/**
 * Parses a frame of a handshake, where `*#5##` is a number and not a request.
 *
 * @category Frames and messages
 * @param frame One frame.
 * @returns The message. `serialize(parseHandshake(frame))` is `frame`.
 * @throws {SyntaxError} If the text is not exactly one frame.
 *
 * @example A nonce
 * ```ts
 * import { parseHandshake } from "@wirekit/openwebnet/message";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseHandshake("*#603356072##"), {
 *   kind: "digits",
 *   digits: "603356072",
 * });
 * ```
 */
export function parseHandshake(frame: string): HandshakeMessage {
  const fields = split(frame);
  return control(fields) ?? proof(fields) ?? { kind: "generic", fields };
}

/**
 * Writes a message as a frame.
 *
 * @category Frames and messages
 * @param message The message.
 * @returns The frame.
 * @throws {TypeError} If its texts do not make a frame, like a WHERE of `1*2`.
 *
 * @example A command
 * ```ts
 * import { serialize } from "@wirekit/openwebnet/message";
 * import { assertEquals } from "@std/assert";
 *
 * const frame = serialize({ kind: "normal", who: 2, what: "1", where: "31" });
 * assertEquals(frame, "*2*1*31##");
 * ```
 */
export function serialize(message: Message | HandshakeMessage): string {
  const fields = toFields(message);
  const frame = `*${fields.join("*")}##`;
  if (!isFrame(frame) || fields.some((field) => field.includes("*"))) {
    throw new TypeError(
      `Cannot write a ${message.kind} message: ${
        JSON.stringify(frame)
      } is not a frame`,
    );
  }
  return frame;
}

/**
 * A WHAT or a dimension in its parts: see {@linkcode parseTag}.
 *
 * @category Frames and messages
 */
export interface Tag {
  /** The text before the first `#`. */
  code: string;
  /** The texts between the further `#`, each possibly empty. */
  parameters: string[];
}

/**
 * Splits a WHAT or a dimension into its code and its parameters.
 *
 * @category Frames and messages
 * @param text The text, such as `25#21#31`.
 * @returns Its parts.
 *
 * @example Parameters may be empty
 * ```ts
 * import { parseTag } from "@wirekit/openwebnet/message";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseTag("12##001"), { code: "12", parameters: ["", "001"] });
 * ```
 */
export function parseTag(text: string): Tag {
  let end = text.indexOf("#");
  if (end < 0) return { code: text, parameters: [] };
  const code = text.slice(0, end);
  const parameters: string[] = [];
  while (end >= 0) {
    const start = end + 1;
    end = text.indexOf("#", start);
    parameters.push(text.slice(start, end < 0 ? text.length : end));
  }
  return { code, parameters };
}

function split(frame: string): string[] {
  if (!isFrame(frame)) {
    throw new SyntaxError(
      `Cannot parse ${JSON.stringify(frame.slice(0, 64))}: it is not a frame`,
    );
  }
  return frame.slice(1, -2).split("*");
}

function control(
  fields: string[],
): Ack | Nack | SessionRequest | AuthenticationRequest | undefined {
  const [head = "", tail = ""] = fields;
  if (fields.length !== 2) return undefined;
  switch (head) {
    case "#": {
      if (tail === "1") return { kind: "ack" };
      return isNackCode(tail)
        ? { kind: "nack", code: Number(tail) as Nack["code"] }
        : undefined;
    }
    case "99":
      return isDigits(tail) ? { kind: "session", selector: tail } : undefined;
    case "98":
      return isDigits(tail)
        ? { kind: "authentication", algorithm: tail }
        : undefined;
    default:
      return undefined;
  }
}

function proof(fields: string[]): HandshakeDigits | HandshakeProof | undefined {
  const [head = "", tail] = fields;
  const digits = head.slice(1);
  if (!head.startsWith("#") || !isDigits(digits)) return undefined;
  if (tail === undefined) return { kind: "digits", digits };
  return fields.length === 2 && isDigits(tail)
    ? { kind: "proof", nonce: digits, proof: tail }
    : undefined;
}

function toFields(message: Message | HandshakeMessage): string[] {
  switch (message.kind) {
    case "ack":
      return ["#", "1"];
    case "nack":
      return ["#", `${message.code}`];
    case "session":
      return ["99", message.selector];
    case "authentication":
      return ["98", message.algorithm];
    case "normal":
      return [`${message.who}`, message.what, ...target(message)];
    case "translation":
      return [
        `${message.who}`,
        TRANSLATION + message.what,
        ...target(message),
      ];
    case "status":
      return message.where === undefined
        ? [`#${message.who}`]
        : [`#${message.who}`, message.where];
    case "request":
      return [`#${message.who}`, message.where, message.dimension];
    case "dimension": {
      const { who, where, dimension, values } = message;
      return [`#${who}`, where, dimension, ...values];
    }
    case "writing": {
      const { who, where, dimension, values } = message;
      return [`#${who}`, where, `#${dimension}`, ...values];
    }
    case "digits":
      return [`#${message.digits}`];
    case "proof":
      return [`#${message.nonce}`, message.proof];
    case "generic":
      return message.fields;
  }
}

function target({ where, trailing }: Normal | Translation): string[] {
  if (trailing) return [where ?? "", ""];
  return where === undefined ? [] : [where];
}

function isNackCode(text: string): boolean {
  return text.length === 1 && "0234567".includes(text);
}
