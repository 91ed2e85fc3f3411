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
import { checkTime } from "@wirekit/internal/clock";
import {
  type End,
  type Fault,
  fault,
  type Hub,
  type Pass,
  type RequestInfo,
} from "@wirekit/hub/hub";
import { catalogOf, unescapeName } from "./_catalog.ts";
import type { DoorMaker, OpenedDoor } from "./door.ts";
import { EventStream, noteEnd } from "./_event_stream.ts";
import { Guest, NO_HOST, type Outcome } from "./_guest.ts";
import { json, readJson, refusal } from "./_http.ts";
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

/** A request that was let in. */
interface Visit {
  readonly hub: Hub;
  readonly request: Request;
  readonly info: Partial<RequestInfo>;
  readonly url: URL;
  /** What stands behind the first part of the path. */
  readonly rest: readonly string[];
  readonly pass: Pass;
  /** Where it comes from, as far as it is known. */
  readonly address: string;
}

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

class HttpDoor implements OpenedDoor {
  readonly protocol = "HTTP";
  readonly #hub: Hub;
  readonly #timeout: number;
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
    const visit = { hub, request, info, url, rest, pass, address };
    const handlers: Record<
      string,
      (visit: Visit) => Response | Promise<Response>
    > = {
      call: (visit) => this.#call(visit),
      inform: (visit) => this.#inform(visit),
      answer: (visit) => this.#answerTo(visit),
      events: (visit) => this.#events(visit),
      "openapi.json": () => Response.json(openApiOf(catalogOf(hub, pass))),
    };
    return await handlers[first]!(visit);
  }

  async #call(visit: Visit): Promise<Response> {
    const { hub, request, info, url, rest: [name, ...route] } = visit;
    const to = unescapeName(name ?? "");
    const what = unescapeName(route.join("/"));
    if (!to || !what) {
      const text = "The path has to be /call/NAME/ROUTE, percent-encoded.";
      return refusal(fault("InvalidMessage", text));
    }
    const wanted = url.searchParams.get("timeout");
    const timeout = wanted === null ? this.#timeout : Number(wanted);
    if (!(timeout > 0)) {
      const text = "timeout has to be a number of milliseconds.";
      return refusal(fault("InvalidMessage", text));
    }
    const data = await readJson(request, 2 * hub.maxMessageBytes, "{}");
    if (data instanceof Response) return data;
    return await this.#as(visit, async (guest) => {
      const { signal } = info;
      const outcome = await new Promise<Outcome>((resolve) => {
        const cancel = guest.ask(to, what, data.text, resolve, timeout);
        if (signal?.aborted) cancel();
        signal?.addEventListener("abort", cancel, { once: true });
      });
      return "data" in outcome ? json(outcome.data) : refusal(outcome.trouble);
    });
  }

  async #inform(visit: Visit): Promise<Response> {
    const { hub, request, rest } = visit;
    const name = rest.length === 0 ? undefined : unescapeName(rest.join("/"));
    if (rest.length > 0 && !name) {
      const text = "The path has to be /inform or /inform/NAME.";
      return refusal(fault("InvalidMessage", text));
    }
    const data = await readJson(request, 2 * hub.maxMessageBytes);
    if (data instanceof Response) return data;
    return await this.#as(visit, (guest) => {
      const told = guest.inform(data.text, name ? [name] : undefined);
      return typeof told === "number"
        ? json(`{"receivers":${told}}`)
        : refusal(told);
    });
  }

  /** Lets the sender of a request be a participant for as long as it takes. */
  async #as(
    visit: Visit,
    act: (guest: Guest) => Response | Promise<Response>,
  ): Promise<Response> {
    const { hub, url, pass, address } = visit;
    const key = url.searchParams.get("as");
    const name = url.searchParams.get("name");
    if (key !== null) {
      const stream = this.#streams.get(key);
      if (stream && isOf(stream, visit)) return await act(stream.guest);
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
      return refused ? refusal(refused) : await act(guest);
    } finally {
      noteEnd(hub, guest, ANSWERED);
      guest.leave();
    }
  }

  async #events({ hub, url, info, pass, address }: Visit): Promise<Response> {
    const name = url.searchParams.get("name") ??
      `events-${crypto.randomUUID().slice(0, 8)}`;
    const stream = new EventStream(hub, pass, address, () => {
      this.#streams.delete(stream.key);
      this.#answering.delete(stream.answers);
    });
    const refused = await joined(stream.guest, name);
    if (refused) {
      stream.close();
      return refusal(refused);
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
    const { hub, request, url, rest: [id = ""] } = visit;
    // No body is no result: what a function gives that returns nothing.
    const data = await readJson(request, 2 * hub.maxMessageBytes, "null");
    if (data instanceof Response) return data;
    const [key = "", number] = id.split(".");
    const stream = this.#answering.get(key);
    const question = stream && isOf(stream, visit)
      ? stream.take(Number(number))
      : undefined;
    if (!stream || !question) {
      const text = "No request waits for this answer: it was answered, " +
        "cancelled or given up, or there was none.";
      return refusal({ ...fault("NameNotFound", text) });
    }
    if (url.searchParams.has("error")) stream.refuse(question, data);
    else stream.guest.answer(question, data.text);
    return new Response(null, { status: 204 });
  }
}

/** Why one leaves who has asked once. */
const ANSWERED: End = { kind: "left", reason: "its request has ended" };

/** Whether a request comes with the secret by which the reader came in. */
function isOf(stream: EventStream, { pass }: Visit): boolean {
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
