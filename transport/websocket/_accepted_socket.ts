// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { later, type Timer } from "@wirekit/internal/clock";
import { DeliveringInbox } from "../reading/_delivering_inbox.ts";
import {
  CloseError,
  type Format,
  type MessageOf,
  type WebSocketTransport,
} from "../transport.ts";
import {
  type Data,
  type Outlet,
  type PlatformOptions,
  platformTransport,
  sendable,
} from "./_platform_transport.ts";

/** Options of {@linkcode acceptSocket}. */
export interface AcceptedSocketOptions<F extends Format>
  extends PlatformOptions<F> {
  /** When to give up opening, in milliseconds. */
  timeout: number;
  /** The subprotocol: the platform does not know it. */
  protocol?: string | undefined;
}

/**
 * Makes a server's transport over the platform's `WebSocket`, which opens only
 * after the handler has returned its response. Nothing else may listen to the
 * socket or use it.
 */
export function acceptSocket<F extends Format>(
  socket: WebSocket,
  options: AcceptedSocketOptions<F>,
): WebSocketTransport<MessageOf<F>> {
  const timer = later(options.timeout, () => {
    transport.close(new CloseError(1006, { reason: "no handshake in time" }));
  });
  const outlet = new EarlyOutlet(socket, timer, options.protocol);
  // Servers read with forEachMessage().
  const inbox = new DeliveringInbox<MessageOf<F>>(Infinity);
  const transport: WebSocketTransport<MessageOf<F>> = platformTransport<F>(
    socket,
    {
      codeFor: sendable,
      ...options,
      onGone() {
        timer.stop();
        options.onGone?.();
      },
    },
    outlet,
    inbox,
  );
  // Not every platform reports the close of a socket that never opened.
  socket.addEventListener("error", () => {
    if (outlet.isEarly) socket.dispatchEvent(new CloseEvent("close"));
  });
  return transport;
}

/** Sends with a socket that may not be open yet. */
class EarlyOutlet implements Outlet {
  readonly protocol: string;
  readonly #socket: WebSocket;
  readonly #timer: Timer;
  /** Sent before the socket was open; `undefined` since. */
  #early: Data[] | undefined = [];
  #earlyBytes = 0;

  /** Stops the timer once nobody waits for the socket to open. */
  constructor(socket: WebSocket, timer: Timer, protocol = socket.protocol) {
    this.#socket = socket;
    this.#timer = timer;
    this.protocol = protocol;
    socket.onopen = () => this.#onOpen();
  }

  get isEarly(): boolean {
    return this.#early !== undefined;
  }

  get readyState(): number {
    return this.#early ? WebSocket.OPEN : this.#socket.readyState;
  }

  get bufferedAmount(): number {
    return this.#early ? this.#earlyBytes : this.#socket.bufferedAmount;
  }

  send(data: Data): void {
    if (!this.#early) return this.#socket.send(data);
    this.#early.push(data);
    this.#earlyBytes += data.length;
  }

  close(code: number, reason: string): void {
    this.#timer.stop();
    const socket = this.#socket;
    if (socket.readyState !== WebSocket.CONNECTING) {
      return socket.close(code, reason);
    }
    // Deno neither tells the peer nor us of a close before the open.
    socket.onopen = () => {
      this.#onOpen();
      socket.close(code, reason);
    };
  }

  #onOpen(): void {
    this.#timer.stop();
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const data of early) this.#socket.send(data);
  }
}
