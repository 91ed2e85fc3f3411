// Copyright 2026 the Wirekit authors. MIT license.

import { fault, type Hub } from "@wirekit/hub/hub";
import { readJson, refusal, respond } from "../_http.ts";
import { EventStream } from "./_event_stream.ts";
import { joined, type Sender, type Visit } from "./_visit.ts";

const TOO_LARGE = fault(
  "AnswerTooLarge",
  "The answer is larger than the hub passes on.",
);

const UNREADABLE = fault(
  "InvalidAnswer",
  "The answer cannot be read: it is no JSON that can be passed on.",
);

/** The participants that read server-sent events. */
export class EventStreams {
  readonly #hub: Hub;
  /** By their keys. */
  readonly #byKey = new Map<string, EventStream>();
  /** By what the ids of their requests begin with. */
  readonly #byAnswers = new Map<string, EventStream>();

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  /** The one with this key, if the sender has the secret by which it came in. */
  get(key: string, sender: Sender): EventStream | undefined {
    const stream = this.#byKey.get(key);
    return stream && isOf(stream, sender) ? stream : undefined;
  }

  /** Answers `GET /events`: with events, or why there are none. */
  async open({ query, info, pass, address }: Visit): Promise<Response> {
    const hub = this.#hub;
    // Of version 4: cut short, one of version 7 would only be the time.
    const name = query.get("name") ??
      `events-${crypto.randomUUID().slice(0, 8)}`;
    // It stays, as a client over WebSocket does.
    const place = hub.admission.enter(info);
    if (place instanceof Response) return place;
    const stream = new EventStream(hub, pass, address, () => {
      place.leave();
      this.#byKey.delete(stream.key);
      this.#byAnswers.delete(stream.answers);
    });
    const refused = await joined(stream.guest, name);
    if (refused) {
      stream.close();
      return respond(refusal(refused));
    }
    this.#byKey.set(stream.key, stream);
    this.#byAnswers.set(stream.answers, stream);
    if (info.signal?.aborted) stream.close();
    info.signal?.addEventListener("abort", () => stream.close(), {
      once: true,
    });
    return stream.open(name);
  }

  /** Answers `POST /answer/ID`, which answers one of their questions. */
  async answer(visit: Visit): Promise<Response> {
    const { request, query, rest: [id = ""] } = visit;
    const max = 2 * this.#hub.maxMessageBytes;
    // No body is no result: what a function gives that returns nothing.
    const data = await readJson(request, max, "null");
    // By its content type, it was no answer at all.
    if ("status" in data && data.status === 415) return respond(data);
    const [key = "", number] = id.split(".");
    const stream = this.#byAnswers.get(key);
    const question = stream && isOf(stream, visit)
      ? stream.take(Number(number))
      : undefined;
    if (!stream || !question) {
      const text = "No request waits for this answer: it was answered, " +
        "cancelled or given up, or there was none.";
      return respond(refusal(fault("NameNotFound", text)));
    }
    if ("status" in data) {
      // As at the other doors, that is the end of the question.
      const why = data.status === 413 ? TOO_LARGE : UNREADABLE;
      this.#hub.exchange.fail(question, why);
      return respond(data);
    }
    if (query.has("error")) stream.refuse(question, data);
    else stream.guest.answer(question, data.text);
    return new Response(null, { status: 204 });
  }

  /** Ends all of them. */
  close(): void {
    const end = { kind: "closing", reason: "the hub is closing" } as const;
    for (const stream of [...this.#byKey.values()]) stream.close(end);
  }
}

/** Whether a request comes with the secret by which the reader came in. */
function isOf(stream: EventStream, { pass }: Sender): boolean {
  return stream.pass.label === pass.label;
}
