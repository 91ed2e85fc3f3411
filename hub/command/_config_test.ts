// Copyright 2026 the Wirekit authors. MIT license.

import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { deadline } from "@std/async/deadline";
import { run } from "@wirekit/internal/command";
import type { Transport } from "@wirekit/transport/transport";
import { connectWebSocket } from "@wirekit/transport/websocket";
import { Client } from "../client.ts";
import { RemoteError } from "../errors.ts";
import { hub } from "./_commands.ts";
import { FLAGS, flagsOf, SERVE_OPTIONS } from "./_serve_options.ts";
import { COMMAND_SETTINGS, SETTINGS } from "./_written.ts";
import schema from "../hub.schema.json" with { type: "json" };

interface Ran {
  code: number;
  out: string[];
  err: string[];
}

/** Runs the command in this process. */
async function command(...args: string[]): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await run(hub, args, {
    log: (line) => out.push(line),
    error: (line) => err.push(line),
  });
  return { code, out, err };
}

/** A folder with files. */
async function folderWith(
  files: Record<string, unknown>,
): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir();
  for (const [name, value] of Object.entries(files)) {
    await Deno.writeTextFile(
      `${path}/${name}`,
      typeof value === "string" ? value : JSON.stringify(value),
    );
  }
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

const NO_ROUTE = "RemoteError: Route not found";

const PEMS = new URL("../../transport/testdata/", import.meta.url);

Deno.test("hub.schema.json has what serve() takes, and each has its flag", () => {
  const { $schema: _, ...properties } = schema.properties;
  assertEquals(
    Object.keys(properties).sort(),
    Object.keys({ ...SETTINGS, ...COMMAND_SETTINGS }).sort(),
  );
  // Each flag of a value, given once.
  const given = Object.fromEntries(
    Object.entries(SERVE_OPTIONS).map(([name, option]) => {
      const { many } = option as { many?: boolean };
      return [name, many ? ["x"] : "x"];
    }),
  ) as unknown as Parameters<typeof flagsOf>[0];
  const { options } = flagsOf(given);
  const byFile = ["tls", "tokens", "rules"];
  assertEquals(
    [...Object.keys(options), ...byFile].sort(),
    Object.keys(SETTINGS).sort(),
  );
  const ofCommand = ["log", "logLevel", "noPage"];
  for (const name of Object.keys(properties.cluster.properties)) {
    ofCommand.push(
      name === "servers"
        ? "cluster"
        : /^(lease|node)$/.test(name)
        ? name
        : `cluster${name[0]!.toUpperCase()}${name.slice(1)}`,
    );
  }
  const others = ["config", "token", "tokens", "cert", "key", "quiet"];
  const flags = Object.keys(SERVE_OPTIONS).filter((flag) =>
    !others.includes(flag) && !Object.hasOwn(FLAGS, flag)
  );
  assertEquals(flags.sort(), ofCommand.sort());
  // The defaults that it states are those of the flags.
  const help = (name: keyof typeof SERVE_OPTIONS) => SERVE_OPTIONS[name].help;
  const { maxConnections, maxRequests, idleTimeout } = properties;
  assertStringIncludes(help("maxConnections"), `(${maxConnections.default})`);
  assertStringIncludes(help("maxRequests"), `(${maxRequests.default})`);
  assertStringIncludes(
    help("idleTimeout"),
    `(${idleTimeout.default / 1_000})`,
  );
});

