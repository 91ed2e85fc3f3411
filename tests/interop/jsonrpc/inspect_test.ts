// Copyright 2026 the Wirekit authors. MIT license.

/** `jsonrpc inspect` with servers of others: clangd, and the official SDK of MCP. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { PATIENCE } from "../../_driver.ts";
import { PEERS_LOCK, ROOT } from "../../_packages.ts";

const CLI = new URL("jsonrpc/cli.ts", ROOT).pathname;

async function inspect(lines: string[], cwd: string, args: string[]) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", CLI, "inspect", ...args],
    cwd,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(lines.join("\n")));
  await writer.close();
  const { code, stdout } = await deadline(child.output(), PATIENCE);
  return { code, out: new TextDecoder().decode(stdout) };
}

Deno.test("jsonrpc inspect talks with clangd about a file", async () => {
  const folder = await Deno.makeTempDir();
  const name = "odd % # name.cpp";
  await Deno.writeTextFile(
    `${folder}/${name}`,
    'int sum(int a, int b) { return a + b; }\nint x = sum(1, "y");\n',
  );
  const { code, out } = await inspect(
    [
      `hover '${name}' 1 5`,
      `definition '${name}' 2 9`,
      `documentSymbol '${name}'`,
    ],
    folder,
    ["--lsp", "--", "clangd"],
  );
  assertEquals(code, 0, out);
  assertStringIncludes(out, "is a language server");
  assertStringIncludes(out, `← ${name}:2:9: No matching function`);
  assertStringIncludes(out, "int sum(int a, int b)");
  assertStringIncludes(out, `\n${name}:1:5\n`);
  assertStringIncludes(out, "sum  int (int, int)  line 1");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("jsonrpc inspect talks with a server of the MCP SDK", async () => {
  const server = new URL("mcp_server.ts", import.meta.url).pathname;
  const program = [Deno.execPath(), "run", "-A", "--quiet", PEERS_LOCK, server];
  const { code, out } = await inspect(
    [
      'tools/call {"name":"stopped","arguments":{}}',
      'tools/call {"name":"work","arguments":{}}',
    ],
    ROOT.pathname,
    ["--mcp", "--", ...program],
  );
  assertStringIncludes(out, "interop 1.0.0 speaks MCP 2025-06-18");
  assertStringIncludes(out, '"text":"0"');
  assertStringIncludes(out, '… {"progress":1,"total":2}');
  assertStringIncludes(out, '"text":"done"');
  assertEquals(code, 0, out);
});
