// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { run as runFrame, type Terminal } from "@wirekit/internal/command";
import { connectWebSocket } from "@wirekit/transport/websocket";
import { hub } from "./_commands.ts";
import { Client } from "../client.ts";
import { RouteError } from "../errors.ts";
import * as MessageType from "../winerp/_message_type.ts";
import { serve } from "../serve.ts";

interface Run {
  code: number;
  out: string[];
  err: string[];
}

function runCommand(
  name: string,
  args: readonly string[],
  io: Partial<Terminal>,
): Promise<number> {
  return runFrame(hub, [name, ...args], io);
}

/** Runs a command against a hub with the client `beta`. */
async function run(
  url: string,
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
  const code = await runFrame(hub, [...args, "--url", url], io);
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
      "one\n\ttwo\\u001b[31m",
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
      [["nobody", "echo"], 1, 'hub: Nobody has the name "nobody"'],
      [["beta", "refuse"], 1, "hub: not\\u0007 today"],
      [
        ["beta", "never", "--timeout", "1.5"],
        4,
        'hub: No answer from "beta" to "never" within 1500 ms',
      ],
      [["beta"], 2, "hub: ROUTE is missing. Usage: hub call TARGET"],
      [["beta", "echo", "a"], 2, 'hub: "a" has to be KEY=VALUE'],
      [["beta", "echo", "--data", "[1]"], 2, "hub: --data has to be a JSON"],
      [
        ["beta", "echo", "a=1", "--data", "{}"],
        2,
        "hub: --data and KEY=VALUE exclude",
      ],
      [["beta", "echo", "--nope"], 2, "hub: There is no option --nope"],
      [
        ["beta", "echo", "--timeout", "x"],
        2,
        "hub: --timeout has to be a number of seconds",
      ],
    ];
    for (const [args, code, text] of cases) {
      const result = await run(url, "call", ...args);
      assertEquals([result.code, result.out], [code, []]);
      assertEquals(result.err.length, 1);
      assert(result.err[0]!.startsWith(text), result.err[0]);
    }
  }));

/** A client that answers with the text of the data: ours would make 1 of 1.0. */
async function rawClient(url: string): Promise<AsyncDisposable> {
  const transport = await connectWebSocket(url);
  await transport.send('{"type":1,"id":"raw"}');
  void (async () => {
    for await (const text of transport) {
      const { type, id, uuid } = JSON.parse(text);
      if (type !== MessageType.request) continue;
      const [, data = ""] = /"data":(\{[^{}]*\})/.exec(text) ?? [];
      const head = { type: MessageType.response, id: "raw", destination: id };
      const start = JSON.stringify({ ...head, uuid }).slice(0, -1);
      await transport.send(`${start},"data":${data}}`);
    }
  })();
  return transport;
}

Deno.test("call sends numbers as they are typed, and prints them as they come", () =>
  withBeta(async (url) => {
    await using _raw = await rawClient(url);
    const args = ["f=1.0", "e=1e5", "list=[1.50,2]", "id=18446744073709551615"];
    const data = '{"f":1.0,"e":1e5,"list":[1.50,2],"id":18446744073709551615}';
    for (const more of [[], ["--json"]]) {
      const { out, err } = await run(url, "call", "raw", "x", ...args, ...more);
      assertEquals([out, err], [[data], []]);
    }
    const long = await run(
      url,
      "call",
      "beta",
      "raw",
      "id=184467440737095516150",
    );
    assertEquals(long.code, 2);
    assertMatch(long.err[0]!, /more than 64 bits/);
    assertEquals((await run(url, "call", "raw", "x", "x=1e999")).code, 2);
  }));