Deno.test("hub check says what is wrong, line by line", async () => {
  await using folder = await folderWith({
    "hub.json": `{
  "port": "x",
  "portt": 3,
  "idleTimeout": "sometimes",
  "tokens": [
    { "label": "shop", "token": "abc", "names": ["shop"], "rigths": [] },
    { "token": "abc" }
  ],
  "rules": [{ "names": [] }, { "names": ["a"], "ask": 3 }]
}`,
    "lists.json": `{
  "allowedHosts": ["ok", "a b"],
  "allowedOrigins": ["example.org"],
  "allowedAddresses": [
    "1.2.3.4/33",
    "::1"
  ],
  "tokens": [
    { "label": "a", "token": "0123456789012345678901234567890" },
    { "label": "b", "names": ["b"] }
  ],
  "tls": { "cert": "no.crt", "key": "hub.json" }
}`,
    "tokens.json": `[
  { "label": "a", "token": "short", "names": ["a"] },
  { "label": "a", "sha256": "${"0".repeat(64)}", "names": ["a"],
    "expires": "2020-01-01" }
]`,
    "cluster.json": `{
  "cluster": {
    "lease": 1999,
    "servers": "nats://127.0.0.1"
  }
}`,
    "text.json": { cluster: "nats://127.0.0.1" },
    "never.json": `{
  "cluster": {
    "lease": "never",
    "servers": "nats://127.0.0.1"
  }
}`,
    "secrets.json": JSON.stringify({
      page: "nats://u:s3cret@host",
      cluster: { servers: ["u:s3@cret@host", "tls://host", "s3cret@host"] },
    }),
    "broken.json": '{\n "port": 1,\n}',
  });
  const at = (name: string) => `${folder.path}/${name}`;
  const lines = async (name: string) => {
    const { code, out } = await command("check", at(name));
    return [code, ...out.map((line) => line.replaceAll(`${folder.path}/`, ""))];
  };
  assertEquals(await lines("hub.json"), [
    1,
    'hub.json:2:3: port has to be an integer, not "x"',
    'hub.json:3:3: There is no setting "portt". Did you mean "port"?',
    'hub.json:4:3: idleTimeout has to be a number or "never", not "sometimes"',
    'hub.json:6:59: There is no setting "rigths" in tokens[0]. Did you mean ' +
    '"rights"?',
    'hub.json:7:5: tokens[1] lacks "label"',
    "hub.json:9:15: rules[0].names is empty",
    "hub.json:9:48: rules[1].ask has to be a list or an object, not 3",
  ]);
  await Deno.chmod(at("lists.json"), 0o644);
  const listed = (await lines("lists.json")).map(String);
  assertEquals(listed.map((line) => line.slice(0, 17)), [
    "1",
    "lists.json:9:5: T",
    "lists.json:10:5: ",
    "lists.json:3:22: ",
    "lists.json:2:26: ",
    "lists.json:5:5: a",
    "lists.json:1:1: w",
    "lists.json:12:12:",
    "lists.json:12:30:",
  ], listed.join("\n"));
  await Deno.chmod(at("tokens.json"), 0o644);
  const [code, ...warnings] = await lines("tokens.json");
  assertEquals(code, 0);
  assertEquals(warnings, [
    'tokens.json:2:3: warning: the token "a" is short enough to be guessed: ' +
    "hub token makes one",
    'tokens.json:3:3: warning: the token "a" has ended on 2020-01-01',
    'tokens.json:3:3: warning: the token "a" has the label of another one',
    "tokens.json:1:1: warning: others of this machine can read the tokens in " +
    "it: chmod 600",
  ]);
  assertEquals((await command("check", "--strict", at("tokens.json"))).code, 1);
  assertEquals(await lines("cluster.json"), [
    1,
    "cluster.json:3:5: cluster.lease has to be from 2000 to 3600000 " +
    "milliseconds, not 1999",
  ]);
  assertEquals(await lines("text.json"), [
    1,
    'text.json:1:2: cluster has to be an object with "servers", not ' +
    '"nats://127.0.0.1"',
  ]);
  assertEquals(await lines("never.json"), [
    1,
    'never.json:3:5: cluster.lease has to be a number, not "never"',
  ]);
  assertEquals(await lines("secrets.json"), [
    1,
    'secrets.json:1:2: page has to be true or false, not "…@host"',
    "secrets.json:1:43: cluster.servers has to be a text, not " +
    '["…@host","tls://host","…@host"]',
  ]);
  assertEquals(await lines("broken.json"), [
    1,
    "broken.json:3:1: Expected double-quoted property name",
  ]);
  assertEquals((await command("check", at("none.json"))).code, 2);
});

