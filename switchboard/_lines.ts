// Copyright 2026 the Wirekit authors. MIT license.

/** Clients over TCP and Unix sockets, a message a line. */

import type { Hub } from "@wirekit/hub/hub";
import { NewlineFramer } from "@wirekit/transport/framers";
import { listenTcp } from "@wirekit/transport/tcp";
import { CloseError, type Transport } from "@wirekit/transport/transport";
import { listenUnix } from "@wirekit/transport/unix";

/** Addresses that only this machine reaches. */
const LOOPBACK_REGEXP = /^(localhost|127(\.\d+){3}|\[?::1\]?)$/;

/** Where to listen. */
export interface LinesOptions {
  readonly hostname?: string;
  readonly tcpPort?: number;
  readonly unixPath?: string;
}

/** Where it listens, and what ends that. */
export interface Listening {
  readonly urls: readonly string[];
  close(): Promise<void>;
}

type Bytes = Transport<Uint8Array<ArrayBuffer>>;

/**
 * The longest line of a client without a name: more than it takes to get one.
 */
const MAX_STRANGERS_BYTES = 65_536;

/** Which framer a message came from. */
const framers = new WeakMap<Uint8Array, StrangersFramer>();

/** Returns what has read the line that a message came in, if it came in one. */
export function framerOf(message: Uint8Array): StrangersFramer | undefined {
  return framers.get(message);
}

/**
 * Reads lines. A client that has not shown the token may be a stranger, and
 * gets only as much memory as that takes. What follows a line that may show it
 * is read before anybody has looked at that line, so it may be longer until
 * then.
 */
export class StrangersFramer extends NewlineFramer<"utf8"> {
  #isStranger = true;

  constructor(maxMessageBytes: number) {
    super({ format: "utf8", maxMessageBytes });
  }

  /**
   * Says, after each line that was handled, whether it is still a stranger's.
   *
   * @returns Whether there is no more of it than a stranger may send.
   */
  decide(isStranger: boolean): boolean {
    this.#isStranger = isStranger;
    return !isStranger || this.pending <= MAX_STRANGERS_BYTES;
  }

  override *decode(
    chunk: Uint8Array,
  ): Generator<Uint8Array<ArrayBuffer>, void> {
    for (let rest = chunk; rest.length > 0;) {
      if (!this.#isStranger) return yield* this.#known(rest);
      const end = rest.indexOf(NEWLINE) + 1;
      const line = end === 0 ? rest : rest.subarray(0, end);
      if (this.pending + line.length > MAX_STRANGERS_BYTES) {
        const reason = `Line over ${MAX_STRANGERS_BYTES} bytes without a name`;
        throw new CloseError(1009, { reason });
      }
      for (const message of super.decode(line)) {
        framers.set(message, this);
        if (decoder.decode(message).includes("hub.join")) {
          this.#isStranger = false;
        }
        yield message;
      }
      rest = rest.subarray(line.length);
    }
  }

  *#known(chunk: Uint8Array): Generator<Uint8Array<ArrayBuffer>, void> {
    yield* super.decode(chunk);
  }
}

const decoder = new TextDecoder();
const NEWLINE = 0x0a;

/** Listens where it is told to. */
export async function listenLines(
  hub: Hub,
  { hostname = "127.0.0.1", tcpPort, unixPath }: LinesOptions,
  serve: (transport: Bytes, carrier: string) => Promise<void>,
): Promise<Listening> {
  if (!LOOPBACK_REGEXP.test(hostname) && hub.passFor(undefined)) {
    throw new TypeError(
      `Cannot listen on ${hostname} without a token: anybody who reaches it ` +
        "could take any name",
    );
  }
  const { admission, maxInboundBytes: maxMessageBytes } = hub;
  const framer = () => new StrangersFramer(maxMessageBytes);
  const urls: string[] = [];
  const ends: (() => Promise<void>)[] = [];
  const close = async () => {
    await Promise.all(ends.splice(0).map((end) => end()));
  };
  const accept = (
    listener: AsyncIterable<Bytes> & { close(): Promise<void> },
    carrier: string,
  ) => {
    const done = (async () => {
      for await (const transport of listener) void serve(transport, carrier);
    })();
    ends.push(async () => {
      await listener.close();
      await done;
    });
  };
  try {
    if (tcpPort !== undefined) {
      const tcp = await listenTcp(
        { hostname, port: tcpPort, admission },
        framer,
      );
      accept(tcp, "TCP");
      const host = hostname.includes(":") ? `[${hostname}]` : hostname;
      urls.push(`tcp://${host}:${tcp.addr.port}`);
    }
    if (unixPath !== undefined) {
      const unix = await listenUnix({ path: unixPath, admission }, framer);
      accept(unix, "Unix");
      urls.push(`unix:${unix.addr.path}`);
    }
    return { urls, close };
  } catch (error) {
    await close();
    throw error;
  }
}
