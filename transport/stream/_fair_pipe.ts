// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { afterTurn } from "../_turn.ts";
import type { BytePipe, PipeListener } from "./_byte_pipe.ts";

/** After so many bytes others read and write first. */
const TURN_BYTES = 262_144;

/**
 * A pipe of which no more is read at a time than others can bear: what it
 * brings for one of them is written before there is more.
 */
export class FairPipe implements BytePipe {
  readonly #pipe: BytePipe;
  #left = TURN_BYTES;
  #isPaused = false;
  #isWaiting = false;

  /** Takes over a pipe. */
  constructor(pipe: BytePipe) {
    this.#pipe = pipe;
  }

  /** See {@linkcode BytePipe}. */
  get progress(): number {
    return this.#pipe.progress;
  }

  /** See {@linkcode BytePipe}. */
  get busyUntil(): number {
    return this.#pipe.busyUntil;
  }

  /** See {@linkcode BytePipe}. */
  start(listener: PipeListener): void {
    this.#pipe.start({
      onChunk: (chunk) => {
        listener.onChunk(chunk);
        this.#left -= chunk.length;
        if (this.#left <= 0 && !this.#isWaiting) this.#wait();
      },
      onEnd: (error) => listener.onEnd(error),
    });
  }

  #wait(): void {
    this.#isWaiting = true;
    this.#pipe.pause();
    afterTurn(() => {
      this.#isWaiting = false;
      this.#left = TURN_BYTES;
      if (!this.#isPaused) this.#pipe.resume();
    });
  }

  /** See {@linkcode BytePipe}. */
  pause(): void {
    this.#isPaused = true;
    this.#pipe.pause();
  }

  /** See {@linkcode BytePipe}. */
  resume(): void {
    this.#isPaused = false;
    if (!this.#isWaiting) this.#pipe.resume();
  }

  /** See {@linkcode BytePipe}. */
  write(parts: Uint8Array<ArrayBuffer>[]): Promise<void> | undefined {
    return this.#pipe.write(parts);
  }

  /** See {@linkcode BytePipe}. */
  end(): Promise<void> {
    return this.#pipe.end();
  }

  /** See {@linkcode BytePipe}. */
  destroy(): void {
    this.#pipe.destroy();
  }
}
