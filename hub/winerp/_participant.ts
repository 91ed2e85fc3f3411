// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Gauge } from "@wirekit/internal/limits";
import type { Exchange } from "../exchange/exchange.ts";
import type { Party, PassesOnOnce } from "../exchange/_party.ts";
import * as Text from "../exchange/_text.ts";
import { type Fault, fault } from "../exchange/fault.ts";
import type {
  About,
  AnswerKind,
  Content,
  EndKind,
  Member,
  Named,
  Participant,
  Question,
  QuestionKind,
  Receiver,
} from "../exchange/participant.ts";
import { composeMessage } from "./_compose.ts";
import { Envelope } from "./_envelope.ts";
import * as MessageType from "./_message_type.ts";
import { typeOf } from "./_type_of.ts";

/** A client that has no name yet. */
export interface Unverified {
  /** When it must be verified. */
  readonly expires: number;
  /** Disconnects it. */
  drop(code: number, reason: string, kind?: EndKind): void;
}

/** The parts that all winerp clients of a router share. */
export interface Desk {
  readonly exchange: Exchange;
  /** The message just read: one at a time. */
  readonly envelope: Envelope;
  readonly maxMessageBytes: number;
  /** The same limit, and how near messages came to it. */
  readonly messageBytes: Gauge;
  /** The clients that have no name yet. */
  readonly unverified: Set<Unverified>;
}

/** To a client that takes named params only, null is no data. */
const NO_DATA = { data: "{}", span: undefined };

/** What a winerp client is asked and told: writes the messages for it. */
export class WinerpParticipant implements Participant, PassesOnOnce {
  protected readonly desk: Desk;
  protected readonly receiver: Receiver;
  protected readonly member: Member;
  /** What it may be told once the cluster has decided about its name. */
  protected answers:
    | Record<"welcome" | "hold", Uint8Array<ArrayBuffer>>
    | undefined;

  constructor(desk: Desk, receiver: Receiver, about: About | undefined) {
    this.desk = desk;
    this.receiver = receiver;
    this.member = desk.exchange.enter(this, about);
  }

  /** See {@linkcode PassesOnOnce}. */
  get passesOnOnce(): true {
    return true;
  }

  /** See {@linkcode Participant}. */
  ask(
    { uuid, requester, responder }: Question,
    kind: QuestionKind,
    content: Content,
  ): Fault | undefined {
    // In a request, and nowhere else, `id` and `destination` change places.
    const swaps = kind === "request";
    const id = swaps ? responder : requester;
    const destination = swaps ? requester : responder;
    const { maxMessageBytes } = this.desk;
    let message: Uint8Array<ArrayBuffer>;
    if (content instanceof Envelope) {
      if (content.length > maxMessageBytes) return this.tooLarge();
      message = readdressed(content, requester, id, destination);
    } else {
      const isNone = swaps && content.data === "null";
      const given = isNone ? { ...content, ...NO_DATA } : content;
      if (swaps && given.data[0] !== "{") return namedOnly(responder);
      message = compose(kind, given, id, destination, uuid);
    }
    if (message.length > maxMessageBytes) return this.tooLarge();
    this.receiver.send(message);
    return undefined;
  }

  /** See {@linkcode Participant}. */
  answer(
    { uuid, requester, responder }: Question,
    kind: AnswerKind,
    content: Content,
  ): Fault | undefined {
    const { maxMessageBytes } = this.desk;
    let message: Uint8Array<ArrayBuffer>;
    if (content instanceof Envelope) {
      if (content.length > maxMessageBytes) return this.#answerTooLarge();
      // winerp-client-node answers without saying what and whom.
      const says = content.isFor(requester.nameBytes) ||
        content.destination !== undefined;
      message = says
        ? readdressed(content, responder, responder, requester)
        : content.answer(
          { id: responder.name!, destination: requester.name!, uuid },
          maxMessageBytes,
        );
    } else message = compose(kind, content, responder, requester, uuid);
    if (message.length > maxMessageBytes) return this.#answerTooLarge();
    this.receiver.send(message);
    return undefined;
  }

  /** See {@linkcode Participant}. */
  fail({ uuid, requester, responder }: Question, { text }: Fault): void {
    this.receiver.send(composeMessage({
      id: requester.name!,
      ...errorMembers(text),
      uuid,
      destination: responder.name!,
    }));
  }

  /** See {@linkcode Participant}. */
  tell(source: Named, content: Content): Fault | undefined {
    const { nameBytes } = this.member;
    const message = content instanceof Envelope
      ? content.forward(source.nameBytes, nameBytes)
      : compose("information", content, source, this.member, "null");
    if (message.length > this.desk.maxMessageBytes) return this.tooLarge();
    this.receiver.send(message);
    return undefined;
  }

  /** See {@linkcode Participant}. */
  admit(): void {
    const answers = this.answers;
    this.answers = undefined;
    this.receiver.send(
      answers?.welcome ?? composeMessage({
        type: `${MessageType.success}`,
        data: JSON.stringify(Text.authorized),
      }),
    );
  }

  /** See {@linkcode Participant}. */
  hold(): void {
    const answers = this.answers;
    this.answers = undefined;
    if (answers) return this.receiver.send(answers.hold);
    // It had the name. In the middle of a connection no client believes that it
    // is on hold, for any other could say so. It comes back and is told then.
    const reason = "Another hub of the cluster has its name";
    this.desk.exchange.drop(this.member, 1012, reason);
  }

  /** See {@linkcode Participant}. */
  end(error: Parameters<Receiver["close"]>[0]): void {
    this.receiver.close(error);
  }

  #answerTooLarge(): Fault {
    (this.member as Party).meet(this.desk.messageBytes);
    return fault("AnswerTooLarge", Text.answerTooLarge);
  }

  /** Notes that a message for it, or of it, is too large. */
  protected tooLarge(): Fault {
    const { messageBytes, maxMessageBytes } = this.desk;
    (this.member as Party).meet(messageBytes);
    const text = `The message is larger than ${maxMessageBytes} bytes.`;
    return fault("TooLarge", text);
  }
}

/** Returns a message with other names: where it stands, if `by` allows that. */
function readdressed(
  content: Envelope,
  by: Named,
  id: Named,
  destination: Named,
): Uint8Array<ArrayBuffer> {
  return "passesOnOnce" in (by as Party).participant
    ? content.redirect(id.nameBytes, destination.nameBytes)
    : content.forward(id.nameBytes, destination.nameBytes);
}

/** Refuses data that a stock client cannot take as keyword arguments. */
function namedOnly({ name }: Named): Fault {
  const text = `${name} takes named params: send an object.`;
  return fault("InvalidData", text);
}

/** Writes a message with content that did not come as one. */
function compose(
  kind: QuestionKind | AnswerKind | "information",
  content: Content,
  id: Named,
  destination: Named,
  uuid: string,
): Uint8Array<ArrayBuffer> {
  return composeMessage({
    id: id.name ?? "null",
    type: `${typeOf(kind)}`,
    route: content.route,
    data: content.data,
    traceback: content.traceback,
    uuid,
    destination: destination.name ?? "null",
    pseudo_object: content.pseudoObject,
  });
}

/** Returns the members of an error. */
export function errorMembers(
  text: string,
): Record<"type" | "data" | "traceback", string> {
  const json = JSON.stringify(text);
  return { type: `${MessageType.error}`, data: json, traceback: json };
}