Deno.test("hub check knows a setting by the name of its flag", async () => {
  await using folder = await folderWith({ "hub.json": { tcp: 1, host: "a" } });
  const file = `${folder.path}/hub.json`;
  const { err, out } = await command("check", file);
  const text = [...out, ...err].join("\n");
  assertStringIncludes(text, 'setting "tcp". Did you mean "tcpPort"?');
  assertStringIncludes(text, 'setting "host". Did you mean "hostname"?');
});

Deno.test("hub check takes a file as editors on Windows save it", async () => {
  await using folder = await folderWith({});
  const file = `${folder.path}/hub.json`;
  await Deno.writeTextFile(file, '\ufeff{\r\n  "prot": 1\r\n}\r\n');
  const { err, out } = await command("check", file);
  assertMatch([...out, ...err].join("\n"), /hub\.json:2:3: .* "prot"/);
  await Deno.writeTextFile(file, '\ufeff{ "port": 1 }');
  assertEquals((await command("check", file)).code, 0);
});

Deno.test("hub check looks into the files that settings name", async () => {
  await using folder = await folderWith({
    "hub.json": {
      hostname: "0.0.0.0",
      tls: { cert: "a.crt", key: "a.key" },
      tokens: "tokens.json",
      cluster: { servers: "nats://a", ca: "none.crt", cert: "a.crt" },
      rules: [
        { names: ["*"], ask: ["*"] },
        { names: ["shop"], ask: { bank: ["pay"] } },
      ],
    },
    "tokens.json": "[{}]",
    "a.crt": await Deno.readTextFile(new URL("localhost.crt", PEMS)),
    "a.key": await Deno.readTextFile(new URL("renewed.key", PEMS)),
  });
  const path = `${folder.path}/hub.json`;
  const { out } = await command("check", path);
  const text = out.join("\n").replaceAll(`${folder.path}/`, "");
  for (
    const part of [
      'tokens.json:1:2: [0] lacks "label"',
      "rules[1] never counts: rules[0] names the same before it",
      "a.key is not the key of a.crt",
      "Cannot read none.crt: there is no such file",
      "cluster needs cert and key together",
    ]
  ) assertStringIncludes(text, part);
  // A hub does not start with them.
  const started = await command("serve", "--config", path);
  assertEquals(started.code, 2);
  assertStringIncludes(started.err.join("\n"), "tokens.json:1:2:");
});

Deno.test("hub check looks whether what a hub shows to its cluster fits", async () => {
  await using folder = await folderWith({
    "hub.json": {
      cluster: { servers: "tls://a", ca: "a.key", cert: "a.crt", key: "a.key" },
    },
    "a.crt": await Deno.readTextFile(new URL("localhost.crt", PEMS)),
    "a.key": await Deno.readTextFile(new URL("renewed.key", PEMS)),
  });
  const { code, out } = await command("check", `${folder.path}/hub.json`);
  const text = out.join("\n").replaceAll(`${folder.path}/`, "");
  assertStringIncludes(text, "a.key has no certificate in PEM");
  assertStringIncludes(text, "a.key is not the key of a.crt");
  assertEquals(code, 1);
});

Deno.test("hub check looks whether the settings of a cluster can be used, and shows no secret", async () => {
  const whatUrls = "cluster.servers must be URLs of a host, .*";
  for (
    const [cluster, said] of [
      [{ servers: "http://a" }, whatUrls],
      [{ servers: "nats://a, nats://b:0" }, whatUrls],
      [{ servers: "nats://s3:s3c/ret@a" }, whatUrls],
      [{ servers: "nats://s3c,ret@a" }, `${whatUrls}WIREKIT_CLUSTER_TOKEN`],
      [
        { servers: "a", prefix: "a b" },
        'cluster.prefix must be up to .*: got "a b"',
      ],
      [{ servers: "a", node: "\x07" }, "cluster.node must have at least .*"],
      [{ servers: "a", credentials: "hub.json" }, ".* no .creds file .*"],
      [{ servers: "nats://s3cret@a,b,tls://u:p@c:1", node: "x" }, ""],
    ] as const
  ) {
    await using folder = await folderWith({ "hub.json": { cluster } });
    const path = `${folder.path}/hub.json`;
    const { code, out } = await command("check", path);
    assertEquals(code, said === "" ? 0 : 1, JSON.stringify(cluster));
    assertMatch(out.join("\n"), said === "" ? /^$/ : new RegExp(`: ${said}$`));
    assert(!/s3c|ret@/.test(out.join()), out.join());
  }
});

