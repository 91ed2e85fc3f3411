// Copyright 2026 the Wirekit authors. MIT license.

import type { Socket } from "node:net";
import { later, type Timer } from "@wirekit/internal/clock";
import type { Admission, Place, RemoteAddr } from "../admission.ts";
import { Places } from "./_places.ts";

/** The most connections of a server whose clients are waited for. */
export const MAX_AWAITED = 1_024;

/** Why one of them goes when there are too many. */
const OTHERS_WAIT =
  "It has not finished its handshake, and others want to connect";

/**
 * The connections of a server whose clients have to do something next: finish
 * their TLS handshake, or send a request. If there are too many, one goes: of
 * the address with the most, the oldest.
 */
export class Awaited {
  readonly #room = new Places(MAX_AWAITED);
  readonly #waiting = new Map<
    string,
    { place: Place; timer: Timer; socket: Socket }
  >();
  readonly #admission: Pick<Admission, "refuse"> | undefined;

  readonly #timeout: number;

  /**
   * Makes an empty one.
   *
   * @param admission Has the log.
   * @param timeout How long to wait for one, in milliseconds, if nobody else
   * watches that: `node:tls` of Deno 2.9 does not.
   */
  constructor(
    admission: Pick<Admission, "refuse"> | undefined,
    timeout = Infinity,
  ) {
    this.#admission = admission;
    this.#timeout = timeout;
  }

  /** Waits for the client of a new socket. */
  begin(socket: Socket): void {
    const name = nameOf(socket);
    socket.once("close", () => this.#forget(name));
    this.add(socket);
  }

  /** Waits for the client of a socket once more. */
  add(socket: Socket): void {
    const name = nameOf(socket);
    this.#forget(name);
    const remoteAddr = remoteAddrOf(socket);
    const place = this.#room.enter(remoteAddr.hostname ?? "");
    if (!place) return void socket.destroy();
    place.offer(() => {
      this.#admission?.refuse(408, OTHERS_WAIT, { remoteAddr });
      socket.destroy();
    });
    const timer = later(this.#timeout, () => socket.destroy());
    this.#waiting.set(name, { place, timer, socket });
  }

  /** Waits no longer: the client has done it. */
  delete(socket: Socket): void {
    this.#forget(nameOf(socket));
  }

  /** Ends the connections that are waited for. */
  end(): void {
    for (const { place, socket } of this.#waiting.values()) {
      socket.destroy();
      place.leave();
    }
  }

  #forget(name: string): void {
    const { place, timer } = this.#waiting.get(name) ?? {};
    place?.leave();
    timer?.stop();
    this.#waiting.delete(name);
  }
}

/** Returns where a socket comes from. */
export function remoteAddrOf(
  { remoteAddress, remotePort }: Socket,
): RemoteAddr {
  return remoteAddress === undefined ? { transport: "unix" } : {
    transport: "tcp",
    hostname: remoteAddress,
    ...(remotePort !== undefined && { port: remotePort }),
  };
}

/** Tells a socket from others, below TLS as above it. */
function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
