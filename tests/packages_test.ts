// Copyright 2026 the Wirekit authors. MIT license.

/**
 * What holds of each package: its floor, its entries, its files. What holds of
 * all together (circles with types counted, timers, number of entries and of
 * files in a folder, one word for one idea) is in house_test.ts; that no code
 * of Node is in a bundle for browsers is in browser/bundle_test.ts.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { resolve, type Source, sourcesOf } from "./_house.ts";
import { MEMBERS, ROOT } from "./_packages.ts";

const COPYRIGHT = /^\/\/ Copyright \d{4} the Wirekit authors\. MIT license\.$/;
const MODULE_COMMENT_REGEXP = /^\/\*\*(?:(?!\*\/).)*@module\n \*\/$/sm;

/** What a package may import, besides its own files: of the floors below. */
function isBelow(folder: string, specifier: string): boolean {
  if (/^@std\/(async|cli|assert|uuid|net)\//.test(specifier)) return true;
  if (folder === "internal") return false;
  if (specifier.startsWith("@wirekit/internal/")) return true;
  if (folder === "transport") return false;
  if (specifier.startsWith("@wirekit/transport/")) return true;
  return folder === "switchboard" && specifier.startsWith("@wirekit/");
}

/**
 * Entries with a dependency of their own: only those who import them download
 * it.
 */
const EXTRAS: Record<string, RegExp> = {
  "command/_check.ts": /^node:crypto$/,
  "discovery.ts": /^@rgrove\/parse-xml$/,
  "nats/_backplane.ts": /^@nats-io\//,
  "nats/_buckets.ts": /^@nats-io\//,
  "nats/_claim.ts": /^@nats-io\//,
  "nats/_claims.ts": /^@nats-io\//,
  "nats/_hearing.ts": /^@nats-io\//,
  "nats/_lease.ts": /^@nats-io\//,
  "nats/_link.ts": /^@nats-io\//,
  "nats/_mail.ts": /^(@nats-io\/|node:(buffer|process)$)/,
  "nats/_markers.ts": /^@nats-io\//,
  "nats/_rights.ts": /^@nats-io\//,
  "nats/_membership.ts": /^@nats-io\//,
  "nats/_names.ts": /^@nats-io\//,
  "nats/_reader.ts": /^@nats-io\//,
  "nats/_peers.ts": /^@nats-io\//,
  "connection/_connection.ts": /^@nats-io\//,
  "connection/_greeting.ts": /^(@nats-io\/|node:(buffer|net)$)/,
  "connection/_opening.ts": /^(@nats-io\/|node:buffer$)/,
  "connection/_transport.ts": /^(@nats-io\/|node:(net|tls)$)/,
  "_npm_mqtt.ts": /^mqtt$/,
  "nats.ts": /^@nats-io\//,
  "mcp.ts": /^@modelcontextprotocol\/sdk\//,
  "_assistant.ts": /^@modelcontextprotocol\/sdk\//,
  "_mcp_bridge.ts": /^@modelcontextprotocol\/sdk\//,
  "_mcp_session.ts": /^@modelcontextprotocol\/sdk\//,
  "msgpack.ts": /^@msgpack\/msgpack$/,
  "tracing.ts": /^@opentelemetry\/api$/,
};

/** The first way from a file back to itself, if there is one. */
function cycleOf(sources: Source[]): string[] | undefined {
  const imports = new Map(
    sources.map(({ path, loads }) => [
      `./${path}`,
      loads.map((specifier) => resolve(path, specifier)),
    ]),
  );
  const safe = new Set<string>();
  const visit = (file: string, way: string[]): string[] | undefined => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (safe.has(file)) return undefined;
    for (const next of imports.get(file) ?? []) {
      const cycle = visit(next, [...way, file]);
      if (cycle) return cycle;
    }
    safe.add(file);
    return undefined;
  };
  for (const file of imports.keys()) {
    const cycle = visit(file, []);
    if (cycle) return cycle;
  }
  return undefined;
}

