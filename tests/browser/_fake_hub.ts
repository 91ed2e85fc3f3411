// Copyright 2026 the Wirekit authors. MIT license.

/** A hub that is none: it tells the page of a made-up world. */

import { page } from "../../hub/page.ts";
import type { WatchEvents } from "../../hub/watch/reports/events.ts";
import { type FakeOptions, FakeWorld } from "./_fake_world.ts";

/** The hub. */
export class FakeHub implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #options: FakeOptions;
  readonly #door = page();
  readonly #world: FakeWorld;
  readonly #streams = new Set<() => void>();

  /** Starts it. */
  constructor(options: FakeOptions) {
    this.#options = options;
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => this.#answer(request),
    );
    this.#world = new FakeWorld(options, this.#server.addr.port);
  }

  /** Cookies do not know of ports. */
  get #cookie(): string {
    return `fake-${this.#server.addr.port}=1`;
  }

  /** Where its page is. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/`;
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const { token } = this.#options;
    const signedIn = token === undefined ||
      request.headers.get("cookie")?.includes(this.#cookie);
    if (pathname === "/session") return await this.#session(request);
    const answer = await this.#door.fetch?.(request, {});
    if (answer) return answer;
    if (!signedIn) return failure(401, "The token is missing or wrong.");
    switch (pathname) {
      case "/api/session":
        return Response.json({
          label: token === undefined ? "open" : "admin",
          mayWatch: true,
          mayOperate: true,
          proof: "proof",
        });
      case "/api/events":
        return this.#events(searchParams.get("payload") === "1");
      case "/api/routes":
        return Response.json(
          this.#world.routes(searchParams.get("name") ?? ""),
        );
      case "/api/clients":
        return Response.json(this.#world.clients);
      case "/api/edges":
        return Response.json(this.#world.edges);
      case "/api/open":
        return Response.json(this.#world.open());
      case "/api/history":
        return Response.json(this.#world.history());
      case "/api/recording":
        return new Response("");
      case "/api/request":
        return Response.json({
          answer:
            '{"greeting":"hello zoë","id":123456789012345678,"price":1.0}',
          took: 2.4,
        });
      case "/api/inform":
        return Response.json({ receivers: this.#world.clients.length });
      default:
        return failure(404, "There is nothing here.");
    }
  }

  async #session(request: Request): Promise<Response> {
    const { token } = await request.json();
    if (token !== this.#options.token) {
      return failure(401, "The token is wrong.");
    }
    return Response.json({}, {
      headers: {
        "set-cookie": `${this.#cookie}; HttpOnly; SameSite=Strict; Path=/`,
      },
    });
  }

  #events(payload: boolean): Response {
    let end = () => {};
    let close = () => {};
    let sent = 0;
    const encoder = new TextEncoder();
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => {
        const send = <K extends keyof WatchEvents>(
          event: K,
          data: WatchEvents[K],
        ) =>
          controller.enqueue(encoder.encode(
            `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`,
          ));
        const tell = () => {
          if (sent++ > 0) this.#world.tick();
          const clients = this.#world.clients;
          const edges = this.#world.edges;
          const open = this.#world.open();
          send("report", this.#world.report());
          send("clients", {
            full: true,
            total: clients.length,
            clients,
            gone: [],
          });
          send("edges", { full: true, total: edges.length, edges });
          send("open", { total: open.length, open });
          if (this.#options.cluster) send("elsewhere", this.#world.elsewhere());
          if (sent === 1) {
            send("presence", { events: this.#world.presence(), left: 0 });
          }
          if (sent > 1) {
            send("tail", { rows: this.#world.rows(payload), left: 212 });
          }
        };
        tell();
        const timer = setInterval(tell, 1000);
        end = () => clearInterval(timer);
        close = () => {
          end();
          controller.close();
        };
        this.#streams.add(close);
      },
      cancel: () => {
        end();
        this.#streams.delete(close);
      },
    });
    return new Response(body, {
      headers: { "content-type": "text/event-stream" },
    });
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const close of this.#streams) close();
    await this.#server.shutdown();
  }
}

function failure(status: number, message: string): Response {
  return Response.json({ error: { message } }, { status });
}
