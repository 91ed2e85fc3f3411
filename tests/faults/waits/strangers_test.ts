// Copyright 2026 the Wirekit authors. MIT license.

/** What a stranger may send at a port, and what it must not do. */

import { assert, assertEquals, assertFalse, assertMatch } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { ROOT } from "../../_packages.ts";
import { Program } from "../../_program.ts";
import { KINDS, NET, type RunningServer, start } from "../_kit.ts";
import { dial, Wire } from "../_wire.ts";

const PATIENCE = 30_000;

const UPGRADE = "Upgrade: websocket\r\nConnection: Upgrade\r\n" +
  "Sec-WebSocket-Version: 13\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/** Sends bytes, and returns all that comes until the end, or until `enough`. */
async function exchange(
  url: string,
  text: string,
  enough?: string,
): Promise<string> {
  const conn = await dial(url.replace(/^ws/, "tcp"));
  const read = (async () => {
    const buffer = new Uint8Array(65_536);
    let all = "";
    for (;;) {
      const count = await conn.read(buffer).catch(() => null);
      if (!count) return all;
      all += new TextDecoder().decode(buffer.subarray(0, count));
      if (enough && all.includes(enough)) return all;
    }
  })();
  try {
    for (let rest = new TextEncoder().encode(text); rest.length > 0;) {
      rest = rest.subarray(await conn.write(rest).catch(() => rest.length));
    }
    if (!enough) await (conn as Deno.TcpConn).closeWrite().catch(() => {});
    return await deadline(read, PATIENCE);
  } finally {
    conn.close();
  }
}

async function assertAlive(kind: string, server: RunningServer) {
  const { hello, ask } = KINDS[kind]!.speech;
  using wire = await Wire.open(server.urls["ws"]!);
  if (hello) {
    await wire.send(hello.replace("%", "alive"));
    await wire.receive();
  }
  await wire.send(ask.replace("%", "1"));
  for (;;) {
    const { method, id, uuid = id } = JSON.parse(await wire.receive() ?? "{}");
    if (method === undefined) {
      assertEquals(String(uuid), "1");
      break;
    }
  }
  const { text } = server.program;
  assertFalse(/Uncaught|^\s+at /m.test(text), text);
}

/** Requests that no server may take for an upgrade. */
const BAD_REQUESTS: Record<string, string> = {
  "no host": `GET / HTTP/1.1\r\n${UPGRADE}\r\n`,
  "an empty host": `GET / HTTP/1.1\r\nHost:\r\n${UPGRADE}\r\n`,
  "a path in the host": `GET / HTTP/1.1\r\nHost: x/admin?\r\n${UPGRADE}\r\n`,
  "a user in the host": `GET / HTTP/1.1\r\nHost: a@b\r\n${UPGRADE}\r\n`,
  "two hosts": `GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n${UPGRADE}\r\n`,
  "HTTP/1.0": `GET / HTTP/1.0\r\nHost: a\r\n${UPGRADE}\r\n`,
  "POST": `POST / HTTP/1.1\r\nHost: a\r\n${UPGRADE}\r\n`,
  "a PROXY line":
    `PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\nGET / HTTP/1.1\r\nHost: a\r\n${UPGRADE}\r\n`,
  "a line folded": `GET / HTTP/1.1\r\nHost: a\r\n b\r\n${UPGRADE}\r\n`,
  "a header without a colon":
    `GET / HTTP/1.1\r\nHost: a\r\nX\r\n${UPGRADE}\r\n`,
  "a space before the colon":
    `GET / HTTP/1.1\r\nHost: a\r\nX : b\r\n${UPGRADE}\r\n`,
  "a NUL": `GET /\0 HTTP/1.1\r\nHost: a\r\nX: \0\r\n${UPGRADE}\r\n`,
  "headers of a megabyte": `GET / HTTP/1.1\r\nHost: a\r\nX: ${
    "x".repeat(2 ** 20)
  }\r\n${UPGRADE}\r\n`,
  "both lengths": "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n" +
    "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  "two lengths":
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n12345",
  "a foreign protocol": "SSH-2.0-OpenSSH_9.6\r\n",
  "TLS": "\x16\x03\x01\x00\x05hello",
  "HTTP/2": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
};

