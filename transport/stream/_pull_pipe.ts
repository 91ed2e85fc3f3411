// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { PipeListener } from "./_byte_pipe.ts";

/** The reading of a pipe whose source is asked for each chunk. */
export abstract class PullPipe {
  #paused: PromiseWithResolvers<void> | undefined;

  /** Returns the next bytes, valid until the next call; none at the end. */
  protected abstract pull(): Promise<Uint8Array<ArrayBuffer> | undefined>;

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

  async #read(listener: PipeListener): Promise<void> {
    for (;;) {
      while (this.#paused) await this.#paused.promise;
      const chunk = await this.pull();
      if (!chunk) return;
      listener.onChunk(chunk);
    }
  }
}
