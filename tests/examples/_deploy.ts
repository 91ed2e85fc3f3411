// Copyright 2026 the Wirekit authors. MIT license.

/** The app for Deno Deploy, as its README says to run it. */

import { ROOT } from "../_packages.ts";
import { Program } from "../_program.ts";

/** Its page. */
export const README: URL = new URL("examples/deploy/README.md", ROOT);

/** A running instance of the app. */
export interface Instance extends AsyncDisposable {
  /** Its process. */
  program: Program;
  /** Where it is: `host:port`. */
  host: string;
  /** The secret of its hub. */
  token: string;
}

/** What the README says to run: the secret and the arguments of `deno`. */
async function command(): Promise<{ args: string[]; token: string }> {
  const readme = await Deno.readTextFile(README);
  const [, token = "", line = ""] =
    /^WIREKIT_TOKEN=(\S+) deno serve (.*)$/m.exec(readme) ?? [];
  return { args: line.split(" "), token };
}

/**
 * Starts the app, and does not wait.
 *
 * @param env The environment.
 * @param deno The Deno to run it with.
 * @returns The process.
 */
export async function startWith(
  env: Record<string, string>,
  deno: string = Deno.execPath(),
): Promise<Program> {
  const { args } = await command();
  return new Program(deno, {
    // Here on another port, and for this machine only.
    args: ["serve", "--no-lock", "--host=127.0.0.1", "--port=0", ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1", DENO_NO_PROMPT: "1", ...env },
  });
}

/**
 * Starts the app, and waits until it listens.
 *
 * @param deno The Deno to run it with.
 * @returns The instance.
 */
export async function start(deno?: string): Promise<Instance> {
  const { token } = await command();
  const program = await startWith({ WIREKIT_TOKEN: token }, deno);
  const [, host = ""] = await program.says(/http:\/\/([\d.]+:\d+)\//);
  return {
    program,
    host,
    token,
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}
