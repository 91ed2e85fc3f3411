// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { BytePipe, PipeListener } from "./_byte_pipe.ts";

/** A pipe of two streams of the platform. */
export class StreamPipe implements BytePipe {
  readonly progress = 0;
  readonly busyUntil = 0;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  #paused: PromiseWithResolvers<void> | undefined;

  constructor(
    readable: ReadableStream<Uint8Array>,
    writable: WritableStream<Uint8Array<ArrayBuffer>>,
  ) {
    this.#reader = readable.getReader();
    this.#writer = writable.getWriter();
    // Writing and reading report it; these rejections would be unhandled.
    this.#reader.closed.catch(() => {});
    this.#writer.closed.catch(() => {});
    this.#writer.ready.catch(() => {});
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
    for (const part of parts) await this.#writer.write(part);
  }

  end(): Promise<void> {
    return this.#writer.close().catch(() => {});
  }

  destroy(): void {
    this.resume();
    this.#reader.cancel().catch(() => {});
    this.#writer.abort().catch(() => {});
  }

  async #read(listener: PipeListener): Promise<void> {
    for (;;) {
      while (this.#paused) await this.#paused.promise;
      const { done, value } = await this.#reader.read();
      if (done) return;
      listener.onChunk(value as Uint8Array<ArrayBuffer>);
    }
  }
}
