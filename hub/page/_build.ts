// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Makes `_assets.ts` of the sources in `app/`: `deno task page`. With `--check`
 * it only says whether it is what the sources give.
 */

const APP = new URL("app/", import.meta.url);
const RESULT = new URL("_assets.ts", import.meta.url);
const SETTINGS = [
  `--config=${new URL("app.json", APP).pathname}`,
  `--lock=${new URL("app.lock", APP).pathname}`,
];

/** The most that all files may weigh, as they are sent. */
const MAX_BYTES = 150_000;

/** The style sheets; what comes later counts more. */
const STYLES = [
  "base",
  "controls",
  "bar",
  "cards",
  "tables",
  "messages",
  "panel",
  "gates",
  "widths",
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

function read(name: string): Promise<string> {
  return Deno.readTextFile(new URL(name, APP));
}

/** A part of the page that is text. */
function text(name: string, type: string, content: string): File {
  const bytes = new TextEncoder().encode(content);
  return { name, type: `${type}; charset=utf-8`, bytes, gzip: true };
}

async function filesOfPage(): Promise<File[]> {
  const main = new URL("main.tsx", APP).pathname;
  const bundling = ["bundle", "--quiet", "--minify", "--platform=browser"];
  const script = await deno(...bundling, ...SETTINGS, main);
  const raw = ["--unstable-raw-imports", ...SETTINGS, "--quiet"];
  const vendored = new URL("vendored.ts", APP).pathname;
  const { chart, font } = JSON.parse(await deno("run", ...raw, vendored));
  const style = await Promise.all(
    STYLES.map((name) => read(`style/${name}.css`)),
  );
  return [
    text("index.html", "text/html", await read("index.html")),
    text("page.js", "text/javascript", script),
    text("page.css", "text/css", smaller([chart, ...style].join("\n"))),
    text("icon.svg", "image/svg+xml", await read("icon.svg")),
    text("licences.txt", "text/plain", await licences()),
    {
      name: "inter.woff2",
      type: "font/woff2",
      bytes: Uint8Array.fromBase64(font),
      gzip: false,
    },
  ];
}

/** Leaves out of a style sheet what no browser reads. */
function smaller(css: string): string {
  return css.replaceAll(/\/\*.*?\*\//gs, "").replaceAll(/\s+/g, " ")
    .replaceAll(/ ?([{};,]) ?/g, "$1").replaceAll(/: /g, ":").trim();
}

/** The licences of all that the page has of others. */
async function licences(): Promise<string> {
  const { npm }: { npm: Record<string, unknown> } = JSON.parse(
    await read("app.lock"),
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
async function moduleOf(files: File[]): Promise<[string, string[]]> {
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
  weights.push(`${String(sum).padStart(8)} in all, at most ${MAX_BYTES}`);
  if (sum > MAX_BYTES) throw new Error(`Too large:\n${weights.join("\n")}`);
  const code = `// Copyright 2026 the Wirekit authors. MIT license.
// deno-fmt-ignore-file

// Made by \`deno task page\` of the sources in app/. Do not edit.

/** A file of the page. */
export interface Asset {
  readonly type: string;
  /** Tells it from its other versions. */
  readonly tag: string;
  /** Whether \`data\` is compressed. */
  readonly gzip: boolean;
  /** Its bytes in Base64. */
  readonly data: string;
}

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

const sources = [...Deno.readDirSync(APP)]
  .filter(({ name }) => /\.tsx?$/.test(name) && name !== "vendored.ts")
  .map(({ name }) => new URL(name, APP).pathname);
await deno("check", ...SETTINGS, ...sources);
const [code, weights] = await moduleOf(await filesOfPage());
if (!Deno.args.includes("--check")) {
  await Deno.writeTextFile(RESULT, code);
  print(weights);
} else if (await Deno.readTextFile(RESULT) !== code) {
  print(["hub/page/_assets.ts is not what its sources give: deno task page"]);
  Deno.exit(1);
}
