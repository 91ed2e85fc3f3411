// Copyright 2026 the Wirekit authors. MIT license.

/** NATS servers in processes of their own, alone or three as one. */

import { connect } from "../../hub/cluster/testdata/nats.ts";
import { freePort } from "../_port.ts";

/** Where to find the program, in the order in which it is looked for. */
const PLACES = ["NATS_SERVER", "/usr/sbin/nats-server"];

/** The program: that of the environment, or Debian's. */
export function natsProgram(): string {
  return Deno.env.get(PLACES[0]!) ?? PLACES[1]!;
}

/** A NATS server that can be killed, frozen, and started again. */
export class NatsServer implements AsyncDisposable {
  readonly port: number;
  readonly #args: string[];
  readonly #folder: string;
  #child: Deno.ChildProcess | undefined;

  constructor(port: number, folder: string, more: string[] = []) {
    this.port = port;
    this.#folder = folder;
    this.#args = [
      ..."--addr 127.0.0.1 --jetstream --port".split(" "),
      `${port}`,
      "--store_dir",
      folder,
      ...more,
    ];
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** Starts it, and waits until it listens. */
  async start(): Promise<void> {
    this.#child = new Deno.Command(natsProgram(), {
      args: this.#args,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    for (let tries = 0; tries < 400; tries++) {
      try {
        (await Deno.connect({ hostname: "127.0.0.1", port: this.port }))
          .close();
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    }
    throw new Error(`nats-server does not listen on ${this.port}`);
  }

  /** The id of its process. */
  get pid(): number {
    return this.#child!.pid;
  }

  /** Sends it a signal; does nothing if it does not run. */
  signal(signal: Deno.Signal): void {
    try {
      this.#child?.kill(signal);
    } catch {
      // It has ended.
    }
  }

  /** Kills it. What it has stored stays. */
  async kill(): Promise<void> {
    this.signal("SIGKILL");
    await this.#child?.status;
    this.#child = undefined;
  }

  /** Loses all that it has stored. To be called while it does not run. */
  async wipe(): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await Deno.remove(this.#folder, { recursive: true }).catch(() => {});
  }
}

/** Servers that are one. */
export class Engine implements AsyncDisposable {
  readonly servers: readonly NatsServer[];

  private constructor(servers: readonly NatsServer[]) {
    this.servers = servers;
  }

  /** What a node is told. */
  get urls(): string[] {
    return this.servers.map(({ url }) => url);
  }

  /**
   * Starts them.
   *
   * @param count How many: 1, or 3.
   * @param more Arguments of each.
   * @param route At which port one reaches the port of another, by their
   * numbers; by default at that port.
   * @param present How many of them are started now.
   */
  static async start(
    count: number,
    more: string[] = [],
    route = (port: number, _from: number, _to: number): number => port,
    present = count,
  ): Promise<Engine> {
    const ports = Array.from({ length: 2 * count }, freePort);
    const own = ports.slice(count);
    const servers: NatsServer[] = [];
    for (let i = 0; i < count; i++) {
      const folder = await Deno.makeTempDir({ prefix: "nats-" });
      const cluster = count === 1 ? [] : [
        "--cluster_name",
        "test",
        "--server_name",
        `s${i}`,
        "--cluster",
        `nats://127.0.0.1:${own[i]}`,
        "--routes",
        own.map((port, j) => `nats://127.0.0.1:${route(port, i, j)}`)
          .filter((_, j) => j !== i).join(","),
      ];
      servers.push(new NatsServer(ports[i]!, folder, [...cluster, ...more]));
    }
    const engine = new Engine(servers);
    try {
      await Promise.all(
        servers.slice(0, present).map((server) => server.start()),
      );
    } catch (error) {
      await engine[Symbol.asyncDispose]();
      throw error;
    }
    return engine;
  }

  /**
   * Asks the servers something about a bucket.
   *
   * @param what Such as `INFO`.
   * @param bucket The bucket.
   * @param text What goes with it.
   */
  async ask<T>(what: string, bucket: string, text = ""): Promise<T> {
    const connection = await connect({ servers: this.urls });
    const subject = `$JS.API.STREAM.${what}.KV_${bucket}`;
    const reply = await connection.request(subject, text);
    await connection.close();
    return reply.json<T>();
  }

  /** Returns which of them leads a bucket; `NaN` if none does now. */
  async leaderOf(bucket: string): Promise<number> {
    type Info = { cluster: { leader?: string } };
    const { cluster } = await this.ask<Info>("INFO", bucket);
    return Number(cluster.leader?.slice(1));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      this.servers.map((server) => server[Symbol.asyncDispose]()),
    );
  }
}
