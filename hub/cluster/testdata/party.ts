// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import type { Exchange } from "../../exchange/exchange.ts";
import type {
  Content,
  Member,
  Participant,
  Question,
} from "../../exchange/participant.ts";

/** What is asked and answered, but for its data. */
export const CONTENT = {
  route: '"r"',
  traceback: "null",
  pseudoObject: "null",
};

/** A participant that keeps what it is asked until it is told to answer. */
export class Party implements Participant {
  readonly member: Member;
  readonly asked: Question[] = [];

  /**
   * @param exchange Where it is.
   * @param name The JSON text of its name, which it claims.
   * @param ended How often its own questions have ended, by their uuids.
   */
  constructor(
    readonly exchange: Exchange,
    name: string,
    readonly ended: Map<string, number> = new Map(),
  ) {
    this.member = exchange.enter(this);
    assertEquals(exchange.claim(this.member, name), undefined);
  }

  /** Answers the first of some questions, or all; each with its uuid. */
  reply(most = Infinity): void {
    for (const question of this.asked.splice(0, most)) {
      this.exchange.answer(question, "response", {
        ...CONTENT,
        data: question.uuid,
      });
    }
  }

  #end({ uuid }: Question): undefined {
    this.ended.set(uuid, (this.ended.get(uuid) ?? 0) + 1);
  }

  ask(question: Question): undefined {
    this.asked.push(question);
  }

  answer(question: Question, _kind: unknown, { data }: Content): undefined {
    assertEquals(data, question.uuid, "The answer of another question");
    this.#end(question);
  }

  fail(question: Question): void {
    this.#end(question);
  }

  tell(): undefined {}
  admit(): void {}
  end(): void {}
}
