// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.
import {
  type OpenRequest,
  Party,
  type PassesOnOnce,
} from "../exchange/_party.ts";
import { type Fault, fault, FaultCode } from "../exchange/fault.ts";
import * as Text from "../exchange/_text.ts";
import type {
  AnswerKind,
  Content,
  Member,
  Named,
  Participant,
  Question,
  QuestionKind,
} from "../exchange/participant.ts";
import type { Asked, AskedTable } from "./_asked.ts";
import type { Address, NodeStatus } from "./backplane.ts";
import { encode, Kind } from "./_messages.ts";
import { type Outgoing, wholeOf } from "./_whole.ts";

/** Which question of another node this is. */
export interface Origin {
  readonly node: string;
  readonly ref: number;
  /** The number that its requester has there. */
  readonly asker: string;
}

/** What remote participants share. */
export interface Line {
  readonly asked: AskedTable;
  /** Counts the seconds. */
  readonly turn: number;
  /** Counts what is sent to names: a number that is larger than all before. */
  count(): number;
  publish(to: Address, message: Outgoing, ref?: number): Fault | undefined;
  /** Finds a participant of this node. */
  here(name: string): Member | undefined;
}

const encoder = /* @__PURE__ */ new TextEncoder();
const NO_FIELDS = /* @__PURE__ */ new Uint8Array(1);

/** Of most there are none, ever. */
const NO_AUDITS: readonly Asked[] = [];

/** A participant of another node. */
export class Remote implements Participant, PassesOnOnce {
  readonly #line: Line;
  readonly party: Party;
  readonly #to: Address | undefined;
  /** Who asked it last, and what was said of that. */
  #asker = NaN;
  #askerName = "";
  #fields = NO_FIELDS;
  /** Where what it asked was answered last. */
  #home = { node: "" };
  /** Where it was when it last asked or told something. */
  node: string | undefined;
  /** In which turn of the clock it was last needed. */
  turn = 0;
  /** When it was last asked or told something: see {@linkcode Line.count}. */
  sent = 0;
  /** The last audits of what it was asked, the oldest first. */
  audits: readonly Asked[] = NO_AUDITS;
  /** The node that has had audits since, and has answered none of them. */
  silent: NodeStatus | undefined;

  constructor(line: Line, number: number, name: string | undefined) {
    this.#line = line;
    this.party = new Party(number, this);
    if (name === undefined) return;
    this.#to = { name };
    this.party.call(name);
    this.party.active = true;
  }

  /** It waits for nothing any more. */
  forgetAudits(): void {
    this.silent = undefined;
    for (const audit of this.audits) this.#line.asked.delete(audit);
    this.audits = NO_AUDITS;
  }

  /** See {@linkcode PassesOnOnce}. */
  get passesOnOnce(): true {
    return true;
  }

  get #name(): string {
    return this.party.name!;
  }

  /** See {@linkcode Participant}. */
  ask(
    question: Question,
    kind: QuestionKind,
    content: Content,
  ): Fault | undefined {
    const request = question as OpenRequest;
    const { requester, uuid } = request;
    const line = this.#line;
    this.turn = line.turn;
    const asked: Asked = {
      ref: 0,
      name: this.#name,
      question: request,
      kind,
      message: undefined,
      turn: line.turn,
      sent: this.sent = line.count(),
      waits: false,
    };
    line.asked.add(asked);
    const { ref } = asked;
    const message = wholeOf(kind, ref, this.#from(requester), uuid, content) ??
      this.#write(ref, request, kind, content);
    asked.message = message;
    const refusal = line.publish(this.#to!, message, ref);
    if (refusal) line.asked.delete(asked);
    else request.tag = asked;
    return refusal;
  }

  /** What is said with its questions of who asks it, which mostly one does. */
  #from(requester: Party): Uint8Array {
    const { number, name = "" } = requester;
    if (number !== this.#asker || name !== this.#askerName) {
      this.#asker = number;
      this.#askerName = name;
      this.#fields = encoder.encode(`\0${number}\0${name}\0${this.#name}\0`);
    }
    return this.#fields;
  }

  #write(
    ref: number,
    { requester, uuid }: OpenRequest,
    kind: QuestionKind,
    content: Content,
  ): string {
    const { number, name = "" } = requester;
    return encode([Kind[kind], ref, number, name, uuid, this.#name], content);
  }

  /** See {@linkcode Participant}. */
  answer(
    question: Question,
    kind: AnswerKind,
    content: Content,
  ): Fault | undefined {
    const { uuid, tag } = question as OpenRequest;
    const { node, ref } = tag as Origin;
    const message = wholeOf(kind, ref, NO_FIELDS, uuid, content) ??
      encode([Kind[kind], ref], content);
    if (node !== this.#home.node) this.#home = { node };
    const refusal = this.#line.publish(this.#home, message);
    if (refusal?.code !== FaultCode.TooLarge) return refusal;
    return fault("AnswerTooLarge", refusal.text.replace("message", "answer"));
  }

  /** See {@linkcode Participant}. */
  fail(question: Question, { code, text }: Fault): void {
    const { node, ref } = (question as OpenRequest).tag as Origin;
    this.#line.publish({ node }, encode([Kind.fail, ref, code, text]));
  }

  /** See {@linkcode Participant}. */
  cancel(question: Question): void {
    const asked = (question as OpenRequest).tag as Asked;
    if (!this.#line.asked.delete(asked)) return;
    const { requester } = question as OpenRequest;
    const { number, name = "" } = requester;
    const message = encode([Kind.cancel, asked.ref, number, name]);
    this.#line.publish({ name: this.#name }, message);
  }

  /** See {@linkcode Participant}. */
  tell(source: Named, content: Content): Fault | undefined {
    this.turn = this.#line.turn;
    this.sent = this.#line.count();
    const { number, name = "" } = source as Party;
    const message = encode([Kind.tell, number, name, this.#name], content);
    return this.#line.publish({ name: this.#name }, message);
  }

  /** See {@linkcode Participant}. */
  admit(): void {}

  /** See {@linkcode Participant}. */
  end(): void {}
}

/** What somebody is told whose question found nobody. */
export function nobody(kind: QuestionKind): Fault {
  const isRequest = kind === "request";
  const text = isRequest ? Text.noDestination : Text.noRequester;
  return fault("NameNotFound", text);
}
