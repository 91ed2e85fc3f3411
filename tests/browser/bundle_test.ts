// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertLess } from "@std/assert";
import { ROOT } from "../_packages.ts";

/** What a page imports, and how many bytes it may weigh when minified. */
const CLIENTS: Record<string, number> = {
  "transport/connect.ts": 12_000,
  "transport/reconnect.ts": 5_000,
  "transport/websocket.ts": 12_000,
  "hub/client.ts": 50_000,
  "jsonrpc/call/client.ts": 60_000,
  "jsonrpc/peer.ts": 50_000,
  "wsrpc/client.ts": 50_000,
};

async function run(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
  }).output();
  const [out, err] = [stdout, stderr].map((b) => new TextDecoder().decode(b));
  if (!success) throw new Error(`Cannot run ${args.join(" ")}: ${err}`);
  return out!;
}

interface Dependency {
  specifier: string;
  code?: { specifier?: string };
  isDynamic?: boolean;
}

for (const [path, max] of Object.entries(CLIENTS)) {
  Deno.test(`${path} has no code of Node in a bundle for a page`, async () => {
    const flags = ["--quiet", "--minify", "--platform=browser"];
    const bundle = await run("bundle", ...flags, path);
    assertEquals(bundle.match(/node:\w+|getBuiltinModule|createServer/g), null);
    assertLess(bundle.length, max);
  });

  Deno.test(`${path} imports nothing of Node, seen file by file`, async () => {
    const { modules, roots } = JSON.parse(await run("info", "--json", path));
    const known = new Map<string, Dependency[]>(
      modules.map(({ specifier, dependencies = [] }: {
        specifier: string;
        dependencies?: Dependency[];
      }) => [specifier, dependencies]),
    );
    const reached = new Set<string>(roots);
    for (const file of reached) {
      for (const { specifier, code, isDynamic } of known.get(file) ?? []) {
        if (!code || isDynamic) continue;
        assert(!specifier.startsWith("node:"), `${file} imports ${specifier}`);
        if (code.specifier) reached.add(code.specifier);
      }
    }
    const ours = [...reached].filter((file) => file.startsWith(ROOT.href));
    assert(ours.length > 3, "the graph was read");
  });
}

Deno.test("a program finds what a bundle leaves out, without a permission to read", async () => {
  const program = "tests/browser/programs/connect_nowhere.ts";
  const said = await run("run", "--allow-net=127.0.0.1:1", "-q", program);
  assertEquals(said, "nobody listens there\nnobody listens there\n");
});