Deno.test("call takes its data from a file", () =>
  withBeta(async (url) => {
    const file = await Deno.makeTempFile();
    await Deno.writeTextFile(file, '{"a":1}\n');
    const { out } = await run(
      url,
      "call",
      "beta",
      "echo",
      "--data",
      `@${file}`,
    );
    assertEquals(out, ['{"a":1}']);
    await Deno.remove(file);
    const { code, err } = await run(url, "inform", `@${file}`);
    assertEquals([code, err], [
      2,
      [`hub: Cannot read ${file}: there is no such file`],
    ]);
  }));

Deno.test("call says that there is no hub", async () => {
  const { code, err } = await run("ws://127.0.0.1:9", "call", "beta", "echo");
  assertEquals(code, 3);
  assertMatch(err[0]!, /^hub: Cannot connect to 127\.0\.0\.1:9: /);
  assertEquals((await run("http://a", "ping")).code, 2);
});

Deno.test("inform tells those that are named, or all", () =>
  withBeta(async (url, beta) => {
    const information = beta.information();
    assertEquals(await run(url, "inform", "back soon"), {
      code: 0,
      out: [],
      err: [],
    });
    assertEquals((await information.next()).value?.data, "back soon");
    const nobody = await run(url, "inform", '{"a":1}', "nobody");
    assertEquals([nobody.code, nobody.out], [1, []]);
    assertMatch(nobody.err.join("\n"), /Nobody has the name "nobody"/);
    const some = await run(url, "inform", '{"a":2}', "no\nbody", "beta", "x");
    assertEquals((await information.next()).value?.data, { a: 2 });
    assertEquals(some.code, 1);
    assertMatch(some.err.join("\n"), /Nobody has the name "no\\nbody", "x"/);
    assertEquals((await run(url, "inform", '{"a":3}', "beta")).code, 0);
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
      out: ['Nobody has the name "nobody"'],
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
            "beta: hi\\u001b",
            'beta asks for show {"a":1}',
          ],
      );
    }
  }));

Deno.test("listen says that it waits for the name, and what for", () =>
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
    assertEquals(err, [
      "Waiting for the name beta: another client has it, or the hub cannot say " +
      "whether it is free, as it cannot reach its cluster",
    ]);
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
      const { code, out } = await run(url, name, "--help");
      assertEquals(code, 0);
      assertMatch(out[0]!, new RegExp(`Usage: hub ${name}`));
    }
  }));

Deno.test("a command says at once that its hub cannot give it a name, and ends with exit code 3 if that lasts", async () => {
  await using server = await serve({ port: 0 });
  const [url] = server.urls;
  // What has the name here is, in a cluster, that nobody can say who has it.
  const uuid = "0badcafe-0000-4000-8000-000000000000";
  await using other = new Client("hub-0badcafe", { url });
  await other.connect();
  const { randomUUID } = crypto;
  crypto.randomUUID = () => uuid;
  try {
    const { code, err } = await run(url, "list", "--timeout", "0.5");
    assertEquals(code, 3);
    assertMatch(err[0]!, /^The hub cannot give out names now: .*\. Waiting/);
    assertMatch(err[1]!, /^hub: The hub cannot give out names now: /);
  } finally {
    crypto.randomUUID = randomUUID;
  }
});

Deno.test("a wrong token is no connection, with exit code 3, on every carrier", async () => {
  const unixPath = `${await Deno.makeTempDir()}/hub.sock`;
  const options = { port: 0, tcpPort: 0, unixPath, token: "s3cret" };
  await using server = await serve(options);
  for (const url of server.urls) {
    for (const command of [["ping"], ["call", "beta", "x"], ["listen", "me"]]) {
      const { code, err } = await run(url, ...command, "--token", "wrong");
      assertEquals([code, err.length], [3, 1], `${command} ${url}: ${err}`);
      assertMatch(err[0]!, /token is missing or wrong/i);
    }
    const missing = await run(url, "ping");
    assertEquals(missing.code, 3, `${url}: ${missing.err}`);
    const right = await run(url, "ping", "--token", "s3cret");
    assertEquals(right.code, 0, `${url}: ${right.err}`);
  }
});
