// Copyright 2026 the Wirekit authors. MIT license.

/** Python peers, each in a virtual environment of its own. */

const CACHE = new URL("../.cache/python/", import.meta.url);

async function run(
  program: string,
  args: string[],
): Promise<{ success: boolean; text: string }> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args })
    .output();
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

  const version = await run("python3", ["--version"]);
  const wanted = `${version.text}\n${await Deno.readTextFile(requirements)}`;
  const found = await Deno.readTextFile(stamp).catch(() => undefined);
  if (found === wanted) return python;

  const steps: [string, string[]][] = [
    ["python3", ["-m", "venv", "--clear", home.pathname]],
    // Debian 12 has Python 3.11.2. A peer that asks for 3.11.4 runs on it; were
    // it not to, its tests would say so.
    [python, [
      ..."-m pip install --quiet --disable-pip-version-check".split(" "),
      "--ignore-requires-python",
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
