// Copyright 2026 the Wirekit authors. MIT license.

/** The parts of Node that sockets need, loaded as in `_node.ts`. */

import type * as NodeNet from "node:net";
import type * as NodeTls from "node:tls";
import { builtin } from "../_node.ts";

export const { connect: connectSocket, isIP } = builtin<typeof NodeNet>(
  "node:net",
);

// Only TLS needs it: without it, programs start sooner.
export const nodeTls = () => builtin<typeof NodeTls>("node:tls");
