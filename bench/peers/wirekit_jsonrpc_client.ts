// Copyright 2026 the Wirekit authors. MIT license.

/** Our JSON-RPC client. */

import { connect } from "@wirekit/jsonrpc/client";
import { workCalls } from "./jsonrpc_work.mjs";

const client = await connect(Deno.args[0]!);

workCalls({
  call: (method: string, params: unknown[]) => client.request(method, params),
  async batch(method: string, params: unknown[], count: number) {
    using batch = client.batch();
    const answers = Array.from(
      { length: count },
      () => batch.request(method, params),
    );
    await batch.send();
    return await Promise.all(answers);
  },
});
