// Copyright 2026 the Wirekit authors. MIT license.

/** The file in which a command records frames. */

import { type Terminal, whyRefused } from "@wirekit/internal/command";
import type { Transport } from "@wirekit/transport/transport";
import { type CaptureEntry, record } from "../session/capture.ts";

/** Records the frames of all connections in a file, numbered by session. */
export class Capture implements Disposable {
  readonly #path: string;
  readonly #file: Deno.FsFile;
  readonly #terminal: Pick<Terminal, "error">;
  #session = Date.now();
  #isFull = false;

  private constructor(
    path: string,
    file: Deno.FsFile,
    terminal: Pick<Terminal, "error">,
  ) {
    this.#path = path;
    this.#file = file;
    this.#terminal = terminal;
  }

  /** Opens the file, which may be new. */
  static async open(
    path: string,
    terminal: Pick<Terminal, "error">,
  ): Promise<Capture> {
    const file = await Deno.open(path, { append: true, create: true });
    return new Capture(path, file, terminal);
  }

  /** Records what goes over a transport. */
  readonly wrap = (transport: Transport<string>): Transport<string> => {
    const session = this.#session++;
    return record(transport, (entry) => this.#write(session, entry));
  };

  /** Writes a line. The plant goes on without it if the disk is full. */
  #write(session: number, entry: CaptureEntry): void {
    if (this.#isFull) return;
    const line = JSON.stringify({ session, ...entry });
    try {
      this.#file.writeSync(new TextEncoder().encode(`${line}\n`));
    } catch (error) {
      this.#isFull = true;
      this.#terminal.error(
        `openwebnet: Cannot write --capture ${this.#path}: ` +
          `${whyRefused(error)}. No more frames are recorded`,
      );
    }
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}
