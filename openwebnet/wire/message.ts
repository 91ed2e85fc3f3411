// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * What a frame says: parsing and writing of every kind of OpenWebNet frame.
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

/** `*#*1##`: done, accepted, or the end of an answer. */
export interface Ack {
  /** The kind. */
  kind: "ack";
}

/**
 * `*#*0##`: refused, or `*#*2##` to `*#*7##` with a reason.
 *
 * 2 invalid command, 3 target not on the bus, 4 collision, 5 bus not
 * available, 6 busy, 7 procedure. Only 0 and 6 are documented.
 */
export interface Nack {
  /** The kind. */
  kind: "nack";
  /** The reason. */
  code: 0 | 2 | 3 | 4 | 5 | 6 | 7;
}

/** `*99*9##`: a client asks for a kind of session. */
export interface SessionRequest {
  /** The kind. */
  kind: "session";
  /** `9` or `0` for commands, `1` for events. */
  selector: string;
}

/** `*98*2##`: a gateway asks for an HMAC handshake. */
export interface AuthenticationRequest {
  /** The kind. */
  kind: "authentication";
  /** `1` for SHA-1, `2` for SHA-256. */
  algorithm: string;
}

/**
 * `*WHO*WHAT*WHERE##`: a command, or a state that comes back.
 */
export interface Normal {
  /** The kind. */
  kind: "normal";
  /** The area. */
  who: number;
  /** What to do or what is, with its parameters: `1`, `25#21`. */
  what: string;
  /** The target; absent in `*7*120##`, empty in `*5*7*##`. */
  where?: string;
  /** Whether a `*` follows WHERE, as in `*7*9**##`. */
  trailing?: true;
}

/**
 * `*WHO*1000#WHAT*WHERE##`: somebody asked WHERE to do WHAT. It is not a state.
 */
export interface Translation {
  /** The kind. */
  kind: "translation";
  /** The area. */
  who: number;
  /** What was asked for, without the `1000#`. */
  what: string;
  /** The target. */
  where?: string;
  /** Whether a `*` follows WHERE. */
  trailing?: true;
}

/** `*#WHO*WHERE##` or `*#WHO##`: a request for a state. */
export interface StatusRequest {
  /** The kind. */
  kind: "status";
  /** The area. */
  who: number;
  /** The target; absent for the whole system. */
  where?: string;
}

/** `*#WHO*WHERE*DIM##`: a request for a dimension. */
export interface DimensionRequest {
  /** The kind. */
  kind: "request";
  /** The area. */
  who: number;
  /** The target. */
  where: string;
  /** The dimension, with its parameters: `113`, `511#10#7`. */
  dimension: string;
}

/**
 * `*#WHO*WHERE*DIM*V1*…##`: the values of a dimension. A client that sends it
 * asks for a dimension with an argument (`*#13**66*0##`).
 */
export interface DimensionValue {
  /** The kind. */
  kind: "dimension";
  /** The area. */
  who: number;
  /** The target. */
  where: string;
  /** The dimension, with its parameters. */
  dimension: string;
  /** The values, at least one; each may be empty. */
  values: string[];
}

/**
 * `*#WHO*WHERE*#DIM*V1*…##`: sets a dimension. On an event session somebody
 * else has set it.
 */
export interface DimensionWriting {
  /** The kind. */
  kind: "writing";
  /** The area. */
  who: number;
  /** The target. */
  where: string;
  /** The dimension, with its parameters, without the leading `#`. */
  dimension: string;
  /** The values, possibly none. */
  values: string[];
}

/** `*#DIGITS##` during a handshake: a nonce, an answer or a proof. */
export interface HandshakeDigits {
  /** The kind. */
  kind: "digits";
  /** The digits. */
  digits: string;
}

/** `*#RB*HASH##` during a handshake: the proof of the client. */
export interface HandshakeProof {
  /** The kind. */
  kind: "proof";
  /** The number that the client has chosen, in digits. */
  nonce: string;
  /** The proof, in digits. */
  proof: string;
}

/** A frame of no known kind, kept as its fields. */
export interface Generic {
  /** The kind. */
  kind: "generic";
  /** The text between the stars, from the first one on. */
  fields: string[];
}

/** A message that concerns the plant: the messages of an event session. */
export type BusMessage =
  | Normal
  | Translation
  | StatusRequest
  | DimensionRequest
  | DimensionValue
  | DimensionWriting;

/** Any frame of an established session. */
export type Message =
  | Ack
  | Nack
  | SessionRequest
  | AuthenticationRequest
  | BusMessage
  | Generic;

/** Any frame of a handshake. */
export type HandshakeMessage =
  | Ack
  | Nack
  | SessionRequest
  | AuthenticationRequest
  | HandshakeDigits
  | HandshakeProof
  | Generic;

/**
 * Reads a frame of an established session. Every frame is read: one of no known
 * kind as {@linkcode Generic}, one of an unknown WHO, WHAT or dimension as what
 * its form says. Texts are kept as they are, leading zeros included.
 *
 * @param frame One frame.
 * @returns The message. `serialize(parse(frame))` is `frame`.
 * @throws {SyntaxError} If the text is not one frame.
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
 * Reads a frame of a handshake, where `*#5##` is a number and not a request.
 *
 * @param frame One frame.
 * @returns The message. `serialize(parseHandshake(frame))` is `frame`.
 * @throws {SyntaxError} If the text is not one frame.
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
 * @param message The message.
 * @returns The frame.
 * @throws {TypeError} If its texts make no frame, as a WHERE of `1*2` does.
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

/** A WHAT or a dimension in its parts: see {@linkcode parseTag}. */
export interface Tag {
  /** The text before the first `#`. */
  code: string;
  /** The texts between the further `#`, each possibly empty. */
  parameters: string[];
}

/**
 * Splits a WHAT or a dimension into its code and its parameters.
 *
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
