// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { MEMBERS, ROOT } from "../_packages.ts";

const MARKER_REGEXP = /^\/\/ This module is browser compatible(.*)$/m;
const DIAGNOSTIC_REGEXP =
  /^TS\d+ \[ERROR\]: (.*?)\n {4}at (file:\S+):\d+:\d+$/gms;

/** What a page needs of each package, so what has to have the marker. */
const CLIENTS = [
  "transport/websocket.ts",
  "hub/client.ts",
  "hub/mini.ts",
  "jsonrpc/call/client.ts",
  "jsonrpc/call/http_client.ts",
  "jsonrpc/call/mini.ts",
  "wsrpc/client.ts",
  "wsrpc/mini.ts",
  "openwebnet/wire/message.ts",
  "openwebnet/gateway.ts",
];

/** Where all names of the packages and of `@std` lead, without any workspace. */
async function importMap(): Promise<Record<string, string>> {
  const links: typeof MEMBERS[number][] = [];
  for await (const { name } of Deno.readDir(new URL("links/", ROOT))) {
    if (!name.startsWith("std-")) continue;
    const folder = `links/${name}`;
    const config = new URL(`${folder}/deno.json`, ROOT);
    links.push({ folder, ...JSON.parse(await Deno.readTextFile(config)) });
  }
  const entries = [...MEMBERS, ...links].flatMap(({ folder, name, exports }) =>
    Object.entries(exports).map(([key, file]) => [
      name + key.slice(1),
      new URL(`${folder}/${file}`, ROOT).href,
    ])
  );
  return Object.fromEntries(entries);
}

/** The files with the marker, and whether they say that a part needs Deno. */
async function markedFiles(): Promise<Map<string, boolean>> {
  const marked = new Map<string, boolean>();
  for (const { folder } of MEMBERS) {
    for await (const file of filesOf(new URL(`${folder}/`, ROOT))) {
      const found = MARKER_REGEXP.exec(await Deno.readTextFile(file));
      if (found) marked.set(file.href, /needs Deno/.test(found[1] ?? ""));
    }
  }
  return marked;
}

/** The modules in a folder and in its wings. */
async function* filesOf(home: URL): AsyncGenerator<URL> {
  for await (const { name, isDirectory } of Deno.readDir(home)) {
    if (isDirectory) {
      if (name !== "testdata") yield* filesOf(new URL(`${name}/`, home));
    } else if (name.endsWith(".ts")) yield new URL(name, home);
  }
}

Deno.test("Each file that says so is browser compatible, by its types", async () => {
  const marked = await markedFiles();
  for (const file of CLIENTS) {
    assertEquals(marked.get(new URL(file, ROOT).href), false, file);
  }
  const config = await Deno.makeTempFile({ suffix: ".json" });
  const root = await Deno.readTextFile(new URL("deno.json", ROOT));
  await Deno.writeTextFile(
    config,
    JSON.stringify({
      imports: await importMap(),
      compilerOptions: {
        ...JSON.parse(root).compilerOptions,
        lib: ["dom", "dom.iterable", "dom.asynciterable", "esnext"],
      },
    }),
  );
  const { stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--no-lock", "--config", config, ...marked.keys()],
    env: { NO_COLOR: "1" },
  }).output();
  await Deno.remove(config);

  const text = new TextDecoder().decode(stderr);
  const wrong: string[] = [];
  let found = 0;
  for (
    const [all, message = "", file = ""] of text.matchAll(DIAGNOSTIC_REGEXP)
  ) {
    found++;
    // A file without the marker may be imported, but not be run in a browser.
    const needsDeno = marked.get(file);
    const aboutDeno = /Cannot find (name|namespace) 'Deno'/.test(message);
    if (needsDeno === undefined || needsDeno && aboutDeno) continue;
    wrong.push(all);
  }
  assertEquals(wrong, []);
  assertEquals(Number(/^Found (\d+) error/m.exec(text)?.[1] ?? 0), found, text);
});
