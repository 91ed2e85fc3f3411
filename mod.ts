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
import { command, type LateCommand, run } from "@wirekit/internal/command";
import { command as hubCommand } from "@wirekit/hub/cli";
import { command as demoCommand } from "./examples/switchboard/main.ts";

export * as hub from "@wirekit/hub";
export * as jsonrpc from "@wirekit/jsonrpc";
export * as openwebnet from "@wirekit/openwebnet";
export * as switchboard from "@wirekit/switchboard";
export * as transport from "@wirekit/transport";
export * as wsrpc from "@wirekit/wsrpc";

const switchboard = () => import("@wirekit/switchboard/cli");

/** Runs a hub, which can have doors here. */
const hubServe: LateCommand = {
  name: "serve",
  load: async () => await (await switchboard()).hubServeCommand.load(),
};

/** Here, where both packages are, the hub can have doors. */
const hubWithDoors = {
  ...hubCommand,
  commands: (hubCommand.commands ?? []).map((each) =>
    each.name === "serve" ? hubServe : each
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
    {
      name: "jsonrpc",
      load: async () => (await import("@wirekit/jsonrpc/cli")).command,
    },
    {
      name: "openwebnet",
      load: async () => (await import("@wirekit/openwebnet/cli")).command,
    },
    { name: "switchboard", load: async () => (await switchboard()).command },
    {
      name: "wsrpc",
      load: async () => (await import("@wirekit/wsrpc/cli")).command,
    },
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
