// Copyright 2026 the Wirekit authors. MIT license.

/** A bot at one of three hubs; all can ask it. */

import { Client } from "@wirekit/hub/client";

const { state } = await Deno.permissions.query({
  name: "env",
  variable: "BOT_PORT",
});
const port = (state === "granted" && Deno.env.get("BOT_PORT")) || "13251";

const bot = new Client("greeter", { url: `ws://127.0.0.1:${port}` });
bot.route(
  "greet",
  ({ name }: { name: string }) => `hello ${name}, from ${port}`,
);
await bot.ready();
