// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Makes the pages of the packages: `_assets.ts` beside each `app/` of its
 * sources there: `deno task page`. With `--check` it only says whether they are
 * what the sources give.
 */

/** A page. */
interface Page {
  /** Where its `app/` is. */
  readonly home: URL;
  /** The most that all its files may weigh, as they are sent. */
  readonly maxBytes: number;
  /** The style sheets, after the one of all pages; the later counts more. */
  readonly styles: readonly string[];
  /** Whether it has files of npm as they are, which `vendored.ts` prints. */
  readonly hasVendored: boolean;
}

const PAGES: readonly Page[] = [
  {
    home: new URL("../hub/page/", import.meta.url),
    maxBytes: 150_000,
    styles: [
      "base",
      "controls",
      "bar",
      "cards",
      "tables",
      "messages",
      "panel",
      "gates",
      "widths",
    ],
    hasVendored: true,
  },
  {
    home: new URL("../openwebnet/page/", import.meta.url),
    maxBytes: 60_000,
    styles: ["base", "tiles"],
    hasVendored: false,
  },
  {
    home: new URL("../jsonrpc/command/inspect/page/", import.meta.url),
    maxBytes: 30_000,
    styles: [
      "base",
      "layout",
      "lists",
      "form",
      "outcome",
      "messages",
      "widths",
    ],
    hasVendored: false,
  },
];

interface File {
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether it shrinks. */
  readonly gzip: boolean;
}

async function deno(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
  }).output();
  const [out, err] = [stdout, stderr].map((b) => new TextDecoder().decode(b));
  if (!success) throw new Error(`Cannot run ${args.join(" ")}: ${err}`);
  return out!;
}

/** What the tools need to know of the program of a page. */
function settingsOf({ home }: Page): string[] {
  return [
    `--config=${new URL("app/app.json", home).pathname}`,
    `--lock=${new URL("app/app.lock", home).pathname}`,
  ];
}

function read({ home }: Page, name: string): Promise<string> {
  return Deno.readTextFile(new URL(`app/${name}`, home));
}

/** A part of the page that is text. */
function text(name: string, type: string, content: string): File {
  const bytes = new TextEncoder().encode(content);
  return { name, type: `${type}; charset=utf-8`, bytes, gzip: true };
}

async function filesOf(page: Page): Promise<File[]> {
  const { home, styles, hasVendored } = page;
  const settings = settingsOf(page);
  const main = new URL("app/main.tsx", home).pathname;
  const bundling = ["bundle", "--quiet", "--minify", "--platform=browser"];
  const script = await deno(...bundling, ...settings, main);
  const style = await Promise.all([
    Deno.readTextFile(new URL("app/style/base.css", import.meta.url)),
    ...styles.map((name) => read(page, `style/${name}.css`)),
  ]);
  const fonts: File[] = [];
  if (hasVendored) {
    const raw = ["--unstable-raw-imports", ...settings, "--quiet"];
    const vendored = new URL("app/vendored.ts", home).pathname;
    const { chart, font } = JSON.parse(await deno("run", ...raw, vendored));
    style.unshift(chart);
    fonts.push({
      name: "inter.woff2",
      type: "font/woff2",
      bytes: Uint8Array.fromBase64(font),
      gzip: false,
    });
  }
  return [
    text("index.html", "text/html", await read(page, "index.html")),
    text("page.js", "text/javascript", script),
    text("page.css", "text/css", smaller(style.join("\n"))),
    text("icon.svg", "image/svg+xml", await read(page, "icon.svg")),
    text("licences.txt", "text/plain", await licences(page)),
    ...fonts,
  ];
}

/** Leaves out of a style sheet what no browser reads. */
function smaller(css: string): string {
  return css.replaceAll(/\/\*.*?\*\//gs, "").replaceAll(/\s+/g, " ")
    .replaceAll(/ ?([{};,]) ?/g, "$1").replaceAll(/: /g, ":").trim();
}

/** The licences of all that the page has of others. */
async function licences(page: Page): Promise<string> {
  const { npm }: { npm: Record<string, unknown> } = JSON.parse(
    await read(page, "app.lock"),
  );
  const { npmCache } = JSON.parse(await deno("info", "--json"));
  const parts = [];
  for (const key of Object.keys(npm).sort()) {
    const [, name, version] = /^(.+)@([^@_]+)/.exec(key)!;
    if (name!.startsWith("@types/")) continue;
    const licence = await licenceOf(npmCache, `${name}/${version}`);
    parts.push(`${name} ${version}\n\n${licence.trim()}\n`);
  }
  return parts.join(`\n${"-".repeat(72)}\n\n`);
}

async function licenceOf(cache: string, path: string): Promise<string> {
  for await (const { name: registry } of Deno.readDir(cache)) {
    const file = `${cache}/${registry}/${path}/LICENSE`;
    const found = await Deno.readTextFile(file).catch(() => undefined);
    if (found !== undefined) return found;
  }
  throw new Error(`There is no licence of ${path}`);
}

async function compressed(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream()
    .pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function tagOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `"${hash.slice(0, 12).toBase64({ alphabet: "base64url" })}"`;
}

/** The module that carries the files, and what they weigh. */
async function moduleOf(
  files: File[],
  { maxBytes }: Page,
): Promise<[string, string[]]> {
  const lines = [];
  const weights = [];
  let sum = 0;
  for (const { name, type, bytes, gzip } of files) {
    const sent = gzip ? await compressed(bytes) : bytes;
    sum += sent.length;
    weights.push(`${String(sent.length).padStart(8)} ${name}`);
    const asset = {
      type,
      tag: await tagOf(bytes),
      gzip,
      data: sent.toBase64(),
    };
    lines.push(`  [${JSON.stringify(name)}, ${JSON.stringify(asset)}],`);
  }
  weights.push(`${String(sum).padStart(8)} in all, at most ${maxBytes}`);
  if (sum > maxBytes) throw new Error(`Too large:\n${weights.join("\n")}`);
  const code = `// Copyright 2026 the Wirekit authors. MIT license.
// deno-fmt-ignore-file

// Made by \`deno task page\` of the sources in app/. Do not edit.

import type { Asset } from "@wirekit/transport/pages";

/** The files of the page. */
export const ASSETS: ReadonlyMap<string, Asset> = new Map([
${lines.join("\n")}
]);
`;
  return [code, weights];
}

function print(lines: readonly string[]): void {
  const text = lines.map((line) => `${line}\n`).join("");
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

for (const page of PAGES) {
  const { home } = page;
  const app = new URL("app/", home);
  const result = new URL("_assets.ts", home);
  const sources = [...Deno.readDirSync(app)]
    .filter(({ name }) => /\.tsx?$/.test(name) && name !== "vendored.ts")
    .map(({ name }) => new URL(name, app).pathname);
  await deno("check", ...settingsOf(page), ...sources);
  const [code, weights] = await moduleOf(await filesOf(page), page);
  if (!Deno.args.includes("--check")) {
    await Deno.writeTextFile(result, code);
    print(weights);
  } else if (await Deno.readTextFile(result) !== code) {
    print([`${result.pathname} is not what its sources give: deno task page`]);
    Deno.exit(1);
  }
}
