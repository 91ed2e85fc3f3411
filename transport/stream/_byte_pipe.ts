// Copyright 2026 the Wirekit authors. MIT license.

/**
 * What a pipe reads for: an object, since closures cost memory each.
 *
 * @category Other carriers
 */
export interface PipeListener {
  /**
   * Takes bytes, which belong to it until it returns.
   *
   * @param chunk The bytes.
   */
  onChunk(chunk: Uint8Array<ArrayBuffer>): void;
  /**
   * Is told the end; perhaps more than once.
   *
   * @param error The error, if there is one.
   */
  onEnd(error?: unknown): void;
}

/**
 * A stream of bytes below a connection.
 *
 * @category Other carriers
 */
export interface BytePipe {
  /**
   * Starts to read.
   *
   * @param listener Takes what comes.
   */
  start(listener: PipeListener): void;
  /** Pauses reading. A chunk that is under way may still come. */
  pause(): void;
  /** Resumes reading. */
  resume(): void;
  /**
   * Writes all bytes. Not to be called while a write before has not resolved.
   *
   * @param parts The bytes.
   * @returns Nothing if they were written at once. Otherwise it resolves when
   * they are written; they must not change until then.
   */
  write(parts: Uint8Array<ArrayBuffer>[]): Promise<void> | undefined;
  /** Grows each time that the peer makes room for what had to wait. */
  readonly progress: number;
  /** Until when the peer has to read, at its speed, what has left already. */
  readonly busyUntil: number;
  /**
   * Ends our direction, once all is written. Resolves when that is done; never
   * rejects.
   */
  end(): Promise<void>;
  /** Releases everything. Never throws. */
  destroy(): void;
}
