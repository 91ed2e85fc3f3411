// Copyright 2026 the Wirekit authors. MIT license.

/** The error paths of the servers, from npm, on Node 22 and on Bun. */

import { assert, assertEquals } from "@std/assert";
import { install } from "../../runtimes/_npm.ts";
import { Program } from "../../_program.ts";
import { listening, Party } from "../_kit.ts";

/** Open files, as many as the runtime needs and some more. */
const LIMIT = 200;

const LINES = [
  ...["transport", "hub", "jsonrpc", "wsrpc"].map((name) =>
    `${name}: taken port`
  ),
  "refused upgrade",
  "nobody there",
  "hooks that hang",
  "bodies given up",
  "all alive",
];

for (
  const [runtime, title, args] of [
    ["node", "Node 22", "--no-warnings"],
    ["bun", "Bun", "run"],
  ] as const
) {
  Deno.test(`Errors of servers are told and outlived on ${title}`, async () => {
    const { folder, runtime: find } = await install();
    const programs = new URL("programs/", folder);
    await Deno.mkdir(programs, { recursive: true });
    const copy = new URL("errors.ts", programs);
    await Deno.copyFile(
      new URL("../programs/errors.ts", import.meta.url),
      copy,
    );
    const script = `ulimit -n ${LIMIT}; exec "$0" "$@"`;
    await using program = new Program("bash", {
      args: ["-c", script, find(runtime), args, copy.pathname],
      cwd: folder,
    });
    const { urls } = await listening(program);
    for (const line of LINES) {
      assert(program.text.includes(line), `${line}: ${program.text}`);
    }

    // Used-up descriptors, as far as the runtime lets its user know of them.
    await using crowd = new Party("transport");
    await using client = new Party("transport");
    const url = urls["ws"]!;
    for (let round = 0; round < 3; round++) {
      const count = await crowd.do<number>("hold", { url, count: 400 });
      assert(count >= LIMIT / 2, `${count} came`);
      await crowd.do("release");
      const { asked, answered } = await client.measure(url, 50);
      assertEquals(answered, asked);
    }
  });
}
