// Copyright 2026 the Wirekit authors. MIT license.

/** A hub and its clients, for a test that reads the spans of this process. */

import { connectWebSocket } from "@wirekit/transport/websocket";
import { Client } from "../../client.ts";
import { serve } from "../../serve.ts";

await using server = await serve({ port: 0 });
const [url] = server.urls;
await using alpha = new Client("alpha", { url });
await using beta = new Client("beta", { url });
beta.route("greet", () => "secret answer");
await alpha.connect();
await beta.connect();
const context = (id: string) => `00-${id.repeat(32)}-${id.repeat(16)}-01`;
await alpha.request("beta", "greet", { secret: "question" });
await alpha.request("beta", "greet", { n: 1, traceparent: context("a") });
await alpha.request("beta", "missing").catch(() => {});
await using raw = await connectWebSocket(url);
await raw.send('{"type":1,"id":"raw"}');
const uuid = context("b");
await raw.send(JSON.stringify({
  type: 2,
  id: "raw",
  route: "greet",
  data: {},
  uuid,
  destination: "beta",
}));
for await (const text of raw) if (JSON.parse(text).uuid === uuid) break;
