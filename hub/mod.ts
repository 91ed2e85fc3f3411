// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Named clients that call each other through a hub, wire-compatible with
 * winerp.
 *
 * Run it to start a hub: `deno run --allow-net jsr:@wirekit/hub`. Import it to
 * use a hub inside an app, or a client:
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
export * from "./access/pass.ts";
export type * from "./access/rules.ts";
export type * from "./access/tokens.ts";
export * from "./client.ts";
export * from "./client/contract.ts";
export * from "./client/events.ts";
export * from "./client/objects.ts";
export * from "./client/options.ts";
export type { AnyRemote, Remote } from "./client/remote.ts";
export type * from "./cluster/backplane.ts";
export * from "./cluster/memory.ts";
export * from "./door.ts";
export * from "./errors.ts";
export * from "./exchange/exchange.ts";
export * from "./exchange/observer.ts";
export * from "./exchange/fault.ts";
export * from "./exchange/json_slice.ts";
export type * from "./exchange/options.ts";
export * from "./exchange/participant.ts";
export type * from "./exchange/route_info.ts";
export * from "./exchange/routes.ts";
export type * from "./exchange/totals.ts";
export * from "./hub.ts";
export type * from "./options.ts";
export * from "./serve.ts";
export type * from "./watch/reports/calls.ts";
export type * from "./watch/reports/clients.ts";
export type * from "./watch/reports/cluster.ts";
export type * from "./watch/reports/events.ts";
export type * from "./watch/reports/figures.ts";
export type * from "./watch/reports/hub.ts";
export type * from "./watch/reports/tail.ts";

if (import.meta.main) {
  // Named at run time, its type too: a program that imports the library does not
  // download the command.
  const command: { main(args: readonly string[]): Promise<number> } =
    await import(
      /* @vite-ignore */ /* webpackIgnore: true */ import.meta.resolve(
        "./cli.ts",
      )
    ).catch(({ message }: Error) => {
      // In a clone, it is a file.
      const line = new TextEncoder().encode(`hub: ${message}\n`);
      Deno.stderr.writeSync(line);
      Deno.exit(2);
    });
  Deno.exit(await command.main(Deno.args));
}
