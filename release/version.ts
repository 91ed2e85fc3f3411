// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The version of all packages, which stands in one place: `deno.json` of
 * `internal/`. What else names it is written from there.
 *
 *     deno task version          # says it, and what names another
 *     deno task version 0.2.0    # writes it everywhere
 */

const ROOT = new URL("../", import.meta.url);
const SOURCE = "internal/deno.json";

/** The files that name the version, and how: the version is the group. */
const PLACES: Record<string, RegExp[]> = {
  "hub/README.md": [/@wirekit\/hub\/([\d.]+)\/hub\.schema/g],
  "openwebnet/README.md": [/@wirekit\/openwebnet\/([\d.]+)\/home\.schema/g],
  "examples/docker/Dockerfile": [/@wirekit\/hub@([\d.]+)\/cli/g],
  "examples/home/Dockerfile": [/^ARG VERSION=([\d.]+)$/gm],
  "examples/home/addon/config.yaml": [/^version: "([\d.]+)"$/gm],
  "examples/home/addon/deno.json": [/@wirekit\/openwebnet@([\d.]+)"/g],
  "examples/home/home.json": [/@wirekit\/openwebnet\/([\d.]+)\/home\.schema/g],
};

const VERSION_REGEXP = /"version": "([^"]+)"/g;

async function places(): Promise<Record<string, RegExp[]>> {
  const config = await Deno.readTextFile(new URL("deno.json", ROOT));
  const { workspace }: { workspace: string[] } = JSON.parse(config);
  const members = workspace.map((folder) => `${folder}/deno.json`);
  return {
    ...Object.fromEntries(members.map((file) => [file, [VERSION_REGEXP]])),
    ...PLACES,
  };
}

/** The version of this checkout. */
export async function versionOf(): Promise<string> {
  const text = await Deno.readTextFile(new URL(SOURCE, ROOT));
  return JSON.parse(text).version;
}

/** The files that name another version, or none where one is expected. */
export async function strays(version: string): Promise<string[]> {
  const found: string[] = [];
  for (const [file, patterns] of Object.entries(await places())) {
    const text = await Deno.readTextFile(new URL(file, ROOT));
    for (const pattern of patterns) {
      const all = [...text.matchAll(pattern)].map(([, named]) => named);
      if (all.length === 0) found.push(`${file} names no version`);
      for (const named of all) {
        if (named !== version) found.push(`${file} names ${named}`);
      }
    }
  }
  return found;
}

async function write(version: string): Promise<void> {
  for (const [file, patterns] of Object.entries(await places())) {
    const url = new URL(file, ROOT);
    let text = await Deno.readTextFile(url);
    for (const pattern of patterns) {
      text = text.replaceAll(
        pattern,
        (all, named: string) => all.replace(named, version),
      );
    }
    await Deno.writeTextFile(url, text);
  }
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) {
  const [wanted] = Deno.args;
  if (wanted !== undefined) {
    if (!/^\d+\.\d+\.\d+$/.test(wanted)) {
      print(`A version is three numbers, such as 0.2.0, not ${wanted}`);
      Deno.exit(2);
    }
    await write(wanted);
  }
  const version = await versionOf();
  const others = await strays(version);
  print([version, ...others].join("\n"));
  Deno.exit(others.length === 0 ? 0 : 1);
}
