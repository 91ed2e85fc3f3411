// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals, assertMatch } from "@std/assert";
import type { Terminal } from "@wirekit/internal/command";
import { loggerOf } from "./_log.ts";

function logged(
  options: Omit<Parameters<typeof loggerOf>[0], "quiet">,
  quiet = false,
): string[] {
  const lines: string[] = [];
  const terminal = { error: (line: string) => void lines.push(line) };
  const logger = loggerOf({ quiet, ...options }, terminal as Terminal);
  logger.debug?.("a detail");
  logger.info?.('"bot" joined');
  logger.warn?.("look");
  logger.error?.("it failed");
  return lines;
}

Deno.test("The log has what is as bad as its level, or worse", () => {
  const messages = (...args: Parameters<typeof logged>) =>
    logged(...args).map((line) => line.split(" ").slice(1).join(" "));
  const all = [
    "debug a detail",
    'info "bot" joined',
    "warn look",
    "error it failed",
  ];
  assertEquals(messages({ logLevel: "debug" }), all);
  assertEquals(messages({}), all.slice(1));
  assertEquals(messages({ logLevel: "warn" }), all.slice(2));
  assertEquals(messages({}, true), all.slice(3));
  assertEquals(messages({ logLevel: "info" }, true), all.slice(1));
});

Deno.test("The log is JSON for programs, one line an event", () => {
  const [line] = logged({ log: "json" });
  const { time, level, message } = JSON.parse(line!);
  assertMatch(time, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assertEquals([level, message], ["info", '"bot" joined']);
});

Deno.test("The log speaks of the limit of connections as it was typed", () => {
  const lines: string[] = [];
  const terminal = { error: (line: string) => void lines.push(line) };
  const logger = loggerOf(
    { quiet: false },
    terminal as Terminal,
    "--max-connections",
  );
  logger.warn?.("maxConnections is 9, but 2 are allowed: lower maxConnections");
  logger.info?.('"the maxConnections bot" joined');
  assertEquals(lines.map((line) => line.split(" ").slice(1).join(" ")), [
    "warn --max-connections is 9, but 2 are allowed: lower --max-connections",
    'info "the maxConnections bot" joined',
  ]);
});
