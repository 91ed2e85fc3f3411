// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { TimeoutError } from "@wirekit/internal/errors";
import type { RequestInfo } from "@wirekit/transport/admission";
import type { Pass } from "../access/pass.ts";
import type { Door } from "../door.ts";
import { ActionError, type Actions, type Order } from "./host/_actions.ts";
import { BodyError, readOrder, textOfJson } from "./_body.ts";
import type { Everywhere } from "./hubs/_everywhere.ts";
import { whyApart } from "./hubs/_cluster.ts";
import type { Host } from "./host/_host.ts";
import { checkOrder } from "./host/_hub_routes.ts";
import { METRICS_TYPE, writeMetrics } from "./_metrics.ts";
import { clientsOf, informOf, routesOf } from "./_queries.ts";
import type { Parts, Reports } from "./_reports.ts";
import type { Streams } from "./_streams.ts";

/** How long a client may take to answer a request of the page. */
const TIMEOUT = 60_000;

/** What operators may do: the rest is for all who may watch. */
const OPERATIONS = new Set(["disconnect", "free", "block", "drain", "record"]);

/** One request to the door that was let in. */
interface Call {
  readonly request: Request;
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal;
  readonly query: URLSearchParams;
  readonly pass: Pass;
  /** Who it is, for the log. */
  readonly by: string;
}

/**
 * Serves health, metrics, and the data of the page. See `WatchEvents` for what
 * `GET /api/events` sends.
 */
export class WatchDoor implements Door {
  readonly #parts: Parts;
  readonly #reports: Reports;
  readonly #streams: Streams;
  readonly #actions: Actions;
  readonly #host: Host;
  readonly #everywhere: Everywhere;
  #cached: { at: number; text: string } | undefined;

  constructor(
    parts: Parts,
    { reports, streams, actions, host, everywhere }: {
      reports: Reports;
      streams: Streams;
      actions: Actions;
      host: Host;
      everywhere: Everywhere;
    },
  ) {
    this.#everywhere = everywhere;
    this.#parts = parts;
    this.#reports = reports;
    this.#streams = streams;
    this.#actions = actions;
    this.#host = host;
  }

  /** See {@linkcode Door}. */
  fetch(
    request: Request,
    info: Partial<RequestInfo>,
  ): Response | Promise<Response> | undefined {
    const { pathname } = new URL(request.url);
    if (pathname === "/healthz") return plain(200, "ok");
    if (pathname === "/readyz") return this.#ready();
    if (pathname === "/metrics") return this.#metrics(request, info);
    const [, name = ""] = /^\/api\/([a-z]+)$/.exec(pathname) ?? [];
    return GETS.includes(name) || POSTS.includes(name)
      ? this.#api(request, info, name)
      : undefined;
  }

  /** See {@linkcode Door}: none of it is for programs in a hurry. */
  plain(): undefined {}

