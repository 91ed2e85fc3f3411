// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { later, type Timer } from "@wirekit/internal/clock";
import { CloseError, type Format, type MessageOf } from "../transport.ts";
import {
  type Data,
  PlatformSocket,
  type PlatformSocketOptions,
  sendable,
} from "./_platform_socket.ts";

/** Options of an {@linkcode AcceptedSocket}. */
export interface AcceptedSocketOptions<F extends Format>
  extends PlatformSocketOptions<F> {
  /** The last message to send before this end closes by itself. */
  farewell?: MessageOf<F> | undefined;
  /** When to give up opening, in milliseconds. */
  timeout: number;
  /** The subprotocol: the platform does not know it. */
  protocol?: string | undefined;
  /** Called when nothing is left of the connection, perhaps twice. */
  onGone?: () => void;
}

/**
 * A server's transport over the platform's `WebSocket`, which opens only after
 * the handler has returned its response.
 */
export class AcceptedSocket<F extends Format> extends PlatformSocket<F> {
  readonly #options: AcceptedSocketOptions<F>;
  readonly #openTimer: Timer;
  /** Sent before the socket was open; `undefined` since. */
  #early: Data[] | undefined = [];
  #earlyBytes = 0;

  /** Takes over the socket: nothing else may listen to it or use it. */
  constructor(socket: WebSocket, options: AcceptedSocketOptions<F>) {
    super(socket, options);
    this.#options = options;
    this.#openTimer = later(options.timeout, () => {
      this.close(new CloseError(1006, { reason: "no handshake in time" }));
    });
    socket.onopen = () => this.#onOpen();
    // Not every platform reports the close of a socket that never opened.
    socket.addEventListener("error", () => {
      if (this.#early) this.end(this.lost({ code: 0, reason: "" }));
    });
  }

  /** See {@linkcode WebSocketTransport}. */
  override get protocol(): string {
    return this.#options.protocol ?? super.protocol;
  }

  protected override get buffered(): number {
    return this.#early ? this.#earlyBytes : super.buffered;
  }

  protected override transmit(data: Data): boolean {
    if (!this.#early) return super.transmit(data);
    this.#early.push(data);
    this.#earlyBytes += data.length;
    return true;
  }

  protected override sendClose(error: CloseError): void {
    if (this.socket.readyState !== WebSocket.CONNECTING) {
      return super.sendClose(error);
    }
    // Deno neither tells the peer nor us of a close before the open.
    this.socket.onopen = () => {
      this.#onOpen();
      super.sendClose(error);
    };
  }

  protected override wireCode(code: number): number {
    return sendable(code);
  }

  protected override giveUp(error: CloseError): void {
    const { farewell } = this.#options;
    if (farewell !== undefined) void this.send(farewell);
    super.giveUp(error);
  }

  protected override end(error: CloseError): void {
    this.#openTimer.stop();
    super.end(error);
  }

  protected override gone(): void {
    this.#options.onGone?.();
  }

  #onOpen(): void {
    this.#openTimer.stop();
    const early = this.#early ?? [];
    this.#early = undefined;
    this.#earlyBytes = 0;
    for (const data of early) this.socket.send(data);
  }
}
