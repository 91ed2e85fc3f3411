// Copyright 2026 the Wirekit authors. MIT license.

/** Hubs in processes of their own, as people start them. */

import { ROOT } from "../_packages.ts";
import { type Engine, freePorts } from "./_servers.ts";

/** How long a hub may take to say that it listens. */
const PATIENCE = 30_000;

/** A hub that can be killed, frozen, and started again at the same port. */
export class Node implements AsyncDisposable {
  readonly port: number;
  readonly #args: string[];
  #child: Deno.ChildProcess | undefined;
  #read: Promise<unknown> = Promise.resolve();
  #news = Promise.withResolvers<void>();
  /** What it has said since it was started last. */
  text = "";

  constructor(engine: Pick<Engine, "urls">, name: string, lease: number) {
    [this.port] = freePorts(1) as [number];
    this.#args = [
      ..."run --no-prompt --allow-net --allow-read --deny-env=WIREKIT_TOKEN"
        .split(" "),
      "--deny-env=WIREKIT_CLUSTER_TOKEN",
      new URL("hub/cli.ts", ROOT).pathname,
      "serve",
      `--port=${this.port}`,
      `--cluster=${engine.urls.join(",")}`,
      `--lease=${lease / 1_000}`,
      `--node=${name}`,
    ];
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  /** Starts it, and waits until it listens. */
  async start(): Promise<void> {
    this.text = "";
    this.#child = new Deno.Command(Deno.execPath(), {
      args: this.#args,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      env: { NO_COLOR: "1" },
    }).spawn();
    const { stdout, stderr } = this.#child;
    this.#read = Promise.all([this.#listen(stdout), this.#listen(stderr)])
      .then(() => this.#tell());
    await this.says(/listens on/);
  }

  async #listen(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    for await (const part of stream.pipeThrough(new TextDecoderStream())) {
      this.text = (this.text + part).slice(-65_536);
      this.#tell();
    }
  }

  #tell(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }

  /** Waits for words. */
  async says(words: RegExp): Promise<void> {
    const end = performance.now() + PATIENCE;
    while (!words.test(this.text)) {
      const left = end - performance.now();
      if (left <= 0) throw new Error(`It has not said ${words}: ${this.text}`);
      const late = Promise.withResolvers<void>();
      const timer = setTimeout(late.resolve, left);
      await Promise.race([this.#news.promise, late.promise]);
      clearTimeout(timer);
    }
  }

  /** Sends it a signal; does nothing if it does not run. */
  signal(signal: Deno.Signal): void {
    try {
      this.#child?.kill(signal);
    } catch {
      // It has ended.
    }
  }

  /** Ends it, by a signal, and waits. */
  async end(signal: Deno.Signal): Promise<void> {
    this.signal(signal);
    await this.#child?.status;
    await this.#read;
    this.#child = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.signal("SIGCONT");
    await this.end("SIGKILL");
  }
}

/**
 * Starts hubs that are one.
 *
 * @param engine What joins them.
 * @param count How many.
 * @param lease Their lease, in milliseconds.
 * @returns The hubs, and what ends them.
 */
export async function startNodes(
  engine: Engine,
  count: number,
  lease: number,
): Promise<AsyncDisposable & { nodes: readonly Node[] }> {
  const stack = new AsyncDisposableStack();
  const nodes = Array.from(
    { length: count },
    (_, i) => stack.use(new Node(engine, `node${i + 1}`, lease)),
  );
  try {
    await Promise.all(nodes.map((node) => node.start()));
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
  return { nodes, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
