// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The HTTP door: any program that can post JSON asks and tells the clients of a
 * hub, and one that can read server-sent events is asked and told.
 *
 * ```sh
 * curl -H 'content-type: application/json' -d '{"name":"zoë"}' http://127.0.0.1:13254/call/bot/greet
 * ```
 *
 * @module
 */
import { Call, Calls } from "@wirekit/internal/calls";
import { checkTime } from "@wirekit/internal/clock";
import {
  type End,
  type Fault,
  fault,
  type Hub,
  type Pass,
  type PlainExchange,
  type RequestInfo,
} from "@wirekit/hub/hub";
import { catalogOf, unescapeName } from "./_catalog.ts";
import type { DoorMaker, OpenedDoor } from "./door.ts";
import { EventStream, noteEnd } from "./_event_stream.ts";
import { Guest, NO_HOST, type Outcome } from "./_guest.ts";
import {
  answerOf,
  readJson,
  readPlain,
  refusal,
  type Reply,
  reply,
  respond,
} from "./_http.ts";
import { openApiOf } from "./_openapi.ts";

/**
 * Options of {@linkcode httpDoor}.
 *
 * @category Doors
 */
export interface HttpDoorOptions {
  /**
   * How long a call may take, in milliseconds, unless it says another time as
   * `?timeout=`.
   *
   * @default {60000}
   */
  timeout?: number;
}

/** The paths of the door, each with its method. */
const METHODS: Record<string, string> = {
  call: "POST",
  inform: "POST",
  answer: "POST",
  events: "GET",
  "openapi.json": "GET",
};

/** Who asks, and how. */
interface Sender {
  readonly pass: Pass;
  /** Where it comes from, as far as it is known. */
  readonly address: string;
  /** What stands in the URL. */
  readonly query: Pick<URLSearchParams, "get" | "has">;
}

/** A request that was let in. */
interface Visit extends Sender {
  readonly request: Request;
  readonly info: Partial<RequestInfo>;
  /** What stands behind the first part of the path. */
  readonly rest: readonly string[];
}

/** What a call is about, and how long it may take. */
interface Wanted {
  readonly to: string;
  readonly route: string;
  readonly timeout: number;
}

/** Does something when a sender is gone. */
type OnGone = (gone: () => void) => void;

