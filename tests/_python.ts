// Copyright 2026 the Wirekit authors. MIT license.

/** Python peers, each in a virtual environment of its own. */

import { NotHereError } from "./_not_here.ts";

const CACHE = new URL("../.cache/python/", import.meta.url);

/** Longest time that an installation may take. */
const PATIENCE = 300_000;

async function run(
  program: string,
  args: string[],
): Promise<{ success: boolean; text: string }> {
  const signal = AbortSignal.timeout(PATIENCE);
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    signal,
  }).output();
  if (signal.aborted) {
    return { success, text: `${program} took over ${PATIENCE / 1000} s` };
  }
  const text = [stdout, stderr].map((part) => new TextDecoder().decode(part))
    .join("").trim();
  return { success, text };
}

/**
 * The interpreter of a peer. It exists once {@linkcode installPython} has run.
 *
 * @param peer The name of the folder that holds its `requirements.txt`.
 * @returns The path of its `python`.
 */
export function pythonOf(peer: string): string {
  return new URL(`${peer}/bin/python`, CACHE).pathname;
}

/**
 * Finds the Python that a peer wants: that of the system, unless its folder has
 * a `.python-version`, as pyenv reads it. Such a peer lists all that it needs.
 */
async function interpreter(
  folder: URL,
): Promise<{ program: string; flags: string[] }> {
  const wanted = await Deno.readTextFile(new URL(".python-version", folder))
    .then((text) => text.trim(), () => undefined);
  if (wanted === undefined) {
    // Debian 12 has Python 3.11.2. A peer that asks for 3.11.4 runs on it; were
    // it not to, its tests would say so.
    return { program: "python3", flags: ["--ignore-requires-python"] };
  }
  const flags = ["--no-deps", "--no-compile"];
  const candidates = [`python${wanted}`];
  const versions = `${Deno.env.get("HOME")}/.pyenv/versions`;
  try {
    for await (const { name } of Deno.readDir(versions)) {
      if (!name.startsWith(`${wanted}.`)) continue;
      candidates.push(`${versions}/${name}/bin/python3`);
    }
  } catch {
    // There is no pyenv.
  }
  for (const program of candidates) {
    const found = await run(program, ["--version"]).catch(() => undefined);
    if (found?.success) return { program, flags };
  }
  throw new NotHereError(
    `There is no Python ${wanted}, neither as ${candidates[0]} nor of pyenv`,
  );
}

/**
 * Creates the virtual environment of a peer, unless it stands already with the
 * same requirements and the same Python.
 *
 * @param folder A folder that holds a `requirements.txt`; its last part names
 * the peer. Ends in a slash.
 * @returns The path of the peer's `python`.
 */
export async function installPython(folder: URL): Promise<string> {
  const peer = folder.pathname.split("/").at(-2) ?? "";
  const requirements = new URL("requirements.txt", folder);
  const home = new URL(`${peer}/`, CACHE);
  const stamp = new URL("stamp.txt", home);
  const python = pythonOf(peer);

  const { program: own, flags } = await interpreter(folder);
  const version = await run(own, ["--version"]);
  const wanted = `${version.text}\n${await Deno.readTextFile(requirements)}`;
  const found = await Deno.readTextFile(stamp).catch(() => undefined);
  if (found === wanted) return python;

  const steps: [string, string[]][] = [
    [own, ["-m", "venv", "--clear", home.pathname]],
    [python, [
      ..."-m pip install --quiet --disable-pip-version-check".split(" "),
      ...flags,
      "-r",
      requirements.pathname,
    ]],
  ];
  for (const [program, args] of steps) {
    const { success, text } = await run(program, args);
    if (!success) throw new Error(`Cannot install ${peer}: ${text}`);
  }
  await Deno.writeTextFile(stamp, wanted);
  return python;
}
