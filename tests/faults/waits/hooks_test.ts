// Copyright 2026 the Wirekit authors. MIT license.

/** Hooks of the user that never settle hold no place. */

import { assertEquals } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { ROOT } from "../../_packages.ts";
import { Program } from "../../_program.ts";
import { listening, NET, type RunningServer, start } from "../_kit.ts";
import { Wire } from "../_wire.ts";

/** What a busy machine may take for an end that is due after a second. */
const PATIENCE = 15_000;

function startHanging(kind: string): Promise<RunningServer> {
  const args = [...NET, "--allow-read", "tests/faults/programs/hanging.ts"];
  return listening(
    new Program(Deno.execPath(), { args: [...args, kind], cwd: ROOT }),
  );
}

for (const kind of ["transport", "jsonrpc", "wsrpc"]) {
  Deno.test(`An authorize of ${kind} that never settles holds no place`, async () => {
    await using server = await startHanging(kind);
    const base = server.urls["ws"]!.replace(/\/ws\/$/, "");
    for (let round = 0; round < 2; round++) {
      const refused = Array.from({ length: 5 }, async () => {
        try {
          (await Wire.open(`${base}/hang`))[Symbol.dispose]();
          return "let in";
        } catch {
          return "refused";
        }
      });
      const outcomes = await deadline(Promise.all(refused), PATIENCE);
      assertEquals(outcomes, Array(5).fill("refused"));
      // All five places are free, at once.
      const wires = await Promise.all(
        Array.from({ length: 5 }, () => Wire.open(`${base}/ws/`)),
      );
      for (const wire of wires) wire[Symbol.dispose]();
      await untilEmpty(base);
    }
  });
}

/** Waits until the server has seen all of them go. */
async function untilEmpty(base: string): Promise<void> {
  const end = performance.now() + PATIENCE;
  for (;;) {
    const wires = await Promise.allSettled(
      Array.from({ length: 5 }, () => Wire.open(`${base}/ws/`)),
    );
    let count = 0;
    for (const each of wires) {
      if (each.status !== "fulfilled") continue;
      count++;
      each.value[Symbol.dispose]();
    }
    if (count === 5) return;
    if (performance.now() > end) throw new Error(`Only ${count} places`);
  }
}

Deno.test("A handler of the transport that never settles leaves the port alive", async () => {
  await using server = await startHanging("transport");
  const base = server.urls["ws"]!.replace(/^ws/, "http");
  const stop = new AbortController();
  const hanging = Array.from(
    { length: 20 },
    () =>
      fetch(`${base}/hang`, { signal: stop.signal })
        .then(({ body }) => body?.cancel()).catch(() => {}),
  );
  const response = await fetch(base);
  assertEquals(await response.text(), "hello");
  stop.abort();
  await Promise.all(hanging);
  (await Wire.open(server.urls["ws"]!))[Symbol.dispose]();
});

Deno.test("A method of jsonrpc that never settles lets the others answer", async () => {
  await using server = await start("jsonrpc");
  using wire = await Wire.open(server.urls["ws"]!);
  for (let id = 0; id < 50; id++) {
    await wire.send(`{"jsonrpc":"2.0","id":"h${id}","method":"hang"}`);
  }
  await wire.send('{"jsonrpc":"2.0","id":"s","method":"sum","params":[1,2]}');
  assertEquals(JSON.parse(await wire.receive() ?? "{}").id, "s");
});