/** A path without a sign that a URL would write in another way. */
const CALL_REGEXP =
  /^\/call\/([\w.~%!$&'()*+,;=:@-]+)\/([\w.~%!$&'()*+,;=:@/-]+)(?:\?([^#]*))?$/;

/** The query of a URL that has none. */
const NO_QUERY: Sender["query"] = { get: () => null, has: () => false };

/**
 * Makes the HTTP door.
 *
 * | request | what it does |
 * | --- | --- |
 * | `POST /call/NAME/ROUTE` | asks, with the body as data; the answer is the body of the response |
 * | `POST /inform`, `POST /inform/NAME` | tells all, or one |
 * | `GET /events?name=NAME` | takes a name; what comes for it are server-sent events |
 * | `POST /answer/ID` | answers a `request` of the events with the body; with `?error`, the body says why not |
 * | `GET /openapi.json` | all routes that are known |
 *
 * A body has the content type `application/json`. Errors are
 * `{"error": {"code", "message", "data"}}`.
 *
 * @param options Times.
 * @returns What opens the door of a hub.
 * @throws {RangeError} If a time is not valid.
 *
 * @example Ask a client of the hub
 * ```ts
 * import { Client } from "@wirekit/hub";
 * import { httpDoor } from "@wirekit/switchboard/http";
 * import { serve } from "@wirekit/switchboard/serve";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await serve({ port: 0, open: [httpDoor()] });
 * await using bot = new Client("bot", { url: server.urls[0] });
 * bot.route("greet", ({ name }: { name: string }) => `Hello ${name}`);
 * await bot.connect();
 *
 * const { port } = server.addr;
 * const response = await fetch(`http://127.0.0.1:${port}/call/bot/greet`, {
 *   method: "POST",
 *   headers: { "content-type": "application/json" },
 *   body: '{"name":"Zoë"}',
 * });
 * assertEquals(await response.json(), "Hello Zoë");
 * ```
 *
 * @category Doors
 */
export function httpDoor(options: HttpDoorOptions = {}): DoorMaker {
  const { timeout = 60_000 } = options;
  checkTime("timeout", timeout);
  return (hub) => new HttpDoor(hub, timeout);
}

/** A call whose time is limited. */
class TimedCall extends Call {
  constructor(readonly guest: Guest) {
    super();
  }
}

class HttpDoor implements OpenedDoor {
  readonly protocol = "HTTP";
  readonly #hub: Hub;
  readonly #timeout: number;
  /**
   * The calls of who comes for one only: a timer of each would cost more than all
   * the rest of it.
   */
  readonly #timed = new Calls<TimedCall>({
    late: ({ guest }) => guest.endAll(),
  });
  /** By their keys. */
  readonly #streams = new Map<string, EventStream>();
  /** By what the ids of their requests begin with. */
  readonly #answering = new Map<string, EventStream>();

  constructor(hub: Hub, timeout: number) {
    this.#hub = hub;
    this.#timeout = timeout;
  }

  fetch(
    request: Request,
    info: Partial<RequestInfo>,
  ): Promise<Response> | undefined {
    const url = new URL(request.url);
    const [, first = "", ...rest] = url.pathname.split("/");
    const method = METHODS[first];
    if (method === undefined) return undefined;
    return this.#answer(request, info, url, first, rest);
  }

  /** Ends all streams. */
  close(): Promise<void> {
    const end = { kind: "closing", reason: "the hub is closing" } as const;
    for (const stream of [...this.#streams.values()]) stream.close(end);
    this.#timed.endAll(({ guest }) => guest.endAll());
    return Promise.resolve();
  }

  async #answer(
    request: Request,
    info: Partial<RequestInfo>,
    url: URL,
    first: string,
    rest: readonly string[],
  ): Promise<Response> {
    const hub = this.#hub;
    const method = METHODS[first]!;
    const pass = await hub.admit(request, info);
    if (pass instanceof Response) return pass;
    if (request.method !== method) {
      await request.body?.cancel();
      const headers = { allow: method };
      return new Response(`Use ${method}.\n`, { status: 405, headers });
    }
    const { hostname: address = "" } = info.remoteAddr ?? {};
    const query = url.searchParams;
    const visit = { request, info, query, rest, pass, address };
    switch (first) {
      case "call":
        return respond(await this.#call(visit));
      case "inform":
        return respond(await this.#inform(visit));
      case "answer":
        return await this.#answerTo(visit);
      case "events":
        return await this.#events(visit);
      default:
        return Response.json(openApiOf(catalogOf(hub, pass)));
    }
  }

  /** See {@linkcode OpenedDoor}. */
  plain(post: PlainExchange): ReturnType<NonNullable<OpenedDoor["plain"]>> {
    const { url } = post;
    const path = url.slice(url.indexOf("/", url.indexOf("//") + 2));
    const [, name, route = "", search] = CALL_REGEXP.exec(path) ?? [];
    const size = Number(post.headers.get("content-length"));
    if (name === undefined || size > 2 * this.#hub.maxMessageBytes) {
      return undefined;
    }
    const query = search === undefined ? NO_QUERY : new URLSearchParams(search);
    const { hostname: address = "" } = post.remoteAddr;
    return async (pass) => {
      const wanted = this.#wanted(name, route, query);
      if ("status" in wanted) return answerOf(wanted);
      const data = await readPlain(post, "{}");
      if ("status" in data) return answerOf(data);
      const onGone: OnGone = (gone) => post.onGone(gone);
      const sender = { pass, address, query };
      return answerOf(await this.#ask(sender, wanted, data.text, onGone));
    };
  }

  async #call(visit: Visit): Promise<Reply> {
    const { request, info, query, rest: [name = "", ...route] } = visit;
    const wanted = this.#wanted(name, route.join("/"), query);
    if ("status" in wanted) return wanted;
    const max = 2 * this.#hub.maxMessageBytes;
    const data = await readJson(request, max, "{}");
    if ("status" in data) return data;
    const { signal } = info;
    return await this.#ask(visit, wanted, data.text, (gone) => {
      if (signal?.aborted) gone();
      signal?.addEventListener("abort", gone, { once: true });
    });
  }

  /** Reads what a call is about. */
  #wanted(name: string, rest: string, query: Sender["query"]): Wanted | Reply {
    const to = unescapeName(name);
    const route = unescapeName(rest);
    if (!to || !route) {
      const text = "The path has to be /call/NAME/ROUTE, percent-encoded.";
      return refusal(fault("InvalidMessage", text));
    }
    const given = query.get("timeout");
    const timeout = given === null ? this.#timeout : Number(given);
    if (timeout > 0) return { to, route, timeout };
    const text = "timeout has to be a number of milliseconds.";
    return refusal(fault("InvalidMessage", text));
  }

  /** Asks, until there is an outcome or the sender is gone. */
  #ask(
    sender: Sender,
    { to, route, timeout }: Wanted,
    data: string,
    onGone: OnGone,
  ): Promise<Reply> {
    return this.#as(
      sender,
      (guest, isLasting) =>
        new Promise<Reply>((resolve) => {
          const timed = isLasting ? undefined : this.#limit(guest, timeout);
          const end = (outcome: Outcome) => {
            if (timed) this.#timed.take(timed);
            resolve(
              "data" in outcome
                ? reply(outcome.data)
                : refusal(outcome.trouble),
            );
          };
          const own = timed ? Infinity : timeout;
          onGone(guest.ask(to, route, data, end, own));
        }),
    );
  }

  /** Limits the time of who comes for one call. */
  #limit(guest: Guest, timeout: number): TimedCall {
    const timed = new TimedCall(guest);
    timed.number = this.#timed.next();
    this.#timed.open(timed, timeout);
    return timed;
  }

  async #inform(visit: Visit): Promise<Reply> {
    const { request, rest } = visit;
    const name = rest.length === 0 ? undefined : unescapeName(rest.join("/"));
    if (rest.length > 0 && !name) {
      const text = "The path has to be /inform or /inform/NAME.";
      return refusal(fault("InvalidMessage", text));
    }
    const data = await readJson(request, 2 * this.#hub.maxMessageBytes);
    if ("status" in data) return data;
    return await this.#as(visit, (guest) => {
      const told = guest.inform(data.text, name ? [name] : undefined);
      return typeof told === "number"
        ? reply(`{"receivers":${told}}`)
        : refusal(told);
    });
  }

  /** Lets the sender of a request be a participant for as long as it takes. */
  async #as(
    sender: Sender,
    act: (guest: Guest, isLasting: boolean) => Reply | Promise<Reply>,
  ): Promise<Reply> {
    const hub = this.#hub;
    const { query, pass, address } = sender;
    const key = query.get("as");
    const name = query.get("name");
    if (key !== null) {
      const stream = this.#streams.get(key);
      if (stream && isOf(stream, sender)) return await act(stream.guest, true);
      const text = "There are no events with this key: as has to be the key " +
        "of the event ready.";
      return refusal(fault("NotAllowed", text));
    }
    const ended = ({ reason }: { reason: string }) =>
      noteEnd(hub, guest, { kind: "refused", reason });
    const guest: Guest = new Guest(hub, pass, { ...NO_HOST, ended }, {
      protocol: "HTTP",
      carrier: "HTTP",
      address,
      nameless: "passes",
    });
    try {
      const refused = name === null ? undefined : await joined(guest, name);
      return refused ? refusal(refused) : await act(guest, false);
    } finally {
      noteEnd(hub, guest, ANSWERED);
      guest.leave();
    }
  }

  async #events({ query, info, pass, address }: Visit): Promise<Response> {
    const hub = this.#hub;
    // Of version 4: cut short, one of version 7 would only be the time.
    const name = query.get("name") ??
      `events-${crypto.randomUUID().slice(0, 8)}`;
    // It stays, as who comes by WebSocket does.
    const place = hub.admission.enter(info);
    if (place instanceof Response) return place;
    const stream = new EventStream(hub, pass, address, () => {
      place.leave();
      this.#streams.delete(stream.key);
      this.#answering.delete(stream.answers);
    });
    const refused = await joined(stream.guest, name);
    if (refused) {
      stream.close();
      return respond(refusal(refused));
    }
    this.#streams.set(stream.key, stream);
    this.#answering.set(stream.answers, stream);
    if (info.signal?.aborted) stream.close();
    info.signal?.addEventListener("abort", () => stream.close(), {
      once: true,
    });
    return stream.open(name);
  }

  async #answerTo(visit: Visit): Promise<Response> {
    const { request, query, rest: [id = ""] } = visit;
    const max = 2 * this.#hub.maxMessageBytes;
    // No body is no result: what a function gives that returns nothing.
    const data = await readJson(request, max, "null");
    // By its content type, it was no answer at all.
    if ("status" in data && data.status === 415) return respond(data);
    const [key = "", number] = id.split(".");
    const stream = this.#answering.get(key);
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
}

const TOO_LARGE = fault(
  "AnswerTooLarge",
  "The answer is larger than the hub passes on.",
);

const UNREADABLE = fault(
  "InvalidAnswer",
  "The answer cannot be read: it is no JSON.",
);

/** Why one leaves who has asked once. */
const ANSWERED: End = { kind: "left", reason: "its request has ended" };

/** Whether a request comes with the secret by which the reader came in. */
function isOf(stream: EventStream, { pass }: Sender): boolean {
  return stream.pass.label === pass.label;
}

/** Takes a name now: over HTTP, nobody waits for it. */
function joined(guest: Guest, name: string): Promise<Fault | undefined> {
  return new Promise((resolve) => {
    const refused = guest.join(name, (held) => {
      const text = `The name ${JSON.stringify(name)} is taken.`;
      resolve(held ? fault("NameRefused", text) : undefined);
    });
    if (refused) resolve(refused);
  });
}
