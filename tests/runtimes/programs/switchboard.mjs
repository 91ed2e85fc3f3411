// Copyright 2026 the Wirekit authors. MIT license.

import { Client } from "@wirekit/hub";
import { httpDoor, serve } from "@wirekit/switchboard";

const server = await serve({ port: 0, open: [httpDoor()] });
const bot = new Client("bot", { url: server.urls[0] ?? "" });
bot.route("greet", ({ name }) => `hello ${name}`);
await bot.connect();
const response = await fetch(
  `http://127.0.0.1:${server.addr.port}/call/bot/greet`,
  {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"name":"zoë"}',
  },
);
const greeting = await response.json();
if (greeting !== "hello zoë") throw new Error(String(greeting));
await Promise.all([bot.close(), server.close()]);
