// Copyright 2026 the Wirekit authors. MIT license.

/** The command `jsonrpc inspect`. */

import {
  command,
  needNetwork,
  toggle,
  UsageError,
} from "@wirekit/internal/command";
import {
  open,
  TARGET_DETAILS,
  TARGET_OPTIONS,
  targetOf,
} from "../_command_target.ts";
import type { TargetOptions } from "../_target.ts";
import type { LogEntry } from "../../wire/log.ts";
import type { Params } from "../../wire/message.ts";
import { type Dialect, PLAIN, told } from "./_dialect.ts";
import { Inspector } from "./_inspector.ts";
import { Lsp } from "./_lsp.ts";
import { Mcp } from "./_mcp.ts";
import { openPrompt } from "./_prompt.ts";
import { Session } from "./_session.ts";
import type { Hear } from "./page/_desk.ts";

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
    page: toggle("Show a page for a browser on this machine, instead"),
  },
  examples: [
    "jsonrpc inspect ws://127.0.0.1:8095",
    "jsonrpc inspect --lsp -- clangd",
    "jsonrpc inspect --mcp -- node server.js",
    "jsonrpc inspect --page --lsp -- clangd",
  ],
  async run(call, terminal) {
    const { lsp, mcp, page, timeout = 60_000 } = call.options;
    if (lsp && mcp) {
      throw new UsageError("--lsp and --mcp are two protocols: give one");
    }
    const all = { ...call, options: { ...call.options, json: false } };
    const { place, words: [surplus] } = targetOf(all, terminal);
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
    const dialectOf = () => lsp ? new Lsp() : mcp ? new Mcp() : PLAIN;
    const openWith = (dialect: Dialect, more: Partial<TargetOptions>) =>
      open(place, all.options, terminal, {
        ...(dialect.methods && { methods: dialect.methods }),
        ...(dialect.conventions && { conventions: dialect.conventions }),
        ...more,
      });
    const { signal } = terminal;
    if (page) {
      needNetwork("127.0.0.1", 0);
      // Only here are the files of the page needed.
      const { showPage } = await import("./page/_show_page.ts");
      const start = async (hear: Hear) => {
        const dialect = dialectOf();
        const target = await openWith(dialect, {
          onNotification() {},
          onMessage: (entry) => hear(entry, wordsOf(dialect, entry)),
        });
        try {
          const session = await Session.begin(dialect, target, timeout, signal);
          return {
            session,
            async [Symbol.asyncDispose]() {
              await session.end();
              await target[Symbol.asyncDispose]();
            },
          };
        } catch (error) {
          await target[Symbol.asyncDispose]();
          throw error;
        }
      };
      const isProgram = typeof place !== "string";
      const shown = isProgram ? place.join(" ") : place;
      return await showPage({ place: shown, isProgram, start }, terminal);
    }
    const dialect = dialectOf();
    const inspector = new Inspector(dialect);
    await using target = await openWith(dialect, {
      onNotification: (method, params) => inspector.notified(method, params),
      onMessage: (entry) => inspector.passed(entry),
    });
    const begun = Session.begin(dialect, target, timeout, signal);
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

/** Says a notification in words, where its protocol has some. */
function wordsOf(dialect: Dialect, entry: LogEntry): string | undefined {
  const { direction, kind, method, message } = entry;
  if (direction !== "in" || kind !== "notification") return undefined;
  const { params } = message as { params?: Params };
  return told(dialect, method ?? "", params);
}
