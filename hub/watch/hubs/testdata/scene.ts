// Copyright 2026 the Wirekit authors. MIT license.

import { Client } from "../../../client.ts";
import { MemoryEngine } from "../../../cluster/memory.ts";
import { type HubServer, serve } from "../../../serve.ts";

/** Three hubs that are one. */
export class Scene implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  readonly planes = ["attic", "cellar", "hall"].map((label) =>
    this.engine.node(label)
  );
  servers: HubServer[] = [];

  constructor(readonly engine = new MemoryEngine()) {}

  static async open(): Promise<Scene> {
    const scene = new Scene();
    for (const backplane of scene.planes) {
      scene.servers.push(
        scene.#stack.use(await serve({ port: 0, backplane })),
      );
    }
    return scene;
  }

  make(name: string, at: number): Client {
    const url = this.servers[at]!.urls[0];
    const client = new Client(name, { url, reconnect: false });
    client.route("echo", (data) => data);
    return this.#stack.use(client);
  }

  async client(name: string, at: number): Promise<Client> {
    const client = this.make(name, at);
    await client.connect();
    return client;
  }

  async waits(name: string, at: number): Promise<Client> {
    const client = this.make(name, at);
    const held = client.waitFor("hold");
    client.connect({ timeout: Infinity }).catch(() => {});
    await held;
    return client;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

/** Waits until something holds. */
export async function until(fits: () => boolean): Promise<void> {
  while (!fits()) await new Promise((done) => setTimeout(done, 10));
}
