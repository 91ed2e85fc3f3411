// Copyright 2026 the Wirekit authors. MIT license.

/** Hubs in processes of their own, as people start them. */

import { ROOT } from "../_packages.ts";
import type { Namespace } from "./_namespace.ts";
import { freePort } from "../_port.ts";
import type { Engine } from "./_servers.ts";

/** How long a hub may take to say that it listens. */
const PATIENCE = 30_000;

/** The secret of a hub that is not on this machine's own address. */
const TOKEN = "s3cret";

/** A hub that can be killed, frozen, and started again at the same port. */
export class Node implements AsyncDisposable {
  readonly port: number;
  readonly #host: string;
  readonly #command: string[];
  #child: Deno.ChildProcess | undefined;
  #read: Promise<unknown> = Promise.resolve();
  #news = Promise.withResolvers<void>();
  /** What it has said since it was started last. */
  text = "";

  constructor(
    engine: Pick<Engine, "urls">,
    name: string,
    lease: number,
    namespace?: Namespace,
    flags: readonly string[] = [],
  ) {
    this.port = freePort();
    this.#host = namespace?.clientHost ?? "127.0.0.1";
    this.#command = [
      ...namespace?.command ?? [],
      Deno.execPath(),
      ..."run --no-prompt --allow-net --allow-read".split(" "),
      ...flags,
      `--${namespace ? "allow" : "deny"}-env=WIREKIT_TOKEN`,
      "--deny-env=WIREKIT_CLUSTER_TOKEN",
      new URL("hub/cli.ts", ROOT).pathname,
      "serve",
      `--hostname=${this.#host}`,
      `--port=${this.port}`,
      `--cluster=${engine.urls.join(",")}`,
      `--lease=${lease / 1_000}`,
      `--node=${name}`,
    ];
  }

  get url(): string {
    return this.#host === "127.0.0.1"
      ? `ws://127.0.0.1:${this.port}`
      : `ws://${this.#host}:${this.port}/?token=${TOKEN}`;
  }

  /** Starts it, and waits until it listens. */
  async start(tries = 2): Promise<void> {
    this.text = "";
    const [program, ...args] = this.#command as [string, ...string[]];
    this.#child = new Deno.Command(program, {
      args,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      env: { NO_COLOR: "1", WIREKIT_TOKEN: TOKEN },
    }).spawn();
    const { stdout, stderr } = this.#child;
    this.#read = Promise.all([this.#listen(stdout), this.#listen(stderr)])
      .then(() => this.#tell());
    // On a busy machine, servers that have just started choose for long.
    const child = this.#child;
    const ended = child.status.then(() => true);
    const listens = this.says(/listens on/).then(() => false);
    listens.catch(() => {});
    if (await Promise.race([ended, listens]) && tries > 0) {
      return await this.start(tries - 1);
    }
    await listens;
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

  /** Asks it something over HTTP. */
  async get(path: string): Promise<{ status: number; text: string }> {
    const url = new URL(path, this.url.replace("ws:", "http:"));
    const response = await fetch(url);
    return { status: response.status, text: (await response.text()).trim() };
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
 * @param namespace Where the last of them is; by default all are on this side.
 * @returns The hubs, and what ends them.
 */
export async function startNodes(
  engine: Engine,
  count: number,
  lease: number,
  namespace?: Namespace,
): Promise<AsyncDisposable & { nodes: readonly Node[] }> {
  const stack = new AsyncDisposableStack();
  const nodes = Array.from(
    { length: count },
    (_, i) => {
      const inside = i === count - 1 ? namespace : undefined;
      const urls = inside
        ? engine.servers.map(({ port }) =>
          `nats://${inside.engineHost}:${port}`
        )
        : engine.urls;
      return stack.use(new Node({ urls }, `node${i + 1}`, lease, inside));
    },
  );
  try {
    await Promise.all(nodes.map((node) => node.start()));
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
  return { nodes, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
