// Copyright 2026 the Wirekit authors. MIT license.

import { later, type Timer } from "@wirekit/internal/clock";
import type { NatsConnection } from "@nats-io/transport-node";
import { LOOK } from "./_refusals.ts";

/** How long a connection may be away before what needs it fails. */
export const GRACE = 500;

/** What to do about servers that cannot be reached. */
const REACH =
  "Check that most of the NATS servers are running with JetStream on, and " +
  "that this machine can reach them.";

/** A node whose connection comes and goes. */
interface Linked {
  log(level: "info" | "warn", line: string): void;
  /** The connection is away. */
  interrupted(): void;
  /** It has been away for a while. */
  away(reason: string): void;
  /** There is a connection again. */
  back(): void;
}

/** Whether there is a connection to a server. */
export class Link {
  readonly #connection: NatsConnection;
  readonly #node: Linked;
  #isUp = true;
  /** What the server said of the connection, until there is one again. */
  #words = "";
  #grace: Timer | undefined;

  constructor(connection: NatsConnection, node: Linked) {
    this.#connection = connection;
    this.#node = node;
  }

  /** Whether there is one now. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** What to do about a connection that is away, and what the server said of it. */
  get cure(): string {
    if (this.#words === "") return REACH;
    return /authori|authenti/i.test(this.#words)
      ? "Look whether the servers still know the user of this hub, and its secret."
      : LOOK;
  }

  /** Tells the node what becomes of it. */
  async follow(): Promise<void> {
    for await (const status of this.#connection.status()) {
      if (status.type === "disconnect") this.#lose();
      else if (status.type === "reconnect") this.#regain(status.server);
    }
  }

  #lose(): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#node.interrupted();
    this.#node.log("warn", "The connection to the NATS server is lost");
    this.#grace = later(GRACE, () => this.#node.away(this.#why()));
  }

  #why(): string {
    return this.#words === ""
      ? "The NATS servers cannot be reached."
      : `The NATS servers do not let this hub in: ${this.#words}.`;
  }

  #regain(server: string): void {
    this.close();
    this.#isUp = true;
    this.#words = "";
    const line = `Connected to the NATS server ${server} again`;
    this.#node.log("info", line);
    this.#node.back();
  }

  /** Takes what the server says of it before it ends it; returns why it is away. */
  warned(words: string): string | undefined {
    if (words === this.#words) return undefined;
    this.#words = words;
    this.#node.log("warn", `The NATS server says: ${words}`);
    return this.#why();
  }

  /** Waits no longer for a connection that is away. */
  close(): void {
    this.#grace?.stop();
  }
}
