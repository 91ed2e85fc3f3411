// Copyright 2026 the Wirekit authors. MIT license.

/** A real winerp bot whose route blocks its loop for 40 seconds. */

import { assertEquals } from "@std/assert";
import { ROOT } from "../../_packages.ts";
import { Program } from "../../_program.ts";
import { installPython } from "../../_python.ts";
import { Party, start } from "../_kit.ts";
import { Wire } from "../_wire.ts";

const SECONDS = 40;

function question(uuid: string, seconds: number): string {
  return JSON.stringify({
    type: 2,
    id: "me",
    destination: "bot",
    route: "block",
    data: { seconds },
    uuid,
  });
}

Deno.test("A winerp bot that blocks for 40 s keeps its name and answers, once", async () => {
  const python = await installPython(new URL("tests/interop/winerp/", ROOT));
  await using server = await start("hub");
  const url = server.urls["ws"]!;
  const script = "tests/faults/programs/blocked_bot.py";
  await using bot = new Program(python, {
    args: [script, new URL(url).port],
    cwd: ROOT,
  });
  await bot.says(/ready/);
  using me = await Wire.open(url);
  await me.send('{"type":1,"id":"me"}');
  assertEquals(JSON.parse(await me.receive() ?? "").type, 0);

  await me.send(question("u1", SECONDS));
  await bot.says(/blocks/);
  // What comes meanwhile waits in the system, and is answered afterwards.
  await me.send(question("u2", 0));
  await using bystander = new Party("hub");
  const ledger = await bystander.measure(url, 2_000);
  assertEquals(ledger.answered, ledger.asked);

  const answers = [];
  for (let i = 0; i < 2; i++) {
    const { type, uuid, data } = JSON.parse(await me.receive() ?? "{}");
    answers.push({ type, uuid, data });
  }
  assertEquals(answers, [
    { type: 3, uuid: "u1", data: 1 },
    { type: 3, uuid: "u2", data: 2 },
  ]);
  await me.send(question("u3", 0));
  assertEquals(JSON.parse(await me.receive() ?? "{}").data, 3);
  const joins = server.program.text.match(/"bot" (joined|left)/g);
  assertEquals(joins, ['"bot" joined']);
});
