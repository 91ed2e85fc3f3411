// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** What a heartbeat needs. */
export interface HeartbeatOptions {
  /** The pause between an answer and the next ping, in milliseconds. */
  interval: number;
  /** Asks for a sign of life. Rejects if there was none in time. */
  ping(): Promise<unknown>;
  /** How many messages have come in. */
  received(): number;
  /** Is called when the peer is dead. */
  lost(): void;
}

/**
 * Asks for signs of life.
 *
 * Only silence is death: whatever comes back in time, be it no answer to the
 * ping at all but another message, is life. So there is always a pause before
 * the next ping, and no answer makes it shorter.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  /** Makes one that rests. */
  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  /** Pings now. */
  async beat(): Promise<void> {
    const { ping, received, lost } = this.#options;
    const before = received();
    try {
      await ping();
    } catch {
      if (!this.#stopped && received() === before) return lost();
    }
    this.rest();
  }

  /** Pings after a pause. */
  rest(): void {
    const { interval } = this.#options;
    if (this.#stopped || interval >= 2 ** 31) return;
    this.#timer = setTimeout(() => this.beat(), interval);
  }

  /** Pings no more. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }
}
