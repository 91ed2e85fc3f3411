// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertLess } from "@std/assert";
import { ROOT } from "../_packages.ts";

/**
 * What a page imports, and how many bytes it may weigh when minified: what was
 * measured and a tenth. README.md beside this file says what is in each.
 */
const CLIENTS: Record<string, number> = {
  "transport/connect.ts": 12_300,
  "transport/reconnect.ts": 4_300,
  "transport/websocket.ts": 12_500,
  "hub/client.ts": 43_000,
  "jsonrpc/call/client.ts": 64_500,
  "jsonrpc/call/http_client.ts": 22_900,
  "jsonrpc/peer.ts": 41_500,
  "wsrpc/client.ts": 38_500,
  "wsrpc/peer.ts": 19_000,
};

/**
 * Names that a page imports from a whole package, which has servers and a
 * command too, and what the page may weigh. Whatever has an effect when it is
 * loaded, such as a class with a static block, comes along with every name.
 */
const NAMES: [name: string, from: string, max: number][] = [
  ["connectWebSocket", "@wirekit/transport", 12_500],
  ["Client", "@wirekit/hub", 45_500],
  ["HttpClient", "@wirekit/jsonrpc", 24_000],
  ["Peer", "@wirekit/jsonrpc", 42_700],
  ["Peer", "@wirekit/wsrpc", 22_900],
  ["connect", "@wirekit/wsrpc", 41_300],
];

const FLAGS = ["--quiet", "--minify", "--platform=browser"];

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
    const bundle = await run("bundle", ...FLAGS, path);
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

for (const [name, from, max] of NAMES) {
  Deno.test(`${name} of ${from} comes to a page without the servers and the command`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      const page = `${folder}/page.ts`;
      await Deno.writeTextFile(page, `export { ${name} } from "${from}";`);
      const bundle = await run("bundle", "--config=deno.json", ...FLAGS, page);
      assertLess(bundle.length, max);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("a program finds what a bundle leaves out, without a permission to read", async () => {
  const program = "tests/browser/programs/connect_nowhere.ts";
  const said = await run("run", "--allow-net=127.0.0.1:1", "-q", program);
  assertEquals(said, "nobody listens there\nnobody listens there\n");
});
