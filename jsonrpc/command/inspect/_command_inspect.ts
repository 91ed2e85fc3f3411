// Copyright 2026 the Wirekit authors. MIT license.

/** The command `jsonrpc inspect`. */

import { command, toggle, UsageError } from "@wirekit/internal/command";
import {
  open,
  placeOf,
  TARGET_DETAILS,
  TARGET_OPTIONS,
} from "../_command_target.ts";
import { PLAIN } from "./_dialect.ts";
import { Inspector } from "./_inspector.ts";
import { Lsp } from "./_lsp.ts";
import { Mcp } from "./_mcp.ts";
import { openPrompt } from "./_prompt.ts";
import { Session } from "./_session.ts";

const { json: _, ...options } = TARGET_OPTIONS;

/** Talks to a program or a server line by line. */
export const inspectCommand = command({
  name: "inspect",
  summary: "Call methods line by line, with a history and a form for each",
  operands: "[URL]",
  startsProgram: true,
  details: `${TARGET_DETAILS} With --lsp and --mcp, the handshake of these ` +
    "protocols is done first, and files, tools and prompts can be called by " +
    "name. Notifications are shown as they come. Lines that are piped in are " +
    "called one after another; the exit code is 1 if one of them fails. Type " +
    ".help for all that can be typed.",
  options: {
    ...options,
    lsp: toggle("The program is a language server"),
    mcp: toggle("The program is a server of the Model Context Protocol"),
  },
  examples: [
    "jsonrpc inspect ws://127.0.0.1:8095",
    "jsonrpc inspect --lsp -- clangd",
    "jsonrpc inspect --mcp -- node server.js",
  ],
  async run(call, terminal) {
    const { lsp, mcp, timeout = 60_000 } = call.options;
    if (lsp && mcp) {
      throw new UsageError("--lsp and --mcp are two protocols: give one");
    }
    const all = { ...call, options: { ...call.options, json: false } };
    const { place, words: [surplus] } = placeOf(all, terminal);
    if (surplus !== undefined) {
      throw new UsageError(`Unexpected argument "${surplus}"`);
    }
    if ((lsp || mcp) && typeof place === "string" && /^http/i.test(place)) {
      throw new UsageError(
        `--${
          lsp ? "lsp" : "mcp"
        } needs a connection that lasts, which HTTP is ` +
          "not: give a ws: or tcp: URL, or -- PROGRAM",
      );
    }
    const dialect = lsp ? new Lsp() : mcp ? new Mcp() : PLAIN;
    const inspector = new Inspector(dialect);
    await using target = await open(place, all.options, terminal, {
      ...(dialect.methods && { methods: dialect.methods }),
      ...(dialect.conventions && { conventions: dialect.conventions }),
      onNotification: (method, params) => inspector.notified(method, params),
      onMessage: (entry) => inspector.passed(entry),
    });
    const begun = Session.begin(dialect, target, timeout, terminal.signal);
    const session = await terminal.during("Saying hello", begun);
    terminal.log(inspector.greet(session));
    using prompt = openPrompt(terminal, {
      complete: (start) => inspector.complete(start),
      interrupted: () => inspector.interrupted(),
    });
    try {
      return await inspector.run(prompt);
    } finally {
      await session.end();
    }
  },
});
