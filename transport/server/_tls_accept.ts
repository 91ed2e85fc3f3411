// Copyright 2026 the Wirekit authors. MIT license.

import type { SecureContext, TLSSocket } from "node:tls";
import type { Duplex as NodeDuplex } from "node:stream";
import type { Connection } from "../stream/_pipe.ts";
import { createSecureContext, Duplex, TlsSocket } from "../_node_net.ts";

/** The size of one read, and the most bytes that may wait for a slow reader. */
const READ_BYTES = 65_536;

/** Encrypts accepted connections. */
export interface Encryption {
  /** Encrypts a connection, or closes it and rejects. */
  encrypt(conn: Deno.Conn, signal: AbortSignal): Promise<Connection>;
  /** Takes another certificate and key for the connections to come. */
  renew(tls: { cert: string; key: string }): void;
}

/**
 * Makes what encrypts accepted connections.
 *
 * Not `Deno.listenTls`: when Deno 2.9 closes a connection whose handshake is
 * under way, its socket stays open until the client closes it, so a silent
 * client can hold a file descriptor for as long as it likes.
 */
export function encryption(tls: { cert: string; key: string }): Encryption {
  let secureContext = createSecureContext(tls);
  const renew = (tls: { cert: string; key: string }) => {
    secureContext = createSecureContext(tls);
  };
  const encrypt: Encryption["encrypt"] = async (conn, signal) => {
    const connection = new EncryptedConnection(conn, secureContext);
    const { socket } = connection;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const gone = () =>
      reject(new Error("The client broke off the TLS handshake"));
    const abort = () => reject(signal.reason);
    socket.once("secure", resolve).once("error", reject).once("close", gone);
    connection.over.then(gone);
    signal.addEventListener("abort", abort);
    if (signal.aborted) abort();
    try {
      await promise;
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  };
  return { encrypt, renew };
}

/** An encrypted socket that is read only on demand. */
class EncryptedConnection implements Connection {
  readonly socket: TLSSocket;
  /** Resolves when no more bytes come. */
  readonly over: Promise<void>;
  readonly #over = Promise.withResolvers<void>();
  readonly #conn: Deno.Conn;
  #rest: Uint8Array | undefined;
  #error: Error | undefined;
  #ended = false;
  /**
   * Wakes the reader that waits for bytes, and the writer that waits for room.
   */
  #wake: (() => void) | undefined;
  #goOn: (() => void) | undefined;

  constructor(conn: Deno.Conn, secureContext: SecureContext) {
    this.#conn = conn;
    this.over = this.#over.promise;
    this.socket = new TlsSocket(this.#bytes(), {
      isServer: true,
      secureContext,
    });
    const ended = () => {
      this.#ended = true;
      this.#wake?.();
    };
    this.socket.on("readable", () => this.#wake?.()).on("end", ended)
      .on("close", ended).on("error", (error) => {
        this.#error = error;
        this.#wake?.();
      });
  }

  /** The bytes as they travel. TLS takes all it gets, so it gets no more than it should. */
  #bytes(): NodeDuplex {
    const conn = this.#conn;
    const buffer = new Uint8Array(READ_BYTES);
    const pull = async (stream: NodeDuplex) => {
      try {
        if (this.socket?.readableLength >= READ_BYTES) {
          await new Promise<void>((resolve) => this.#goOn = resolve);
        }
        const count = await conn.read(buffer);
        if (count === null) this.#over.resolve();
        stream.push(count === null ? null : buffer.slice(0, count));
      } catch (error) {
        this.#over.resolve();
        stream.destroy(error as Error);
      }
    };
    const write = async (bytes: Uint8Array) => {
      for (let rest = bytes; rest.length > 0;) {
        rest = rest.subarray(await conn.write(rest));
      }
    };
    return new Duplex({
      read() {
        pull(this);
      },
      write(bytes: Uint8Array, _encoding, done) {
        write(bytes).then(() => done(), done);
      },
      final(done) {
        conn.closeWrite().then(() => done(), done);
      },
    });
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    for (;;) {
      const chunk = this.#rest ?? this.socket.read() as Uint8Array | null;
      if (chunk !== null) {
        this.#goOn?.();
        const taken = chunk.subarray(0, buffer.length);
        this.#rest = taken.length < chunk.length
          ? chunk.subarray(taken.length)
          : undefined;
        buffer.set(taken);
        return taken.length;
      }
      if (this.#error) throw this.#error;
      if (this.#ended) return null;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  write(bytes: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      this.socket.write(
        bytes,
        (error) => error ? reject(error) : resolve(bytes.length),
      );
    });
  }

  closeWrite(): Promise<void> {
    return new Promise((resolve) => this.socket.end(() => resolve()));
  }

  close(): void {
    this.#goOn?.();
    this.socket.destroy();
    try {
      this.#conn.close();
    } catch {
      // It was closed already.
    }
  }
}
