// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The read size while little comes, so that an idle connection holds little
 * memory.
 */
const SMALL_READ = 4_096;

/** The read size while much comes. */
const LARGE_READ = 65_536;

/** Both directions of a stream of bytes, as a carrier needs them. */
export interface Pipe {
  /**
   * Reads the next bytes, valid until the next read; `undefined` at the end.
   */
  read(): Promise<Uint8Array | undefined>;
  /** Writes all bytes. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Tells the peer that no more comes. */
  closeWrite(): Promise<void>;
  /** Releases everything, whatever is under way. Never throws. */
  destroy(): void;
}

/**
 * The members of `Deno.Conn` that are faster and close better than its streams.
 */
export interface Connection {
  /** Reads some bytes. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** Writes some bytes. */
  write(bytes: Uint8Array): Promise<number>;
  /** Ends our direction. */
  closeWrite(): Promise<void>;
  /** Ends both. */
  close(): void;
}

/** Makes a pipe of the stream that {@linkcode StreamTransport} is given. */
export function openPipe(
  stream: {
    readable: ReadableStream<Uint8Array>;
    writable: WritableStream<Uint8Array<ArrayBuffer>>;
  } | Connection,
): Pipe {
  return "closeWrite" in stream
    ? new ConnectionPipe(stream)
    : new StreamPipe(stream.readable, stream.writable);
}

class StreamPipe implements Pipe {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;

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

  async read(): Promise<Uint8Array | undefined> {
    return (await this.#reader.read()).value;
  }

  write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    return this.#writer.write(bytes);
  }

  closeWrite(): Promise<void> {
    return this.#writer.close();
  }

  destroy(): void {
    this.#reader.cancel().catch(() => {});
    this.#writer.abort().catch(() => {});
  }
}

class ConnectionPipe implements Pipe {
  readonly #connection: Connection;
  #buffer: Uint8Array<ArrayBuffer> = new Uint8Array(SMALL_READ);

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async read(): Promise<Uint8Array | undefined> {
    const count = await this.#connection.read(this.#buffer);
    if (count === null) return undefined;
    const bytes = this.#buffer.subarray(0, count);
    const full = count === this.#buffer.length;
    if (full && count === SMALL_READ) this.#buffer = new Uint8Array(LARGE_READ);
    if (count < SMALL_READ && this.#buffer.length > SMALL_READ) {
      this.#buffer = new Uint8Array(SMALL_READ);
    }
    return bytes;
  }

  async write(bytes: Uint8Array): Promise<void> {
    let rest = bytes;
    while (rest.length > 0) {
      rest = rest.subarray(await this.#connection.write(rest));
    }
  }

  closeWrite(): Promise<void> {
    return this.#connection.closeWrite();
  }

  destroy(): void {
    try {
      this.#connection.close();
    } catch {
      // It was closed already.
    }
  }
}
