// Copyright 2026 the Wirekit authors. MIT license.

/** The Autobahn test suite, which needs a Python 2.7. */

const CACHE = new URL("../../.cache/autobahn/", import.meta.url);

/** What installs on Python 2.7.18 today. */
const SUITE = "autobahntestsuite==0.8.2";

/** Where a Python 2.7 may be, in shell words. */
const PLACES = [
  "python2.7",
  '"${PYENV_ROOT:-$HOME/.pyenv}"/versions/2.7.*/bin/python2.7',
];

async function run(program: string, args: string[]) {
  const { success, stdout, stderr } = await new Deno.Command(program, { args })
    .output();
  const [out, err] = [stdout, stderr].map((b) => new TextDecoder().decode(b));
  return { success, out: out!, err: err! };
}

/** Finds a Python 2.7 that runs; `undefined` if there is none. */
async function findPython(): Promise<string | undefined> {
  for (const place of PLACES) {
    const script = `for p in ${place}; do "$p" -c '` +
      "import sys, pip; print(sys.executable)' 2>/dev/null && break; done";
    const { out } = await run("bash", ["-c", script]);
    if (out.trim()) return out.trim();
  }
  return undefined;
}

/** How to run the suite. */
export interface Autobahn {
  /** The interpreter. */
  python: string;
  /** Where the suite is. */
  lib: string;
}

/**
 * Installs the suite, unless it is there.
 *
 * @returns How to run it; `undefined` where no Python 2.7 is.
 */
export async function installAutobahn(): Promise<Autobahn | undefined> {
  const python = await findPython();
  if (!python) return undefined;
  const lib = new URL("lib/", CACHE).pathname;
  const stamp = new URL("stamp.txt", CACHE);
  const wanted = `${python}\n${SUITE}\n`;
  const found = await Deno.readTextFile(stamp).catch(() => undefined);
  if (found === wanted) return { python, lib };
  await Deno.mkdir(CACHE, { recursive: true });
  await Deno.remove(lib, { recursive: true }).catch(() => {});
  const args = ["-m", "pip", "install", "--quiet", "--target", lib, SUITE];
  const { success, out, err } = await run(python, args);
  if (!success) throw new Error(`Cannot install ${SUITE}: ${out}${err}`);
  await Deno.writeTextFile(stamp, wanted);
  return { python, lib };
}