Deno.test("hub serve says which file names one that cannot be used", async () => {
  const missing = /Cannot read \S+\/no: there is no such file/;
  const cluster = { servers: "nats://127.0.0.1:9" };
  for (
    const [settings, why, setting] of [
      [{ tokens: "no" }, missing, "tokens"],
      [{ tls: { cert: "no", key: "a" } }, missing, "tls.cert"],
      [{ tls: { cert: "bad.json", key: "no" } }, missing, "tls.key"],
      [{ tokens: "bad.json" }, /Cannot use \S+bad\.json/, "tokens"],
      [
        { cluster: { ...cluster, credentials: "no" } },
        missing,
        "cluster.credentials",
      ],
      [{ cluster: { ...cluster, ca: "no" } }, missing, "cluster.ca"],
      [
        { cluster: { ...cluster, ca: "bad.json" } },
        /Cannot use \S+bad.json: it has no certificate/,
        "cluster.ca",
      ],
      [
        { cluster: { ...cluster, cert: "bad.json", key: "no" } },
        missing,
        "cluster.key",
      ],
    ] as const
  ) {
    await using folder = await folderWith({
      "hub.json": settings,
      "bad.json": "[{}]",
    });
    const path = `${folder.path}/hub.json`;
    const { code, err } = await command("serve", "--config", path);
    assertEquals(code, 2);
    const [first = ""] = err.join("\n").split("\n");
    assertMatch(first, why);
    assert(first.endsWith(`. ${path} names it as ${setting}`), first);
  }
});

Deno.test("hub serve names a setting of a cluster by where it came from", async () => {
  const servers = "nats://127.0.0.1:9";
  for (
    const [cluster, flags, said] of [
      [{ servers, prefix: "a b" }, [], "cluster.prefix of FILE must be up to"],
      [{ servers, node: "\x07" }, [], "cluster.node of FILE must have at"],
      [{ servers: "http://a" }, [], "cluster.servers of FILE must be URLs"],
      [
        { servers, credentials: "FILE" },
        [],
        "cluster.credentials of FILE must",
      ],
      [{ servers, cert: "FILE" }, [], "cluster of FILE needs cert and key tog"],
      [{ servers, prefix: "a b" }, ["--node", ""], "--node has an empty value"],
      [
        { servers, prefix: "a" },
        ["--cluster-prefix", "c d"],
        "--cluster-prefix",
      ],
      [{ servers }, ["--cluster-prefix", "c d"], "--cluster-prefix must be up"],
      [{ servers }, ["--cluster", "http://a"], "--cluster must be URLs"],
      [
        { servers },
        ["--cluster-cert", "a"],
        "--cluster-cert and --cluster-key",
      ],
      [
        undefined,
        ["--cluster", servers, "--cluster-prefix", "c d"],
        "--cluster-p",
      ],
    ] as const
  ) {
    await using folder = await folderWith({});
    const path = `${folder.path}/hub.json`;
    const text = JSON.stringify({ port: 0, cluster });
    await Deno.writeTextFile(path, text.replaceAll("FILE", path));
    const { code, err } = await command("serve", "--config", path, ...flags);
    const [first = ""] = err;
    const expected = `hub: ${said.replace("FILE", path)}`;
    assertEquals([code, first.slice(0, expected.length)], [2, expected]);
  }
});

