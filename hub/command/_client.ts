// Copyright 2026 the Wirekit authors. MIT license.

/** The part that all commands that connect to a hub share. */

import {
  checkUrl,
  givenUrl,
  parseExactly,
  port,
  readCertificates,
  seconds,
  settings,
  type Terminal,
  text,
  toggle,
  type Values,
} from "@wirekit/internal/command";
import { sleep } from "@wirekit/internal/clock";
import type { Transport } from "@wirekit/transport/transport";
import type { Client } from "../client.ts";
import { NotConnectedError, OnHoldError } from "../errors.ts";
import * as MessageType from "../winerp/_message_type.ts";

const SCHEMES = ["ws:", "wss:", "tcp:", "tls:", "unix:"];

/** Their options. */
export const CLIENT_OPTIONS = {
  url: text(
    "URL",
    "The hub (or WIREKIT_URL; ws://127.0.0.1:13254): ws:, wss:, tcp:, tls: or unix:",
  ),
  port: port("The hub on this machine with this port", "p", 1),
  token: text("SECRET", "The hub's token; better in WIREKIT_TOKEN"),
  ca: text("FILE", "Certificates to trust with wss: and tls:, in PEM", {
    file: true,
  }),
  timeout: seconds("How long to wait (60)"),
  json: toggle("Print one JSON text per line"),
};

/** The values of these options. */
export type ClientValues = Values<typeof CLIENT_OPTIONS>;

const NO_NAMES =
  "The hub cannot give out names now: it may not reach the other " +
  "hubs of its cluster. Its /readyz, log and page say why, and its " +
  "/api/report and /api/clients answer all the same";

/** How many messages are kept to find the text of an answer. */
const MEMORY = 100;

/** A client that knows the text of the last messages that it received. */
export interface Recorded {
  readonly client: Client;
  /** The data of the last answer, exactly as it came: `1.0` is not `1`. */
  answer(): string | undefined;
}

/**
 * Makes a client of the hub that the user named. It is not connected yet. Its
 * code is loaded only now: the commands that do not connect start without it.
 */
export async function makeClient(
  name: string,
  options: ClientValues,
  terminal: Terminal,
): Promise<Recorded> {
  const { Client } = await import("../client.ts");
  const { openTransport } = await import("../client/session/_open.ts");
  const { WIREKIT_URL, WIREKIT_TOKEN: token } = settings(terminal, {
    WIREKIT_URL: givenUrl(options, (port) => `ws://127.0.0.1:${port}`),
    WIREKIT_TOKEN: options.token,
  });
  const url = checkUrl(WIREKIT_URL ?? "ws://127.0.0.1:13254", SCHEMES);
  const texts: string[] = [];
  const open = async (signal: AbortSignal): Promise<Transport> => {
    const { ca } = options;
    const tls = ca === undefined
      ? undefined
      : { ca: await readCertificates(ca) };
    const opened = await openTransport(
      { url, token, tls, transport: undefined },
      signal,
    );
    return new Recorder(opened.transport, texts);
  };
  const isWeb = /^wss?:/i.test(url);
  const client = new Client(name, {
    url,
    transport: open,
    // Over WebSocket it was sent with the handshake.
    ...(token !== undefined && !isWeb && { token }),
  });
  const answer = () => {
    for (const text of texts.toReversed()) {
      const { type, data } = parseExactly(text) as Record<string, unknown>;
      if (type === MessageType.response) return JSON.stringify(data);
    }
    return undefined;
  };
  return { client, answer };
}

/** Makes a client with a name that no other client has, and connects it. */
export async function connectClient(
  options: ClientValues,
  terminal: Terminal,
): Promise<Recorded> {
  // Of version 4: cut short, one of version 7 would only be the time.
  const name = `hub-${crypto.randomUUID().slice(0, 8)}`;
  const recorded = await makeClient(name, options, terminal);
  const { timeout = 60_000 } = options;
  const { signal } = terminal;
  const held = () => terminal.error(`${NO_NAMES}. Waiting until it can`);
  recorded.client.addEventListener("hold", held, { once: true });
  const connected = recorded.client.connect({ timeout, signal })
    .catch((error) => {
      // Nobody else has such a name.
      if (error instanceof OnHoldError) {
        throw new NotConnectedError(NO_NAMES, { cause: error });
      }
      if (!/^The connection to \S+ has ended$/.test(error.message)) throw error;
      // It ends what it does not understand, without a word.
      throw new NotConnectedError(`${error.message}. Is that a hub?`, {
        cause: error,
      });
    });
  await terminal.during("Connecting", connected);
  return recorded;
}

/**
 * Waits until Ctrl-C, for what goes on until then.
 *
 * @throws If the client does not connect again: the hub refuses it.
 */
export async function untilStopped(
  client: Client,
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  if (signal.aborted) return;
  signal.addEventListener("abort", () => resolve(), { once: true });
  client.addEventListener("error", async ({ detail: { error } }) => {
    await sleep(0); // By then it has given up, if it does.
    if (client.state === "closed") reject(error);
  });
  await promise;
}

/** A transport that keeps the last messages that came in. */
class Recorder implements Transport {
  readonly #transport: Transport;
  readonly #texts: string[];

  constructor(transport: Transport, texts: string[]) {
    this.#transport = transport;
    this.#texts = texts;
  }

  send(text: string): Promise<void> {
    return this.#transport.send(text);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string, void, void> {
    for await (const text of this.#transport) {
      this.#texts.push(text);
      if (this.#texts.length > MEMORY) this.#texts.shift();
      yield text;
    }
  }

  close(error?: Error): Promise<void> {
    return this.#transport.close(error);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
