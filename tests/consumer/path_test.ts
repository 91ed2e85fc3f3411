// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { getAvailablePort } from "@std/net/get-available-port";
import { ROOT } from "../_packages.ts";
import { Program } from "../_program.ts";
import { Consumer } from "./_consumer.ts";

const BLOCK_REGEXP =
  /(?:`(?<file>\w+\.ts)`(?:(?!\n#|```).)*)?```(?<language>\w+)[^\n]*\n(?<text>.*?)```/gs;

/** What commands go on to run until somebody ends them, and what they say first. */
const READY: [RegExp, RegExp][] = [
  [/hub --port/, /listens on ws:/],
  [/ serve /, /Listening on http:/],
  [/ simulate /, /\d/],
  [/ bot\.ts$/, /^ready$/m],
  [/ watch\.ts$/, /^watching$/m],
];

/** A line as a shell splits it; no page has quotes in these. */
function argumentsOf(line: string): string[] {
  const [program, ...args] = line.split(" ");
  assertEquals(program, "deno", line);
  return args;
}

/** Does what a section says, from the top, as a newcomer would. */
async function walk(section: string): Promise<void> {
  const port = getAvailablePort();
  await using consumer = await Consumer.arrive();
  await using programs = new AsyncDisposableStack();
  const text = section.replaceAll("8080", `${port}`);
  const byFile = new Map<string, Program>();
  let last: Program | undefined;
  for (const { groups = {} } of text.matchAll(BLOCK_REGEXP)) {
    const { file, language, text = "" } = groups;
    if (language === "ts") {
      await Deno.writeTextFile(`${consumer.folder}/${file}`, text);
    } else if (language === "text") {
      const program = byFile.get(file ?? "") ?? last;
      await program?.says(new RegExp(`^${text.trim()}`, "m"));
    } else {
      for (const line of text.trim().split("\n")) {
        const args = argumentsOf(line);
        const options = { ...consumer.options, args };
        last = programs.use(new Program(Deno.execPath(), options));
        byFile.set(args.at(-1) ?? "", last);
        const [, ready] = READY.find(([command]) => command.test(line)) ?? [];
        if (ready) await last.says(ready);
        else assertEquals((await last.ends()).code, 0, last.text);
      }
    }
  }
}

const page = await Deno.readTextFile(new URL("examples/README.md", ROOT));
for (const section of page.split(/^## /m).slice(1)) {
  const [title = ""] = section.split("\n", 1);
  Deno.test(`Five minutes ${title.toLowerCase()} end as the page says`, () => {
    return walk(section);
  });
}
