// Copyright 2026 the Wirekit authors. MIT license.

// @ts-types="@modelcontextprotocol/sdk/client/streamableHttp"
import type { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
// @ts-types="@modelcontextprotocol/sdk/types"
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import { settled, within } from "@wirekit/internal/clock";
import { TimeoutError } from "@wirekit/internal/errors";

/** How long a hub may take to begin a session again, in milliseconds. */
const BEGINNING = 10_000;

/** How long it may take to end one that nobody waits for. */
const ENDING = 1_000;

/**
 * What an assistant has at a hub. A hub forgets it when it is started again, or
 * after a long silence; it is begun anew then, as the protocol asks of clients.
 */
export class HubSession {
  readonly #connect: () => StreamableHTTPClientTransport;
  readonly #receive: (message: JSONRPCMessage) => void;
  #far: StreamableHTTPClientTransport;
  /** What the assistant has begun with. */
  #hello: JSONRPCMessage | undefined;
  /** Gives the session that all later messages need. */
  #begun: Promise<void> = Promise.resolve();

  constructor(
    connect: () => StreamableHTTPClientTransport,
    receive: (message: JSONRPCMessage) => void,
  ) {
    this.#connect = connect;
    this.#receive = receive;
    this.#far = this.#open(receive);
  }

  /** Begins the session with the first message of the assistant. */
  begin(hello: JSONRPCMessage): Promise<void> {
    this.#hello = hello;
    return this.#begun = this.#far.start().then(() => this.#far.send(hello));
  }

  /** Sends a message, once more if the hub does not know the session. */
  async send(message: JSONRPCMessage): Promise<void> {
    const far = this.#far;
    await this.#begun;
    try {
      await far.send(message);
    } catch (error) {
      const { code } = error as { code?: unknown };
      const isForgotten = code === 404 && far.sessionId !== undefined;
      // Another message may have found out first, and ended it.
      if (!isForgotten && far === this.#far) throw error;
      await this.#beginAgain(far);
      await this.#far.send(message);
    }
  }

  /** Ends the session, also of a hub that does not answer. */
  async close(): Promise<void> {
    await settled(this.#far.terminateSession(), ENDING);
    await this.#far.close();
  }

  async #beginAgain(old: StreamableHTTPClientTransport): Promise<void> {
    if (this.#far === old) {
      const welcome = Promise.withResolvers<void>();
      const { id } = this.#hello as { id?: unknown };
      const far = this.#open((message) => {
        if ("method" in message || message.id !== id) {
          return this.#receive(message);
        }
        // The assistant has the answer to its own.
        welcome.resolve();
      });
      const greet = async () => {
        await far.start();
        await far.send(this.#hello!);
        await welcome.promise;
        await far.send({ jsonrpc: "2.0", method: "notifications/initialized" });
      };
      this.#far = far;
      this.#begun = within(
        greet(),
        BEGINNING,
        () => new TimeoutError("It did not begin another session in time"),
      ).catch(async (error) => {
        // The next message tries again.
        this.#far = old;
        this.#begun = Promise.resolve();
        await far.close();
        throw error;
      });
      await this.#begun;
      await old.close();
      this.#receive({
        jsonrpc: "2.0",
        method: "notifications/tools/list_changed",
      });
    }
    await this.#begun;
  }

  #open(
    receive: (message: JSONRPCMessage) => void,
  ): StreamableHTTPClientTransport {
    const far = this.#connect();
    far.onmessage = (message) => {
      const version = "result" in message && message.result.protocolVersion;
      if (typeof version === "string") far.setProtocolVersion(version);
      receive(message);
    };
    return far;
  }
}
