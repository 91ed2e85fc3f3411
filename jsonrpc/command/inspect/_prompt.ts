// Copyright 2026 the Wirekit authors. MIT license.

/** Where the inspector reads what is typed, and writes in between. */

import { printable, type Terminal } from "@wirekit/internal/command";
import type NodeProcess from "node:process";
import type * as NodeReadline from "node:readline";

const { process } = globalThis as unknown as { process: typeof NodeProcess };

/** What reads lines. */
export interface Prompt extends Disposable {
  /** Whether a person types. */
  readonly isTyped: boolean;
  /**
   * Reads a line.
   *
   * @param words What stands before it.
   * @param keep Whether the arrow up brings it back.
   * @returns The line; `undefined` if there is no more.
   */
  read(words: string, keep?: boolean): Promise<string | undefined>;
  /** Writes lines, above the one that is being typed. */
  print(lines: string): void;
}

/** What a prompt asks. */
export interface PromptOptions {
  /** The words that can be typed after what begins a line. */
  complete(start: string): string[];
  /** Ctrl-C was pressed; returns whether it ends the prompt. */
  interrupted(): boolean;
}

/** Opens the standard input. */
export function openPrompt(
  terminal: Terminal,
  options: PromptOptions,
): Prompt {
  return Deno.stdin.isTerminal() && terminal.isScreen
    ? typedPrompt(terminal, options)
    : pipedPrompt(terminal);
}

/** The lines of a file or of another program. */
export function pipedPrompt(
  terminal: Pick<Terminal, "log" | "signal">,
  input: ReadableStream<Uint8Array<ArrayBuffer>> = Deno.stdin.readable,
): Prompt {
  const reader = input.pipeThrough(new TextDecoderStream()).getReader();
  let [rest, isOver] = ["", false];
  const cancel = () => void reader.cancel().catch(() => {});
  terminal.signal.addEventListener("abort", cancel, { once: true });
  return {
    isTyped: false,
    async read() {
      while (!rest.includes("\n") && !isOver) {
        const { value, done } = await reader.read();
        if (done) isOver = true;
        else rest += value;
      }
      if (rest === "") return undefined;
      const [line = "", ...more] = rest.split("\n");
      rest = more.join("\n");
      return line;
    },
    print: (lines) => terminal.log(lines),
    [Symbol.dispose]: cancel,
  };
}

/** A line with a cursor, arrows, a history, and completion by Tab. */
function typedPrompt(
  terminal: Terminal,
  { complete, interrupted }: PromptOptions,
): Prompt {
  const { stdin, stdout } = process;
  const { createInterface } = process.getBuiltinModule(
    "node:readline",
  ) as typeof NodeReadline;
  const input = createInterface({
    input: stdin,
    output: stdout,
    historySize: 1_000,
    removeHistoryDuplicates: true,
    completer: (line: string) => [
      complete(line).filter((word) => word === printable(word)),
      line,
    ],
  });
  const { history } = input as unknown as { history: string[] };
  let waiting: ((line: string | undefined) => void) | undefined;
  let [isOver, isKept] = [false, true];
  const give = (line: string | undefined) => {
    const take = waiting;
    waiting = undefined;
    take?.(line);
  };
  input.on("line", (line) => {
    if (!isKept && history[0] === line) history.shift();
    give(line);
  });
  input.on("close", () => {
    isOver = true;
    give(undefined);
  });
  input.on("SIGINT", () => {
    const isEmpty = input.line === "";
    if (interrupted() && isEmpty) return input.close();
    if (!waiting) return;
    // What is typed so far is dropped, and what asked for it.
    input.write(null, { ctrl: true, name: "e" });
    input.write(null, { ctrl: true, name: "u" });
    stdout.write("\n");
    give("");
  });
  terminal.signal.addEventListener("abort", () => input.close());
  return {
    isTyped: true,
    read(words, keep = true) {
      if (isOver) return Promise.resolve(undefined);
      isKept = keep;
      // What the other end calls its params is in it.
      input.setPrompt(printable(words).replaceAll("\n", " "));
      input.prompt();
      return new Promise((resolve) => waiting = resolve);
    },
    print(lines) {
      // The line that is being typed moves down.
      if (waiting && !isOver) stdout.write("\r\x1b[K");
      terminal.log(lines);
      if (waiting && !isOver) input.prompt(true);
    },
    [Symbol.dispose]: () => input.close(),
  };
}