  #ready(): Response {
    const { hub } = this.#parts;
    const unready = hub.unready ?? whyApart(hub.exchange);
    return plain(unready === undefined ? 200 : 503, unready ?? "ready");
  }

  /** Numbers of the whole hub are for all who reach it, names are not. */
  async #metrics(
    request: Request,
    info: Partial<RequestInfo>,
  ): Promise<Response> {
    const { hub } = this.#parts;
    // A request without a token is not refused: the log would fill with
    // scrapes.
    const { headers } = request;
    const hasToken = headers.has("authorization") ||
      new URL(request.url).searchParams.has("token");
    const shows = hub.lock === "open" || hasToken || headers.has("cookie");
    const pass = shows ? await hub.admit(request, info) : undefined;
    // Else the figures of the clients would be gone, and nobody would know why.
    if (hasToken && pass instanceof Response) return pass;
    const withNames = pass !== undefined && !(pass instanceof Response) &&
      pass.mayWatch;
    const text = withNames
      ? writeMetrics(this.#parts, this.#reports, true)
      : this.#openMetrics();
    return new Response(text, {
      headers: { "content-type": METRICS_TYPE, "cache-control": "no-store" },
    });
  }

  /** Made once a second at most: a stranger may ask for it without end. */
  #openMetrics(): string {
    const now = performance.now();
    if (!this.#cached || now - this.#cached.at > 1_000) {
      const text = writeMetrics(this.#parts, this.#reports, false);
      this.#cached = { at: now, text };
    }
    return this.#cached.text;
  }

  async #api(
    request: Request,
    info: Partial<RequestInfo>,
    name: string,
  ): Promise<Response> {
    const pass = await this.#parts.hub.admit(request, info);
    if (pass instanceof Response) {
      const type = pass.headers.get("content-type");
      if (type?.startsWith("application/json")) return pass;
      // Without the header that makes a browser ask for a password.
      return failure(pass.status, (await pass.text()).trim());
    }
    if (!pass.mayWatch) return failure(403, "You may not watch the hub.");
    const isPost = POSTS.includes(name);
    if (request.method !== (isPost ? "POST" : "GET")) {
      return failure(405, `Use ${isPost ? "POST" : "GET"}.`);
    }
    const address = info.remoteAddr?.hostname ?? "";
    const by = `${pass.label}${address && ` (${address})`}`;
    const query = new URL(request.url).searchParams;
    // Of Deno.serve, the signal of a request says nothing of its client: there
    // only the end of the stream does.
    const { signal = new AbortController().signal } = info;
    const call: Call = { request, signal, query, pass, by };
    try {
      return isPost
        ? await this.#post(name, call)
        : await this.#get(name, call);
    } catch (error) {
      if (error instanceof BodyError) {
        return failure(error.status, error.message);
      }
      if (error instanceof ActionError) {
        return failure(error.status, error.message);
      }
      if (error instanceof TimeoutError) return failure(504, error.message);
      throw error;
    }
  }

  async #get(
    name: string,
    { signal, query, pass, by }: Call,
  ): Promise<Response> {
    const reports = this.#reports;
    switch (name) {
      case "report":
        return json(reports.hub());
      case "clients": {
        const order = clientsOf(query);
        if (Object.keys(order).length === 0) return json(reports.clients());
        return json(await this.#everywhere.answer(name, order, by));
      }
      case "edges":
        return json(reports.edges());
      case "routes":
        return json(await this.#everywhere.answer(name, routesOf(query), by));
      case "open":
        return json(reports.open());
      case "limits":
        return json(reports.limits());
      case "history":
        return json(this.#parts.history.report());
      case "recording":
        return this.#recording(pass);
      default:
        return this.#events(query, pass, signal);
    }
  }

  #events(
    query: URLSearchParams,
    pass: Pass,
    gone: AbortSignal,
  ): Response {
    const is = (key: string) => query.get(key) === "1";
    if (is("payload") && !pass.mayOperate) {
      return failure(403, "You may not see what others say.");
    }
    const name = query.get("name") ?? undefined;
    const tail = is("tail") || name !== undefined;
    const signal = this.#parts.hub.whileValid(pass, gone);
    return this.#streams.open({ tail, payload: is("payload"), name }, signal) ??
      failure(503, "Too many pages of this hub are open: close one of them.");
  }

  /** The last five minutes, as `hub replay` reads them. */
  #recording(pass: Pass): Response {
    const lines = this.#parts.recording.lines(pass.mayOperate);
    const encoder = new TextEncoder();
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        const { value, done } = lines.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
    });
    return new Response(body, {
      headers: {
        "content-type": "application/jsonl; charset=utf-8",
        "content-disposition": 'attachment; filename="recording.jsonl"',
        "cache-control": "no-store",
      },
    });
  }

  async #post(
    name: string,
    { request, signal, pass, by }: Call,
  ): Promise<Response> {
    if (!pass.mayOperate) return failure(403, "You may not operate the hub.");
    const order = await readOrder(request);
    if (OPERATIONS.has(name)) {
      checkOrder(name, order);
      return json(await this.#everywhere.answer(name, order, by));
    }
    if (name === "request") {
      return await this.#request(order, { pass, signal, by });
    }
    const information = informOf(order);
    const receivers = this.#host.requests.inform(pass, information);
    this.#actions.note(by, `informed ${receivers} clients`);
    return json({ receivers });
  }

  async #request(
    order: Order,
    { pass, signal, by }: Pick<Call, "pass" | "signal" | "by">,
  ): Promise<Response> {
    const { to, route, timeout = TIMEOUT } = order;
    if (typeof to !== "string" || typeof route !== "string") {
      throw new BodyError(400, "to and route have to be texts.");
    }
    if (typeof timeout !== "number" || !(timeout > 0)) {
      throw new BodyError(400, "timeout has to be milliseconds.");
    }
    const data = textOfJson(order["data"] ?? "{}");
    this.#actions.note(by, `asked ${short(to)} for ${short(route)}`);
    const start = performance.now();
    const answer = await this.#host.requests.request(pass, {
      to,
      route,
      data,
      timeout,
      signal,
    });
    const took = Math.round(1000 * (performance.now() - start)) / 1000;
    return answer.kind === "response"
      ? json({ answer: answer.data, took })
      : json({ error: { message: messageOf(answer.data) }, took });
  }
}

/** What is answered below `/api/`. */
const GETS = [
  "report",
  "clients",
  "edges",
  "routes",
  "open",
  "limits",
  "history",
  "recording",
  "events",
];
const POSTS = [
  "disconnect",
  "free",
  "block",
  "drain",
  "record",
  "request",
  "inform",
];

/** Writes what was sent, for the log. */
function short(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}

/** Returns the text of an error, as people read it. */
function messageOf(data: string): string {
  const value: unknown = JSON.parse(data);
  return typeof value === "string" ? value : data;
}

function json(value: unknown): Response {
  return Response.json(value, { headers: { "cache-control": "no-store" } });
}

function failure(status: number, message: string): Response {
  return Response.json({ error: { message } }, {
    status,
    headers: { "cache-control": "no-store" },
  });
}

function plain(status: number, text: string): Response {
  return new Response(`${text}\n`, {
    status,
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "no-store",
    },
  });
}
