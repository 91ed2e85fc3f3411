// Copyright 2026 the Wirekit authors. MIT license.

import type { Terminal } from "@wirekit/internal/command";
import { pipedPrompt } from "../_prompt.ts";
import { Desk, type DeskOptions } from "./_desk.ts";
import { serveInspectPage } from "./_inspect_page.ts";

/** Shows the inspector as a page, until Ctrl-C. */
export async function showPage(
  options: DeskOptions,
  terminal: Terminal,
): Promise<void> {
  await using desk = new Desk(options);
  const start = desk.start();
  await terminal.during("Saying hello", start);
  await using page = await serveInspectPage(desk);
  terminal.log(`The page is at ${page.address()}`);
  terminal.error(
    "It lets one browser in. Enter: another address. Ctrl-C: end.",
  );
  const { signal } = terminal;
  const stopped = new Promise<undefined>((resolve) => {
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
    if (signal.aborted) resolve(undefined);
  });
  using lines = pipedPrompt(terminal);
  for (;;) {
    const line = await Promise.race([lines.read(""), stopped]);
    if (line === undefined) break;
    terminal.log(page.address());
  }
  // Whose standard input has ended may still look.
  await stopped;
}
