// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { run } from "@wirekit/internal/command";
import { connect } from "@wirekit/transport/connect";
import { type DoorSettings, main as hub } from "@wirekit/hub/cli";
import schema from "../hub/hub.schema.json" with { type: "json" };
import { freePort } from "../tests/_port.ts";
import { command, hubServeCommand } from "./cli.ts";
import type { HttpDoorOptions } from "./http.ts";
import type { JsonRpcDoorOptions } from "./jsonrpc.ts";
import type { McpDoorOptions } from "./mcp.ts";

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
  const say = (line: string) => {
    out.push(line);
    if (until.test(line)) said.resolve();
  };
  const code = run(table, args, {
    log: say,
    error: say,
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

for (const hostname of ["127.0.0.1", "::1"]) {
  Deno.test(`switchboard serves a hub with its doors at ${hostname}, and says where`, async () => {
    const args = ["--hostname", hostname, "--port", "0", "--jsonrpc-tcp", "0"];
    await serving(args, /open to this machine/, async (out) => {
      const all = out.join("\n");
      const [, rpc, tcp] =
        /JSON-RPC: (ws:\S+\/jsonrpc\?name=NAME), (tcp:\/\/(?:127\.0\.0\.1|\[::1\]):\d+)/
          .exec(all)!;
      const [, wsrpc] = /wsrpc: (ws:\S+\/wsrpc\/\?name=NAME)/.exec(all)!;
      // Each is used as it is printed, with a name of one's own.
      const asked =
        '{"jsonrpc":"2.0","id":1,"method":"hub.inform","params":[1]}';
      for (const url of [rpc!, wsrpc!, tcp!]) {
        for (const at of [url.replace("NAME", "me"), url.split("?")[0]!]) {
          await using client = await connect(at);
          await client.send(asked);
          const { value } = await client[Symbol.asyncIterator]().next();
          const why = /Take a name first: with \?name=NAME in the URL, or with/;
          assertEquals(why.test(`${value}`), !at.includes("name="), `${value}`);
        }
      }
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
}

Deno.test("switchboard speaks every protocol from its first moment", async () => {
  const port = freePort();
  const cli = new URL("cli.ts", import.meta.url).pathname;
  await using process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", cli, "--port", `${port}`, "--gateway", "a=simulator"],
    stdout: "null",
  }).spawn();
  const url = `http://127.0.0.1:${port}/openapi.json`;
  const body = async () => {
    for (;;) {
      try {
        const response = await fetch(url);
        return `${response.status} ${await response.text()}`;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    }
  };
  const first = await Promise.race([body(), process.status]);
  assertMatch(`${first}`, /^200 .*"\/call\/a\/light\.on"/s);
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
    }, await hubServeCommand.load());
  }
});

/** The options of the doors that a settings file has: all of them. */
const WRITTEN = {
  http: { timeout: true },
  jsonrpc: { tcpPort: true, unixPath: true, timeout: true },
  mcp: { allow: true, timeout: true, idleTimeout: true, maxSessions: true },
} satisfies {
  http: Record<keyof HttpDoorOptions, true>;
  // It listens where the hub listens.
  jsonrpc: Record<keyof Omit<JsonRpcDoorOptions, "hostname">, true>;
  mcp: Record<keyof McpDoorOptions, true>;
};

Deno.test("hub.schema.json has every option of the doors", () => {
  const { properties } = schema.properties.doors;
  for (const [door, options] of Object.entries(WRITTEN)) {
    const known = properties[door as keyof typeof WRITTEN].properties;
    assertEquals(Object.keys(known).sort(), Object.keys(options).sort());
  }
  const names: Record<keyof DoorSettings, true> = {
    http: true,
    jsonrpc: true,
    mcp: true,
    gateways: true,
    home: true,
  };
  assertEquals(Object.keys(properties).sort(), Object.keys(names).sort());
});

Deno.test("--config opens the doors that it asks for, and flags count more", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/hub.json`;
    const doors = {
      http: { timeout: 1 },
      jsonrpc: { unixPath: "rpc.sock", timeout: "never" },
      mcp: { allow: ["home/light.*"], maxSessions: 2 },
      gateways: { home: "simulator" },
      home: "home.json",
    };
    await Deno.writeTextFile(file, JSON.stringify({ port: 0, doors }));
    const names = '{ "names": { "bedroom": { "light": "12" } } }';
    await Deno.writeTextFile(`${folder}/home.json`, names);
    assertEquals(await hub(["check", file]), 0);
    const tables = [command, await hubServeCommand.load()];
    for (const table of tables) {
      for (const more of [[], ["--gateway", "flat=simulator"]]) {
        const args = ["--config", file, ...more];
        await serving(args, /open to this machine/, async (out) => {
          const all = out.join("\n");
          assert(all.includes(`unix:${folder}/rpc.sock`), all);
          assertMatch(all, /MCP: http:\S+\/mcp/);
          const [, http] = /curl .* (http:\S+)\/call\/NAME\/ROUTE/.exec(all)!;
          const name = more.length > 0 ? "flat" : "home";
          const where = '{"where":"bedroom"}';
          const url = `${http}/call/${name}/light.on?timeout=60000`;
          assertEquals(await post(url, where), null);
          // Its own time is far too short.
          const late = await post(`${http}/call/${name}/devices`, "{}");
          assertMatch(JSON.stringify(late), /No answer came in time/);
        }, table);
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("The settings of the README are right", async () => {
  const readme = await Deno.readTextFile(new URL("README.md", import.meta.url));
  const [, text] = /```json\n(\{\n {2}"port".*?)```/s.exec(readme)!;
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(
      file,
      text!.replace("8080", "0").replace("8081", "0"),
    );
    await serving(["--config", file], /open to this machine/, (out) => {
      assertMatch(out.join("\n"), /tcp:.*home is a simulated plant/s);
      return Promise.resolve();
    });
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("A settings file with doors that are wrong, or not there, is refused", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/hub.json`;
    const check = async (doors: unknown, table = command) => {
      const settings = { port: 0, hostname: "127.0.0.1", doors };
      await Deno.writeTextFile(file, JSON.stringify(settings));
      const out: string[] = [];
      const code = await run(table, ["--config", file], {
        log: () => {},
        error: (line) => void out.push(line),
      });
      assertEquals(code, 2);
      return out.join("\n");
    };
    for (
      const [doors, why] of [
        [true, /doors has to be an object, not true/],
        [{ mpc: {} }, /no setting "mpc" in doors. Did you mean "mcp"/],
        [{ mcp: { allow: ["home"] } }, /allow\[0\] is not valid: "home"/],
        [{ jsonrpc: { tcpPort: 70_000 } }, /tcpPort has to be from 0 to/],
        [{ http: { timeout: 0 } }, /timeout has to be 1 or more/],
        [{ gateways: { home: "a:b:c" } }, /gateways.home is not valid/],
        [{ gateways: { home: "simulator" }, home: "none.json" }, /none\.json/],
      ] as const
    ) {
      assertMatch(await check(doors), why);
      assertEquals(await hub(["check", file]), 1, why.source);
    }
    // A hub alone says who can open them.
    const { command: alone } = await import("@wirekit/hub/cli");
    assertMatch(await check({}, alone), /commands switchboard and wirekit hub/);
  } finally {
    await Deno.remove(folder, { recursive: true });
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

Deno.test("switchboard logs that a gateway cannot be reached, before anybody asks it", async () => {
  const where = `127.0.0.1:${freePort()}`;
  const args = ["--port", "0", "--gateway", `home=${where}`];
  const away =
    `warn home: the event session is not open: Cannot connect to ${where}`;
  await serving(args, new RegExp(away), (out) => {
    assert(out.includes(`OpenWebNet: home is the gateway ${where}`), `${out}`);
    return Promise.resolve();
  });
});

Deno.test("switchboard says what is wrong with a gateway or a home", async () => {
  const file = await Deno.makeTempFile();
  try {
    for (
      const [args, why] of [
        [["--gateway", "nonsense"], /has to be NAME=HOST/],
        [["--gateway", "a=b:99999"], /has to be NAME=HOST.* not "a=b:99999"/],
        [["--gateway", "a=b:0"], /has to be NAME=HOST.* not "a=b:0"/],
        [["--mcp", "nonsense"], /: --mcp has "nonsense", which is not a pat/],
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

Deno.test("switchboard says that two of its own options are one place, before it listens", async () => {
  const folder = await Deno.makeTempDir();
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const port = `${taken.addr.port}`;
  const file = `${folder}/hub.json`;
  const path = `${folder}/x.sock`;
  const doors = { jsonrpc: { tcpPort: taken.addr.port } };
  await Deno.writeTextFile(file, JSON.stringify({ doors }));
  const both = (a: string, b: string, value: string) =>
    `switchboard: ${a} and ${b} are both ${value}: each needs its own`;
  const cases: [string[], string][] = [
    [
      ["-p", port, "--jsonrpc-tcp", port],
      both("--port", "--jsonrpc-tcp", port),
    ],
    [
      ["-p", "0", "--tcp", port, "--jsonrpc-tcp", port],
      both("--tcp", "--jsonrpc-tcp", port),
    ],
    [["-p", port, "--config", file], both("--port", "--jsonrpc-tcp", port)],
    [
      ["-p", "0", "--unix", path, "--jsonrpc-unix", path],
      both("--unix", "--jsonrpc-unix", path),
    ],
  ];
  try {
    for (const [args, said] of cases) {
      const out: string[] = [];
      const say = (line: string) => void out.push(line);
      const code = await run(command, args, { log: say, error: say });
      assertEquals([code, out], [2, [said]]);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
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
