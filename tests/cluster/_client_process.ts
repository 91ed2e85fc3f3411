// Copyright 2026 the Wirekit authors. MIT license.

/** Clients that are killed and frozen. */

/** What `_asker.ts` prints, one a line. */
export type Line =
  | { asked: number; to: string }
  | { ended: number; outcome: string }
  | { ran: number }
  | { twice: string[] };

/** A client in a process of its own: `_asker.ts` with some arguments. */
export class ClientProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;

  constructor(args: readonly string[]) {
    const program = new URL("_asker.ts", import.meta.url).pathname;
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--allow-net",
        "--allow-read",
        "--no-prompt",
        program,
        ...args,
      ],
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
  }

  /** Takes what it tells, until it has ended. */
  async lines(take: (line: Line) => void): Promise<void> {
    const text = this.#child.stdout.pipeThrough(new TextDecoderStream());
    let tail = "";
    for await (const part of text) {
      const lines = (tail + part).split("\n");
      // What it was killed in the middle of.
      tail = lines.pop()!;
      for (const line of lines) take(JSON.parse(line));
    }
  }

  /** Sends it a signal; does nothing if it does not run. */
  signal(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch {
      // It has ended.
    }
  }

  /** Kills it, and waits. */
  async kill(): Promise<void> {
    this.signal("SIGKILL");
    await this.#child.status;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }
}