for (const { folder, name, exports } of MEMBERS) {
  const sources = await sourcesOf(folder);

  Deno.test(`${name} has entries that are named as their files`, () => {
    for (const [entry, path] of Object.entries(exports)) {
      const name = path === "./mod.ts"
        ? "."
        : `./${path.replace(/^.*\//, "").replaceAll("_", "-")}`;
      assertEquals(entry, name.replace(/\.ts$/, ""));
      assert(sources.some((source) => `./${source.path}` === path), path);
    }
  });

  Deno.test(`${name} shows of each file without an underscore what is public`, () => {
    const entries = new Set(Object.values(exports));
    const { text = "" } = sources.find(({ path }) => path === "mod.ts") ??
      {};
    for (const { path } of sources) {
      const isPublic = entries.has(`./${path}`) ||
        text.includes(`from "./${path}";`);
      assertEquals(isPublic, !/(^|\/)_/.test(path), `${folder}/${path}`);
    }
  });

  Deno.test(`${name} has files that say what they are`, () => {
    for (const { path, text } of sources) {
      const [first = ""] = text.split("\n", 1);
      assertMatch(first, COPYRIGHT, `${folder}/${path}`);
      if (/(^|\/)_/.test(path)) continue;
      assertMatch(text, MODULE_COMMENT_REGEXP, `${folder}/${path}`);
    }
  });

  Deno.test(`${name} imports the standard library, the floors below and itself`, () => {
    for (const { path, imports, loads } of sources) {
      for (const specifier of imports) {
        if (/^\.{1,2}\//.test(specifier)) continue;
        // As types only: a browser that loads mod.ts could not resolve them.
        if (specifier.startsWith("node:") && !loads.includes(specifier)) {
          continue;
        }
        const extra = Object.keys(EXTRAS).find((end) =>
          path === end || path.endsWith(`/${end}`)
        );
        if (extra && EXTRAS[extra]!.test(specifier)) continue;
        const where = `${folder}/${path} imports ${specifier}`;
        assert(isBelow(folder, specifier), where);
      }
    }
  });

  Deno.test(`${name} loads without syntax that Node 22 and Safari lack`, () => {
    const loaded = reachable(sources, "./mod.ts");
    for (const { path, text } of sources) {
      if (!loaded.has(`./${path}`)) continue;
      const [found] = /^ *(await )?using \w.*$/m.exec(text) ?? [];
      assertEquals(found, undefined, `${folder}/${path}`);
    }
  });

  Deno.test(`${name} has no cycle among its files`, () => {
    assertEquals(cycleOf(sources), undefined);
  });

  Deno.test(`${name} has the version of its siblings`, () => {
    const { version } = MEMBERS.find((member) => member.name === name) ?? {};
    assertEquals(version, MEMBERS[0]?.version);
  });
}

Deno.test("deno.lock has what the packages need, and no peers of a test", async () => {
  const text = await Deno.readTextFile(new URL("deno.lock", ROOT));
  const { specifiers }: { specifiers: object } = JSON.parse(text);
  for (const specifier of Object.keys(specifiers)) {
    // Deno downloads all of it, for whatever is run first in a fresh clone.
    assertMatch(
      specifier,
      /^npm:(@msgpack|@opentelemetry|@rgrove\/parse-xml|mqtt|@nats-io|@modelcontextprotocol\/sdk|deno-std)\b/,
    );
  }
});

/** The files that a file loads, with itself. The command is loaded when it runs. */
function reachable(sources: Source[], file: string): Set<string> {
  const found = new Set([file]);
  for (const each of found) {
    const source = sources.find(({ path }) => `./${path}` === each);
    for (const next of source?.loads ?? []) {
      const file = resolve(source!.path, next);
      if (file !== "./cli.ts") found.add(file);
    }
  }
  return found;
}