Deno.test("hub check says which cluster it found, without the secrets of it", async () => {
  const servers = "nats://u:s3cret@127.0.0.1, tls://b:5";
  for (
    const [cluster, said] of [
      [{ servers }, "is one of the cluster hub on 127.0.0.1:4222 and b:5"],
      [
        { servers: "a", prefix: "plant" },
        "is one of the cluster plant on a:4222",
      ],
    ] as const
  ) {
    await using folder = await folderWith({ "hub.json": { cluster } });
    const { err } = await command("check", `${folder.path}/hub.json`);
    assert(err[0]!.endsWith(`, ${said}`), err[0]);
  }
});

Deno.test("hub serve says which settings name a certificate that is none", async () => {
  await using folder = await folderWith({
    "hub.json": { port: 0, tls: { cert: "bad.json", key: "bad.json" } },
    "bad.json": [],
  });
  const path = `${folder.path}/hub.json`;
  const bad = `${folder.path}/bad.json`;
  const { code, err } = await command("serve", "--config", path);
  assertEquals([code, err], [2, [
    `hub: Cannot use TLS: tls.cert of ${path} is not a certificate in PEM`,
  ]]);
  // Flags come before the file.
  const pair = ["--cert", bad, "--key", bad];
  const given = await command("serve", "--config", path, ...pair);
  assertEquals(given.err, [
    `hub: Cannot use TLS: --cert ${bad} is not a certificate in PEM`,
  ]);
});

Deno.test("hub check warns of an empty list, which lets nobody in", async () => {
  await using folder = await folderWith({ "list.json": [] });
  const path = `${folder.path}/list.json`;
  const { code, out } = await command("check", path);
  assertEquals(code, 0);
  assertMatch(out[0]!, /:1:1: warning: There is no token in it.*an object$/);
  assertEquals((await command("check", path, "--strict")).code, 1);
});

Deno.test("hub check says which files are missing, whatever else is wrong", async () => {
  const settings = {
    tls: { cert: "no.crt", key: "no.key" },
    tokens: "no.json",
    cluster: { servers: "nats://a", credentials: "no.creds" },
    doors: { home: "home.json" },
  };
  const files = ["no.crt", "no.key", "no.json", "no.creds", "home.json"];
  // What is wrong with the settings, and how the line about it begins.
  const faults: [Record<string, unknown>, string][] = [
    [{ prot: 1 }, 'There is no setting "prot"'],
    [{ port: "x" }, "port has to be an integer"],
    [{ allowedHosts: ["a b"] }, "allowed"],
    [{ rules: [{ names: [] }] }, "rules[0].names is empty"],
    [{}, ""],
  ];
  for (const [fault, said] of faults) {
    await using folder = await folderWith({
      "hub.json": { ...fault, ...settings },
    });
    const { code, out } = await command("check", `${folder.path}/hub.json`);
    const text = out.join("\n").replaceAll(`${folder.path}/`, "");
    assertEquals(code, 1);
    assertStringIncludes(text, said);
    for (const file of files) {
      assertStringIncludes(text, `Cannot read ${file}: there is no such file`);
    }
  }
  // A file whose setting is wrong itself is not looked for.
  await using folder = await folderWith({
    "hub.json": { ...settings, tls: { cert: "no.crt" } },
  });
  const { out } = await command("check", `${folder.path}/hub.json`);
  assertEquals(out.length, 4, out.join("\n"));
  assertStringIncludes(out[0]!, 'tls lacks "key"');
});

Deno.test("hub token says what is wrong with its words", async () => {
  const cases = [
    [
      ["", "--name", "a"],
      "LABEL is empty: it tells the tokens of a file apart",
    ],
    [
      ["a", "--name", "a", "--days", "99999999999"],
      "an integer from 1 to 36500",
    ],
    [["a"], "A token that allows nothing is of no use"],
  ] as const;
  for (const [words, said] of cases) {
    const { code, out, err } = await command("token", ...words);
    assertEquals([code, out], [2, []]);
    assertStringIncludes(err.join(), said);
  }
});

