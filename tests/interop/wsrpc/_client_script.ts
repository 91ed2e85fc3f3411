// Copyright 2026 the Wirekit authors. MIT license.

/** The script of `@wsrpc/client`, as a page loads it. */

const CLIENT = "npm:@wsrpc/client@4.4.1/dist/wsrpc.js";

/**
 * Runs `deno`.
 *
 * @param args Its arguments.
 * @returns What it prints.
 */
export async function deno(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: new URL("../../../", import.meta.url),
  }).output();
  const text = new TextDecoder();
  if (code !== 0) throw new Error(text.decode(stderr));
  return text.decode(stdout);
}

/**
 * Finds the script.
 *
 * @returns Its text.
 */
export async function clientScript(): Promise<string> {
  await import(CLIENT);
  const { npmCache } = JSON.parse(await deno("info", "--json"));
  const path = CLIENT.replace("npm:@wsrpc/client@", "@wsrpc/client/");
  // The cache has a folder for each registry.
  for await (const { name } of Deno.readDir(npmCache)) {
    const file = `${npmCache}/${name}/${path}`;
    const text = await Deno.readTextFile(file).catch(() => undefined);
    if (text !== undefined) return text;
  }
  throw new Error(`Cannot find ${path} in the cache of npm`);
}
