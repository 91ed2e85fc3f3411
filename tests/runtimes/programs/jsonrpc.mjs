// Copyright 2026 the Wirekit authors. MIT license.

import { connect, Methods, serve } from "@wirekit/jsonrpc";

const methods = new Methods()
  .add(
    "sum",
    (_call, /** @type {number[]} */ ...terms) =>
      terms.reduce((sum, term) => sum + term, 0),
  );
const server = await serve({ port: 0, methods });
const client = await connect(`ws://127.0.0.1:${server.addr.port}`);
const sum = await client.request("sum", [1, 2]);
if (sum !== 3) throw new Error(String(sum));
await Promise.all([client.close(), server.close()]);