Deno.test("hub token makes a token that the hub takes", async () => {
  await using folder = await folderWith({});
  const file = `${folder.path}/tokens.json`;
  const make = (...args: string[]) => command("token", ...args, "--file", file);
  const { out: [token = ""] } = await make("shop bot", "--name", "shop-*");
  assertEquals(token.length, 43);
  await make("zoë", "--right", "operate", "--days", "2");
  const again = await make("zoë", "--right", "watch");
  assertEquals(again.code, 2);
  assertStringIncludes(again.err.join(), 'a token "zoë" already');
  const text = await Deno.readTextFile(file);
  assert(!text.includes(token), text);
  const [first, second] = JSON.parse(text);
  assertEquals(first.names, ["shop-*"]);
  assert(Date.parse(second.expires) > Date.now() + 86_400_000);
  assertEquals((await command("check", file)).code, 0);
  assertEquals((await command("token", "x")).code, 2);
  const help = (await command("token", "--help")).out.join();
  assertMatch(help, /--right RIGHT .*watch, which.*operate, which/s);
  assertEquals((await command("token", "x", "--right", "all")).code, 2);

  await using server = await serving("--tokens", file);
  const enter = async (token: string, name: string) => {
    await using wire = await server.connect(token);
    await wire.send(JSON.stringify({ type: 1, id: name }));
    for await (const message of wire) return JSON.parse(message).data;
  };
  assertEquals(await enter(token, "shop-1"), "Authorized.");
  assertEquals(
    await enter(token, "bank"),
    'A client with the token "shop bot" may not be called "bank".',
  );

  // Another token for the same, without a restart: the old one is no good.
  await using bot = await server.connect(token);
  await bot.send('{"type":1,"id":"shop-2"}');
  const ended = Array.fromAsync(bot).then(() => 0, ({ code }) => code);
  await Deno.writeTextFile(file, "[]");
  const next = (await make("new bot", "--name", "shop-*")).out[0]!;
  await server.says(/Took the tokens of/);
  assertEquals(await ended, 1008);
  assertEquals(await enter(next, "shop-1"), "Authorized.");
  await assertRejects(() => server.connect(token), Error, "401");

  // A list with a mistake changes nothing.
  await Deno.writeTextFile(file, '[{"label":"x"}]');
  await server.says(/Kept the tokens of .* as before: .*tokens\.json:1:2: /);
  assertEquals(await enter(next, "shop-1"), "Authorized.");
});

