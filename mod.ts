// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The whole kit as one program: each package as a namespace, and, run, the
 * `wirekit` command. `deno task compile` makes one binary of it.
 *
 * ```sh
 * deno run --allow-net mod.ts hub --port 8080
 * ```
 *
 * @module
 */
import { main as hubMain } from "@wirekit/hub/cli";
import { main as jsonrpcMain } from "@wirekit/jsonrpc/cli";
import { main as openwebnetMain } from "@wirekit/openwebnet/cli";
import { main as wsrpcMain } from "@wirekit/wsrpc/cli";

export * as hub from "@wirekit/hub";
export * as jsonrpc from "@wirekit/jsonrpc";
export * as openwebnet from "@wirekit/openwebnet";
export * as transport from "@wirekit/transport";
export * as wsrpc from "@wirekit/wsrpc";

/** What each first word runs. */
const COMMANDS: Record<string, (args: readonly string[]) => Promise<number>> = {
  hub: hubMain,
  jsonrpc: jsonrpcMain,
  openwebnet: openwebnetMain,
  wsrpc: wsrpcMain,
};

const HELP = `Usage: wirekit COMMAND [options]

Commands:
  hub         Let programs call each other by name, as winerp does
  jsonrpc     Call, listen to, describe or serve JSON-RPC 2.0
  openwebnet  Read, command, watch and simulate a MyHOME plant
  wsrpc       Call a wsrpc server, listen to it, or serve one

Each says more with --help.
`;

/**
 * Runs the `wirekit` command.
 *
 * @param args The arguments: the name of a package's command, and its own.
 * @returns The exit code.
 */
export async function main(args: readonly string[]): Promise<number> {
  const [name = "--help", ...rest] = args;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command) return await command(rest);
  const asked = name === "--help" || name === "-h";
  const { stdout, stderr } = Deno;
  const text = asked ? HELP : `wirekit: There is no command ${name}\n\n${HELP}`;
  await (asked ? stdout : stderr).write(new TextEncoder().encode(text));
  return asked ? 0 : 2;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
