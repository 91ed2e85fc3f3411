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
  /** All its connections, for as long as they are open. */
  readonly #connections = new Map<string, Connection>();
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
    socket.once("close", () => {
      const connection = this.#connections.get(name);
      if (connection) leave(connection);
      this.#connections.delete(name);
    });
    this.#connections.set(name, {
      socket,
      address: socket.remoteAddress ?? "",
      place: undefined,
      timer: undefined,
    });
    this.add(socket);
  }

  /** Waits for the client of a socket once more. */
  add(socket: Socket): void {
    const connection = this.#connections.get(nameOf(socket));
    if (!connection) return;
    leave(connection);
    const place = this.#room.enter(connection.address);
    if (!place) return void socket.destroy();
    place.offer(() => {
      const remoteAddr = remoteAddrOf(socket);
      this.#admission?.refuse(408, OTHERS_WAIT, { remoteAddr });
      socket.destroy();
    });
    connection.place = place;
    if (this.#timeout === Infinity) return;
    connection.timer = later(this.#timeout, () => socket.destroy());
  }

  /** Waits no longer: the client has done it. */
  delete(socket: Socket): void {
    const connection = this.#connections.get(nameOf(socket));
    if (connection) leave(connection);
  }

  /** Never waits for the client of a socket again. */
  forget(socket: Socket): void {
    this.delete(socket);
    this.#connections.delete(nameOf(socket));
  }

  /** Ends the connections that are waited for. */
  end(): void {
    for (const { place, socket } of this.#connections.values()) {
      if (!place) continue;
      socket.destroy();
      place.leave();
    }
  }
}

/** A connection, and its place while it is waited for. */
interface Connection {
  readonly socket: Socket;
  readonly address: string;
  place: Place | undefined;
  timer: Timer | undefined;
}

function leave(connection: Connection): void {
  connection.place?.leave();
  connection.timer?.stop();
  connection.place = connection.timer = undefined;
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
