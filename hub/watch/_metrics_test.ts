// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { Client } from "../client.ts";
import { MemoryEngine } from "../cluster/memory.ts";
import { serve } from "../serve.ts";

/** Returns what a README has in backquotes, from some words to others. */
async function wordsIn(path: string, from: string, to: string) {
  const text = await Deno.readTextFile(new URL(path, import.meta.url));
  const start = text.indexOf(from);
  const part = text.slice(start, text.indexOf(to, start));
  return [...part.matchAll(/`(\w+)`/g)].map(([_, word]) => word!);
}

Deno.test("The READMEs have every metric of a hub in a cluster, and no other", async () => {
  const engine = new MemoryEngine();
  await using hub = await serve({ port: 0, backplane: engine.node("one") });
  await using bot = new Client("bot", { url: hub.urls[0] });
  await bot.connect();
  const url = new URL("/metrics", hub.urls[0].replace("ws:", "http:"));
  const text = await (await fetch(url)).text();
  const metrics = [...text.matchAll(/^# TYPE wirekit_hub_(\w+) /gm)]
    .map(([_, name]) => name!);
  const words = [
    ...await wordsIn("../README.md", "**Metrics**", "**The log**"),
    ...await wordsIn("../cluster/README.md", "| `/metrics`", "\n"),
  ];
  assertEquals(metrics.filter((name) => !words.includes(name)), []);
  // Words without an underscore may be labels, and values of them.
  const isName = (word: string) => /[a-z]_[a-z]/.test(word);
  assertEquals(
    words.filter((word) => isName(word) && !metrics.includes(word)),
    ["wirekit_hub_"],
  );
});