Deno.test("hub serve takes rules and certificates that change, and no bad ones", async () => {
  const pem = (name: string) => Deno.readTextFile(new URL(name, PEMS));
  const token = "0123456789".repeat(4);
  const settings = {
    tls: { cert: "a.crt", key: "a.key" },
    tokens: [{ label: "all", token, names: ["*"] }],
  };
  await using folder = await folderWith({
    "hub.json": { ...settings, rules: [{ names: ["*"], ask: [] }] },
    "a.crt": await pem("localhost.crt"),
    "a.key": await pem("localhost.key"),
  });
  const write = (name: string, text: string) =>
    Deno.writeTextFile(`${folder.path}/${name}`, text);
  const path = `${folder.path}/hub.json`;
  await using server = await serving("--config", path);
  const url = (await server.url).replace("127.0.0.1", "localhost");
  const old = { ca: await pem("ca.crt") };
  await using bank = new Client("bank", { url, token, tls: old });
  bank.route("pay", () => "paid");
  await bank.connect();
  await using shop = new Client("shop", { url, token, tls: old });
  await shop.connect();
  const pay = () => shop.request("bank", "pay", {});
  await assertRejects(
    pay,
    RemoteError,
    '"shop" may not ask "bank" for "pay".',
  );
  const rules = [{ names: ["shop"], ask: { bank: ["pay"] } }];
  await write("hub.json", JSON.stringify({ ...settings, rules }));
  await server.says(/Took the rules of/);
  assertEquals(await pay(), "paid");
  await write("hub.json", JSON.stringify({ ...settings, rules: [{}] }));
  await server.says(/Kept the rules of .*hub\.json:1:\d+: rules\[0\] lacks/);
  assertEquals(await pay(), "paid");
  // Without rules everybody may ask; a port cannot change.
  await write("hub.json", JSON.stringify({ ...settings, port: 4711 }));
  await server.says(/Other settings of .*hub\.json count after a restart/);
  await server.says(/Took the rules of/);
  assertEquals(await bank.request("shop", "any", {}).catch(String), NO_ROUTE);
  // A token in the same file goes with it.
  const left = shop.waitFor("disconnect", { timeout: 30_000 });
  const next = { label: "bank", token: "n".repeat(20), names: ["bank"] };
  await write("hub.json", JSON.stringify({ ...settings, tokens: [next] }));
  await left;
  await shop.close();
  await bank.close();
  const tokens = [...settings.tokens, next];
  await write("hub.json", JSON.stringify({ ...settings, tokens }));
  await server.says(/Took the rules of/);
  await server.says(/Took the rules of/);

  await write("a.crt", await pem("renewed.crt"));
  await server.says(/Kept the certificate .* as before: .* not the key of/);
  await using still = new Client("still", { url, token, tls: old });
  await still.connect();
  await write("a.key", await pem("renewed.key"));
  await server.says(/Took the certificate/);
  const tls = { ca: await pem("renewed_ca.crt") };
  await using renewed = new Client("renewed", { url, token, tls });
  await renewed.connect();
  assert(await still.ping());
});

Deno.test(
  "hub serve goes on looking after a file has been no file for a while",
  {
    ignore: Deno.build.os === "windows",
  },
  async () => {
    await using folder = await folderWith({
      "tokens.json": [{ label: "a", token: "a".repeat(20), names: ["a"] }],
    });
    const file = `${folder.path}/tokens.json`;
    await using server = await serving("--tokens", file);
    // To read a pipe without a writer never ends.
    await Deno.remove(file);
    const made = await new Deno.Command("mkfifo", { args: [file] }).output();
    assert(made.success);
    await server.says(
      /Kept what .*tokens.json said: it is not a file any more/,
    );
    await Deno.remove(file);
    await Deno.writeTextFile(file, "[]");
    await server.says(/Took the tokens of/);
  },
);

