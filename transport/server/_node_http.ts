// Copyright 2026 the Wirekit authors. MIT license.

/** The parts of Node that a server needs, loaded as in `_node.ts`. */

import type * as NodeCrypto from "node:crypto";
import type * as NodeHttp from "node:http";
import type * as NodeHttps from "node:https";
import type * as NodeNet from "node:net";
import type * as NodeTls from "node:tls";
import { builtin } from "../_node.ts";

export const { createServer, STATUS_CODES } = builtin<typeof NodeHttp>(
  "node:http",
);
export const { createServer: createSocketServer } = builtin<typeof NodeNet>(
  "node:net",
);

// Only a server with TLS needs these: they would make the start of others longer.
export const nodeHttps = () => builtin<typeof NodeHttps>("node:https");
export const nodeTls = () => builtin<typeof NodeTls>("node:tls");

/** Loaded with the first handshake: it would make the start longer. */
let crypto: typeof NodeCrypto | undefined;

/** Hashes a text with SHA-1, in Base64. */
export function sha1(text: string): string {
  crypto ??= builtin<typeof NodeCrypto>("node:crypto");
  return crypto.createHash("sha1").update(text).digest("base64");
}
