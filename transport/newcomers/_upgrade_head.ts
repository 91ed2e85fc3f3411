// Copyright 2026 the Wirekit authors. MIT license.

import type { IncomingMessage } from "node:http";
import { Buffer } from "../_node.ts";

/** What is known of a request that asks for a WebSocket. */
export type UpgradeMessage = Pick<
  IncomingMessage,
  "method" | "url" | "httpVersion" | "rawHeaders" | "headers"
>;

/** What asks for a WebSocket, and where its bytes end. */
export interface UpgradeHead extends UpgradeMessage {
  /** The number of bytes up to the end of the head. */
  readonly length: number;
}

const LINE_REGEXP = /GET (\/[\w\-./~!$&'()*+,;=:@?%]*) HTTP\/1\.1\r\n/y;

/** A name without `_`, one space or none, and a value that is printable ASCII. */
const FIELD_REGEXP = /([A-Za-z0-9-]+): ?([!-~](?:[ -~]*[!-~])?)\r\n/y;

/** The most headers that are read here. */
const MAX_FIELDS = 32;

/** What makes more of a request, or what Node gives another form. */
const OTHERS = [
  "content-length",
  "expect",
  "http2-settings",
  "set-cookie",
  "te",
  "trailer",
  "transfer-encoding",
];

/**
 * Reads a head that asks for a WebSocket in the way almost every client does:
 * whole, printable, no header twice, no body. Returns nothing for any other,
 * valid or not, which is left to `node:http`. What it returns is what `node:http`
 * would.
 */
export function readUpgradeHead(
  bytes: Uint8Array,
  maxBytes: number,
): UpgradeHead | undefined {
  // "G" of GET: nothing else need be looked at.
  if (bytes[0] !== 71) return undefined;
  const most = Math.min(bytes.length, maxBytes);
  const text: string = Buffer.prototype.latin1Slice.call(bytes, 0, most);
  LINE_REGEXP.lastIndex = 0;
  const url = LINE_REGEXP.exec(text)?.[1];
  if (url === undefined) return undefined;
  let at = LINE_REGEXP.lastIndex;
  const rawHeaders: string[] = [];
  const headers: Record<string, string> = {};
  while (!text.startsWith("\r\n", at)) {
    FIELD_REGEXP.lastIndex = at;
    const [, name, value] = FIELD_REGEXP.exec(text) ?? [];
    if (name === undefined || value === undefined) return undefined;
    at = FIELD_REGEXP.lastIndex;
    const key = name.toLowerCase();
    if (Object.hasOwn(headers, key)) return undefined;
    headers[key] = value;
    if (rawHeaders.push(name, value) > 2 * MAX_FIELDS) return undefined;
  }
  if (!/^websocket$/i.test(headers["upgrade"] ?? "")) return undefined;
  if (!/^(keep-alive, ?)?upgrade$/i.test(headers["connection"] ?? "")) {
    return undefined;
  }
  if (headers["host"] === undefined) return undefined;
  if (OTHERS.some((name) => headers[name] !== undefined)) return undefined;
  return {
    method: "GET",
    url,
    httpVersion: "1.1",
    rawHeaders,
    headers,
    length: at + 2,
  };
}
