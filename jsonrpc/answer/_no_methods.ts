// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Wire } from "../wire/codec.ts";
import { MethodNotFoundError } from "../wire/error.ts";
import type { Decoded } from "../wire/_link.ts";
import { idOf, type Kind } from "../wire/message.ts";
import type { Answerer, AnswererParts, Reply } from "./_answerer.ts";

type Parts = Omit<AnswererParts<unknown>, "options" | "context">;

/** Answers the calls of a connection whose end here has no methods. */
export class NoMethods implements Answerer<Wire> {
  readonly idle = true;
  readonly busy = false;
  readonly #parts: Parts;

  /** Makes what answers a connection. */
  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** See {@linkcode Answerer}. */
  answer(message: Decoded, kind: Kind, reply: Reply<Wire>): void {
    const { codec, convention: { cancel, ping }, link, stray } = this.#parts;
    const method = message.method as string;
    const id = idOf(message);
    const unknown = new MethodNotFoundError();
    if (kind === "request") {
      const isPing = method === "ping" && method === ping;
      const error = { id, error: unknown };
      return reply(codec.encode(isPing ? { id, result: {} } : error));
    }
    const wrong = stray(method);
    if (wrong) link.report(new Error(wrong), { method, message });
    else if (method !== cancel && !method.startsWith("$/")) {
      link.report(unknown, { method });
    }
    reply(undefined);
  }

  /** See {@linkcode Answerer}. */
  collect(count: number, reply: Reply<Wire>): (index: number) => Reply<Wire> {
    const answers: Wire[] = [];
    return () => (wire) => {
      if (wire !== undefined) answers.push(wire);
      if (--count > 0) return;
      reply(answers.length > 0 ? this.#parts.codec.join(answers) : undefined);
    };
  }

  /** See {@linkcode Answerer}. */
  close(): void {}
}
