// Copyright 2026 the Wirekit authors. MIT license.

import type { BytePipe } from "./_byte_pipe.ts";
import { PullPipe } from "./_pull_pipe.ts";

/**
 * The read size while little comes, so that an idle connection holds little
 * memory.
 */
const SMALL_READ = 4_096;

/** The read size while much comes. */
const LARGE_READ = 65_536;

/** A pipe of a `Deno.Conn`, which is faster than its streams. */
export class ConnPipe extends PullPipe implements BytePipe {
  readonly isPulled = true;
  progress = 0;
  readonly busyUntil = 0;
  readonly #conn: Deno.Conn;
  #buffer: Uint8Array<ArrayBuffer> = new Uint8Array(SMALL_READ);

  constructor(conn: Deno.Conn) {
    super();
    this.#conn = conn;
  }

  async write(parts: Uint8Array<ArrayBuffer>[]): Promise<void> {
    for (const part of parts) {
      for (let rest = part; rest.length > 0;) {
        rest = rest.subarray(await this.#conn.write(rest));
        this.progress++;
      }
    }
  }

  end(): Promise<void> {
    return this.#conn.closeWrite().catch(() => {});
  }

  destroy(): void {
    this.resume();
    try {
      this.#conn.close();
    } catch {
      // It was closed already.
    }
  }

  protected override async pull(): Promise<
    Uint8Array<ArrayBuffer> | undefined
  > {
    const buffer = this.#buffer;
    const count = await this.#conn.read(buffer);
    if (count === null) return undefined;
    if (count === buffer.length && count === SMALL_READ) {
      this.#buffer = new Uint8Array(LARGE_READ);
    }
    if (count < SMALL_READ && buffer.length > SMALL_READ) {
      this.#buffer = new Uint8Array(SMALL_READ);
    }
    return buffer.subarray(0, count);
  }
}
