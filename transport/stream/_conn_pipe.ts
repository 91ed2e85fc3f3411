// Copyright 2026 the Wirekit authors. MIT license.

import type { BytePipe, PipeListener } from "./_byte_pipe.ts";

/**
 * The read size while little comes, so that an idle connection holds little
 * memory.
 */
const SMALL_READ = 4_096;

/** The read size while much comes. */
const LARGE_READ = 65_536;

/** A pipe of a `Deno.Conn`, which is faster than its streams. */
export class ConnPipe implements BytePipe {
  progress = 0;
  readonly busyUntil = 0;
  readonly #conn: Deno.Conn;
  #buffer: Uint8Array<ArrayBuffer> = new Uint8Array(SMALL_READ);
  #paused: PromiseWithResolvers<void> | undefined;

  constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  start(listener: PipeListener): void {
    this.#read(listener)
      .then(() => listener.onEnd(), (error) => listener.onEnd(error));
  }

  pause(): void {
    this.#paused ??= Promise.withResolvers();
  }

  resume(): void {
    this.#paused?.resolve();
    this.#paused = undefined;
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

  async #read(listener: PipeListener): Promise<void> {
    for (;;) {
      while (this.#paused) await this.#paused.promise;
      const count = await this.#conn.read(this.#buffer);
      if (count === null) return;
      listener.onChunk(this.#buffer.subarray(0, count));
      const { length } = this.#buffer;
      if (count === length && count === SMALL_READ) {
        this.#buffer = new Uint8Array(LARGE_READ);
      }
      if (count < SMALL_READ && length > SMALL_READ) {
        this.#buffer = new Uint8Array(SMALL_READ);
      }
    }
  }
}
