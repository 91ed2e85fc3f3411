// Copyright 2026 the Wirekit authors. MIT license.

/** The command of the demo: `deno task demo`, and `wirekit demo`. */

import {
  type Command,
  command as makeCommand,
  port,
  run,
  settings,
} from "@wirekit/internal/command";

/** The command. What it runs is loaded only when it is run. */
export const command: Command = makeCommand({
  name: "demo",
  summary: "Start a hub with all doors, and a program behind each",
  details: "A bot in Python, where Python and winerp are, one of ours, a " +
    "page, a JSON-RPC tool and a simulated home call each other in one hub. " +
    "Nothing leaves this machine.",
  options: {
    port: port("The port (13254, or a free one if that is taken)", "p"),
  },
  examples: ["demo", "demo --port 8080"],
  async run({ options }, terminal) {
    const { demo } = await import("./demo.ts");
    const { PYTHON } = settings(terminal, { PYTHON: undefined });
    await demo({
      port: options.port,
      python: PYTHON,
      print: (line) => terminal.log(line),
      signal: terminal.signal,
    });
  },
});

if (import.meta.main) Deno.exit(await run(command, Deno.args));
