// Copyright 2026 the Wirekit authors. MIT license.

// deno run --allow-net=127.0.0.1 main.ts
import { Client, serve } from "@wirekit/hub";

await using server = await serve({ port: 0 });
await using bot = new Client("bot", { url: server.urls[0] });
bot.route("greet", ({ name }: { name: string }) => `hello ${name}`);
await bot.connect();
await using me = new Client("me", { url: server.urls[0] });
await me.connect();
const greeting = await me.request("bot", "greet", { name: "zoë" });
if (greeting !== "hello zoë") throw new Error(String(greeting));