Deno.test("hub serve takes flags before the environment before a file", async () => {
  await using folder = await folderWith({
    "hub.json": {
      port: 1,
      log: "json",
      logLevel: "warn",
      page: false,
      allowedHosts: ["a.example"],
      tokens: [{ label: "a", token: "a".repeat(20), names: ["a"] }],
    },
  });
  await using server = await serving(
    "--config",
    `${folder.path}/hub.json`,
    "--allow-host=b.example",
    "--token=master",
    "--log-level=info",
  );
  // Port 1 would need rights that nobody has here.
  for (const token of ["a".repeat(20), "master"]) {
    await using wire = await server.connect(token);
    await wire.send('{"type":1,"id":"a"}');
    for await (const message of wire) {
      assertEquals(JSON.parse(message).data, "Authorized.");
      break;
    }
  }
  await server.says(/^\{"time":.*"level":"info","message":"\\"a\\" joined"\}$/);
  const { port } = new URL(await server.url);
  const ask = async (host: string) => {
    using conn = await Deno.connect({ port: Number(port) });
    await conn.write(new TextEncoder().encode(
      `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    ));
    const buffer = new Uint8Array(100);
    const count = await conn.read(buffer) ?? 0;
    return new TextDecoder().decode(buffer.subarray(9, Math.min(12, count)));
  };
  assertEquals(await ask("b.example"), "426");
  assertEquals(await ask("a.example"), "403");
});

Deno.test("hub service prints a unit that systemd takes", async () => {
  await using folder = await folderWith({});
  const { out } = await command(
    "service",
    "--exec",
    Deno.execPath(),
    "--config",
    "/etc/wirekit/my hub 100%.json",
  );
  const unit = `${folder.path}/wirekit-hub.service`;
  await Deno.writeTextFile(unit, out.join("\n"));
  assertStringIncludes(
    out.join(),
    ` serve --config "/etc/wirekit/my hub 100%%.json"`,
  );
  const verify = new Deno.Command("systemd-analyze", {
    args: ["verify", "--man=no", unit],
    stderr: "piped",
    stdout: "piped",
  });
  const found = await verify.output().catch(() => undefined);
  if (!found) return; // Not a system with systemd.
  const text = new TextDecoder().decode(found.stderr);
  assertEquals([found.code, text], [0, ""]);
});

Deno.test("hub service writes what systemd would replace so that it does not", async () => {
  const path = '/etc/a $x "b" 1%.json';
  const { out } = await command("service", "--config", path);
  assertStringIncludes(
    out.join("\n"),
    String.raw` serve --config "/etc/a $$x \"b\" 1%%.json"`,
  );
  // systemd starts it elsewhere: there is no folder to begin from.
  for (const path of ["hub.json", "./etc/hub.json", ""]) {
    const { code, err } = await command("service", `--config=${path}`);
    assertEquals(code, 2, path);
    assertMatch(err.join(), /--config/);
  }
});

Deno.test("hub token leaves nothing behind where it cannot write", async () => {
  await using folder = await folderWith({});
  const file = `${folder.path}/tokens.json`;
  const make = (file: string) =>
    command("token", "x", "--name", "x", "--file", file);
  const missing = await make(`${folder.path}/none/tokens.json`);
  assertEquals(missing.out, []);
  assertEquals(
    missing.err,
    [
      `hub: Cannot write --file ${folder.path}/none/tokens.json: there is no such ` +
      "folder",
    ],
  );
  await Deno.writeTextFile(file, "[]");
  const { rename } = Deno;
  Deno.rename = () =>
    Promise.reject(
      new Error("No space left on device (os error 28): rename 'a' -> 'b'"),
    );
  try {
    const { code, out, err } = await make(file);
    assertEquals([code, out], [1, []]);
    assertEquals(err, [
      `hub: Cannot write --file ${file}: no space left on device`,
    ]);
  } finally {
    Deno.rename = rename;
  }
  assertEquals(
    (await Array.fromAsync(Deno.readDir(folder.path))).map(({ name }) => name),
    ["tokens.json"],
  );
});

/** A hub that runs in this process by its command. */
interface Serving extends AsyncDisposable {
  url: Promise<string>;
  connect(token: string): Promise<Transport>;
  /** Waits for a line that the log has not said yet. */
  says(line: RegExp): Promise<void>;
}

async function serving(...args: string[]): Promise<Serving> {
  const stop = new AbortController();
  const { promise: url, resolve } = Promise.withResolvers<string>();
  let news = Promise.withResolvers<void>();
  const lines: string[] = [];
  const running = run(hub, ["serve", "--port=0", ...args], {
    signal: stop.signal,
    log(line) {
      const [found] = /wss?:\S+:\d+/.exec(line) ?? [];
      if (found) resolve(found);
    },
    error(line) {
      lines.push(line);
      news.resolve();
      news = Promise.withResolvers();
    },
  });
  const failed = running.then(() => {
    throw new Error(lines.join("\n"));
  });
  failed.catch(() => {});
  await Promise.race([url, failed]);
  return {
    url,
    connect: async (token) =>
      await connectWebSocket(await url, {
        headers: { authorization: `Bearer ${token}` },
      }),
    async says(wanted) {
      for (;;) {
        const { promise } = news;
        const at = lines.findIndex((line) => wanted.test(line));
        if (at >= 0) return void lines.splice(0, at + 1);
        await deadline(promise, 20_000).catch(() => {
          throw new Error(
            `The log does not say ${wanted}: ${lines.join("\n")}`,
          );
        });
      }
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}
