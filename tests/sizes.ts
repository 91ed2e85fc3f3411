// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Measures the house and writes the table of CONTRIBUTING.md: `deno task sizes`.
 * With `--json`, it prints what it measured; with `--of FOLDER`, it measures
 * another checkout, such as one of an older commit.
 */

import { parseArgs } from "@std/cli/parse-args";
import { ROOT } from "./_packages.ts";
import { type Sizes, sizesOf } from "./_house.ts";

/** As it was at commit 10591a1, before the house was rebuilt: `--json --of …`. */
const BEFORE: Record<string, Sizes> = {
  "transport": {
    "folders": 1,
    "files": 35,
    "fullest": 35,
    "floors": 9,
    "circles": 0,
    "entries": 19,
    "symbols": 60,
    "lines": 5642,
  },
  "hub": {
    "folders": 1,
    "files": 32,
    "fullest": 32,
    "floors": 9,
    "circles": 1,
    "entries": 14,
    "symbols": 61,
    "lines": 6128,
  },
  "openwebnet": {
    "folders": 1,
    "files": 56,
    "fullest": 56,
    "floors": 14,
    "circles": 2,
    "entries": 41,
    "symbols": 238,
    "lines": 12441,
  },
  "wsrpc": {
    "folders": 1,
    "files": 23,
    "fullest": 23,
    "floors": 8,
    "circles": 1,
    "entries": 14,
    "symbols": 68,
    "lines": 4288,
  },
  "jsonrpc": {
    "folders": 1,
    "files": 56,
    "fullest": 56,
    "floors": 16,
    "circles": 0,
    "entries": 32,
    "symbols": 148,
    "lines": 9884,
  },
};

const COLUMNS: Record<keyof Sizes, string> = {
  folders: "folders",
  files: "files",
  fullest: "in the fullest folder",
  floors: "floors",
  circles: "circles",
  entries: "entries",
  symbols: "public symbols",
  lines: "lines",
};

/** What stands around the table in CONTRIBUTING.md. */
const PLACE_REGEXP = /(<!-- deno task sizes -->\n\n).*?(<!-- end -->)/s;

async function measure(root: URL): Promise<Record<string, Sizes>> {
  const config = await Deno.readTextFile(new URL("deno.json", root));
  const { workspace }: { workspace: string[] } = JSON.parse(config);
  const sizes: Record<string, Sizes> = {};
  for (const folder of workspace) {
    const text = await Deno.readTextFile(new URL(`${folder}/deno.json`, root));
    const { exports }: { exports: Record<string, string> } = JSON.parse(text);
    sizes[folder] = await sizesOf({ folder, exports }, root);
  }
  return sizes;
}

function grouped(size: number | undefined): string {
  return size?.toLocaleString("en") ?? "–";
}

function tableOf(now: Record<string, Sizes>): string {
  const keys = Object.keys(COLUMNS) as (keyof Sizes)[];
  const row = (name: string, cells: string[]) =>
    `| ${[name, ...cells].join(" | ")} |`;
  const total = (of: Record<string, Sizes>, key: keyof Sizes) => {
    const all = Object.values(of).map((sizes) => sizes[key]);
    return key === "fullest" || key === "floors"
      ? Math.max(0, ...all)
      : all.reduce((sum, each) => sum + each, 0);
  };
  return [
    row("package", keys.map((key) => COLUMNS[key])),
    row("---", keys.map(() => "--:")),
    ...Object.entries(now).map(([name, sizes]) =>
      row(
        `\`${name}\``,
        keys.map((key) =>
          `${grouped(BEFORE[name]?.[key])} → ${grouped(sizes[key])}`
        ),
      )
    ),
    row(
      "all",
      keys.map((key) =>
        `${grouped(total(BEFORE, key))} → ${grouped(total(now, key))}`
      ),
    ),
  ].join("\n");
}

const { json, of } = parseArgs(Deno.args, {
  boolean: ["json"],
  string: ["of"],
});
const root = of === undefined ? ROOT : new URL(`file://${of}/`);
const sizes = await measure(root);
if (json) {
  const text = JSON.stringify(sizes, undefined, 2);
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
} else {
  const file = new URL("CONTRIBUTING.md", root);
  const text = await Deno.readTextFile(file);
  if (!PLACE_REGEXP.test(text)) throw new Error("CONTRIBUTING.md has no place");
  const table = tableOf(sizes);
  await Deno.writeTextFile(
    file,
    text.replace(PLACE_REGEXP, (_, start, end) => `${start}${table}\n\n${end}`),
  );
  // The columns of a table are aligned by the formatter.
  await new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", "CONTRIBUTING.md"],
    cwd: root,
  }).output();
}
