// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { BytePipe } from "./_byte_pipe.ts";
import { PullPipe } from "./_pull_pipe.ts";

/** A pipe of two streams of the platform. */
export class StreamPipe extends PullPipe implements BytePipe {
  readonly progress = 0;
  readonly busyUntil = 0;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;

  constructor(
    readable: ReadableStream<Uint8Array>,
    writable: WritableStream<Uint8Array<ArrayBuffer>>,
  ) {
    super();
    this.#reader = readable.getReader();
    this.#writer = writable.getWriter();
    // Writing and reading report it; these rejections would be unhandled.
    this.#reader.closed.catch(() => {});
    this.#writer.closed.catch(() => {});
    this.#writer.ready.catch(() => {});
  }

  async write(parts: Uint8Array<ArrayBuffer>[]): Promise<void> {
    // The other end may keep what it gets.
    for (const part of parts) await this.#writer.write(part.slice());
  }

  end(): Promise<void> {
    return this.#writer.close().catch(() => {});
  }

  destroy(): void {
    this.resume();
    this.#reader.cancel().catch(() => {});
    this.#writer.abort().catch(() => {});
  }

  protected override async pull(): Promise<
    Uint8Array<ArrayBuffer> | undefined
  > {
    return (await this.#reader.read()).value as Uint8Array<ArrayBuffer>;
  }
}
