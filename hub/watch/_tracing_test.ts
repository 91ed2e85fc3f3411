// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import { makeTracer } from "./_tracing.ts";

Deno.test("A hub has no tracer where OpenTelemetry is off", () => {
  assertEquals(makeTracer(), undefined);
});

Deno.test("A hub makes a span of each request, below that of its caller", async () => {
  const file = new URL("testdata/traced.ts", import.meta.url).pathname;
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", file],
    env: {
      OTEL_DENO: "true",
      OTEL_DENO_CONSOLE: "ignore",
      OTEL_EXPORTER_OTLP_PROTOCOL: "console",
      NO_COLOR: "1",
    },
    stdout: "null",
    stderr: "piped",
  }).output();
  const text = new TextDecoder().decode(stderr);
  assertEquals(code, 0, text);
  const spans = text.split(/^SPAN /m).slice(1)
    .filter((span) => span.includes("@wirekit/hub"));
  const found = spans.map((span) => {
    const [name = ""] = /^\S+ \S+/.exec(span) ?? [];
    const [, parent] = /^ +parent: (\S+)$/m.exec(span) ?? [];
    const [, error] = /^ +error\.type: (\S+)$/m.exec(span) ?? [];
    return [name, parent, error];
  });
  assertEquals(found, [
    ["beta greet", undefined, undefined],
    ["beta greet", "a".repeat(16), undefined],
    ["beta missing", undefined, "error"],
    ["beta greet", "b".repeat(16), undefined],
  ]);
  assert(spans[1]!.includes(`[${"a".repeat(32)}/`));
  assert(/^ +wirekit\.hub\.from: raw$/m.test(spans[3]!));
  assert(!text.includes("secret"), text);
});
