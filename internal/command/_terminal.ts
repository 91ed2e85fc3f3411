// Copyright 2026 the Wirekit authors. MIT license.

import { later } from "../clock.ts";

/** How long a wait may take before a spinner says what for, in milliseconds. */
const PATIENCE = 400;

/** What turns while a person waits. */
interface Spinner {
  start(): void;
  stop(): void;
}

/** Where a command writes, and what stops it. */
export interface Terminal {
  /**
   * Writes a line of the result.
   *
   * @param line The line. Control characters in it are shown, not obeyed.
   */
  log(line: string): void;
  /**
   * Writes a line about what goes on.
   *
   * @param line As of `log`.
   */
  error(line: string): void;
  /** Fires at Ctrl-C, and when nobody reads the result any more. */
  readonly signal: AbortSignal;
  /**
   * Waits, and says what for if it takes a while and a person looks on.
   *
   * @typeParam T What the promise gives.
   * @param what What the wait is for, such as `Waiting for the answer`.
   * @param promise The promise.
   * @returns What it gives.
   */
  during<T>(what: string, promise: Promise<T>): Promise<T>;
}

/** The user has pressed Ctrl-C, or the system asks the program to end. */
export class Stopped extends Error {
  /** The name of the class. */
  override readonly name = "Stopped";
}

/** Who has read the output is gone, as `head` is when it has enough. */
export class NobodyReads extends Error {
  /** The name of the class. */
  override readonly name = "NobodyReads";
}

const encoder = new TextEncoder();

/** The terminal of this process. Disposing gives Ctrl-C back. */
export class ProcessTerminal implements Terminal, Disposable {
  readonly #stop = new AbortController();
  readonly #signals: readonly Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT", "SIGBREAK"]
    : ["SIGINT", "SIGTERM"];
  #spinner: Spinner | undefined;

  readonly signal: AbortSignal = this.#stop.signal;

  constructor() {
    for (const signal of this.#signals) {
      Deno.addSignalListener(signal, this.#onSignal);
    }
  }

  #onSignal = (): void => {
    // Who asks twice does not want to wait for a clean end.
    if (this.signal.aborted) Deno.exit(130);
    this.#stop.abort(new Stopped("Stopped"));
  };

  log = (line: string): void => this.#write(Deno.stdout, line);

  error = (line: string): void => this.#write(Deno.stderr, line);

  #write(stream: typeof Deno.stdout | typeof Deno.stderr, line: string): void {
    this.#hush();
    let left = encoder.encode(`${line}\n`);
    try {
      while (left.length > 0) left = left.subarray(stream.writeSync(left));
    } catch (error) {
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
      if (stream === Deno.stdout) {
        this.#stop.abort(new NobodyReads("Nobody reads"));
      }
    }
  }

  async during<T>(what: string, promise: Promise<T>): Promise<T> {
    if (!Deno.stderr.isTerminal()) return await promise;
    let isOver = false;
    const timer = later(PATIENCE, async () => {
      const spinner = await spinnerOf(what);
      if (isOver || spinner === undefined) return;
      this.#hush();
      this.#spinner = spinner;
      spinner.start();
    });
    try {
      return await promise;
    } finally {
      isOver = true;
      timer.stop();
      this.#hush();
    }
  }

  #hush(): void {
    this.#spinner?.stop();
    this.#spinner = undefined;
  }

  [Symbol.dispose](): void {
    for (const signal of this.#signals) {
      Deno.removeSignalListener(signal, this.#onSignal);
    }
  }
}

/**
 * Makes a spinner. Its name in the standard library is not settled yet: where it
 * has another one day, there is none.
 */
async function spinnerOf(message: string): Promise<Spinner | undefined> {
  try {
    const { Spinner } = await import("@std/cli/unstable-spinner");
    return new Spinner({ message, output: Deno.stderr });
  } catch {
    return undefined;
  }
}

/** Control characters but for line feeds and tabs, other ends of lines, and what turns text around. */
const CONTROL_REGEXP = /[^\P{Cc}\n\t]|[\u2028-\u202e\u2066-\u2069]/gu;

/**
 * Makes a text harmless to a terminal: what would move its cursor, colour it or
 * turn its letters around is shown as in JSON, so that JSON stays what it is.
 *
 * @param text The text.
 * @returns The text, harmless.
 */
export function printable(text: string): string {
  return text.replace(
    CONTROL_REGEXP,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Whether a stream is a terminal whose owner has nothing against colours. */
export function hasColors(stream: { isTerminal(): boolean }): boolean {
  return !Deno.noColor && stream.isTerminal();
}
