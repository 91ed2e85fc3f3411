// Copyright 2026 the Wirekit authors. MIT license.

/** The parts of Node that a server needs, loaded as in `_node.ts`. */

import type * as NodeHttp from "node:http";
import type * as NodeHttps from "node:https";
import type * as NodeNet from "node:net";
import type * as NodeTls from "node:tls";
import { builtin } from "../_node.ts";

export const { createServer, STATUS_CODES } = builtin<typeof NodeHttp>(
  "node:http",
);
export const { createServer: createTlsServer } = builtin<typeof NodeHttps>(
  "node:https",
);
export const { createServer: createSocketServer } = builtin<typeof NodeNet>(
  "node:net",
);
export const { createServer: createSecureServer } = builtin<typeof NodeTls>(
  "node:tls",
);
