// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A hub, a client of each protocol, an assistant and a gateway, and a client or
 * a gateway whose line can break.
 */

import { assertEquals } from "@std/assert";
import { deadline } from "@std/async/deadline";
import type { HubServer } from "@wirekit/hub";
import {
  FrameScanner,
  GatewaySimulator,
  tcpGateway,
} from "@wirekit/openwebnet";
import { httpDoor, serve, wsrpcDoor } from "@wirekit/switchboard";
import { mcpDoor } from "@wirekit/switchboard/mcp";
import { gatewayDoor } from "@wirekit/switchboard/openwebnet";
import { listenTcp } from "@wirekit/transport/tcp";
import { jsonRpcEverywhere } from "./_lines.ts";
import { Assistant } from "./_assistant.ts";
import { type Fault, Line } from "./_line.ts";
import { POSTERS, type Speaker, SPEAKERS } from "./_speakers.ts";

/** What can ask and be asked. */
export const KINDS = Object.keys(SPEAKERS);

/** Says what takes for ever. */
export async function soon<T>(what: string, promise: Promise<T>): Promise<T> {
  try {
    return await deadline(promise, 30_000);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    throw new Error(`It takes for ever: ${what}`, { cause: error });
  }
}

export async function until(what: string, holds: () => boolean): Promise<void> {
  for (let n = 0; !holds(); n++) {
    if (n > 3_000) throw new Error(`Waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A hub, all that take part in it, and one whose line can break. */
export class Scene implements AsyncDisposable {
  readonly lines: Line[] = [];
  readonly #stack = new AsyncDisposableStack();

  private constructor(
    readonly server: HubServer,
    /** Who asks and is asked. */
    readonly others: readonly Speaker[],
    /** An assistant, which only asks. */
    readonly assistant: Assistant,
    /** Others who only ask. */
    readonly posters: readonly Speaker[],
    readonly simulator: GatewaySimulator,
  ) {}

  /**
   * Opens it: its gateways are "home", and "flat" behind a line.
   *
   * @param requestTimeout How long a hub lets a question wait, in milliseconds.
   */
  static async open(requestTimeout = 1_500): Promise<Scene> {
    const simulator = new GatewaySimulator();
    const listener = await listenTcp(
      { hostname: "127.0.0.1", port: 0 },
      () => new FrameScanner(),
    );
    const serving = simulator.acceptAll(listener);
    const line = new Line(listener.addr.port);
    const server = await serve({
      port: 0,
      requestTimeout,
      open: [
        httpDoor(),
        jsonRpcEverywhere(),
        wsrpcDoor(),
        mcpDoor({ allow: ["*/*"] }),
        gatewayDoor({
          home: tcpGateway("127.0.0.1", { port: listener.addr.port }),
          flat: tcpGateway("127.0.0.1", { port: line.port }),
        }),
      ],
    });
    const others = await Promise.all(
      KINDS.map((kind) => SPEAKERS[kind]!(server.urls, `good ${kind}`)),
    );
    await soon("all are ready", Promise.all(others.map(({ ready }) => ready)));
    const assistant = await Assistant.connect(server.urls[0], "good assistant");
    const posters = Object.entries(POSTERS).map(([kind, make]) =>
      make(server.urls[0], `good ${kind}`)
    );
    const scene = new Scene(server, others, assistant, posters, simulator);
    scene.flat = line;
    scene.#stack.use(line);
    scene.#stack.defer(async () => {
      await simulator.close();
      await listener.close();
      await serving;
    });
    return scene;
  }

  /** What the gateway "flat" is behind. */
  flat!: Line;

  /** All who ask. */
  get askers(): readonly Speaker[] {
    return [...this.others, this.assistant, ...this.posters];
  }

  /** Connects an assistant, or who posts, that breaks. */
  async nameless(kind: string): Promise<Speaker> {
    const line = this.#stack.use(new Line(this.server.addr.port));
    this.lines.push(line);
    const url = `ws://127.0.0.1:${line.port}`;
    return await POSTERS[kind]?.(url, "victim") ??
      await Assistant.connect(url, "victim");
  }

  /** Connects the one that breaks. */
  async victim(kind: string): Promise<Speaker> {
    const urls = this.server.urls.map((text) => {
      if (text.startsWith("unix:")) {
        const line = this.#stack.use(new Line(text.slice("unix:".length)));
        this.lines.push(line);
        return `unix:${line.path}`;
      }
      const url = new URL(text);
      const line = this.#stack.use(new Line(Number(url.port)));
      this.lines.push(line);
      return `${url.protocol}//127.0.0.1:${line.port}`;
    });
    const victim = await SPEAKERS[kind]!(urls, "victim");
    await soon("the victim is ready", victim.ready);
    return victim;
  }

  break(fault: Fault): void {
    for (const line of this.lines) line.break(fault);
  }

  breakAfter(bytes: number, way: "up" | "down", fault: Fault): void {
    for (const line of this.lines) line.breakAfter(bytes, way, fault);
  }

  get isBroken(): boolean {
    return this.lines.some((line) => line.isBroken);
  }

  /** Nothing is left open, nobody got an answer twice, and all go on. */
  async check(): Promise<void> {
    const { exchange } = this.server.hub;
    await until("open questions", () => exchange.openQuestions === 0);
    for (const one of this.askers) {
      for (const other of this.others) {
        if (one === other) continue;
        const data = '{"n":1}';
        const call = `${one.name} asks ${other.name} again`;
        const ended = await soon(call, one.ask(other.name, "echo", data));
        assertEquals(ended, { data });
      }
      const call = `${one.name} asks the gateway again`;
      const light = one.ask("home", "light.on", '{"where":"12"}');
      assertEquals(await soon(call, light), { data: "null" });
      assertEquals(one.strays, 0, one.name);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await soon(
      "all leave",
      Promise.all(this.askers.map((each) => each.leave())),
    );
    await soon("the hub closes", this.server.close());
    await soon("lines end", this.#stack.disposeAsync());
  }
}
