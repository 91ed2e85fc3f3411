// Copyright 2026 the Wirekit authors. MIT license.

/** A participant that reads server-sent events, and answers by POST. */

import { every, type Timer } from "@wirekit/internal/clock";
import type { CloseError } from "@wirekit/transport/transport";
import {
  type End,
  type Fault,
  fault,
  type Hub,
  type JsonSlice,
  type Pass,
  type Question,
} from "@wirekit/hub/hub";
import { Guest } from "../guest/_guest.ts";
import type { Asked, Host } from "../guest/_host.ts";
import { troubleOf } from "../_trouble.ts";

/** How often to send a comment, so that nobody takes the stream for dead. */
const COMMENT_INTERVAL = 15_000;

/** The most bytes that may wait for the reader. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

const encoder = new TextEncoder();

const LEFT: End = { kind: "left", reason: "it closed the connection" };

/** Writes to the log that a participant that came by HTTP has gone, and why. */
export function noteEnd(hub: Hub, { member }: Guest, end: End): void {
  const { name, active } = member;
  if (name === undefined || !active) return;
  const { kind, reason } = end;
  const why = `${reason[0]!.toLowerCase()}${reason.slice(1)}`;
  const isBad = kind === "slow" || kind === "refused";
  const line = isBad
    ? `Dropped ${name} (HTTP): ${why}`
    : `${name} (HTTP) left: ${why}`;
  hub.note(line, isBad ? "dropped" : "left", isBad ? "warn" : "info");
}

export class EventStream implements Host {
  /**
   * Nobody can guess it: whoever has it, and the same secret, may act for this
   * participant.
   */
  readonly key: string = crypto.randomUUID();
  /** Begins the ids of its requests, which are of use for their answers only. */
  readonly answers: string = crypto.randomUUID();
  /** The secret by which it came in. */
  readonly pass: Pass;
  readonly guest: Guest;
  readonly #hub: Hub;
  readonly #onEnd: () => void;
  readonly #questions = new Map<number, Question>();
  #asked = 0;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #comments: Timer | undefined;
  #ended = false;

  constructor(hub: Hub, pass: Pass, address: string, onEnd: () => void) {
    this.#hub = hub;
    this.pass = pass;
    this.#onEnd = onEnd;
    const about = { protocol: "HTTP", carrier: "HTTP", address };
    this.guest = new Guest(hub, pass, this, about);
  }

  /** Begins: the response with the events. */
  open(name: string): Response {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
        const ready = JSON.stringify({ name, key: this.key });
        this.#send("ready", ready);
      },
      cancel: () => this.close(),
    }, new ByteLengthQueuingStrategy({ highWaterMark: MAX_WAITING_BYTES }));
    if (this.#ended) this.#controller?.close();
    else {
      this.#comments = every(COMMENT_INTERVAL, () => this.#write(":\n\n"));
    }
    return new Response(body, {
      headers: {
        "content-type": "text/event-stream",
        "cache-control": "no-store",
      },
    });
  }

  /** Takes the question with this number, if it is still open. */
  take(number: number): Question | undefined {
    const question = this.#questions.get(number);
    this.#questions.delete(number);
    return question;
  }

  /** Answers a question with an error: a text, or as JSON-RPC writes it. */
  refuse(question: Question, error: JsonSlice): void {
    this.guest.refuse(question, troubleOf(error));
  }

  /** Ends it. */
  close(end: End = LEFT): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#comments?.stop();
    noteEnd(this.#hub, this.guest, end);
    this.guest.leave(end);
    try {
      this.#controller?.close();
    } catch {
      // Its reader has cancelled it.
    }
    this.#onEnd();
  }

  /** See {@linkcode Host}. */
  asked({ question, route, data, source }: Asked): Fault | undefined {
    const number = ++this.#asked;
    question.mark = number;
    this.#questions.set(number, question);
    const id = JSON.stringify(`${this.answers}.${number}`);
    this.#send(
      "request",
      `{"id":${id},"source":${source},"route":${route},"data":${data}}`,
    );
    return this.#ended
      ? fault("ResponderLeft", "It reads too slowly, and was disconnected.")
      : undefined;
  }

  /** See {@linkcode Host}. */
  cancelled({ mark }: Question): void {
    if (!this.#questions.delete(mark)) return;
    const id = JSON.stringify(`${this.answers}.${mark}`);
    this.#send("cancel", `{"id":${id}}`);
  }

  /** See {@linkcode Host}. */
  told(source: string, data: string): undefined {
    this.#send("information", `{"source":${source},"data":${data}}`);
  }

  /** See {@linkcode Host}. */
  admitted(): void {}

  /** Its name has gone to another node: events for it come no more. */
  held(): void {
    this.close({ kind: "closing", reason: "another hub has its name" });
  }

  /** See {@linkcode Host}. */
  ended({ reason }: CloseError): void {
    this.close({ kind: "refused", reason });
  }

  #send(event: string, data: string): void {
    // In JSON, a line break is white space.
    this.#write(`event: ${event}\ndata: ${data.replace(/[\r\n]/g, " ")}\n\n`);
  }

  #write(text: string): void {
    const controller = this.#controller;
    if (this.#ended || !controller) return;
    controller.enqueue(encoder.encode(text));
    if ((controller.desiredSize ?? 0) >= 0) return;
    const reason = `it has not read ${MAX_WAITING_BYTES} bytes`;
    this.close({ kind: "slow", reason });
  }
}
