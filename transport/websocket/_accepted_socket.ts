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
  const { timeout, onGone, ...rest } = options;
  const outlet = new EarlyOutlet(socket, options.protocol);
  // Servers read with forEachMessage().
  const inbox = new DeliveringInbox<MessageOf<F>>(Infinity);
  const transport: WebSocketTransport<MessageOf<F>> = platformTransport<F>(
    socket,
    {
      codeFor: sendable,
      ...rest,
      onGone() {
        outlet.stopTimer();
        onGone?.();
      },
    },
    outlet,
    inbox,
  );
  outlet.wait(timeout, () => {
    transport.close(new CloseError(1006, { reason: "no handshake in time" }));
  });
  return transport;
}

/**
 * Sends with a socket that may not be open yet. Once it is, nothing is left of
 * the wait, which would take half a KiB of each connection.
 */
class EarlyOutlet implements Outlet {
  readonly protocol: string;
  readonly #socket: WebSocket;
  #timer: Timer | undefined;
  /** Sent before the socket was open; `undefined` since. */
  #early: Data[] | undefined = [];
  #earlyBytes = 0;

  constructor(socket: WebSocket, protocol = socket.protocol) {
    this.#socket = socket;
    this.protocol = protocol;
  }

  get readyState(): number {
    return this.#early ? WebSocket.OPEN : this.#socket.readyState;
  }

  get bufferedAmount(): number {
    return this.#early ? this.#earlyBytes : this.#socket.bufferedAmount;
  }

  /** Waits for the socket to open, and calls back if it does not in time. */
  wait(timeout: number, late: () => void): void {
    const socket = this.#socket;
    socket.addEventListener("open", this);
    // Not every platform reports the close of a socket that never opened.
    socket.addEventListener("error", this);
    this.#timer = later(timeout, late);
  }

  /** See `EventListener`. */
  handleEvent({ type }: Event): void {
    if (type === "open") this.#onOpen();
    else this.#socket.dispatchEvent(new CloseEvent("close"));
  }

  /** Waits no longer than it takes. */
  stopTimer(): void {
    this.#timer?.stop();
    this.#timer = undefined;
  }

  send(data: Data): void {
    if (!this.#early) return this.#socket.send(data);
    this.#early.push(data);
    this.#earlyBytes += data.length;
  }

  close(code: number, reason: string): void {
    this.stopTimer();
    const socket = this.#socket;
    if (socket.readyState !== WebSocket.CONNECTING) {
      return socket.close(code, reason);
    }
    // Deno neither tells the peer nor us of a close before the open.
    socket.addEventListener("open", () => socket.close(code, reason));
  }

  #onOpen(): void {
    this.stopTimer();
    const socket = this.#socket;
    socket.removeEventListener("open", this);
    socket.removeEventListener("error", this);
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const data of early) socket.send(data);
  }
}
