// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Named clients that call each other, wire-compatible with winerp.
 *
 * Run it, and it is the hub: `deno run --allow-net jsr:@wirekit/hub`. Import it
 * for a hub inside an app, or a client:
 *
 * ```ts
 * import { Client, serve } from "@wirekit/hub";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await serve({ port: 0 });
 * const [url] = server.urls;
 *
 * await using bot = new Client("another-bot", { url });
 * bot.route("greet", ({ name }: { name: string }) => `Hello ${name}`);
 * await bot.connect();
 *
 * await using me = new Client("me", { url });
 * await me.connect();
 * assertEquals(await me.request("another-bot", "greet", { name: "Zoë" }), "Hello Zoë");
 * ```
 *
 * @module
 */
export * from "./client.ts";
export * from "./client_options.ts";
export * from "./contract.ts";
export * from "./errors.ts";
export * from "./events.ts";
export * from "./exchange.ts";
export * from "./hub.ts";
export * from "./message.ts";
export * from "./objects.ts";
export * from "./participant.ts";
export * from "./peer.ts";
export * from "./router.ts";
export * from "./serve.ts";

if (import.meta.main) {
  const { main } = await import("./cli.ts");
  Deno.exit(await main(Deno.args));
}
