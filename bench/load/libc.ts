// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Sockets of the C library: no event loop between the load generator and the
 * kernel. Linux only, as all of bench/ is, since 5.11.
 */

const libc = Deno.dlopen("libc.so.6", {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  setsockopt: {
    parameters: ["i32", "i32", "i32", "buffer", "u32"],
    result: "i32",
  },
  send: { parameters: ["i32", "buffer", "usize", "i32"], result: "i32" },
  recv: { parameters: ["i32", "buffer", "usize", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  epoll_create1: { parameters: ["i32"], result: "i32" },
  epoll_ctl: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  epoll_pwait2: {
    parameters: ["i32", "buffer", "i32", "buffer", "pointer"],
    result: "i32",
  },
  __errno_location: { parameters: [], result: "pointer" },
}).symbols;

const AF_UNIX = 1;
const AF_INET = 2;
const SOCK_STREAM = 1;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_RCVTIMEO = 20;
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const EAGAIN = 11;
const MAX_EVENTS = 1024;

/** Something to read. */
export const EPOLLIN = 1;
/** Room to write. */
export const EPOLLOUT = 4;

function errno(): number {
  return new Deno.UnsafePointerView(libc.__errno_location()!).getInt32();
}

function fail(what: string): never {
  throw new Error(`Cannot ${what}: errno ${errno()}`);
}

/** A number does as well as a bigint, and is faster; only the types deny it. */
function size(bytes: number): bigint {
  return bytes as unknown as bigint;
}

/** Where to connect. */
export interface Address {
  /** The port on 127.0.0.1. */
  port?: number;
  /** The path of a Unix socket. */
  path?: string;
}

function inet(port: number, host = [127, 0, 0, 1]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint16(0, AF_INET, true);
  new DataView(bytes.buffer).setUint16(2, port);
  bytes.set(host, 4);
  return bytes;
}

function int(...values: number[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new Int32Array(values).buffer);
}

/**
 * Connects, without Nagle's algorithm.
 *
 * @param address Where.
 * @param source Which of this machine's own addresses to come from, so that more
 * connections than one address has ports can have been.
 * @param receiveBytes The size of the kernel's receive buffer, if it matters.
 * @returns The file descriptor. Reading from it waits 10 seconds at most.
 */
export function dial(
  { port, path }: Address,
  source = 0,
  receiveBytes = 0,
): number {
  const fd = libc.socket(path ? AF_UNIX : AF_INET, SOCK_STREAM, 0);
  if (fd < 0) fail("make a socket");
  libc.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, int(10, 0, 0, 0), 16);
  if (receiveBytes > 0) {
    libc.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, int(receiveBytes), 4);
  }
  let target = inet(port ?? 0);
  if (path) {
    target = new Uint8Array(110);
    target[0] = AF_UNIX;
    new TextEncoder().encodeInto(path, target.subarray(2));
  } else {
    libc.setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, int(1), 4);
    if (source > 0) libc.bind(fd, inet(0, [127, 0, 1, source]), 16);
  }
  if (libc.connect(fd, target, target.length) < 0) fail("connect");
  return fd;
}

/**
 * Reads what is there.
 *
 * @param fd The connection.
 * @param into Where to put it.
 * @param wait Whether to wait if nothing is there.
 * @returns How many bytes; 0 at the end, -1 if nothing is there.
 */
export function receive(
  fd: number,
  into: Uint8Array<ArrayBuffer>,
  wait = false,
): number {
  const got = libc.recv(fd, into, size(into.length), wait ? 0 : MSG_DONTWAIT);
  if (got >= 0) return got;
  if (errno() === EAGAIN) return -1;
  return 0;
}

/**
 * Sends what there is room for.
 *
 * @param fd The connection.
 * @param bytes Holds what to send.
 * @param length How much of it.
 * @param wait Whether to wait for room.
 * @returns How many bytes; 0 if there is no room.
 */
export function transmit(
  fd: number,
  bytes: Uint8Array<ArrayBuffer>,
  length: number,
  wait = false,
): number {
  const flags = MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT);
  const sent = libc.send(fd, bytes, size(length), flags);
  if (sent >= 0) return sent;
  if (errno() === EAGAIN) return 0;
  return fail("send");
}

/**
 * Closes a connection.
 *
 * @param fd The connection.
 */
export function hangUp(fd: number): void {
  libc.close(fd);
}

/** Tells which connections can be read or written. */
export class Poll {
  /** The file descriptors that are ready, after {@linkcode Poll.wait}. */
  readonly ready = new Int32Array(MAX_EVENTS);
  /** What each of them is ready for. */
  readonly what = new Int32Array(MAX_EVENTS);
  readonly #fd = libc.epoll_create1(0);
  readonly #events = new Uint8Array(12 * MAX_EVENTS);
  readonly #view = new DataView(this.#events.buffer);
  /** Seconds and nanoseconds. */
  readonly #timeout = new BigInt64Array(2);
  #asked = 0;

  /**
   * Watches a connection.
   *
   * @param fd The connection.
   * @param events What for.
   * @param isNew Whether it is not watched yet.
   */
  watch(fd: number, events: number, isNew = false): void {
    const event = new Uint8Array(12);
    const view = new DataView(event.buffer);
    view.setUint32(0, events, true);
    view.setInt32(4, fd, true);
    if (libc.epoll_ctl(this.#fd, isNew ? 1 : 3, fd, event) < 0) fail("watch");
  }

  /**
   * Watches a connection no more.
   *
   * @param fd The connection.
   */
  forget(fd: number): void {
    libc.epoll_ctl(this.#fd, 2, fd, new Uint8Array(12));
  }

  /**
   * Waits until something can be done.
   *
   * @param timeout How long, in milliseconds.
   * @returns How many connections are ready.
   */
  wait(timeout: number): number {
    if (timeout !== this.#asked) {
      this.#asked = timeout;
      const seconds = Math.floor(timeout / 1000);
      this.#timeout[0] = BigInt(seconds);
      this.#timeout[1] = BigInt(Math.round(1e6 * (timeout - 1000 * seconds)));
    }
    const count = libc.epoll_pwait2(
      this.#fd,
      this.#events,
      MAX_EVENTS,
      this.#timeout,
      null,
    );
    for (let i = 0; i < count; i++) {
      this.what[i] = this.#view.getInt32(12 * i, true);
      this.ready[i] = this.#view.getInt32(12 * i + 4, true);
    }
    return Math.max(count, 0);
  }
}
