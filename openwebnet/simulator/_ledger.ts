// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** A list of the last frames, in order. */
export class Ledger {
  readonly #frames: string[] = [];
  readonly #maxFrames: number;

  /** Makes an empty one; from `maxFrames` on, it forgets the older half. */
  constructor(maxFrames: number) {
    this.#maxFrames = maxFrames;
  }

  /** The frames. */
  get frames(): readonly string[] {
    return this.#frames;
  }

  /** Adds a frame. */
  add(frame: string): void {
    if (this.#frames.length >= this.#maxFrames) {
      this.#frames.splice(0, Math.ceil(this.#maxFrames / 2));
    }
    this.#frames.push(frame);
  }
}