for (const kind of Object.keys(KINDS)) {
  Deno.test(`${kind} refuses what is no good HTTP, and lives`, async () => {
    await using server = await start(kind);
    const url = server.urls["ws"]!;
    for (const [name, request] of Object.entries(BAD_REQUESTS)) {
      const answer = await exchange(url, request);
      assertMatch(answer, /^$|^HTTP\/1\.1 (4|5)\d\d /, name);
      assertFalse(/ (500|101) /.test(answer.split("\r\n")[0]!), name);
    }
    await assertAlive(kind, server);
  });

  Deno.test(`${kind} takes nothing that follows a refused upgrade`, async () => {
    await using server = await start(kind);
    const url = server.urls["ws"]!;
    const path = new URL(url).pathname;
    const upgrade = `GET ${path} HTTP/1.1\r\nHost: a\r\n` +
      `Origin: http://evil.example\r\n${UPGRADE}\r\n`;
    const answer = await exchange(url, upgrade + upgrade);
    if (kind !== "transport") assertMatch(answer, /^HTTP\/1\.1 403 /);
    assertEquals(answer.match(/HTTP\/1\.1/g)?.length, 1, answer);
    await assertAlive(kind, server);
  });

  Deno.test(`${kind} answers or refuses bombs of JSON, and lives`, async () => {
    await using server = await start(kind);
    const { hello, ask } = KINDS[kind]!.speech;
    const deep = "[".repeat(200_000) + "]".repeat(200_000);
    const bombs = [
      deep,
      "[".repeat(500_000),
      '{"a":'.repeat(100_000),
      ask.replace("}", `,"data":${deep}}`).replace("%", "7"),
      ask.replace("}", `,"params":${deep}}`).replace("%", "7"),
      `{${'"id":1,'.repeat(50_000)}"id":2}`,
      ask.replace("%", "7").replace("{", '{"__proto__":{"type":7,"id":9},'),
      '{"constructor":{"prototype":{"type":5}}}',
      "[" + "1,".repeat(200_000) + "1]",
      `[${`${ask.replace("%", "7")},`.repeat(5_000)}1]`,
      "1e999999",
      `{"id":${"9".repeat(300_000)}}`,
      '"\\ud800"',
      "nul",
      "\u0000",
    ];
    for (const bomb of bombs) {
      using wire = await Wire.open(server.urls["ws"]!);
      if (hello) {
        await wire.send(hello.replace("%", "bomber"));
        await wire.receive();
      }
      await wire.send(bomb);
    }
    await assertAlive(kind, server);
  });
}

Deno.test("A name with control characters does not write lines of its own into the hub's log", async () => {
  await using server = await start("hub", ["--name-characters=any"]);
  await using strict = await start("hub");
  const url = server.urls["ws"]!;
  const names = [
    'a\n2026-01-01T00:00:00.000Z "root" joined',
    "b\r\u001b[2J\u001b[31m",
    "c\u0085d\u2028e\u202ef",
    "\u0007\u0000\u007f",
    "__proto__",
    "constructor",
  ];
  for (const name of names) {
    using wire = await Wire.open(url);
    const id = JSON.stringify(name);
    await wire.send(`{"type":1,"id":${id},"uuid":"v"}`);
    assertEquals(JSON.parse(await wire.receive() ?? "{}").type, 0, id);
    await wire.send(`{"type":5,"id":${id},"uuid":"p"}`);
    assertEquals(JSON.parse(await wire.receive() ?? "{}").uuid, "p", id);
    // By default it does not even take such a name.
    using other = await Wire.open(strict.urls["ws"]!);
    await other.send(`{"type":1,"id":${id},"uuid":"v"}`);
    const { type } = JSON.parse(await other.receive() ?? "{}");
    assertEquals(type, /^\w+$/.test(name) ? 0 : 4, id);
  }
  for (const each of [server, strict]) {
    await assertAlive("hub", each);
    const { text } = each.program;
    // deno-lint-ignore no-control-regex -- they are what must not be there
    assertFalse(/[\0-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e]/.test(text), text);
    assertFalse(/^2026-01-01/m.test(text), text);
    for (const line of text.trim().split("\n")) {
      assertMatch(
        line,
        /^(\d{4}-\d\d-\d\dT\S+ (info|warn) |The hub |Its page |It is open )/,
      );
    }
  }
});

