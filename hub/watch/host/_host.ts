// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Late } from "../../_late.ts";
import type { Exchange } from "../../exchange/exchange.ts";
import * as Text from "../../exchange/_text.ts";
import { type Fault, fault } from "../../exchange/fault.ts";
import type {
  AnswerKind,
  Content,
  Member,
  Participant,
  Question,
  QuestionKind,
} from "../../exchange/participant.ts";
import type { Answers } from "./_answers.ts";

/**
 * The participant that is the hub itself. What it answers with is loaded with
 * the first question.
 */
export class Host implements Participant {
  /** What represents it in the exchange. */
  readonly member: Member;
  readonly #exchange: Exchange;
  readonly #answers: Late<{ readonly answers: Answers }>;

  constructor(
    exchange: Exchange,
    answers: Late<{ readonly answers: Answers }>,
  ) {
    this.#exchange = exchange;
    this.#answers = answers;
    this.member = exchange.host(this);
  }

  /** See {@linkcode Participant}. */
  ask(
    question: Question,
    kind: QuestionKind,
    { route, data }: Content,
  ): Fault | undefined {
    if (kind !== "request") return fault("RouteNotFound", Text.noRequester);
    const { now } = this.#answers;
    if (now) now.answers.ask(question, route, data);
    else void this.#askLater(question, route, data);
    return undefined;
  }

  /** Answers in the order of the questions: all wait for the same. */
  async #askLater(
    question: Question,
    route: string,
    data: string,
  ): Promise<void> {
    const loaded = await this.#answers.get().catch(() => undefined);
    if (loaded) loaded.answers.ask(question, route, data);
    else {
      const text = "The hub cannot answer now";
      this.#exchange.fail(question, fault("RouteFailed", text));
    }
  }

  /** See {@linkcode Participant}. */
  answer(question: Question, kind: AnswerKind, content: Content): undefined {
    this.#answers.now?.answers.requests.answer(question, kind, content);
  }

  /** See {@linkcode Participant}. */
  fail(question: Question, fault: Fault): void {
    this.#answers.now?.answers.requests.fail(question, fault);
  }

  /** See {@linkcode Participant}. */
  tell(): undefined {}

  /** See {@linkcode Participant}. */
  admit(): void {}

  /** See {@linkcode Participant}. */
  end(): void {}
}
