// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The kinds of messages that a frame may be.
 *
 * @module
 */

/**
 * `*#*1##`: done, accepted, or the end of an answer.
 *
 * @category Frames and messages
 */
export interface Ack {
  /** The kind. */
  kind: "ack";
}

/**
 * `*#*0##`: refused, or `*#*2##` to `*#*7##` with a reason.
 *
 * 2 invalid command, 3 target not on the bus, 4 collision, 5 bus not
 * available, 6 busy, 7 procedure. Only 0 and 6 are documented.
 *
 * @category Frames and messages
 */
export interface Nack {
  /** The kind. */
  kind: "nack";
  /** The reason. */
  code: 0 | 2 | 3 | 4 | 5 | 6 | 7;
}

/**
 * `*99*9##`: a client asks for a kind of session.
 *
 * @category Frames and messages
 */
export interface SessionRequest {
  /** The kind. */
  kind: "session";
  /** `9` or `0` for commands, `1` for events. */
  selector: string;
}

/**
 * `*98*2##`: a gateway asks for an HMAC handshake.
 *
 * @category Frames and messages
 */
export interface AuthenticationRequest {
  /** The kind. */
  kind: "authentication";
  /** `1` for SHA-1, `2` for SHA-256. */
  algorithm: string;
}

/**
 * `*WHO*WHAT*WHERE##`: a command, or a state that is reported.
 *
 * @category Frames and messages
 */
export interface Normal {
  /** The kind. */
  kind: "normal";
  /** The WHO of the area. */
  who: number;
  /** The command or the state, with its parameters: `1`, `25#21`. */
  what: string;
  /** The target; absent in `*7*120##`, empty in `*5*7*##`. */
  where?: string;
  /** Whether a `*` follows WHERE, as in `*7*9**##`. */
  trailing?: true;
}

/**
 * `*WHO*1000#WHAT*WHERE##`: somebody asked WHERE to do WHAT. It is not a state.
 *
 * @category Frames and messages
 */
export interface Translation {
  /** The kind. */
  kind: "translation";
  /** The WHO of the area. */
  who: number;
  /** What was asked for, without the `1000#`. */
  what: string;
  /** The target. */
  where?: string;
  /** Whether a `*` follows WHERE. */
  trailing?: true;
}

/**
 * `*#WHO*WHERE##` or `*#WHO##`: a request for a state.
 *
 * @category Frames and messages
 */
export interface StatusRequest {
  /** The kind. */
  kind: "status";
  /** The WHO of the area. */
  who: number;
  /** The target; absent for the whole system. */
  where?: string;
}

/**
 * `*#WHO*WHERE*DIM##`: a request for a dimension.
 *
 * @category Frames and messages
 */
export interface DimensionRequest {
  /** The kind. */
  kind: "request";
  /** The WHO of the area. */
  who: number;
  /** The target. */
  where: string;
  /** The dimension, with its parameters: `113`, `511#10#7`. */
  dimension: string;
}

/**
 * `*#WHO*WHERE*DIM*V1*…##`: the values of a dimension. A client that sends it
 * asks for a dimension with an argument (`*#13**66*0##`).
 *
 * @category Frames and messages
 */
export interface DimensionValue {
  /** The kind. */
  kind: "dimension";
  /** The WHO of the area. */
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
 *
 * @category Frames and messages
 */
export interface DimensionWriting {
  /** The kind. */
  kind: "writing";
  /** The WHO of the area. */
  who: number;
  /** The target. */
  where: string;
  /** The dimension, with its parameters, without the leading `#`. */
  dimension: string;
  /** The values, possibly none. */
  values: string[];
}

/**
 * `*#DIGITS##` during a handshake: a nonce, an answer or a proof.
 *
 * @category Frames and messages
 */
export interface HandshakeDigits {
  /** The kind. */
  kind: "digits";
  /** The digits. */
  digits: string;
}

/**
 * `*#RB*HASH##` during a handshake: the proof of the client.
 *
 * @category Frames and messages
 */
export interface HandshakeProof {
  /** The kind. */
  kind: "proof";
  /** The number that the client chose, in digits. */
  nonce: string;
  /** The proof, in digits. */
  proof: string;
}

/**
 * A frame of no known kind, kept as its fields.
 *
 * @category Frames and messages
 */
export interface Generic {
  /** The kind. */
  kind: "generic";
  /** The text between the stars, from the first one on. */
  fields: string[];
}

/**
 * A message that concerns the plant: the messages of an event session.
 *
 * @category Frames and messages
 */
export type BusMessage =
  | Normal
  | Translation
  | StatusRequest
  | DimensionRequest
  | DimensionValue
  | DimensionWriting;

/**
 * Any frame of an established session.
 *
 * @category Frames and messages
 */
export type Message =
  | Ack
  | Nack
  | SessionRequest
  | AuthenticationRequest
  | BusMessage
  | Generic;

/**
 * Any frame of a handshake.
 *
 * @category Frames and messages
 */
export type HandshakeMessage =
  | Ack
  | Nack
  | SessionRequest
  | AuthenticationRequest
  | HandshakeDigits
  | HandshakeProof
  | Generic;
