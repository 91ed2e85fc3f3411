// Copyright 2026 the Wirekit authors. MIT license.

/** A program in a process of its own, by what it says. */

import { deadline } from "@std/async/deadline";

/**
 * How long a program may take to say something, or to end: `deno compile` took
 * more than a minute beside other tests on two slow cores.
 */
const PATIENCE = 180_000;

/** How many characters of its words are kept. */
const MEMORY = 64 * 1024;

/** A running program. Disposing kills it. */
export class Program implements AsyncDisposable {
  readonly #name: string;
  readonly #child: Deno.ChildProcess;
  readonly #done: Promise<unknown>;
  #text = "";
  #ended = false;
  #news = Promise.withResolvers<void>();

  /**
   * Starts it.
   *
   * @param program Its file.
   * @param options Its arguments, folder and environment.
   */
  constructor(program: string, options: Deno.CommandOptions) {
    this.#name = [program, ...options.args ?? []].join(" ");
    this.#child = new Deno.Command(program, {
      ...options,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const { stdout, stderr, status } = this.#child;
    this.#done = Promise.all([
      this.#listen(stdout),
      this.#listen(stderr),
      status,
    ]).finally(() => {
      this.#ended = true;
      this.#tell();
    });
  }

  async #listen(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    for await (const part of stream.pipeThrough(new TextDecoderStream())) {
      this.#text = (this.#text + part).slice(-MEMORY);
      this.#tell();
    }
  }

  #tell(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }

  /** Its number. */
  get pid(): number {
    return this.#child.pid;
  }

  /** What it has said so far, on both outputs. */
  get text(): string {
    return this.#text;
  }

  /**
   * Waits for words.
   *
   * @param words What to wait for.
   * @returns The match. Rejects if the program ends without having said it.
   */
  async says(words: RegExp): Promise<RegExpExecArray> {
    const end = performance.now() + PATIENCE;
    for (;;) {
      const found = words.exec(this.#text);
      if (found) return found;
      const left = end - performance.now();
      if (this.#ended || left <= 0) {
        throw new Error(`${this.#name} has not said ${words}: ${this.#text}`);
      }
      await deadline(this.#news.promise, left).catch(() => {});
    }
  }

  /**
   * Asks it to end, unless it has, and waits.
   *
   * @param signal How to ask.
   * @returns How it ended.
   */
  async stop(signal: Deno.Signal = "SIGINT"): Promise<Deno.CommandStatus> {
    if (!this.#ended) {
      try {
        this.#child.kill(signal);
      } catch {
        // It has ended just now.
      }
    }
    await deadline(this.#done, PATIENCE);
    return await this.#child.status;
  }

  /** Waits until it ends by itself. */
  async ends(): Promise<Deno.CommandStatus> {
    await deadline(this.#done, PATIENCE);
    return await this.#child.status;
  }

  /** Kills it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop("SIGKILL");
  }
}

/** A block of a shell that runs in a terminal of its own. */
export class Terminal extends Program {
  /**
   * Starts it. The first line that fails ends it.
   *
   * @param block What is pasted.
   * @param options Its folder and environment.
   */
  constructor(block: string, options: Deno.CommandOptions) {
    // A group of its own, so that all that it starts ends with it.
    super("setsid", { ...options, args: ["bash", "-ec", block] });
  }

  override stop(signal: Deno.Signal = "SIGINT"): Promise<Deno.CommandStatus> {
    try {
      Deno.kill(-this.pid, signal);
    } catch {
      // All of it has ended.
    }
    return super.stop(signal);
  }
}
