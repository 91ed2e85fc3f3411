// Copyright 2026 the Wirekit authors. MIT license.

/** The pages of `examples/`, followed from the top in empty folders. */

import { assertEquals } from "@std/assert";
import { ROOT } from "../_packages.ts";
import { Consumer } from "./_consumer.ts";
import { walk } from "./_walk.ts";

/** Shows a unit to systemd, where that is. */
async function verify(unit: string, folder: string): Promise<void> {
  const text = await Deno.readTextFile(`${folder}/${unit}`);
  const here = `${folder}/verify-${unit}`;
  // It says so if the program is not where the unit has it.
  await Deno.writeTextFile(
    here,
    text.replaceAll("/usr/local/bin/deno", Deno.execPath()),
  );
  const found = await new Deno.Command("systemd-analyze", {
    args: ["verify", "--man=no", here],
  }).output().catch(() => undefined);
  if (!found) return;
  const said = new TextDecoder().decode(found.stderr);
  // The folder of a reader need not be there, nor its other units.
  assertEquals([found.code, said], [0, ""], unit);
}

/** What there is in a folder, with its text. */
async function contents(folder: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const { name } of Deno.readDir(folder)) {
    files[name] = await Deno.readTextFile(`${folder}/${name}`);
  }
  return files;
}

Deno.test("The bot that examples/bots installs writes nothing where it may not", async () => {
  await using consumer = await Consumer.arrive();
  const page = await Deno.readTextFile(
    new URL("examples/bots/README.md", ROOT),
  );
  const [, bot] = page.match(/```ts ignore\n([^]*?)```/)!;
  const [, copied] = page.match(/sudo cp (.*) \/opt\/deno-bot\//)!;
  await Deno.writeTextFile(`${consumer.folder}/bot.ts`, bot!);
  await consumer.deno("add", "jsr:@wirekit/hub");
  await consumer.deno("cache", "bot.ts");

  const folder = `${consumer.folder}/opt`;
  await Deno.mkdir(folder);
  for (const file of copied!.split(" ")) {
    await Deno.copyFile(`${consumer.folder}/${file}`, `${folder}/${file}`);
  }
  const before = await contents(folder);
  await consumer.deno("cache", "opt/bot.ts");
  assertEquals(await contents(folder), before);
});

for (const name of ["bots", "page", "tool", "openwebnet", "switchboard"]) {
  Deno.test(`examples/${name} ends as its page says`, async () => {
    await using consumer = await Consumer.arrive();
    const file = new URL(`examples/${name}/README.md`, ROOT);
    await walk(consumer, await Deno.readTextFile(file));
    for await (const { name } of Deno.readDir(consumer.folder)) {
      if (name.endsWith(".service")) await verify(name, consumer.folder);
    }
  });
}
