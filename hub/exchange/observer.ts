// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The interface between an exchange and the one who watches it.
 *
 * @module
 */
import type {
  AnswerKind,
  Content,
  End,
  Member,
  Question,
  QuestionKind,
} from "./participant.ts";

/**
 * Watches an exchange. It is shown every change of a name, and a sample of the
 * messages. None of its methods may block, throw or change anything.
 *
 * @category Watching
 */
export interface Observer {
  /**
   * How many messages there are for each one that is shown: 1 shows all. The
   * exchange reads it again after each.
   */
  readonly stride: number;
  /**
   * Is shown a request, before its responder.
   *
   * @param question The request.
   * @param kind The kind of question.
   * @param content Its content.
   * @param weight How many requests it stands for; 0 if it is shown because its
   * requester or responder is {@linkcode Member.watched}.
   * @returns What to keep with the request; `undefined` to see no more of it.
   */
  asked(
    question: Question,
    kind: QuestionKind,
    content: Content,
    weight: number,
  ): unknown;
  /**
   * Is told that the responder was sent the request.
   *
   * @param sample What `asked` returned.
   */
  passed(sample: unknown): void;
  /**
   * Is shown the answer, before the requester.
   *
   * @param sample What `asked` returned.
   * @param kind Whether the answer is a result or an error.
   * @param content The answer.
   */
  answered(sample: unknown, kind: AnswerKind, content: Content): void;
  /**
   * Is told that the request failed, or that its answer was refused after
   * `answered`.
   *
   * @param sample What `asked` returned.
   * @param text The reason.
   */
  failed(sample: unknown, text: string): void;
  /**
   * Is shown information.
   *
   * @param from The sender.
   * @param content The information.
   * @param receivers How many were sent it; those of other nodes of a cluster
   * count too if it came from here.
   * @param weight As of `asked`.
   * @param to The receiver, if there was one only.
   */
  told(
    from: Member,
    content: Content,
    receivers: number,
    weight: number,
    to: Member | undefined,
  ): void;
  /**
   * Is told what happened to a name.
   *
   * @param event What happened.
   * @param member Whose name it is.
   * @param end Why it left.
   */
  presence(
    event: "join" | "hold" | "leave",
    member: Member,
    end: End | undefined,
  ): void;
  /**
   * Is told that a participant has left, with or without a name.
   *
   * @param member The participant.
   * @param end Why.
   */
  left(member: Member, end: End): void;
}
