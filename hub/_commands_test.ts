// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { type CommandName, isCommand, runCommand } from "./_commands.ts";
import { Client } from "./client.ts";
import { RouteError } from "./errors.ts";
import { serve } from "./serve.ts";

interface Run {
  code: number;
  out: string[];
  err: string[];
}

/** Runs a command against a hub with the client `beta`. */
async function run(
  url: string,
  name: CommandName,
  ...args: string[]
): Promise<Run> {
  const out: string[] = [];
  const err: string[] = [];
  const { signal } = new AbortController();
  const io = {
    log: (line: string) => void out.push(line),
    error: (line: string) => void err.push(line),
    signal,
  };
  const code = await runCommand(name, [...args, "--url", url], io);
  return { code, out, err };
}

async function withBeta(
  test: (url: string, beta: Client) => Promise<void>,
): Promise<void> {
  await using hub = await serve({ port: 0 });
  const [url] = hub.urls;
  await using beta = new Client("beta", { url });
  beta.route("echo", (data) => data);
  beta.route("text", () => "one\n\ttwo\x1b[31m");
  beta.route("refuse", () => {
    throw new RouteError("not\x07 today");
  });
  await beta.connect();
  await test(url, beta);
}

Deno.test("call prints the answer", () =>
  withBeta(async (url) => {
    assertEquals(
      await run(
        url,
        "call",
        "beta",
        "echo",
        "name=zoë",
        "id=123456789012345678",
        "on=true",
        'list=["a",1]',
        "none=",
        "n=-5",
      ),
      {
        code: 0,
        out: [
          '{"name":"zoë","id":123456789012345678,"on":true,"list":["a",1],"none":"","n":-5}',
        ],
        err: [],
      },
    );
    const data = '{"a":null}';
    assertEquals((await run(url, "call", "beta", "echo", "--data", data)).out, [
      data,
    ]);
    assertEquals((await run(url, "call", "beta", "text")).out, [
      "one\n\ttwo\\x1b[31m",
    ]);
    assertEquals((await run(url, "call", "beta", "text", "--json")).out, [
      '"one\\n\\ttwo\\u001b[31m"',
    ]);
  }));

Deno.test("call says in one sentence what went wrong, and by its exit code", () =>
  withBeta(async (url, beta) => {
    beta.route("never", () => new Promise(() => {}));
    const cases: [string[], number, string][] = [
      [["beta", "nope"], 1, "hub: Route not found"],
      [["nobody", "echo"], 1, "hub: Destination not found."],
      [["beta", "refuse"], 1, "hub: not\\x07 today"],
      [
        ["beta", "never", "--timeout", "0.02"],
        4,
        'hub: No answer from "beta" to "never" in time',
      ],
      [["beta"], 2, "hub: Name a client and its route"],
      [["beta", "echo", "a"], 2, 'hub: "a" has to be KEY=VALUE'],
      [["beta", "echo", "--data", "[1]"], 2, "hub: --data has to be a JSON"],
      [["beta", "echo", "a=1", "--data", "{}"], 2, "hub: Give either --data"],
      [["beta", "echo", "--nope"], 2, "hub: There is no option --nope"],
      [["beta", "echo", "--timeout", "x"], 2, "hub: --timeout has to be"],
    ];
    for (const [args, code, text] of cases) {
      const result = await run(url, "call", ...args);
      assertEquals([result.code, result.out], [code, []]);
      assertEquals(result.err.length, 1);
      assert(result.err[0]!.startsWith(text), result.err[0]);
    }
  }));

Deno.test("call says that there is no hub", async () => {
  const { code, err } = await run("ws://127.0.0.1:9", "call", "beta", "echo");
  assertEquals(code, 3);
  assertMatch(err[0]!, /^hub: Cannot connect to 127\.0\.0\.1:9: /);
  assertEquals((await run("http://a", "ping")).code, 2);
});

