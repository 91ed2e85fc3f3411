// Copyright 2026 the Wirekit authors. MIT license.

/** Clients over TCP and Unix sockets, a message a line. */

import type { Hub } from "@wirekit/hub/hub";
import { NewlineFramer } from "@wirekit/transport/newline-framer";
import { listenTcp } from "@wirekit/transport/tcp";
import type { Transport } from "@wirekit/transport/transport";
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
  const framer = () => new NewlineFramer({ format: "utf8", maxMessageBytes });
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
      urls.push(`tcp://${hostname}:${tcp.addr.port}`);
    }
    if (unixPath !== undefined) {
      accept(await listenUnix({ path: unixPath, admission }, framer), "Unix");
      urls.push(`unix:${unixPath}`);
    }
    return { urls, close };
  } catch (error) {
    await close();
    throw error;
  }
}
