// Copyright 2026 the Wirekit authors. MIT license.

/** How a NATS server greets, and what it means if it does otherwise. */

import { Buffer } from "node:buffer";
import { connect, type Socket } from "node:net";
import { later } from "@wirekit/internal/clock";
import type { ServerInfo } from "@nats-io/transport-node";

/** How long one may say nothing before it is asked what it is. */
const SILENCE = 1_000;
/** How long it may say nothing. One that hangs is open for the system. */
const PATIENCE = 3_000;
/** The longest greeting. */
const MAX_GREETING = 1_048_576;
/** The most characters that are shown of another. */
const MAX_SHOWN = 60;
/** What begins a greeting, the JSON aside. */
const START = "INFO ";
/** What HTTP answers, and what TLS cannot read. */
const QUESTION = "GET / HTTP/1.0\r\n\r\n";
/** The first byte of what is said by TLS: an alert, or a part of a handshake. */
const TLS = [0x15, 0x16];

/** Reports that what listens is no NATS server. */
export class StrangerError extends Error {
  override readonly name = "StrangerError";
}

/**
 * Reads the greeting of a server.
 *
 * @returns Nothing if there is more of it to come.
 * @throws {StrangerError} If it is none.
 */
export function readGreeting(bytes: Uint8Array): ServerInfo | undefined {
  const text = new TextDecoder().decode(bytes);
  const start = text.slice(0, START.length).toUpperCase();
  if (!START.startsWith(start) || bytes.length > MAX_GREETING) {
    throw strange(bytes, text);
  }
  const end = text.indexOf("\r\n");
  if (end < 0) return undefined;
  try {
    const info = JSON.parse(text.slice(START.length, end));
    // All have one, of whatever age.
    if (typeof info.version === "string") return info;
  } catch {
    // It is none.
  }
  throw strange(bytes, text);
}

function strange(bytes: Uint8Array, text: string): StrangerError {
  if (TLS.includes(bytes[0]!)) return new StrangerError("it speaks TLS");
  const [line = ""] = text.split(/[\r\n]/);
  // It may be anything, such as what controls a terminal.
  const shown = line.slice(0, MAX_SHOWN).replace(/[^ -~]/g, ".");
  return new StrangerError(`it says "${shown}"`);
}

/** Waits for a server that greets. */
export class Greeting {
  /** Resolves with the greeting; rejects if there will be none. */
  readonly info: Promise<ServerInfo>;
  #stop = () => {};

  /**
   * @param socket Where it comes.
   * @param closed What is said if the socket is closed.
   * @param take Takes each part of it.
   */
  constructor(
    socket: Socket,
    place: { hostname: string; port: number },
    { closed, take }: { closed: string; take: (bytes: Uint8Array) => void },
  ) {
    const { promise, resolve, reject } = Promise.withResolvers<ServerInfo>();
    this.info = promise;
    let asking: Socket | undefined;
    const fail = (error: unknown) => {
      this.stop();
      reject(error);
    };
    const question = later(SILENCE, () => {
      // Not on the same socket: it may be a NATS server that is slow.
      asking = askWhatItIs(place, fail);
    });
    const end = later(PATIENCE, () => fail(new Error("timeout")));
    const heard: Uint8Array[] = [];
    this.#stop = () => {
      question.stop();
      end.stop();
      asking?.destroy();
      socket.removeAllListeners();
    };
    socket.on("data", (bytes: Uint8Array) => {
      take(bytes);
      heard.push(bytes);
      try {
        const info = readGreeting(Buffer.concat(heard));
        if (!info) return;
        this.stop();
        resolve(info);
      } catch (error) {
        fail(error);
      }
    }).once("error", fail).once("close", () => fail(new Error(closed)));
  }

  /** Waits no longer. */
  stop(): void {
    this.#stop();
  }
}

/** Asks what HTTP and TLS answer at once, and tells if the answer is not NATS's. */
function askWhatItIs(
  { hostname, port }: { hostname: string; port: number },
  tell: (error: unknown) => void,
): Socket {
  const socket = connect(port, hostname);
  return socket.on("error", () => {}).on(
    "connect",
    () => socket.write(QUESTION),
  )
    .once("data", (bytes) => {
      socket.destroy();
      try {
        readGreeting(bytes);
      } catch (error) {
        tell(error);
      }
    });
}
