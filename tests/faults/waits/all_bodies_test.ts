// Copyright 2026 the Wirekit authors. MIT license.

/** What strangers may post to a server, on every runtime. */

import { assert, assertEquals } from "@std/assert";
import { connect as connectJsonRpc } from "@wirekit/jsonrpc";
import { connect as connectWsrpc } from "@wirekit/wsrpc/client";
import { ROOT } from "../../_packages.ts";
import { Program } from "../../_program.ts";
import { install } from "../../runtimes/_npm.ts";

const SERVERS = new URL("../programs/servers.mjs", import.meta.url);

/** How often each is posted to. */
const COUNT = 1_000;

const SERVED = ["transport", "hub", "wsrpc", "jsonrpc"];

/** Runs the servers on a runtime. */
async function start(runtime: string): Promise<Program> {
  if (runtime === "deno") {
    return new Program(Deno.execPath(), {
      args: ["run", "--allow-net", SERVERS.pathname],
      cwd: ROOT,
    });
  }
  const { folder, runtime: find } = await install();
  const copy = new URL("servers.mjs", folder);
  await Deno.copyFile(SERVERS, copy);
  return new Program(find(runtime), { args: [copy.pathname], cwd: folder });
}

/** Posts again and again; returns the statuses that came. */
async function curl(url: string, args: string[]): Promise<Set<string>> {
  const { stdout } = await new Deno.Command("curl", {
    args: ["-s", "-o", "/dev/null", "-w", "%{http_code}\n", ...args, url],
    stdin: "null",
    stderr: "null",
  }).output();
  return new Set(new TextDecoder().decode(stdout).trim().split("\n"));
}

for (const runtime of ["deno", "node", "bun"]) {
  Deno.test(`each server lives through ${COUNT} posts of a stranger on ${runtime}`, async () => {
    await using program = await start(runtime);
    await program.says(/^ready$/m);
    for (const name of SERVED) {
      const [, port] = await program.says(
        new RegExp(`${name} listens on (\\d+)\\.`),
      );
      const url = `http://127.0.0.1:${port}/`;
      const status = name === "jsonrpc" ? "415" : "426";
      assertEquals(
        await curl(`${url}[1-${COUNT}]`, ["-d", "hello"]),
        new Set([status]),
        name,
      );
      const big = ["--data-binary", "@-"];
      const child = new Deno.Command("curl", {
        args: ["-s", "-m", "20", "-o", "/dev/null", "-w", "%{http_code}"]
          .concat(big, ["-H", "content-type: application/json", url]),
        stdin: "piped",
        stdout: "piped",
        stderr: "null",
      }).spawn();
      const writer = child.stdin.getWriter();
      const half = new Uint8Array(6_000_000).fill(120);
      await writer.write(half).then(() => writer.write(half)).catch(() => {});
      await writer.close().catch(() => {});
      const { stdout } = await child.output();
      const got = new TextDecoder().decode(stdout);
      assertEquals(got, name === "jsonrpc" ? "413" : "426", name);
      if (name === "wsrpc" || name === "jsonrpc") {
        const [, urls] = await program.says(
          new RegExp(`${name} is at (.*) \\.`),
        );
        for (const url of urls!.split(" ")) {
          await using client = name === "wsrpc"
            ? await connectWsrpc(url)
            : await connectJsonRpc(url);
          const call = "call" in client
            ? client.call("one")
            : client.request("one");
          assertEquals(await call, 1, url);
        }
      }
      assert((await curl(url, ["-I"])).has(name === "jsonrpc" ? "405" : "426"));
    }
    assert(!/Uncaught|Unhandled/i.test(program.text), program.text);
  });

  Deno.test(`each server says why it cannot listen on ${runtime}`, async () => {
    await using program = await start(runtime);
    await program.says(/^ready$/m);
    for (const name of SERVED) {
      const lines = program.text.split("\n").filter((line) =>
        line.startsWith(`${name} cannot: `)
      );
      const [taken, nowhere, garbage] = lines as [string, string, string];
      assert(
        / EADDRINUSE Cannot listen on 127\.0\.0\.1:\d+: this program listens there already \(EADDRINUSE\)$/
          .test(taken),
        taken,
      );
      assert(
        / E\w+ Cannot listen on no\.such\.invalid:0: /.test(nowhere),
        nowhere,
      );
      assert(
        /TypeError undefined Cannot use TLS: tls\.cert/.test(garbage),
        garbage,
      );
    }
  });
}
