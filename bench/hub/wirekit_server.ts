// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Our hub on free ports: as its command serves it (`ws`, `tcp`, `unix`), in an
 * app with `Deno.serve` (`fetch`), with rules and rates (`rules`), or without
 * what tells of it (`unwatched`).
 */

import { Hub } from "@wirekit/hub/hub";
import { serve } from "@wirekit/hub/serve";
import { serveBench } from "./_told.ts";

const [kind = "ws"] = Deno.args;
const limits = { maxConnections: 20_000 };

/** Rules that decide by route, behind some that are for others. */
const locked = {
  rules: [
    ...Array.from({ length: 10 }, (_, n) => ({ names: [`other-${n}-*`] })),
    { names: ["a*"], ask: { "c*": ["x"], "b*": ["p*", "r"] } },
    { names: ["s*"], inform: ["r*"], broadcast: true },
  ],
  maxMessagesPerSecond: 10_000_000,
  maxBytesPerSecond: 10_000_000_000,
};

async function listen(): Promise<string> {
  if (kind === "fetch") {
    const hub = new Hub(limits);
    const { addr } = Deno.serve({ port: 0, onListen() {} }, hub.fetch);
    return `ws://127.0.0.1:${addr.port}`;
  }
  const unixPath = `${await Deno.makeTempDir()}/hub`;
  const { urls } = await serve({
    ...limits,
    port: 0,
    tcpPort: 0,
    ...(kind === "unix" && { unixPath }),
    ...(kind === "rules" && locked),
    ...(kind === "unwatched" && { watch: false }),
  });
  return urls.find((url) => url.startsWith(`${kind}:`)) ?? urls[0];
}

await serveBench(await listen());