Deno.test("Integers of 64 bits, long fractions and the order of keys pass the hub as they are", async () => {
  await using server = await start("hub");
  const url = server.urls["ws"]!;
  const enter = async (name: string) => {
    const wire = await Wire.open(url);
    await wire.send(`{"type":1,"id":"${name}"}`);
    await wire.receive();
    return wire;
  };
  using a = await enter("a");
  using b = await enter("b");
  const data =
    '{"10":18446744073709551615,"2":1.0,"x":-9223372036854775808,"y":0.10000000000000000001}';
  await a.send(
    `{"type":2,"id":"a","destination":"b","route":"r","uuid":"u","data":${data}}`,
  );
  assert((await b.receive() ?? "").includes(data));
});

for (
  const method of ["__proto__", "constructor", "toString", "hasOwnProperty"]
) {
  Deno.test(`No server has a method ${method}`, async () => {
    await using jsonrpc = await start("jsonrpc");
    using one = await Wire.open(jsonrpc.urls["ws"]!);
    await one.send(`{"jsonrpc":"2.0","id":1,"method":"${method}"}`);
    assertEquals(JSON.parse(await one.receive() ?? "{}").error.code, -32601);
    await using wsrpc = await start("wsrpc");
    using two = await Wire.open(wsrpc.urls["ws"]!);
    await two.send(`{"id":1,"method":"${method}","params":{}}`);
    for (;;) {
      const answer = JSON.parse(await two.receive() ?? "{}");
      if (answer.method) continue;
      assert(answer.error, JSON.stringify(answer));
      break;
    }
  });
}

