// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * What the router and whoever carries messages to it ask of each other.
 *
 * @module
 */
import type { CloseError } from "@wirekit/transport/transport";

/** Where the router sends what is for one participant. */
export interface Receiver {
  /**
   * Takes one message. Does not block, throw, or call the router back.
   *
   * @param message The message. Others may be given the same bytes.
   */
  send(message: Uint8Array<ArrayBuffer>): void;
  /**
   * Ends the connection. Afterwards the router forgets the participant.
   *
   * @param error Why.
   */
  close(error: CloseError): void;
}

/** One who is connected: without a name, on hold, or active under its name. */
export interface Participant {
  /** The JSON text of its name, if it is verified and not on hold. */
  readonly name: string | undefined;
  /** The JSON text of the name that it waits for, if it is on hold. */
  readonly heldName: string | undefined;
  /**
   * Takes a message from it.
   *
   * @param message The message, valid UTF-8. It is the router's from now on,
   * which may change it.
   */
  receive(message: Uint8Array<ArrayBuffer>): void;
  /** Ends it: its name is free, and who waits for its answers gets an error. */
  leave(): void;
}

/** Options of `Router.connect`. */
export interface ConnectOptions {
  /**
   * Decides over a verification by the token in it. By default all come in.
   *
   * @param token The text that the client sent, if it sent one.
   */
  admit?: (token: string | undefined) => boolean;
}
