// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.
import type { Fault } from "../exchange/fault.ts";
import type {
  AnswerKind,
  Content,
  Member,
  Question,
  QuestionKind,
} from "../exchange/participant.ts";

/** What the exchange of a node does for its cluster. */
export interface Host {
  /** Finds a participant of this node. */
  here(name: string): Member | undefined;
  ask(
    from: Member,
    to: Member,
    uuid: string,
    kind: QuestionKind,
    content: Content,
    tag: unknown,
  ): Fault | undefined;
  answer(question: Question, kind: AnswerKind, content: Content): unknown;
  fail(question: Question, reason: Fault): void;
  cancel(question: Question): void;
  inform(
    from: Member,
    names: Iterable<string> | undefined,
    content: Content,
  ): unknown;
  leave(member: Member): void;
  /** A name is one of this node. */
  won(name: string): void;
  /** A name that participants of this node want is one of another. */
  held(name: string): void;
  /** A name of this node is one of another. */
  lost(name: string): void;
  figures(): Record<string, number>;
  /** Something is wrong with another node, in one sentence. */
  warn(text: string): void;
}