Deno.test("inform tells those that are named, or all", () =>
  withBeta(async (url, beta) => {
    const informations = beta.informations();
    assertEquals(await run(url, "inform", "back soon"), {
      code: 0,
      out: [],
      err: [],
    });
    assertEquals((await informations.next()).value?.data, "back soon");
    await run(url, "inform", '{"a":1}', "nobody");
    await run(url, "inform", '{"a":2}', "nobody", "beta");
    assertEquals((await informations.next()).value?.data, { a: 2 });
    assertEquals((await run(url, "inform")).code, 2);
    assertEquals((await run(url, "inform", "null")).code, 2);
    assertEquals((await run(url, "inform", "x", "--data", "{}")).code, 2);
  }));

Deno.test("ping tells whether a client is there", () =>
  withBeta(async (url) => {
    const hub = await run(url, "ping");
    assertEquals(hub.code, 0);
    assertMatch(hub.out[0]!, /^The hub answers in [\d.]+ ms$/);
    assertEquals(await run(url, "ping", "beta"), {
      code: 0,
      out: ["beta is connected"],
      err: [],
    });
    assertEquals(await run(url, "ping", "nobody"), {
      code: 1,
      out: ["nobody is not connected"],
      err: [],
    });
    const json = await run(url, "ping", "nobody", "--json");
    assertEquals(JSON.parse(json.out[0]!).success, false);
    assertEquals((await run(url, "ping", "a", "b")).code, 2);
  }));

Deno.test("listen prints what arrives until it is stopped", () =>
  withBeta(async (url, beta) => {
    for (const json of [false, true]) {
      const stop = new AbortController();
      const out: string[] = [];
      const err: string[] = [];
      const listening = Promise.withResolvers<void>();
      const code = runCommand("listen", [
        "dashboard",
        "--url",
        url,
        ...json ? ["--json"] : [],
      ], {
        log: (line) => void out.push(line),
        error: (line) => {
          err.push(line);
          listening.resolve();
        },
        signal: stop.signal,
      });
      await listening.promise;
      await beta.inform({ n: 2n ** 60n });
      await beta.inform("hi\x1b");
      await beta.request("dashboard", "show", { a: 1 }).catch(() => {});
      stop.abort();
      assertEquals(await code, 0);
      assertEquals(err, ["Listening as dashboard (Ctrl-C stops it)"]);
      assertEquals(
        out,
        json
          ? [
            '{"type":"information","data":{"n":1152921504606846976},"source":"beta"}',
            '{"type":"information","data":"hi\\u001b","source":"beta"}',
            '{"type":"request","route":"show","source":"beta","data":{"a":1}}',
          ]
          : [
            'beta: {"n":1152921504606846976}',
            "beta: hi\\x1b",
            'beta asks for show {"a":1}',
          ],
      );
    }
  }));

Deno.test("listen says when another client has the name", () =>
  withBeta(async (url) => {
    const stop = new AbortController();
    const err: string[] = [];
    const code = runCommand("listen", ["beta", "--url", url], {
      log: () => {},
      error: (line) => {
        err.push(line);
        stop.abort();
      },
      signal: stop.signal,
    });
    assertEquals(await code, 0);
    assertEquals(err, ["Another client is beta: waiting until it leaves"]);
  }));

Deno.test("Commands stop at Ctrl-C, and help", () =>
  withBeta(async (url, beta) => {
    const stop = new AbortController();
    beta.route("stop", () => {
      stop.abort();
      return new Promise(() => {});
    });
    const io = {
      log: (line: string) => void out.push(line),
      error: (line: string) => void out.push(line),
      signal: stop.signal,
    };
    const out: string[] = [];
    const args = ["beta", "stop", "--url", url];
    assertEquals(await runCommand("call", args, io), 130);
    assertEquals(out, []);
    for (const name of ["call", "inform", "ping", "listen"]) {
      assert(isCommand(name));
      const { code, out } = await run(url, name, "--help");
      assertEquals(code, 0);
      assertMatch(out[0]!, /Usage: hub /);
    }
    assert(!isCommand("toString") && !isCommand(undefined));
  }));
