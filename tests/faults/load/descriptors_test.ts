// Copyright 2026 the Wirekit authors. MIT license.

/** A server whose open files are used up lives, and accepts again. */

import { assert, assertEquals } from "@std/assert";
import { Party, start, TLS_FLAGS } from "../_kit.ts";

/** Open files that a server may have, as many as `deno` needs to start. */
const LIMIT = 200;

const ROUNDS = 5;

const LISTENERS = [
  ["ws", []],
  ["wss", TLS_FLAGS],
  ["tcp", ["--tcp=0"]],
  ["tls", ["--tcp=0", ...TLS_FLAGS]],
  ["unix", ["--unix"]],
] as const;

for (const [scheme, flags] of LISTENERS) {
  Deno.test(`The hub accepts again on ${scheme} after ${ROUNDS} rounds of used-up descriptors`, async () => {
    const directory = await Deno.makeTempDir();
    const given = flags.map((flag) =>
      flag === "--unix" ? `--unix=${directory}/hub.sock` : flag
    );
    await using server = await start("hub", given, LIMIT);
    const url = server.urls[scheme]!;
    await using crowd = new Party("hub");
    await using client = new Party("hub");
    for (let round = 1; round <= ROUNDS; round++) {
      const count = await crowd.do<number>("hold", { url, count: 500 });
      assert(count >= LIMIT / 2, `${count} came`);
      // Once for as long as the warning takes; later it comes and goes.
      if (round === 1) await server.program.says(/\(EMFILE\)/);
      await crowd.do("release");
      const { asked, answered } = await client.measure(url, 50, `c${round}`);
      assertEquals(answered, asked);
    }
    // One for each of the listeners, which is two at most.
    const warnings = server.program.text.match(/\(EMFILE\)/g) ?? [];
    assert(warnings.length <= 2, server.program.text);
    await server.program.stop();
    await Deno.remove(directory, { recursive: true });
  });
}

Deno.test("The hub goes on with used-up descriptors while clients say what is no HTTP", async () => {
  // Deno panics where it has to look up the file of an error.
  await using server = await start("hub", [], 64);
  const { hostname, port } = new URL(server.urls["ws"]!);
  const head = new TextEncoder().encode(
    `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\n` +
      "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  );
  const said = [head, head.subarray(0, 40), Uint8Array.of(0)];
  const conns: Deno.Conn[] = [];
  for (let n = 0; n < 120; n++) {
    const conn = await Deno.connect({ hostname, port: Number(port) });
    conns.push(conn);
    await conn.write(said[n % 3]!).catch(() => {});
  }
  await server.program.says(/\(EMFILE\)/);
  for (const conn of conns) conn.close();
  await using client = new Party("hub");
  const { asked, answered } = await client.measure(
    server.urls["ws"]!,
    50,
    "after",
  );
  assertEquals(answered, asked);
  await server.program.stop();
});
