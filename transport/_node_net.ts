// Copyright 2026 the Wirekit authors. MIT license.

/** What a client needs of Node, in the way of `_node.ts`. */

import type * as NodeNet from "node:net";
import type * as NodeTls from "node:tls";
import { builtin } from "./_node.ts";

export const { connect: connectSocket, isIP } = builtin<typeof NodeNet>(
  "node:net",
);
export const { connect: connectTls, rootCertificates } = builtin<
  typeof NodeTls
>("node:tls");
