// Copyright 2026 the Wirekit authors. MIT license.

/** A NATS server that is newer than Debian's. */

import { NotHereError } from "./_not_here.ts";

const VERSION = "v2.14.8";
const HOME = new URL(`../.cache/nats/${VERSION}/`, import.meta.url);

/**
 * Makes the server from its source, unless it is there already.
 *
 * @returns The path of the program.
 */
export async function installNats(): Promise<string> {
  const program = new URL("nats-server", HOME).pathname;
  if (await Deno.stat(program).then(() => true, () => false)) return program;
  if (!await hasGo()) {
    throw new NotHereError(
      "There is no Go, which makes the newest nats-server",
    );
  }
  const { success, stderr } = await new Deno.Command("go", {
    args: ["install", `github.com/nats-io/nats-server/v2@${VERSION}`],
    env: { GOBIN: HOME.pathname },
  }).output();
  if (success) return program;
  const text = new TextDecoder().decode(stderr).trim();
  throw new Error(`Cannot make nats-server: ${text}`);
}

async function hasGo(): Promise<boolean> {
  try {
    return (await new Deno.Command("go", { args: ["version"] }).output())
      .success;
  } catch {
    return false;
  }
}
