// Copyright 2026 the Wirekit authors. MIT license.

/** How the load generator opens a connection, and waits for it. */

import { Connection } from "./connection.ts";
import { compose, Frame, type Framing, Reader } from "./frames.ts";
import { type Address, dial, receive, transmit } from "./libc.ts";
import type { Order } from "./load.ts";

const ENGINE = "/socket.io/?EIO=4&transport=websocket";
const HANDSHAKE_END = "\r\n\r\n";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function dialTo(order: Order, source: number): number {
  const address: Address = order.path
    ? { path: order.path }
    : { port: order.port! };
  return dial(address, source);
}

/** Asks for the upgrade. */
export function askFor(fd: number, order: Order, path: string): void {
  sendNow(
    fd,
    encoder.encode([
      `GET ${order.dialect === "socketio" ? ENGINE : path} HTTP/1.1`,
      `Host: 127.0.0.1:${order.port}`,
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      "Sec-WebSocket-Version: 13",
      "",
      "",
    ].join("\r\n")),
  );
}

/** Waits for the upgrade. */
export function await101(fd: number): void {
  let head = "";
  const byte = new Uint8Array(1);
  while (!head.endsWith(HANDSHAKE_END)) {
    if (receive(fd, byte, true) <= 0) throw new Error(`No upgrade: ${head}`);
    head += String.fromCharCode(byte[0]!);
  }
  if (!head.startsWith("HTTP/1.1 101")) throw new Error(`Refused: ${head}`);
}

/** Opens a connection; waits for the server's handshake. */
export function open(
  order: Order,
  name: string,
  source = 0,
  path = "/",
): Connection {
  const framing: Framing = order.line ? "line" : "ws";
  const fd = dialTo(order, source);
  if (framing === "ws") {
    askFor(fd, order, path);
    await101(fd);
  }
  if (order.dialect === "winerp") verify(fd, framing, name);
  if (order.dialect === "socketio") greet(fd);
  return new Connection(fd, framing);
}

function sendNow(fd: number, bytes: Uint8Array<ArrayBuffer>): void {
  transmit(fd, bytes, bytes.length, true);
}

function readNow(fd: number, framing: Framing): string {
  const bytes = new Uint8Array(4096);
  const one = new Reader();
  let length = 0;
  while (!one.next(bytes, length, framing)) {
    const got = receive(fd, bytes.subarray(length), true);
    if (got <= 0) throw new Error("The server has hung up");
    length += got;
  }
  if (one.at !== length) throw new Error("The server says too much");
  return decoder.decode(bytes.subarray(one.start, one.end));
}

function verify(fd: number, framing: Framing, name: string): void {
  showName(fd, framing, name);
  awaitName(fd, framing);
}

export function showName(fd: number, framing: Framing, name: string): void {
  const uuid = crypto.randomUUID();
  sendNow(fd, new Frame(compose({ id: name, type: 1, uuid }), framing).bytes);
}

export function awaitName(fd: number, framing: Framing): void {
  const answer = readNow(fd, framing);
  if (JSON.parse(answer).type !== 0) throw new Error(`Refused: ${answer}`);
}

function greet(fd: number): void {
  const opening = readNow(fd, "ws");
  if (!opening.startsWith("0{")) throw new Error(`No engine: ${opening}`);
  sendNow(fd, new Frame("40", "ws").bytes);
  const answer = readNow(fd, "ws");
  if (!answer.startsWith("40{")) throw new Error(`No socket: ${answer}`);
}
