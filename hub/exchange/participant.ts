// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * What an exchange and its participants ask of each other.
 *
 * @module
 */
import type { CloseError } from "@wirekit/transport/transport";

/** Who has a name. */
export interface Named {
  /** The JSON text of the name; `undefined` as long as there is none. */
  readonly name: string | undefined;
  /** The same as bytes; `null` as long as there is none. */
  readonly nameBytes: Uint8Array;
}

/** What stands for a participant in the methods of an exchange. */
export interface Member extends Named {
  /** Whether the name is its own; otherwise it waits for it. */
  readonly active: boolean;
  /** Whether it has left. */
  readonly gone: boolean;
}

/**
 * What is asked, answered or told: JSON texts as they came in, letter by letter.
 * They can be read until the call returns that hands them over.
 */
export interface Content {
  /** The route that is asked, or the names that are informed. */
  readonly route: string;
  /** The data. */
  readonly data: string;
  /** Where an error comes from, in the words of a responder. */
  readonly traceback: string;
  /** `true` if the data is an object whose functions can be called. */
  readonly pseudoObject: string;
}

/** A question that one participant has asked another. */
export interface Question {
  /** By which its requester knows it, as JSON text. */
  readonly uuid: string;
  /** Who asks. */
  readonly requester: Named;
  /** Who is asked. */
  readonly responder: Named;
}

/** What can be asked: a route, or a function of an object. */
export type QuestionKind = "request" | "functionCall";

/** What can be answered: a result, or an error. */
export type AnswerKind = "response" | "error";

/**
 * One who takes part in an exchange: what it can be asked and told. None of its
 * methods may block or throw.
 */
export interface Participant {
  /**
   * Is asked. It answers by `exchange.answer()`, now or later.
   *
   * @param question Who asks.
   * @param kind What it is asked for.
   * @param content What it is asked with.
   * @returns Why it does not take the question, if it does not.
   */
  ask(
    question: Question,
    kind: QuestionKind,
    content: Content,
  ): string | undefined;
  /**
   * Gets the answer to a question of its own.
   *
   * @param question The question.
   * @param kind Whether the answer is a result or an error.
   * @param content The answer.
   * @returns Why it does not take the answer, if it does not. Then it hears of
   * that by {@linkcode Participant.fail}.
   */
  answer(
    question: Question,
    kind: AnswerKind,
    content: Content,
  ): string | undefined;
  /**
   * Hears that a question of its own will not be answered.
   *
   * @param question The question.
   * @param text Why.
   */
  fail(question: Question, text: string): void;
  /**
   * Is told something.
   *
   * @param source Who tells it.
   * @param content What is told.
   * @returns Why it does not take it, if it does not.
   */
  tell(source: Named, content: Content): string | undefined;
  /** Gets the name that it was waiting for. */
  admit(): void;
  /**
   * Has to go. Afterwards the exchange forgets it.
   *
   * @param error Why.
   */
  end(error: CloseError): void;
}

/** Where the bytes of a winerp client's messages go. */
export interface Receiver {
  /**
   * Takes one message. Does not block, throw, or call the router back.
   *
   * @param message The message. Others may be given the same bytes.
   */
  send(message: Uint8Array<ArrayBuffer>): void;
  /**
   * Ends the connection. Afterwards the router forgets the client.
   *
   * @param error Why.
   */
  close(error: CloseError): void;
}

/** One winerp client: without a name, on hold, or active under its name. */
export interface Connected {
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
