// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Walks the five paths of `examples/`, each in an empty folder with an empty
 * cache, and writes what is pasted and what the screen shows then into
 * `WALKS.md`: `deno task walks`. With names it walks only these, and prints.
 */

import { ROOT } from "../_packages.ts";
import { Consumer } from "./_consumer.ts";
import { walk } from "./_walk.ts";

const PATHS = ["bots", "page", "tool", "openwebnet", "switchboard"];

const FILE = new URL("WALKS.md", import.meta.url);

/** Below this line stands what was seen. */
const MARK = "## What the screens show";

/** Says what has run the block below. */
const RUN = "<!-- run by tests/consumer/walks.ts -->";

async function screensOf(name: string): Promise<string> {
  await using consumer = await Consumer.arrive();
  const page = new URL(`examples/${name}/README.md`, ROOT);
  const parts = [`### examples/${name}`];
  const begin = performance.now();
  await walk(consumer, await Deno.readTextFile(page), {
    looked(block, screen) {
      const shown = plain(screen, consumer.folder);
      const typed = block.trim().replaceAll(/^(?! )/gm, "$ ");
      parts.push(RUN, `\`\`\`text\n${plain(typed, "")}\n${shown}\`\`\``);
    },
  });
  const seconds = Math.round((performance.now() - begin) / 1000);
  parts.splice(1, 0, `All of it in ${seconds} s.`);
  return parts.join("\n\n");
}

/** Leaves out what is different each time, and where it was. */
function plain(screen: string, folder: string): string {
  let [downloads, text] = [0, ""];
  for (const line of screen.split("\n")) {
    if (/^(Download|Initialize) /.test(line)) downloads++;
    else text += `${line}\n`;
  }
  text = text.replace(/\n+$/, "\n").replaceAll(Deno.execPath(), "deno")
    .replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:PORT")
    .replaceAll(/(--port|-p) \d+/g, "$1 PORT")
    .replaceAll(/#[\w-]{40,}/g, "#TOKEN")
    .replaceAll(/\/\S*(?=\/lib\/python)/g, "…");
  if (folder !== "") {
    text = text.replaceAll(folder.replace(/\/work$/, ""), "~");
  }
  return (downloads > 0 ? `(${downloads} lines of downloads)\n` : "") + text;
}

const wanted = Deno.args.length > 0 ? Deno.args : PATHS;
const found = [];
for (const name of wanted) found.push(await screensOf(name));
const text = found.join("\n\n");
if (Deno.args.length > 0) {
  await Deno.stdout.write(new TextEncoder().encode(`${text}\n`));
} else {
  const [before = ""] = (await Deno.readTextFile(FILE)).split(MARK);
  await Deno.writeTextFile(FILE, `${before}${MARK}\n\n${text}\n`);
}
