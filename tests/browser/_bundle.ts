// Copyright 2026 the Wirekit authors. MIT license.

import { ROOT } from "../_packages.ts";

/** Runs Deno at the root of the repository; returns what it wrote. */
export async function run(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
  }).output();
  const [out, err] = [stdout, stderr].map((b) => new TextDecoder().decode(b));
  if (!success) throw new Error(`Cannot run ${args.join(" ")}: ${err}`);
  return out!;
}

/** How a page is bundled. */
export const FLAGS = ["--quiet", "--minify", "--platform=browser"];

/** What a page imports: names of a module, or `*`. */
export type Import = readonly [names: string, from: string];

/** Bundles what a page imports. */
export async function bundleOf(...imports: Import[]): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    const page = `${folder}/page.ts`;
    const lines = imports.map(([names, from]) => {
      const list = names === "*" ? names : `{ ${names} }`;
      return `export ${list} from "${from}";\n`;
    });
    await Deno.writeTextFile(page, lines.join(""));
    return await run("bundle", "--config=deno.json", ...FLAGS, page);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The bytes of a bundle: minified, and after gzip. */
export async function weightOf(bundle: string): Promise<[number, number]> {
  const stream = new Blob([bundle]).stream()
    .pipeThrough(new CompressionStream("gzip"));
  return [bundle.length, (await new Response(stream).bytes()).length];
}
