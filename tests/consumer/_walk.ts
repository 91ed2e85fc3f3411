// Copyright 2026 the Wirekit authors. MIT license.

/** Somebody who follows a page from the top, in an empty folder. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { Chromium } from "../browser/_chromium.ts";
import { Terminal } from "../_program.ts";
import type { Consumer } from "./_consumer.ts";
import { freePort } from "../_port.ts";

/**
 * A block with the comment above it, and the last file that the text between it
 * and the block before names.
 */
const BLOCK_REGEXP =
  /^(?:<!-- (?<comment>.+?) -->\n\n?)?^(?<fence>`{3,})(?<language>\w+)[^\n]*\n(?<text>.*?)^\k<fence>$/gms;

const FILE_REGEXP = /`([\w.-]+\.[a-z]+)`/g;

/** The ports that pages name. Each is another one, which is free. */
const PORTS_REGEXP = /\b(13254|8080|8000|5173)\b/g;

/** How a page is followed. */
export interface WalkOptions {
  /** Changes what this machine does not have, before anything is pasted. */
  change?: (page: string) => string;
  /** Looks at a file that the reader has written. */
  wrote?: (file: string) => Promise<void>;
  /** Looks at each terminal at the end: what was pasted, and what it shows. */
  looked?: (block: string, screen: string) => void;
}

/**
 * Does what a page says. Its blocks are files, or for a terminal of their own,
 * or what is then on the screen. A comment above a block says the rest, after
 * `run by FILE`:
 *
 * - `goes on after WORDS`: the commands run until somebody ends them, and have
 *   begun once they have said that.
 * - `stops WORDS`: the reader ends what was started with these words first.
 * - `at URL`: these words are on that page.
 *
 * Blocks without such a comment are left out.
 *
 * @param consumer The reader.
 * @param page The page.
 * @param options How it is followed.
 */
export async function walk(
  consumer: Consumer,
  page: string,
  options: WalkOptions = {},
): Promise<void> {
  const { change = (text) => text, wrote, looked } = options;
  const ports = new Map<string, string>();
  const text = change(page).replaceAll(PORTS_REGEXP, (port) => {
    if (!ports.has(port)) ports.set(port, `${freePort()}`);
    return ports.get(port)!;
  });
  await using things = new AsyncDisposableStack();
  const terminals: { block: string; terminal: Terminal }[] = [];
  const everyOne: typeof terminals = [];
  let browser: Chromium | undefined;
  let end = 0;
  for (const { 0: whole, index, groups = {} } of text.matchAll(BLOCK_REGEXP)) {
    const { comment = "", language, text: block = "" } = groups;
    const between = text.slice(end, index);
    end = index + whole.length;
    if (!comment.includes("consumer/path_test.ts")) continue;
    const file = [...between.matchAll(FILE_REGEXP)].at(-1)?.[1];
    const [, url] = / at (\S+)$/.exec(comment) ?? [];
    if (url !== undefined) {
      browser ??= things.use(await Chromium.start());
      const shown = await browser.open(url);
      for (const line of block.trim().split("\n")) await shown.says(line);
      assertEquals(shown.complaints, [], url);
    } else if (language === "text") {
      const found = terminals.findLast(({ block }) =>
        file !== undefined && block.includes(file)
      ) ?? terminals.at(-1);
      await found?.terminal.says(words(block.trim()));
    } else if (language === "sh") {
      const [, stops] = / stops (.+?)(?:, goes on|$)/.exec(comment) ?? [];
      const [, ready] = / goes on after (.+)$/.exec(comment) ?? [];
      if (stops !== undefined) {
        const at = terminals.findLastIndex(({ block }) =>
          block.includes(stops)
        );
        await terminals.splice(at, 1)[0]?.terminal.stop();
      }
      const terminal = things.use(new Terminal(block, consumer.options));
      terminals.push({ block, terminal });
      everyOne.push({ block, terminal });
      if (ready) await terminal.says(words(ready));
      else assertEquals((await terminal.ends()).code, 0, terminal.text);
    } else {
      assertStringIncludes(file ?? "", ".", `A block without a file: ${block}`);
      await Deno.writeTextFile(`${consumer.folder}/${file}`, block);
      await wrote?.(file!);
    }
  }
  for (const { block, terminal } of everyOne) looked?.(block, terminal.text);
}

/** These words at the begin of a line; `…` are any. */
function words(text: string): RegExp {
  const escaped = text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("…", ".*")}`, "m");
}
