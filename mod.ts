// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The whole kit as one program: each package as a namespace, and, run, the
 * `wirekit` command. `deno task compile` makes one binary of it.
 *
 * ```sh
 * deno run --allow-net --allow-env=WIREKIT_TOKEN mod.ts hub --port 8080
 * deno run mod.ts --help
 * ```
 *
 * @module
 */
import { command, run } from "@wirekit/internal/command";
import { command as hubCommand } from "@wirekit/hub/cli";
import { command as demoCommand } from "./examples/switchboard/main.ts";
import { command as jsonrpcCommand } from "@wirekit/jsonrpc/cli";
import { command as openwebnetCommand } from "@wirekit/openwebnet/cli";
import {
  command as switchboardCommand,
  hubServeCommand,
} from "@wirekit/switchboard/cli";
import { command as wsrpcCommand } from "@wirekit/wsrpc/cli";

export * as hub from "@wirekit/hub";
export * as jsonrpc from "@wirekit/jsonrpc";
export * as openwebnet from "@wirekit/openwebnet";
export * as switchboard from "@wirekit/switchboard";
export * as transport from "@wirekit/transport";
export * as wsrpc from "@wirekit/wsrpc";

/** Here, where both packages are, the hub can have doors. */
const hubWithDoors = {
  ...hubCommand,
  commands: (hubCommand.commands ?? []).map((each) =>
    each.name === "serve" ? hubServeCommand : each
  ),
};

const WIREKIT = command({
  name: "wirekit",
  summary: "Let programs call each other",
  // All packages have one version.
  ...(hubCommand.version && { version: hubCommand.version }),
  commands: [
    hubWithDoors,
    demoCommand,
    jsonrpcCommand,
    openwebnetCommand,
    switchboardCommand,
    wsrpcCommand,
  ],
  examples: [
    "wirekit demo",
    "wirekit hub --port 8080",
    "wirekit switchboard --jsonrpc-tcp 8081",
    "wirekit jsonrpc call ws://127.0.0.1:8095 sum 1 2",
    "wirekit wsrpc serve",
    "wirekit openwebnet simulate",
  ],
});

/**
 * Runs the `wirekit` command.
 *
 * @param args The arguments: the name of a package's command, and its own.
 * @returns The exit code.
 */
export function main(args: readonly string[]): Promise<number> {
  return run(WIREKIT, args);
}

if (import.meta.main) Deno.exit(await main(Deno.args));
