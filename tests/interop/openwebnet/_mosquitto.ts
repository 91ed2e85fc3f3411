// Copyright 2026 the Wirekit authors. MIT license.

/** A real mosquitto, and somebody who listens to it. */

import { until } from "../../_driver.ts";
import { Program } from "../../_program.ts";
import { freePort } from "../../_port.ts";

/** What is used of the client of npm. */
interface MqttClient {
  on(event: "error", heard: (error: Error) => void): void;
  on(
    event: "message",
    heard: (
      topic: string,
      payload: { toString(): string },
      packet: { retain: boolean },
    ) => void,
  ): void;
  subscribeAsync(topic: string, options: object): Promise<unknown>;
  publishAsync(
    topic: string,
    payload: string,
    options: object,
  ): Promise<unknown>;
  endAsync(force: boolean): Promise<void>;
}

// By name from npm, as a peer of this test.
const MQTT = "npm:mqtt@5.16.0";
const { default: mqtt }: {
  default: {
    connectAsync(url: string, options: object): Promise<MqttClient>;
  };
} = await import(MQTT);

/** How a broker is set up. */
export interface MosquittoOptions {
  /** Who may come in; everybody if nobody is named. */
  /** What everybody may do, such as `topic read #`; all if it is not said. */
  acl?: string;
  user?: { name: string; password: string };
  /** Files of a certificate: then it speaks TLS. */
  tls?: { cert: string; key: string };
}

/** A broker. It forgets everything when it is stopped. */
export class Mosquitto implements AsyncDisposable {
  /** Its port, the same after a restart. */
  readonly port: number = freePort();
  readonly #folder = Deno.makeTempDirSync();
  readonly #config: string;
  #program: Program | undefined;

  /** Prepares one. */
  constructor({ user, tls, acl }: MosquittoOptions = {}) {
    const lines = [
      "user root",
      "persistence false",
      `listener ${this.port} 127.0.0.1`,
      `allow_anonymous ${user === undefined}`,
    ];
    if (acl !== undefined) {
      const file = `${this.#folder}/acl`;
      Deno.writeTextFileSync(file, `${acl}\n`);
      lines.push(`acl_file ${file}`);
    }
    if (user !== undefined) {
      const file = `${this.#folder}/passwords`;
      const { success } = new Deno.Command("mosquitto_passwd", {
        args: ["-b", "-c", file, user.name, user.password],
      }).outputSync();
      if (!success) throw new Error("mosquitto_passwd has failed");
      lines.push(`password_file ${file}`);
    }
    if (tls !== undefined) {
      lines.push(`certfile ${tls.cert}`, `keyfile ${tls.key}`);
    }
    this.#config = `${this.#folder}/mosquitto.conf`;
    Deno.writeTextFileSync(this.#config, `${lines.join("\n")}\n`);
  }

  /** Its URL. */
  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  /** What it says. */
  get text(): string {
    return this.#program?.text ?? "";
  }

  /** Starts it. */
  async start(): Promise<void> {
    const args = ["-c", this.#config, "-v"];
    this.#program = new Program("/usr/sbin/mosquitto", { args });
    await this.#program.says(/mosquitto version .* running/);
  }

  /** Stops it, as a crash does. */
  async stop(): Promise<void> {
    await this.#program?.stop("SIGKILL");
    this.#program = undefined;
  }

  /** Stops it for good. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** Somebody at a broker, who hears everything. */
export class Listener implements AsyncDisposable {
  /** The newest message of each topic. */
  readonly newest: Map<string, string> = new Map();
  /** The messages, in order. */
  readonly messages: { topic: string; payload: string; retain: boolean }[] = [];
  readonly #client: MqttClient;

  private constructor(client: MqttClient) {
    this.#client = client;
    client.on("error", () => {});
    client.on("message", (topic, payload, { retain }) => {
      this.newest.set(topic, payload.toString());
      this.messages.push({ topic, payload: payload.toString(), retain });
    });
  }

  /** Begins to listen; comes back after a restart of the broker. */
  static async at(url: string): Promise<Listener> {
    const client = await mqtt.connectAsync(url, {
      reconnectPeriod: 100,
      timerVariant: "native",
    });
    const listener = new Listener(client);
    await client.subscribeAsync("#", { qos: 1 });
    return listener;
  }

  /** Says something. */
  async say(topic: string, payload: string, retain = false): Promise<void> {
    await this.#client.publishAsync(topic, payload, { qos: 1, retain });
  }

  /** Waits until a topic says something. */
  async hears(topic: string, wanted: RegExp): Promise<string> {
    await until(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return wanted.test(this.newest.get(topic) ?? "");
    }).catch(() => {
      throw new Error(
        `${topic} has not said ${wanted}, but ${this.newest.get(topic)}`,
      );
    });
    return this.newest.get(topic)!;
  }

  /** Leaves. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.endAsync(true);
  }
}
