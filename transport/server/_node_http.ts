// Copyright 2026 the Wirekit authors. MIT license.

/** The parts of Node that a server needs, loaded as in `_node.ts`. */

import type * as NodeCrypto from "node:crypto";
import type * as NodeHttp from "node:http";
import type * as NodeHttps from "node:https";
import type * as NodeNet from "node:net";
import type * as NodeTls from "node:tls";
import { builtin, setImmediate } from "../_node.ts";
import { acceptKey, GUID } from "../websocket/_accept_key.ts";

export const { createServer, STATUS_CODES } = builtin<typeof NodeHttp>(
  "node:http",
);
export const { createServer: createSocketServer } = builtin<typeof NodeNet>(
  "node:net",
);

// Only a server with TLS needs these: they would make the start of others longer.
export const nodeHttps = () => builtin<typeof NodeHttps>("node:https");
export const nodeTls = () => builtin<typeof NodeTls>("node:tls");

/** What hashes fast; nothing until the first handshakes are over. */
let crypto: typeof NodeCrypto | undefined;
let isComing = false;

/**
 * Returns the answer to the key of a client, as `acceptKey()` does. The first
 * clients do not wait until what does it faster is loaded.
 */
export function answerTo(key: string): string {
  if (crypto) {
    return crypto.createHash("sha1").update(key + GUID).digest("base64");
  }
  if (!isComing) {
    isComing = true;
    setImmediate(() => crypto = builtin<typeof NodeCrypto>("node:crypto"));
  }
  return acceptKey(key);
}
