// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { run } from "@wirekit/internal/command";
import { command, hubServeCommand } from "./cli.ts";

/** Runs a command until it has said `until`, and something with what it said. */
async function serving(
  args: readonly string[],
  until: RegExp,
  test: (out: readonly string[]) => Promise<void>,
  table = command,
): Promise<number> {
  const out: string[] = [];
  const stop = new AbortController();
  const said = Promise.withResolvers<void>();
  const code = run(table, args, {
    log: (line) => {
      out.push(line);
      if (until.test(line)) said.resolve();
    },
    error: (line) => void out.push(line),
    signal: stop.signal,
  });
  await Promise.race([said.promise, code]);
  assert(out.some((line) => until.test(line)), out.join("\n"));
  await test(out);
  stop.abort();
  return await code;
}

async function post(url: string, body: string): Promise<unknown> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body });
  return await response.json();
}

Deno.test("switchboard serves a hub with its doors, and says where", async () => {
  const args = ["--port", "0", "--jsonrpc-tcp", "0"];
  await serving(args, /open to this machine/, async (out) => {
    const all = out.join("\n");
    assertMatch(all, /JSON-RPC: ws:\S+\/jsonrpc, tcp:\/\/127\.0\.0\.1:\d+/);
    assertMatch(all, /wsrpc: ws:\S+\/wsrpc\//);
    const [, http] = /curl .* (http:\S+)\/call\/NAME\/ROUTE/.exec(all)!;
    const answer = await post(`${http}/call/nobody/x`, "{}");
    assertMatch(JSON.stringify(answer), /Nobody has the name/);
    const text = '{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}';
    const { result } = await post(`${http}/jsonrpc`, text) as {
      result: { openrpc: string };
    };
    assertMatch(result.openrpc, /^1\./);
  });
});

Deno.test("hub serve has the doors only when it is asked for them", async () => {
  for (const doors of [true, false]) {
    const args = ["--port", "0", ...doors ? ["--doors"] : []];
    await serving(args, /open to this machine/, async (out) => {
      const [, url] = /(ws:\S+?)[, ]/.exec(out.join(" "))!;
      const response = await fetch(
        `${url!.replace("ws", "http")}/openapi.json`,
      );
      await response.body?.cancel();
      assertEquals(response.status === 200, doors);
    }, hubServeCommand);
  }
});

Deno.test("switchboard lets a simulated home take part", async () => {
  const args = ["--port", "0", "--gateway", "home=simulator"];
  await serving(args, /open to this machine/, async (out) => {
    const all = out.join("\n");
    assertMatch(all, /OpenWebNet: home is a simulated plant/);
    const [, http] = /curl .* (http:\S+)\/call\/NAME\/ROUTE/.exec(all)!;
    const body = '{"where":"12"}';
    assertEquals(await post(`${http}/call/home/light.on`, body), null);
    assertEquals(await post(`${http}/call/home/light.status`, body), [
      { where: "12", on: true },
    ]);
  });
});

Deno.test("switchboard says what is wrong with a gateway or a home", async () => {
  const file = await Deno.makeTempFile();
  try {
    for (
      const [args, why] of [
        [["--gateway", "nonsense"], /has to be NAME=HOST/],
        [["--gateway", "a=simulator", "--gateway", "a=simulator"], /twice/],
        [["--home", file], /no JSON|JSON/],
      ] as const
    ) {
      const out: string[] = [];
      const code = await run(command, ["--port", "0", ...args], {
        log: () => {},
        error: (line) => void out.push(line),
      });
      assertEquals(code, 2, out.join("\n"));
      assertMatch(out.join("\n"), why);
    }
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("switchboard refuses to open a port to other machines without a token", async () => {
  const out: string[] = [];
  const code = await run(command, ["--hostname", "0.0.0.0", "--port", "0"], {
    log: (line) => void out.push(line),
    error: (line) => void out.push(line),
  });
  assertEquals(code === 0, false);
  assertMatch(out.join("\n"), /without a token/);
});
