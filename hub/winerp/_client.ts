// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { fullPass, type Pass } from "../access/pass.ts";
import { HUB } from "../exchange/names/_name_rules.ts";
import type { Party } from "../exchange/_party.ts";
import { textOf } from "../exchange/scan/_scan.ts";
import * as Text from "../exchange/_text.ts";
import { fault } from "../exchange/fault.ts";
import type {
  AnswerKind,
  Connected,
  ConnectOptions,
  End,
  EndKind,
  Member,
  Question,
  QuestionKind,
  Receiver,
} from "../exchange/participant.ts";
import { composeMessage } from "./_compose.ts";
import * as MessageType from "./_message_type.ts";
import { nextQuestion } from "./_next_question.ts";
import {
  type Desk,
  errorMembers,
  type Unverified,
  WinerpParticipant,
} from "./_participant.ts";

/** How the first line of an HTTP request begins. */
const HTTP_REGEXP = /^[A-Z]{3,10} \S/;

/** The route of a ping that is an announcement, as JSON text. */
const ANNOUNCEMENT = JSON.stringify(Text.announce);

const FULL = /* @__PURE__ */ fullPass("open");
const admitAll = () => FULL;

/** A winerp client: reads its messages. */
export class WinerpClient extends WinerpParticipant
  implements Connected, Unverified {
  readonly expires: number;
  #admits: ((token: string | undefined) => Pass | undefined) | undefined;
  #onVerified: (() => void) | undefined;
  /** The receiver of its last request. */
  #target: Member | undefined;

  constructor(
    desk: Desk,
    receiver: Receiver,
    options: ConnectOptions,
    expires: number,
  ) {
    super(desk, receiver, options.about);
    this.#admits = options.admit ?? admitAll;
    this.#onVerified = options.onVerified;
    this.expires = expires;
    desk.unverified.add(this);
  }

  get name(): string | undefined {
    return this.member.active ? this.member.name : undefined;
  }

  get wantedName(): string | undefined {
    return this.member.active ? undefined : this.member.name;
  }

  get isHeld(): boolean {
    return this.member.held;
  }

  /** See {@linkcode Connected}. */
  leave(end?: End): void {
    this.desk.unverified.delete(this);
    this.desk.exchange.leave(this.member, end);
  }

  /** Disconnects it. */
  drop(code: number, reason: string, kind?: EndKind): void {
    this.desk.exchange.drop(this.member, code, reason, kind);
  }

  /** See {@linkcode WinerpParticipant}. */
  override end(error: Parameters<Receiver["close"]>[0]): void {
    this.desk.unverified.delete(this);
    super.end(error);
  }

  /** See {@linkcode Connected}. */
  receive(message: Uint8Array<ArrayBuffer>): void {
    const member = this.member;
    if (member.gone) return;
    const { envelope, messageBytes } = this.desk;
    if (message.length > messageBytes.peak) messageBytes.peak = message.length;
    try {
      envelope.read(message);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return this.#receiveUnreadable(message, error.message);
    }
    this.#handle(envelope.type);
    envelope.done();
  }

  #handle(type: number): void {
    if (type === MessageType.verification) this.#verify();
    else if (!this.member.active) this.#refuseStranger();
    else if (type === MessageType.request) this.#request();
    else if (type === MessageType.response) this.#respond("response");
    else if (type === MessageType.error) this.#respond("error");
    else if (type === MessageType.ping) this.#ping();
    else if (type === MessageType.information) this.#inform();
    else if (type === MessageType.functionCall) this.#callFunction();
  }

  /**
   * Takes a message that cannot be relayed. If its envelope can be read, the
   * question or answer in it fails now.
   */
  #receiveUnreadable(message: Uint8Array<ArrayBuffer>, reason: string): void {
    const { envelope, exchange } = this.desk;
    const { name, active } = this.member;
    const text = `Cannot read message: ${reason}`;
    if (!envelope.readLoosely(message)) {
      const id = name ?? "null";
      this.receiver.send(composeMessage({ id, ...errorMembers(text) }));
      if (name === undefined) this.drop(1008, unreadable(message));
      return;
    }
    const { type } = envelope;
    if (type !== MessageType.verification && !active) {
      return this.#refuseStranger();
    }
    const answers = type === MessageType.response || type === MessageType.error;
    const question = answers ? this.#question() : undefined;
    if (!question) return this.#refuse(text);
    const why = `The answer cannot be read: ${reason}`;
    exchange.fail(question, fault("InvalidAnswer", why));
  }

  /**
   * Answers a message of a client without a name. A client that has not asked
   * for one may send nothing else: on a carrier without an HTTP upgrade it may
   * be a web page that sends lines to every port. Every winerp client verifies
   * first.
   */
  #refuseStranger(): void {
    const { type, destination } = this.desk.envelope;
    if (this.member.name === undefined) {
      this.#refuse(Text.notAuthorized);
      this.drop(1008, "Its first message was not a verification");
    } else if (
      type !== MessageType.response && type !== MessageType.error ||
      destination !== HUB
    ) this.#refuse(Text.notAuthorized);
  }

  /** Answers the message just read with an error. */
  #refuse(text: string): void {
    const { name } = this;
    this.receiver.send(this.desk.envelope.answer({
      ...(name !== undefined && { id: name }),
      ...errorMembers(text),
    }));
  }

  #verify(): void {
    const { envelope, exchange, unverified } = this.desk;
    const member = this.member;
    const name = envelope.id;
    if (member.active) {
      // A real server puts the client on hold behind itself, without an end.
      if (name === member.name) this.#welcome();
      return;
    }
    const pass = this.#admits?.(tokenOf(envelope.text("token")));
    if (!pass) {
      this.#refuse(Text.notAuthorized);
      return this.drop(1008, "Token missing or wrong");
    }
    exchange.allow(member, pass);
    if (name === undefined) return this.#refuse("The name must be a string.");
    const refusal = exchange.claim(member, name);
    if (refusal) return this.#refuse(refusal.text);
    unverified.delete(this);
    this.#onVerified?.();
    this.#onVerified = undefined;
    const hold = () =>
      envelope.answer({
        ...errorMembers(Text.alreadyAuthorized),
        uuid: "null",
      });
    if (member.active) {
      this.#admits = undefined; // It claims no other name.
      this.#welcome();
    } else if (member.held) this.receiver.send(hold());
    else this.answers = { welcome: this.#welcoming(), hold: hold() };
  }

  #welcome(): void {
    this.receiver.send(this.#welcoming());
  }

  #welcoming(): Uint8Array<ArrayBuffer> {
    return this.desk.envelope.answer({
      id: this.member.name!,
      type: `${MessageType.success}`,
      data: JSON.stringify(Text.authorized),
    });
  }

  #request(): void {
    const to = this.#destination();
    if (to === this.member) this.#refuseUnsent("request", Text.sameName);
    else if (to) this.#ask(to, "request");
    else this.#refuseAbsent("request", Text.noDestination);
  }

  /** Says that nobody has a name, to those who may know it. */
  #refuseAbsent(kind: QuestionKind, text: string): void {
    const { envelope, exchange } = this.desk;
    const route = kind === "request" ? envelope.route : "";
    const { destination } = envelope;
    const denial = exchange.refusal(this.member, destination, route);
    this.#refuseUnsent(kind, denial?.text ?? text);
  }

  /** Refuses a question that is sent to nobody. */
  #refuseUnsent(kind: QuestionKind, text: string): void {
    const { envelope, exchange } = this.desk;
    const { destination } = envelope;
    const uuid = envelope.text("uuid");
    exchange.unsent(this.member, destination, uuid, kind, envelope, text);
    this.#refuse(text);
  }

  #callFunction(): void {
    const to = this.#destination();
    if (to) this.#ask(to, "functionCall");
    else this.#refuseAbsent("functionCall", Text.noRequester);
  }

  /**
   * Returns the owner of `destination`, which is usually the same as last time.
   */
  #destination(): Member | undefined {
    const { envelope, exchange } = this.desk;
    const last = this.#target;
    if (last?.active && envelope.isFor(last.nameBytes)) return last;
    return this.#target = exchange.find(envelope.destination);
  }

  #ask(to: Member, kind: QuestionKind): void {
    const { envelope, exchange } = this.desk;
    const uuid = envelope.text("uuid");
    const refusal = exchange.ask(this.member, to, uuid, kind, envelope);
    if (refusal) this.#refuse(refusal.text);
  }

  #respond(kind: AnswerKind): void {
    const { envelope, exchange } = this.desk;
    const member = this.member;
    const question = nextQuestion(member as Party, envelope) ??
      this.#question();
    if (!question) {
      // Late or twice, as comes after every reconnect of a stock client: no harm.
      // If nobody has the name, say so as a real server does, but cut nobody off.
      const { destination } = envelope;
      if (
        destination !== undefined && destination !== HUB &&
        !exchange.has(destination)
      ) this.#refuse(Text.noRequester);
      return;
    }
    // A stock client addresses this one error to itself, and stops reading as it
    // does. Only a new connection helps it, and its program can see this end.
    const deaf = kind === "error" && question.requester !== member &&
      envelope.isFor(member.nameBytes) &&
      envelope.text("data") === `"${Text.noRoute}"`;
    const refusal = exchange.answer(question, kind, envelope);
    if (refusal) {
      this.receiver.send(composeMessage({
        id: member.name!,
        ...errorMembers(refusal.text),
        uuid: question.uuid,
        destination: question.requester.name ?? "null",
      }));
    }
    if (deaf) this.drop(1011, "Deaf after an unknown route", "deaf");
  }

  /** The question that the message just read answers. */
  #question(): Question | undefined {
    const { envelope, exchange } = this.desk;
    const member = this.member;
    const uuid = envelope.text("uuid");
    const first = exchange.question(member, uuid);
    if (first && envelope.isFor(first.requester.nameBytes)) return first;
    const { destination } = envelope;
    if (destination === undefined) {
      // Asked by somebody without a name; or winerp-client-node, which answers
      // without saying what and whom.
      return uuid === "null" ? exchange.onlyQuestion(member) : first;
    }
    const requester = exchange.known(destination);
    const known = requester && exchange.question(member, uuid, requester);
    // A stock client addresses one error to itself: see above.
    return known ?? (destination === member.name ? first : undefined);
  }

  #ping(): void {
    const { envelope, exchange } = this.desk;
    const { destination } = envelope;
    const refusal = destination === undefined
      ? undefined
      : exchange.refusalToSee(this.member, destination);
    if (refusal) return this.#refuse(refusal.text);
    const answer = (success: boolean) =>
      envelope.answer({
        id: this.member.name!,
        data: `{"success":${success}}`,
      });
    if (envelope.text("destination") === "null") {
      // Our clients say in a ping what they can be asked for.
      if (envelope.route === ANNOUNCEMENT) {
        const { name } = this.member;
        const refused = exchange.routes.announce(name!, envelope.data);
        if (refused) return this.#refuse(refused.text);
      }
      return this.receiver.send(answer(true));
    }
    if (destination === undefined) return this.receiver.send(answer(false));
    // Other nodes may have to be asked, and by then the envelope is another's.
    const yes = answer(true);
    const no = answer(false);
    exchange.probe(
      destination,
      (found) => this.receiver.send(found ? yes : no),
    );
  }

  #inform(): void {
    const { envelope, exchange, maxMessageBytes } = this.desk;
    const { length } = envelope;
    if (length > maxMessageBytes) return this.#refuse(this.tooLarge().text);
    const names = envelope.targets;
    // As often as the list says, as a real server does; but no single message
    // shall fill the outbox of a client by saying its name a thousand times.
    const often = !names || names.length * length <= maxMessageBytes;
    const to = often ? names : new Set(names);
    const refusal = exchange.inform(this.member, to, envelope);
    if (refusal) this.#refuse(refusal.text);
  }
}

/** Returns what an unreadable first message seems to be. */
function unreadable(message: Uint8Array): string {
  return HTTP_REGEXP.test(textOf(message, 0, Math.min(message.length, 32)))
    ? "It spoke HTTP, as a web page or a browser does"
    : "Its first message cannot be read";
}

function tokenOf(text: string): string | undefined {
  const value: unknown = JSON.parse(text);
  return typeof value === "string" ? value : undefined;
}
