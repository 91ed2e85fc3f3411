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
  /**
   * Its connections over TLS, for as long as they are open: above TLS they have
   * another socket. Without TLS the socket has its connection.
   */
  readonly #connections = new Map<string, Connection>();
  readonly #admission: Pick<Admission, "refuse"> | undefined;

  readonly #isSecure: boolean;
  readonly #timeout: number;

  /**
   * Makes an empty one.
   *
   * @param admission Has the log.
   * @param options `isSecure`: whether it is a server over TLS. `timeout`: how long to
   * wait for one, in milliseconds, if nobody else watches that: `node:tls` of Deno
   * 2.9 does not.
   */
  constructor(
    admission: Pick<Admission, "refuse"> | undefined,
    { isSecure, timeout = Infinity }: { isSecure: boolean; timeout?: number },
  ) {
    this.#admission = admission;
    this.#isSecure = isSecure;
    this.#timeout = timeout;
  }

  /** Waits for the client of a new socket. */
  begin(socket: Socket): void {
    const connection: Connection = {
      socket,
      address: socket.remoteAddress ?? "",
      place: undefined,
      timer: undefined,
    };
    if (this.#isSecure) {
      const name = nameOf(socket);
      this.#connections.set(name, connection);
      socket.once("close", () => {
        leave(connection);
        this.#connections.delete(name);
      });
    } else {
      (socket as Known)[CONNECTION] = connection;
      socket.once("close", left);
    }
    this.#add(connection);
  }

  /** Waits for the client of a socket once more. */
  add(socket: Socket): void {
    const connection = this.#of(socket);
    if (connection) this.#add(connection);
  }

  #add(connection: Connection): void {
    const { socket } = connection;
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
    const connection = this.#of(socket);
    if (connection) leave(connection);
  }

  #of(socket: Socket): Connection | undefined {
    return this.#isSecure
      ? this.#connections.get(nameOf(socket))
      : (socket as Known)[CONNECTION];
  }

  /** Never waits for the client of a socket again. */
  forget(socket: Socket): void {
    this.delete(socket);
    if (this.#isSecure) this.#connections.delete(nameOf(socket));
    else (socket as Known)[CONNECTION] = undefined;
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

const CONNECTION = /* @__PURE__ */ Symbol("connection");

/** A socket without TLS. */
type Known = Socket & { [CONNECTION]?: Connection | undefined };

/** Called with the socket that is closed. */
function left(this: Socket): void {
  const connection = (this as Known)[CONNECTION];
  if (connection) leave(connection);
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