Deno.test("A page cannot speak to the line carriers of the hub", async () => {
  const directory = await Deno.makeTempDir();
  await using server = await start("hub", [
    "--tcp=0",
    `--unix=${directory}/hub.sock`,
  ]);
  using bot = await Wire.open(server.urls["ws"]!);
  await bot.send('{"type":1,"id":"bot"}');
  await bot.receive();
  const lines = '{"type":1,"id":"page"}\n' +
    '{"type":2,"id":"page","destination":"bot","route":"r","uuid":"u","data":{}}\n';
  const requests = [
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n\r\n${lines}`,
    `PUT / HTTP/1.1\r\n${lines}`,
    `\r\n${lines}`,
    `{"type":5}\n${lines}`,
    `null\n${lines}`,
    `[]\n${lines}`,
  ];
  for (const carrier of ["tcp", "unix"]) {
    for (const request of requests) {
      const answer = await exchange(server.urls[carrier]!, request);
      assertFalse(answer.includes("Authorized."), request + answer);
    }
  }
  await bot.send('{"type":5,"id":"bot","uuid":"p"}');
  assertEquals(JSON.parse(await bot.receive() ?? "{}").uuid, "p");
  await server.program.stop();
  await Deno.remove(directory, { recursive: true });
});

Deno.test("A page cannot call methods over the line carriers of jsonrpc", async () => {
  const directory = await Deno.makeTempDir();
  await using server = await start("jsonrpc", [
    "--tcp=0",
    `--unix=${directory}/jsonrpc.sock`,
  ]);
  const line = '{"jsonrpc":"2.0","id":1,"method":"sum","params":[1,2]}\n';
  for (const carrier of ["tcp", "unix"]) {
    const url = server.urls[carrier]!;
    for (const verb of ["POST / HTTP/1.1", "PUT /a?b HTTP/1.1", "GET /"]) {
      const request = `${verb}\r\nHost: a\r\n\r\n${line}`;
      const answer = await exchange(url, request, '"result"');
      assertFalse(answer.includes('"result"'), verb);
    }
    assert((await exchange(url, line)).includes('"result":3'));
  }
  await server.program.stop();
  await Deno.remove(directory, { recursive: true });
});

Deno.test("A path for a Unix socket that is something else is left alone", async () => {
  const directory = await Deno.makeTempDir();
  const file = `${directory}/precious.txt`;
  await Deno.writeTextFile(file, "precious");
  await Deno.symlink(file, `${directory}/link`);
  await Deno.symlink(`${directory}/nowhere`, `${directory}/dangling`);
  const paths = [
    file,
    `${directory}/link`,
    directory,
    `${directory}/dangling`,
    `${directory}/no/such/folder/hub.sock`,
    `${directory}/${"x".repeat(120)}`,
  ];
  for (const path of paths) {
    const args = [...KINDS["hub"]!.args, `--unix=${path}`];
    await using program = new Program(Deno.execPath(), {
      args,
      cwd: ROOT,
      env: { NO_COLOR: "1" },
    });
    const { code } = await program.ends();
    assert(code !== 0, path);
    assertFalse(/Uncaught|^\s+at /m.test(program.text), program.text);
    assertEquals(program.text.trim().split("\n").length, 1, program.text);
  }
  assertEquals(await Deno.readTextFile(file), "precious");
  assertEquals(
    [...Deno.readDirSync(directory)].map(({ name }) => name).sort(),
    ["dangling", "link", "precious.txt"],
  );
  await Deno.remove(directory, { recursive: true });
});

Deno.test("nginx in front, well set and badly", async () => {
  await using server = await start("hub", ["--token=s3cret"]);
  const directory = await Deno.makeTempDir();
  const port = new URL(server.urls["ws"]!).port;
  const conf = `
daemon off; pid ${directory}/pid; error_log ${directory}/log; worker_processes 1;
events { worker_connections 64; }
http {
  access_log off;
  ${
    ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((each) =>
      `${each}_temp_path ${directory}/${each};`
    ).join(" ")
  }
  server {
    listen unix:${directory}/front.sock;
    location / { proxy_pass http://127.0.0.1:${port}; }
    location /half/ { proxy_pass http://127.0.0.1:${port}/; proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade; }
    location /good/ { proxy_pass http://127.0.0.1:${port}/; proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; }
  }
}`;
  await Deno.writeTextFile(`${directory}/nginx.conf`, conf);
  await using nginx = new Program("bash", {
    args: ["-c", `exec nginx -p "$1" -c "$1/nginx.conf"`, "-", directory],
  });
  const url = `unix:${directory}/front.sock`;
  for (let tries = 0;; tries++) {
    try {
      (await dial(url)).close();
      break;
    } catch (error) {
      if (tries > 500) throw new Error(nginx.text, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  const ask = (path: string) =>
    exchange(
      url,
      `GET ${path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer s3cret\r\n${UPGRADE}\r\n`,
      "\r\n\r\n",
    );
  assertMatch(await ask("/"), /^HTTP\/1\.1 4(00|26) /);
  assertMatch(await ask("/half/"), /^HTTP\/1\.1 4(00|26) /);
  assertMatch(await ask("/good/"), /^HTTP\/1\.1 101 /);
  await assertNoStack(server);
  await nginx.stop("SIGTERM");
  await Deno.remove(directory, { recursive: true });
});

async function assertNoStack(server: RunningServer): Promise<void> {
  const { text } = server.program;
  assertFalse(/Uncaught|^\s+at /m.test(text), text);
  await server.program.stop();
}

Deno.test("A secret that may not be read is told with its flag, and what the hub is open to", async () => {
  await using program = new Program(Deno.execPath(), {
    args: [...NET, "hub/cli.ts", "--port=0"],
    cwd: ROOT,
    env: { NO_COLOR: "1", WIREKIT_TOKEN: "s3cret" },
  });
  await program.says(/--allow-env=WIREKIT_TOKEN/);
  await program.says(/open to this machine/);
});
