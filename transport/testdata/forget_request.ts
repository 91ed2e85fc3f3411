// Copyright 2026 the Wirekit authors. MIT license.

// Serves clients that stay, and prints whether the request of the first one is
// forgotten: the loop over the clients keeps the last one.
import { serve } from "@wirekit/transport/serve";
import { connect } from "@wirekit/transport/connect";
import type { Transport } from "@wirekit/transport/transport";

const { gc } = globalThis as unknown as { gc(): void };
const requests: WeakRef<Request>[] = [];
await using server = await serve({ port: 0 }, (client) => {
  requests.push(new WeakRef(client.request!));
  return echo(client.transport);
});

async function echo(transport: Transport): Promise<void> {
  for await (const message of transport) await transport.send(message);
}

async function say(client: Transport, text: string): Promise<string> {
  await client.send(text);
  for await (const message of client) return message;
  return "gone";
}

await using first = await connect(server.urls[0]!);
await say(first, "hello");
await using second = await connect(server.urls[0]!);
await say(second, "hello");
for (let tries = 0; requests[0]!.deref() && tries < 100; tries++) {
  await new Promise((resolve) => setTimeout(resolve, 20));
  gc();
}
const said = await say(first, "still there");
const what = requests[0]!.deref() ? "kept" : "forgotten";
await Deno.stdout.write(new TextEncoder().encode(`${said}, ${what}\n`));
