// Copyright 2026 the Wirekit authors. MIT license.

import { whyRefused } from "./_file_error.ts";
import { later } from "../clock.ts";

/**
 * How long a wait may take before a spinner shows its purpose, in milliseconds.
 */
const PATIENCE = 400;

/** The spinner that is shown while a person waits. */
interface Spinner {
  start(): void;
  stop(): void;
}

/** Where a command writes, and what stops it. */
export interface Terminal {
  /**
   * Writes a line of the result.
   *
   * @param line The line. Control characters in it are escaped.
   */
  log(line: string): void;
  /**
   * Writes a line about the progress.
   *
   * @param line As of `log`.
   */
  error(line: string): void;
  /**
   * Shows lines in place of those that it has shown before, cut to the size of
   * the terminal. Where the output is none, it writes them one after another.
   *
   * @param lines The lines, as of `log`.
   */
  draw(lines: readonly string[]): void;
  /** Whether `draw` replaces what it has shown before. */
  readonly isScreen: boolean;
  /** Fires at Ctrl-C, and when the output is closed. */
  readonly signal: AbortSignal;
  /**
   * Waits, and shows its purpose if it takes a while and the output is a
   * terminal.
   *
   * @typeParam T The value of the promise.
   * @param what The purpose of the wait, such as `Waiting for the answer`.
   * @param promise The promise.
   * @returns Its value.
   */
  during<T>(what: string, promise: Promise<T>): Promise<T>;
}

/**
 * Reports that the user pressed Ctrl-C, or that the system asks the program to
 * end.
 */
export class Stopped extends Error {
  /** The name of the class. */
  override readonly name = "Stopped";
}

/**
 * Reports that the reader of the output is gone, as `head` is when it has
 * enough.
 */
export class NobodyReads extends Error {
  /** The name of the class. */
  override readonly name = "NobodyReads";
}

const encoder = new TextEncoder();

/** The terminal of this process. Disposing it restores Ctrl-C. */
export class ProcessTerminal implements Terminal, Disposable {
  readonly #stop = new AbortController();
  readonly #signals = listenersOf(
    () => {
      // A second Ctrl-C means that the user does not want to wait for a clean
      // end.
      if (this.signal.aborted) Deno.exit(130);
      this.#end();
    },
    () => this.#end(),
  );
  #spinner: Spinner | undefined;
  #hasDrawn = false;
  /** Whether the command goes on when its output cannot be written. */
  isServer = false;

  readonly signal: AbortSignal = this.#stop.signal;

  constructor() {
    for (const [signal, listener] of this.#signals) {
      Deno.addSignalListener(signal, listener);
    }
  }

  #end(): void {
    this.#stop.abort(new Stopped("Stopped"));
  }

  log = (line: string): void => this.#write(Deno.stdout, line);

  error = (line: string): void => this.#write(Deno.stderr, line);

  get isScreen(): boolean {
    return Deno.stdout.isTerminal();
  }

  draw(lines: readonly string[]): void {
    if (!this.isScreen) return lines.forEach(this.log);
    const { columns, rows } = screenSize();
    const shown = lines.slice(0, rows - 1)
      .map((line) => `${[...line].slice(0, columns).join("")}\x1b[K`);
    // Over the screen as it is: what stood there before flickers otherwise.
    const start = this.#hasDrawn ? "\x1b[H" : "\x1b[2J\x1b[H";
    this.#hasDrawn = true;
    this.#write(Deno.stdout, `${start}${shown.join("\r\n")}\x1b[J`);
  }

  #write(stream: typeof Deno.stdout | typeof Deno.stderr, line: string): void {
    this.#hush();
    let left = encoder.encode(`${line}\n`);
    try {
      while (left.length > 0) left = left.subarray(stream.writeSync(left));
    } catch (error) {
      // A server serves without a log rather than not at all, and what goes
      // wrong with messages can be told to nobody.
      if (this.isServer || stream === Deno.stderr) return;
      if (!(error instanceof Deno.errors.BrokenPipe)) {
        const why = whyRefused(error);
        throw new Error(`Cannot write the output: ${why}`, { cause: error });
      }
      this.#stop.abort(new NobodyReads("Nobody reads"));
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
    for (const [signal, listener] of this.#signals) {
      Deno.removeSignalListener(signal, listener);
    }
  }
}

/** Which signals stop a command, or tell that its terminal was closed. */
function listenersOf(
  onStop: () => void,
  onClosed: () => void,
): [Deno.Signal, () => void][] {
  if (Deno.build.os === "windows") {
    return [["SIGINT", onStop], ["SIGBREAK", onStop]];
  }
  // Deno ends by SIGHUP even where nohup has told it to ignore that. What nohup
  // has started has no terminal, neither for input nor for output, and goes on.
  const hasTerminal = [Deno.stdin, Deno.stdout, Deno.stderr]
    .some((stream) => stream.isTerminal());
  return [
    ["SIGINT", onStop],
    ["SIGTERM", onStop],
    // The shell and the system may both tell that a terminal was closed.
    ["SIGHUP", hasTerminal ? onClosed : () => {}],
  ];
}

/** The size of the terminal; some that nobody looks at say that they have none. */
function screenSize(): { columns: number; rows: number } {
  const { columns, rows } = Deno.consoleSize();
  return { columns: columns || 80, rows: rows || 24 };
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
const CONTROL_REGEXP =
  /[^\P{Cc}\n\t]|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/**
 * Makes a text harmless to a terminal: characters that would move its cursor,
 * colour it or reverse its letters are escaped as in JSON, so that JSON stays
 * valid.
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

/** Returns whether a stream is a terminal on which colours are allowed. */
export function hasColors(stream: { isTerminal(): boolean }): boolean {
  return !Deno.noColor && stream.isTerminal();
}
