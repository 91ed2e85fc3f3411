// Copyright 2026 the Wirekit authors. MIT license.

import type { Socket } from "node:net";
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
  readonly #places = new Map<string, Place>();
  readonly #admission: Pick<Admission, "refuse"> | undefined;

  /** Makes an empty one, and the log of which it is. */
  constructor(admission: Pick<Admission, "refuse"> | undefined) {
    this.#admission = admission;
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
    this.#places.set(name, place);
  }

  /** Waits no longer: the client has done it. */
  delete(socket: Socket): void {
    this.#forget(nameOf(socket));
  }

  #forget(name: string): void {
    this.#places.get(name)?.leave();
    this.#places.delete(name);
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
