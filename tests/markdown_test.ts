// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Every block of code on a page is run, or the page says why not: in a comment
 * above it that readers do not see, `<!-- run by FILE -->` or
 * `<!-- not run: REASON -->`.
 */

import { assert } from "@std/assert";
import { ROOT } from "./_packages.ts";

const BLOCK_REGEXP =
  /^(?:<!-- (.+?) -->\n\n?)?^ *(`{3,})([^\n`]*)\n(.*?)^ *\2 *$/gsm;

/** A block of code on a page. */
interface Block {
  /** The page and what the block begins with. */
  name: string;
  /** What the comment above says. */
  comment: string;
  /** The language and what follows it. */
  info: string;
  text: string;
}

async function pagesIn(folder: URL): Promise<URL[]> {
  const pages: URL[] = [];
  for await (const { name, isFile, isDirectory } of Deno.readDir(folder)) {
    if (/^(\.|node_modules$|dist$|coverage$)/.test(name)) continue;
    if (isFile && name.endsWith(".md")) pages.push(new URL(name, folder));
    if (!isDirectory) continue;
    pages.push(...await pagesIn(new URL(`${name}/`, folder)));
  }
  return pages;
}

async function blocksOf(page: URL): Promise<Block[]> {
  const path = page.pathname.slice(ROOT.pathname.length);
  const markdown = await Deno.readTextFile(page);
  return [...markdown.matchAll(BLOCK_REGEXP)].map(
    ([, comment = "", , info = "", text = ""]) => {
      const [first = ""] = text.split("\n", 1);
      return { name: `${path}: ${info}: ${first}`, comment, info, text };
    },
  );
}

/** What a line of a shell may be, without a comment above its block. */
function isKnown(line: string, tasks: object): boolean {
  const [, task] = /^(?:npx -y deno@[\d.]+|deno) task ([\w-]+)/.exec(line) ??
    [];
  if (task !== undefined) return task in tasks;
  // `tests/consumer/command_test.ts` runs all of these.
  if (/^deno (run|install) .*\bjsr:@wirekit\//.test(line)) return true;
  return /^(#.*|\.ci\/run.*|)$/.test(line);
}

async function whyNotRun(block: Block): Promise<string | undefined> {
  const { info, text, comment } = block;
  const [language = "", ...rest] = info.split(" ");
  if (/^not run: \S/.test(comment)) return undefined;
  const [, file] = /^run by ([^\s,]+)(?:, .+)?$/.exec(comment) ?? [];
  if (file !== undefined) {
    const found = await Deno.stat(new URL(file, ROOT)).catch(() => undefined);
    return found?.isFile ? undefined : `there is no ${file}`;
  }
  // `deno test --doc` runs these.
  if (/^(ts|js|tsx|jsx)$/.test(language) && !rest.includes("ignore")) {
    return undefined;
  }
  if (language === "sh") {
    const root = await Deno.readTextFile(new URL("deno.json", ROOT));
    const { tasks } = JSON.parse(root);
    const unknown = text.split("\n").find((line) => !isKnown(line, tasks));
    return unknown === undefined ? undefined : `nothing runs ${unknown}`;
  }
  return "nothing runs it, and no comment above it says why";
}

Deno.test("Each block of code on a page is run, or says why not", async () => {
  const wrong: string[] = [];
  for (const page of await pagesIn(ROOT)) {
    for (const block of await blocksOf(page)) {
      const reason = await whyNotRun(block);
      if (reason !== undefined) wrong.push(`${block.name}: ${reason}`);
    }
  }
  assert(wrong.length === 0, wrong.join("\n"));
});

/** The anchor that GitHub gives a heading. */
function anchorOf(heading: string): string {
  return heading.replaceAll(/\[([^\]]+)\]\([^)]*\)/g, "$1").toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}_\- ]/gu, "").trim().replaceAll(" ", "-");
}

Deno.test("Each link of a page within the repository leads somewhere", async () => {
  const wrong: string[] = [];
  const textOf = async (page: URL) =>
    (await Deno.readTextFile(page)).replaceAll(/^ *(`{3,}).*?^ *\1 *$/gms, "");
  for (const page of await pagesIn(ROOT)) {
    for (
      const [, link = ""] of (await textOf(page)).matchAll(/\]\(([^)\s]+)\)/g)
    ) {
      if (/^[a-z]+:/.test(link)) continue;
      const target = new URL(link, page);
      const found = await Deno.stat(target).catch(() => undefined);
      const anchor = decodeURIComponent(target.hash.slice(1));
      const text = found?.isFile && anchor ? await textOf(target) : "";
      const isThere = found !== undefined &&
        (anchor === "" || [...text.matchAll(/^#+ (.*)$/gm)]
          .some(([, heading = ""]) => anchorOf(heading) === anchor));
      if (!isThere) {
        wrong.push(`${page.pathname.slice(ROOT.pathname.length)}: ${link}`);
      }
    }
  }
  assert(wrong.length === 0, wrong.join("\n"));
});
