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
import type { Hub, PlainExchange, RequestInfo } from "@wirekit/hub/hub";
import { catalogOf } from "./_catalog.ts";
import { respond } from "./_http.ts";
import type { DoorMaker, OpenedDoor } from "./door.ts";
import { EventStreams } from "./http/_event_streams.ts";
import { openApiOf } from "./http/_openapi.ts";
import { Requests } from "./http/_requests.ts";

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
  readonly #streams: EventStreams;
  readonly #requests: Requests;

  constructor(hub: Hub, timeout: number) {
    this.#hub = hub;
    this.#streams = new EventStreams(hub);
    this.#requests = new Requests(hub, this.#streams, timeout);
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

  /** See {@linkcode OpenedDoor}. */
  plain(post: PlainExchange): ReturnType<NonNullable<OpenedDoor["plain"]>> {
    return this.#requests.plain(post);
  }

  /** Ends all streams and calls. */
  close(): Promise<void> {
    this.#streams.close();
    this.#requests.close();
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
        return respond(await this.#requests.call(visit));
      case "inform":
        return respond(await this.#requests.inform(visit));
      case "answer":
        return await this.#streams.answer(visit);
      case "events":
        return await this.#streams.open(visit);
      default:
        return Response.json(openApiOf(catalogOf(hub, pass)));
    }
  }
}
