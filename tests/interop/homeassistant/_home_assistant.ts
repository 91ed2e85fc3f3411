// Copyright 2026 the Wirekit authors. MIT license.

/** A real Home Assistant, from its first start on. */

import { Program } from "../../_program.ts";
import { pythonOf } from "../../_python.ts";
import { freePort } from "../../_port.ts";

/** How long it may take to start, or to show something, in milliseconds. */
const PATIENCE = 120_000;

/** An entity as Home Assistant shows it. */
export interface Entity {
  /** Its id, such as `light.home_kitchen`. */
  entity_id: string;
  /** Its state. */
  state: string;
  /** What else it shows. */
  attributes: Record<string, unknown>;
}

/** A Home Assistant with a user, in a folder of its own. */
export class HomeAssistant implements AsyncDisposable {
  readonly #folder = Deno.makeTempDirSync();
  readonly #port = freePort();
  #program: Program | undefined;
  #token = "";
  #lastId = 0;

  /** Its address. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Whom to believe, for a page. */
  get token(): string {
    return this.#token;
  }

  /** What it has said. */
  get text(): string {
    return this.#program?.text ?? "";
  }

  /** Starts it; the first time a user is made. */
  async start(): Promise<void> {
    const isNew = this.#token === "";
    if (isNew) {
      const lines = [
        "http:",
        "  server_host: 127.0.0.1",
        `  server_port: ${this.#port}`,
        "logger:",
        "  default: warning",
      ];
      const file = `${this.#folder}/configuration.yaml`;
      await Deno.writeTextFile(file, `${lines.join("\n")}\n`);
    }
    const bin = pythonOf("homeassistant").replace(/[^/]*$/, "");
    this.#program = new Program(`${bin}python`, {
      // It brings nothing from elsewhere while the tests run.
      args: [`${bin}hass`, "-c", this.#folder, "--skip-pip"],
      env: { PATH: `${bin}:${Deno.env.get("PATH")}` },
    });
    await this.#until(
      "answers",
      async () => await this.#json("/manifest.json") !== undefined,
    );
    if (isNew) this.#token = await this.#onboard();
    await this.#until("runs", async () => {
      const config = await this.#json<{ state: string }>("/api/config");
      return config?.state === "RUNNING";
    });
  }

  /** Stops it, as `systemctl stop` does. */
  async stop(): Promise<void> {
    await this.#program?.stop("SIGTERM");
    this.#program = undefined;
  }

  /** Adds the broker, as a person does in the settings. */
  async addBroker(port: number): Promise<void> {
    const flows = "/api/config/config_entries/flow";
    const flow = await this.post(flows, { handler: "mqtt" });
    const done = await this.post(`${flows}/${flow.flow_id}`, {
      broker: "127.0.0.1",
      port,
    });
    if (done.type !== "create_entry") throw new Error(JSON.stringify(done));
  }

  /** Calls a service, such as `light.turn_on`. */
  async call(service: string, data: object): Promise<void> {
    await this.post(`/api/services/${service.replace(".", "/")}`, data);
  }

  /** An entity; `undefined` if there is none. */
  async entity(id: string): Promise<Entity | undefined> {
    return await this.#json(`/api/states/${id}`);
  }

  /** All entities. */
  async entities(): Promise<Entity[]> {
    return await this.#json("/api/states") ?? [];
  }

  /** Waits until an entity is as it should be. */
  async shows(
    id: string,
    wanted: (entity: Entity) => boolean,
  ): Promise<Entity> {
    let last: Entity | undefined;
    await this.#until(id, async () => {
      last = await this.entity(id);
      return last !== undefined && wanted(last);
    }).catch((error) => {
      throw new Error(`${error.message}: it shows ${JSON.stringify(last)}`);
    });
    return last!;
  }

  /** Asks over the WebSocket. */
  async ask(type: string, data: object = {}): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    using asked = await this.follow({ type, ...data }, {
      result: resolve,
      failed: reject,
    });
    void asked;
    return await promise;
  }

  /** Begins something over the WebSocket, and hears of it. */
  async follow(
    message: object,
    heard: {
      result?: (result: unknown) => void;
      failed?: (error: Error) => void;
      event?: (event: unknown) => void;
    },
  ): Promise<Disposable> {
    const socket = new WebSocket(
      `${this.url.replace("http", "ws")}/api/websocket`,
    );
    const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
    const id = ++this.#lastId;
    socket.onerror = () => reject(new Error("The WebSocket has failed"));
    socket.onmessage = ({ data }) => {
      const told = JSON.parse(data);
      if (told.type === "auth_required") {
        socket.send(JSON.stringify({
          type: "auth",
          access_token: this.#token,
        }));
      } else if (told.type === "auth_ok") {
        socket.send(JSON.stringify({ id, ...message }));
      } else if (told.type === "result") {
        resolve();
        if (told.success) heard.result?.(told.result);
        else heard.failed?.(new Error(JSON.stringify(told.error)));
      } else if (told.type === "event") heard.event?.(told.event);
    };
    await ready;
    return { [Symbol.dispose]: () => socket.close() };
  }

  /** Posts JSON. */
  async post(
    path: string,
    data: object,
  ): Promise<Record<string, unknown>> {
    const response = await fetch(this.url + path, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${this.#token}`,
      },
      body: JSON.stringify(data),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  }

  /** Stops it, and forgets it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program?.stop("SIGKILL");
    await Deno.remove(this.#folder, { recursive: true });
  }

  /** Makes the first user, as its first page does. */
  async #onboard(): Promise<string> {
    const client = `${this.url}/`;
    const { auth_code } = await this.post("/api/onboarding/users", {
      client_id: client,
      name: "Test",
      username: "test",
      password: "test",
      language: "en",
    });
    const response = await fetch(`${this.url}/auth/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "authorization_code",
        code: `${auth_code}`,
        client_id: client,
      }),
    });
    return (await response.json()).access_token;
  }

  async #json<T>(path: string): Promise<T | undefined> {
    const headers = { authorization: `Bearer ${this.#token}` };
    const response = await fetch(this.url + path, { headers });
    if (response.ok) return await response.json();
    await response.body?.cancel();
    return undefined;
  }

  async #until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const end = performance.now() + PATIENCE;
    let hasEnded = false;
    this.#program?.ends().then(() => hasEnded = true, () => {});
    for (;;) {
      if (await isSo().catch(() => false)) return;
      if (hasEnded || performance.now() > end) {
        throw new Error(
          `Home Assistant: ${what} in vain. It said ${this.text}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
