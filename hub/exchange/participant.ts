// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The interface between an exchange and its participants.
 *
 * @module
 */
import type { CloseError } from "@wirekit/transport/transport";
import type { Pass } from "../access/pass.ts";
import type { Fault } from "./fault.ts";

/**
 * The owner of a name.
 *
 * @category Participants and doors
 */
export interface Named {
  /** The JSON text of the name; `undefined` while there is none. */
  readonly name: string | undefined;
  /** The same as bytes; `null` while there is none. */
  readonly nameBytes: Uint8Array;
}

/**
 * What represents a participant in the methods of an exchange.
 *
 * @category Participants and doors
 */
export interface Member extends Named {
  /** Tells it from all others of the exchange, also from those that have left. */
  readonly number: number;
  /** Whether it owns the name; otherwise it waits for it. */
  readonly active: boolean;
  /**
   * Whether another has the name. Neither this nor `active` while a cluster is
   * still being asked: `hold()` or `admit()` of the participant follows.
   */
  readonly held: boolean;
  /** Whether it has left. */
  readonly gone: boolean;
  /** What is known of it. */
  readonly about: About;
  /** When it came, in milliseconds of the exchange's clock. */
  readonly since: number;
  /** How many requests it has made. */
  readonly requests: number;
  /** How many of them ended with an error. */
  readonly errors: number;
  /** How much information it has sent. */
  readonly informs: number;
  /** How many requests it was sent. */
  readonly asked: number;
  /** How many of them it did not answer, or answered with an error. */
  readonly faults: number;
  /** How much information it was sent. */
  readonly told: number;
  /** How many of its requests are unanswered. */
  readonly asking: number;
  /** How many requests it has not answered yet. */
  readonly answering: number;
  /** How often it met which limit, by option; none if it met none. */
  readonly met: ReadonlyMap<string, number> | undefined;
  /** Whether the observer is shown all that it asks and answers. */
  watched: boolean;
}

/**
 * What is known of a participant, for those who watch.
 *
 * @category Participants and doors
 */
export interface About {
  /** Its protocol, such as `"winerp"`. */
  readonly protocol: string;
  /** Its carrier, such as `"WebSocket"`. */
  readonly carrier: string;
  /** The address that it came from; empty if that is not known. */
  readonly address: string;
  /** What its connection counts, if it does. */
  readonly flow?: Flow;
  /**
   * Says that it takes no name: `"stays"` for one that is listed without, and
   * `"passes"` for one that asks once, and is gone before anybody looks.
   *
   * @default It is to take a name.
   */
  readonly nameless?: "stays" | "passes";
}

/**
 * What a connection counts.
 *
 * @category Participants and doors
 */
export interface Flow {
  /** How many messages came in. */
  readonly messagesIn: number;
  /** How many bytes they had. */
  readonly bytesIn: number;
  /** How many messages went out. */
  readonly messagesOut: number;
  /** How many bytes they had. */
  readonly bytesOut: number;
  /** How many bytes wait because they are not read. */
  readonly outboxBytes: number;
  /** The most so far. */
  readonly outboxPeak: number;
  /** How often it was read more slowly because it sent too much. */
  readonly slowed: number;
  /** When a message came last, in milliseconds of the exchange's clock. */
  readonly lastSeen: number;
}

/**
 * Why a participant ends, in one word.
 *
 * @category Participants and doors
 */
export type EndKind =
  /** It closed its connection, or went away. */
  | "left"
  /** Its connection broke, or sent what is not allowed. */
  | "broken"
  /** It was not let in, or not verified in time. */
  | "refused"
  /** A stock client that stops listening after an unknown route. */
  | "deaf"
  /** It did not read what was sent. */
  | "slow"
  /** It gave no sign of life. */
  | "silent"
  /** An operator ended it. */
  | "operator"
  /** The hub closes. */
  | "closing";

/**
 * Why a participant ends.
 *
 * @category Participants and doors
 */
export interface End {
  /** In one word. */
  readonly kind: EndKind;
  /** In a sentence, without a full stop. */
  readonly reason: string;
}

/**
 * Where a JSON text stands in a message, so that it can be passed on without
 * being read.
 *
 * @category Participants and doors
 */
export interface Span {
  /** The message, valid UTF-8. */
  readonly bytes: Uint8Array;
  /** Where the text starts. */
  readonly start: number;
  /** Where it ends. */
  readonly end: number;
}

/**
 * The content of a message: JSON texts exactly as they came in. They can be
 * read only until the call that passes them returns.
 *
 * @category Participants and doors
 */
export interface Content {
  /** The route of a question, or the names of the receivers of information. */
  readonly route: string;
  /** The data. */
  readonly data: string;
  /** The origin of an error, as the responder gave it. */
  readonly traceback: string;
  /** `true` if the data is an object whose functions can be called. */
  readonly pseudoObject: string;
  /** The length in bytes of the message that it came in, if it came in one. */
  readonly length?: number;
  /** Where the data stands, if it came in a message of one line. */
  readonly span?: Span | undefined;
  /** More of an error, where the protocol of the responder has it. */
  readonly error?: ErrorDetails;
  /**
   * Says whether the route is this one, letter by letter, if that is quicker
   * than to read it. It may say no to another spelling of the same route.
   *
   * @param route The JSON text of a route, as bytes.
   */
  hasRoute?(route: Uint8Array): boolean;
}

