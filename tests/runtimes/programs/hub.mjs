// Copyright 2026 the Wirekit authors. MIT license.

import { Client, serve } from "@wirekit/hub";

const server = await serve({ port: 0 });
const [url = ""] = server.urls;
const bot = new Client("bot", { url });
bot.route("greet", ({ name }) => `hello ${name}`);
await bot.connect();
const me = new Client("me", { url });
await me.connect();
const greeting = await me.request("bot", "greet", { name: "zoë" });
if (greeting !== "hello zoë") throw new Error(String(greeting));
await Promise.all([me.close(), bot.close(), server.close()]);
