// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Checks the documentation of every public symbol with `deno doc --lint`: of all
 * packages in one go, since a type of one is public in the signature of another.
 */
const ROOT = new URL("../", import.meta.url);

async function exportsOf(member: string): Promise<string[]> {
  const text = await Deno.readTextFile(new URL(`${member}/deno.json`, ROOT));
  const config: { exports: Record<string, string> } = JSON.parse(text);
  return Object.values(config.exports).map((path) => `${member}/${path}`);
}

const root = await Deno.readTextFile(new URL("deno.json", ROOT));
const { workspace }: { workspace: string[] } = JSON.parse(root);
const files = (await Promise.all(workspace.map(exportsOf))).flat();
const { code } = await new Deno.Command(Deno.execPath(), {
  args: ["doc", "--lint", "--quiet", ...files],
  cwd: ROOT,
  stdout: "null",
}).spawn().status;
Deno.exit(code);