/**
 * What some protocols say of an error besides its text.
 *
 * @category Participants and doors
 */
export interface ErrorDetails {
  /** Its number. */
  readonly code?: number;
  /** The name of its type. */
  readonly type?: string;
  /** Anything more, as JSON text. */
  readonly data?: string;
}

/**
 * A question that one participant has asked another.
 *
 * @category Participants and doors
 */
export interface Question {
  /** The uuid that identifies it for its requester, as JSON text. */
  readonly uuid: string;
  /** The requester. */
  readonly requester: Named;
  /** The responder. */
  readonly responder: Named;
  /** For the requester's own use: what it knows the question by. */
  readonly ticket: number;
  /** For the responder's own use: what it knows the question by. */
  mark: number;
}

/**
 * One that has asked something, kept in mind for longer than its question is
 * open: see {@linkcode Exchange.follow}.
 *
 * @category Participants and doors
 */
export interface Follower {
  /** Tells it from all others, at whichever hub of a cluster they are. */
  readonly key: string;
  /** The JSON text of the name under which it asked. */
  readonly name: string;
  /**
   * Whether it has left. Of one at another hub of a cluster that shows when it
   * is told something.
   */
  readonly gone: boolean;
  /**
   * Tells it something, unless it does not have its name at the moment.
   *
   * @param from The sender.
   * @param content The information.
   * @returns Why it does not accept it, if it does not.
   */
  tell(from: Member, content: Content): Fault | undefined;
  /** Forgets it. */
  close(): void;
}

/**
 * The kinds of question: for a route, or for a function of an object.
 *
 * @category Participants and doors
 */
export type QuestionKind = "request" | "functionCall";

/**
 * The kinds of answer: a result, or an error.
 *
 * @category Participants and doors
 */
export type AnswerKind = "response" | "error";

/**
 * A participant of an exchange. None of its methods may block or throw.
 *
 * @category Participants and doors
 */
export interface Participant {
  /**
   * Receives a question. It answers through `exchange.answer()`, now or later.
   *
   * @param question The question.
   * @param kind The kind of question.
   * @param content The content of the question.
   * @returns Why it does not accept the question, if it does not.
   */
  ask(
    question: Question,
    kind: QuestionKind,
    content: Content,
  ): Fault | undefined;
  /**
   * Receives the answer to one of its questions.
   *
   * @param question The question.
   * @param kind Whether the answer is a result or an error.
   * @param content The answer.
   * @returns Why it does not accept the answer, if it does not. Then
   * {@linkcode Participant.fail} is called.
   */
  answer(
    question: Question,
    kind: AnswerKind,
    content: Content,
  ): Fault | undefined;
  /**
   * Is told that one of its questions will not be answered.
   *
   * @param question The question.
   * @param fault The reason.
   */
  fail(question: Question, fault: Fault): void;
  /**
   * Is told that nobody waits for its answer to a question any more.
   *
   * @param question The question.
   */
  cancel?(question: Question): void;
  /**
   * Receives information.
   *
   * @param source The sender.
   * @param content The information.
   * @returns Why it does not accept it, if it does not.
   */
  tell(source: Named, content: Content): Fault | undefined;
  /** Gets the name that it was waiting for. */
  admit(): void;
  /**
   * Is told that another has the name that it claimed, or that a cluster gave it
   * to another while this hub was cut off. `admit()` follows when it is free.
   */
  hold?(): void;
  /**
   * Is disconnected. Afterwards the exchange forgets it.
   *
   * @param error The reason.
   */
  end(error: CloseError): void;
}

/**
 * The receiver of a winerp client's messages.
 *
 * @category Participants and doors
 */
export interface Receiver {
  /**
   * Takes one message. Does not block, throw, or call the router back.
   *
   * @param message The message. Other receivers may get the same bytes.
   */
  send(message: Uint8Array<ArrayBuffer>): void;
  /**
   * Ends the connection. Afterwards the router forgets the client.
   *
   * @param error The reason.
   */
  close(error: CloseError): void;
  /**
   * Counts messages that came in one, beside that: a batch.
   *
   * @param messages How many more there were than one.
   */
  count?(messages: number): void;
}

/**
 * One winerp client: without a name, on hold, or active under its name.
 *
 * @category Participants and doors
 */
export interface Connected {
  /** The JSON text of its name, if it is verified and not on hold. */
  readonly name: string | undefined;
  /** The JSON text of the name that it has asked for and does not have. */
  readonly wantedName: string | undefined;
  /** Whether it waits for that on hold: a cluster may not have decided yet. */
  readonly isHeld: boolean;
  /**
   * Takes a message from it.
   *
   * @param message The message, valid UTF-8. It belongs to the router from now
   * on, which may change it.
   */
  receive(message: Uint8Array<ArrayBuffer>): void;
  /**
   * Ends it: frees its name, and gives an error to those who wait for its
   * answers.
   *
   * @param end Why.
   */
  leave(end?: End): void;
}

/**
 * Options of `Router.connect`.
 *
 * @category Participants and doors
 */
export interface ConnectOptions {
  /**
   * Decides about a verification by the token in it: returns what the client
   * may do, or nothing to refuse it. By default all may do everything.
   *
   * @param token The text that the client sent, if it sent one.
   */
  admit?: (token: string | undefined) => Pass | undefined;
  /** What is known of the client. */
  about?: About;
  /** Called once it has a name, or waits for one. */
  onVerified?: () => void;
}
