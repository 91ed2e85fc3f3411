// Copyright 2026 the Wirekit authors. MIT license.

/** Bodies that a server does not want, given up in every way. */

import { assert, assertEquals } from "@std/assert";
import { dial } from "../_wire.ts";
import { KINDS, Party, start } from "../_kit.ts";

const LARGE = "x".repeat(11 * 2 ** 20);

/** Posts with curl, and tells the statuses that came, each once. */
async function curl(
  url: string,
  count: number,
  ...args: string[]
): Promise<string[]> {
  const script = 'seq "$1" | xargs -P 4 -I{} curl -s -m 20 -o /dev/null ' +
    `-w '%{http_code}\\n' "\${@:3}" "$2"`;
  const child = new Deno.Command("bash", {
    args: ["-c", script, "-", String(count), url, ...args],
    stderr: "null",
  });
  const { stdout } = await child.output();
  const lines = new TextDecoder().decode(stdout).trim().split("\n");
  assertEquals(lines.length, count);
  return [...new Set(lines)].sort();
}

/** Sends the start of a request, and goes. */
async function leave(url: string, request: string): Promise<void> {
  const conn = await dial(url.replace(/^ws/, "tcp"));
  await conn.write(new TextEncoder().encode(request));
  conn.close();
}

for (const kind of Object.keys(KINDS)) {
  Deno.test(`${kind} outlives a thousand bodies that it gives up`, async () => {
    await using server = await start(kind);
    const url = server.urls["ws"]!;
    const http = url.replace(/^ws/, "http");
    await using bystander = new Party(kind);
    const measuring = bystander.measure(url, 3_000);
    measuring.catch(() => {}); // It is awaited below.

    const texts = await curl(http, 1_000, "-d", "hello");
    assert(texts.every((status) => /^4\d\d$/.test(status)), texts.join());
    const json = ["-H", "content-type: application/json"];
    const call = '{"jsonrpc":"2.0","id":1,"method":"sum","params":[1,2]}';
    const calls = await curl(http, 50, ...json, "-d", call);
    assert(calls.every((status) => /^[24]\d\d$/.test(status)), calls.join());
    const file = await Deno.makeTempFile();
    await Deno.writeTextFile(file, LARGE);
    for (const more of [[], ["-H", "transfer-encoding: chunked"]]) {
      const args = [...json, ...more, "--data-binary", `@${file}`];
      // Who still sends may hear the end of the connection before the answer.
      const large = await curl(http, 6, ...args);
      assert(large.every((s) => /^4\d\d$|^000$/.test(s)), large.join());
    }
    await Deno.remove(file);
    const head = "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n" +
      "Content-Type: application/json\r\n";
    for (
      const tail of [
        "Content-Length: 100\r\n\r\n{",
        "Content-Length: 100\r\n\r\n",
        'Transfer-Encoding: chunked\r\n\r\n5\r\n{"a"',
        "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n",
        "Content-Length: 5\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
      ]
    ) {
      for (let i = 0; i < 20; i++) await leave(url, head + tail);
    }

    const { asked, answered, strays } = await measuring;
    assertEquals({ answered, strays }, { answered: asked, strays: 0 });
    const after = await bystander.measure(url, 50, "after");
    assertEquals(after.answered, after.asked);
    const words = server.program.text;
    assert(!/Uncaught|^\s+at /m.test(words), words);
  });
}
