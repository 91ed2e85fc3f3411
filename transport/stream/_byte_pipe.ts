// Copyright 2026 the Wirekit authors. MIT license.

/** A stream of bytes below a connection. */
export interface BytePipe {
  /**
   * Starts to read. A chunk belongs to the receiver until it returns. At the
   * end `onEnd` is called, with the error if there is one.
   */
  start(
    onChunk: (chunk: Uint8Array<ArrayBuffer>) => void,
    onEnd: (error?: unknown) => void,
  ): void;
  /** Pauses reading. A chunk that is under way may still come. */
  pause(): void;
  /** Resumes reading. */
  resume(): void;
  /**
   * Writes all bytes after those written before. Returns nothing if they were
   * written at once; otherwise resolves when they are written, and they must
   * not change until then.
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
