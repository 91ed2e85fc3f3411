// Copyright 2026 the Wirekit authors. MIT license.

/** What a cluster on NATS does while nothing fails. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Client, NotConnectedError, OnHoldError, serve } from "@wirekit/hub";
import { connectNats, type NatsOptions } from "@wirekit/hub/nats";
import { connect, Kvm } from "../../hub/cluster/testdata/nats.ts";
import { ROOT } from "../_packages.ts";
import { until } from "../_driver.ts";
import { record } from "./_record.ts";
import { Engine, natsProgram } from "./_servers.ts";

async function node(engine: Engine, options: Partial<NatsOptions> = {}) {
  const backplane = await connectNats({ servers: engine.urls, ...options });
  return await serve({ port: 0, backplane });
}

async function client(name: string, url: string): Promise<Client> {
  const made = new Client(name, { url });
  made.route("greet", ({ name }, { source }) => `hello ${name} from ${source}`);
  made.route("echo", (data: Record<string, unknown>) => data);
  made.route("long", () => "x".repeat(1_500_000));
  await made.connect();
  return made;
}

/** Runs a test on one server. */
function clusterTest(
  name: string,
  run: (engine: Engine) => Promise<void>,
  count = 1,
  more: string[] = [],
): void {
  Deno.test({
    name,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      await using engine = await Engine.start(count, more);
      await run(engine);
    },
  });
}

clusterTest("Two hubs on one server are one", async (engine) => {
  await using one = await node(engine, { label: "one" });
  await using two = await node(engine, { label: "two" });
  await using alpha = await client("alpha", one.urls[0]);
  await using beta = await client("beta", two.urls[0]);
  assertEquals(
    await alpha.request("beta", "greet", { name: "zoë" }),
    "hello zoë from alpha",
  );
  const data = { id: 2n ** 63n, one: "1.0", nul: "\0", text: "ëë \u2028" };
  assertEquals(await beta.request("alpha", "echo", data), data);
  const times: number[] = [];
  for (let n = 0; n < 11; n++) {
    const start = performance.now();
    await assertRejects(
      () => alpha.request("nobody", "greet", {}),
      Error,
      "Destination not found.",
    );
    times.push(performance.now() - start);
  }
  record("A request to a name that nobody has fails", times);
  assert(times.sort((a, b) => a - b)[5]! < 50, `${times}`);
  assert(await alpha.ping("beta"));
  assert(!await alpha.ping("nobody"));
  const told = beta.waitFor("information", { timeout: 5_000 });
  await alpha.inform({ shop: "open" });
  assertEquals((await told).data, { shop: "open" });
});

clusterTest(
  "A name has one owner, and the next who waits gets it at once",
  async (engine) => {
    await using one = await node(engine);
    await using two = await node(engine);
    let last = await client("bot", one.urls[0]);
    const times: number[] = [];
    for (let n = 0; n < 10; n++) {
      const next = new Client("bot", { url: [two, one][n % 2]!.urls[0] });
      const held = Promise.withResolvers<void>();
      next.addEventListener("hold", () => held.resolve());
      const waiting = next.connect({ timeout: Infinity });
      await held.promise;
      const start = performance.now();
      await last.close();
      await waiting;
      times.push(performance.now() - start);
      last = next;
    }
    await last.close();
    record("The next of a name after a clean leave", times);
    times.sort((a, b) => a - b);
    assert(times[5]! < 50, `${times}`);
  },
);

clusterTest(
  "All names of a hub that closes are free at once",
  async (engine) => {
    const one = await node(engine);
    await using two = await node(engine);
    const clients = await Promise.all(
      Array.from({ length: 50 }, (_, i) => client(`n${i}`, one.urls[0])),
    );
    const waiting = Array.from({ length: 50 }, (_, i) => {
      const made = new Client(`n${i}`, { url: two.urls[0] });
      return { made, ready: made.connect({ timeout: Infinity }) };
    });
    await new Promise((resolve) => setTimeout(resolve, 500));
    for (const each of clients) each.close();
    await one.close();
    const start = performance.now();
    await Promise.all(waiting.map(({ ready }) => ready));
    record("50 names of a hub that closes", [performance.now() - start]);
    await Promise.all(waiting.map(({ made }) => made.close()));
  },
);

Deno.test({
  name:
    "Three servers that may give a name twice are refused, newer ones are not",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const { stdout } = await new Deno.Command(natsProgram(), { args: ["-v"] })
      .output();
    const isOld = /v2\.(\d|10)\./.test(new TextDecoder().decode(stdout));
    await using engine = await Engine.start(3);
    const options = { servers: engine.urls, connectTimeout: 30_000 };
    if (isOld) {
      await assertRejects(
        () => connectNats(options),
        NotConnectedError,
        "may let two hubs have one name",
      );
    }
    const plane = await connectNats(
      isOld ? { ...options, replicas: 1 } : options,
    );
    await plane.close();
  },
});

clusterTest(
  "What cannot work is refused with a clear error",
  async (engine) => {
    await using _one = await node(engine, { lease: 5_000 });
    const [url] = engine.urls;
    await assertRejects(
      () => connectNats({ servers: url!, lease: 6_000 }),
      NotConnectedError,
      "has a lease of 5000 ms, and this node one of 6000 ms",
    );
    await assertRejects(
      () => connectNats({ servers: "http://127.0.0.1" }),
      TypeError,
      "servers must be URLs",
    );
    await assertRejects(
      () => connectNats({ servers: url!, prefix: "a.b" }),
      TypeError,
      'prefix must be up to 100 letters, digits, - and _: got "a.b"',
    );
    for (const lease of [0, 100, NaN, 3_600_001, Infinity]) {
      await assertRejects(
        () => connectNats({ servers: url!, lease }),
        RangeError,
        `lease must be from 2000 to 3600000 ms: got ${lease}`,
      );
    }
    for (const label of ["", "a\nb", "\u001b[31m"]) {
      await assertRejects(
        () => connectNats({ servers: url!, label }),
        TypeError,
        "label must have",
      );
    }
    await assertRejects(
      () => connectNats({ servers: url!, credentials: "user:password" }),
      TypeError,
      "credentials must be the text of a .creds file",
    );
    await assertRejects(
      () => connectNats({ servers: `${url}/path?x=y` }),
      TypeError,
      "servers must be URLs",
    );
    // A cluster that nobody is in may get another lease.
    for (const lease of [4_000, 5_000]) {
      const other = await connectNats({
        servers: url!,
        prefix: "other",
        lease,
      });
      assertEquals(other.status().nodes.length, 1);
      await other.close();
    }
  },
);

clusterTest(
  "A message that the engine cannot carry is refused, and nothing breaks",
  async (engine) => {
    await using one = await node(engine);
    await using two = await node(engine);
    await using alpha = await client("alpha", one.urls[0]);
    await using _beta = await client("beta", two.urls[0]);
    const text = "x".repeat(1_500_000);
    await assertRejects(
      () => alpha.request("beta", "echo", { text }),
      Error,
      "larger than the 1048576 bytes that the engine of the cluster passes on",
    );
    await assertRejects(
      () => alpha.request("beta", "long", {}),
      Error,
      "The answer is larger than the 1048576 bytes",
    );
    assertEquals(await alpha.request("beta", "echo", { a: 1 }), { a: 1 });
  },
);

Deno.test({
  name: "Servers that ask for a secret get it, by option and by URL",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using engine = await Engine.start(1, [
      "--user",
      "u",
      "--pass",
      "p:w",
    ]);
    const [url] = engine.urls;
    await assertRejects(
      () => connectNats({ servers: url! }),
      NotConnectedError,
    );
    for (
      const options of [
        { servers: url!, token: "u:p:w" },
        { servers: url!.replace("//", "//u:p%3Aw@") },
      ]
    ) await (await connectNats(options)).close();
  },
});

Deno.test({
  name: "The subjects that the README names are enough for a user",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const page = await Deno.readTextFile(
      new URL("hub/cluster/README.md", ROOT),
    );
    const [, sentence = ""] = /The user needs the subjects (.*?),\s+to publish/s
      .exec(page) ?? [];
    const subjects = [...sentence.matchAll(/`([^`]+)`/g)].map(([, each]) =>
      each
    );
    assertEquals(subjects.length, 5, sentence);
    const file = await Deno.makeTempFile({ suffix: ".conf" });
    const list = JSON.stringify(subjects);
    await Deno.writeTextFile(
      file,
      `authorization { users = [ { user: u, password: p, permissions: ` +
        `{ publish: ${list}, subscribe: ${list} } } ] }`,
    );
    await using engine = await Engine.start(1, ["--config", file]);
    const options = { token: "u:p" };
    await using one = await node(engine, options);
    await using two = await node(engine, options);
    await using alpha = await client("alpha", one.urls[0]);
    await using _beta = await client("beta", two.urls[0]);
    assertEquals(await alpha.request("beta", "echo", { a: 1 }), { a: 1 });
    assert(!await alpha.ping("nobody"));
    const told = _beta.waitFor("information", { timeout: 5_000 });
    await alpha.inform({ shop: "open" });
    assertEquals((await told).data, { shop: "open" });
    await Deno.remove(file);
  },
});

Deno.test({
  name:
    "TLS protects what goes between hubs and servers, and a stranger's server is refused",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const keys = new URL("transport/testdata/", ROOT);
    const cert = new URL("localhost.crt", keys).pathname;
    const key = new URL("localhost.key", keys).pathname;
    await using engine = await Engine.start(1, [
      ...["--tls", "--tlscert", cert, "--tlskey", key],
    ]);
    const servers = engine.urls[0]!.replace("nats:", "tls:");
    await assertRejects(() => connectNats({ servers }), NotConnectedError);
    const ca = await Deno.readTextFile(new URL("ca.crt", keys));
    const plane = await connectNats({ servers, tls: { ca } });
    assertEquals(plane.status().state, "open");
    await plane.close();
  },
});

clusterTest(
  "Hubs whose bucket of names somebody deletes make it anew, with the names that they have",
  async (engine) => {
    const connection = await connect({ servers: engine.urls });
    const options = { lease: 3_000 };
    await using one = await node(engine, options);
    await using two = await node(engine, options);
    await using bot = await client("bot", one.urls[0]);
    await using me = await client("me", two.urls[0]);
    const kv = await new Kvm(connection).open("hub-names");
    await kv.destroy();
    await connection.close();
    for (const name of ["later", "last"]) {
      await using later = new Client(name, { url: two.urls[0] });
      later.route("echo", (data) => data);
      await later.ready({ timeout: 30_000 });
    }
    for (let tries = 0;; tries++) {
      try {
        assertEquals(await me.request("bot", "echo", { tries }), { tries });
        break;
      } catch (error) {
        if (tries > 400) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    await bot.ready();
    const clash = new Client("bot", { url: two.urls[0] });
    await assertRejects(() => clash.connect({ timeout: 500 }), OnHoldError);
    await clash.close();
  },
);

clusterTest(
  "What nobody can read in the engine's buckets harms no hub, and nobody who wants that name",
  async (engine) => {
    const connection = await connect({ servers: engine.urls });
    const lines: string[] = [];
    const logger = { warn: (line: string) => lines.push(line) };
    await using one = await node(engine, { label: "one", logger });
    const kv = await new Kvm(connection).open("hub-nodes");
    const names = await new Kvm(connection).open("hub-names");
    const key = (name: string) =>
      btoa(JSON.stringify(name)).replaceAll("=", "");
    const values = ["", "{", "zz", "null", "5", "[]", '{"label":5}'];
    for (const [n, value] of values.entries()) {
      await kv.put(`x${n}`, value);
      await names.put(key(`bot${n}`), value);
    }
    await kv.put(
      "evil",
      JSON.stringify({ label: "a\n\u001b[31m", since: 1, figures: { x: "y" } }),
    );
    await using two = await node(engine, { label: "two" });
    for (const n of values.keys()) {
      await using bot = await client(`bot${n}`, [one, two][n % 2]!.urls[0]);
      await using me = await client("me", two.urls[0]);
      assertEquals(await me.request(`bot${n}`, "echo", { n }), { n });
      assert(bot.authorized);
    }
    const { nodes } = one.hub.exchange.cluster!;
    assertEquals(
      nodes.map(({ label }) => label).sort(),
      ["a\ufffd\ufffd[31m", "one", "two"],
    );
    assertEquals(
      lines.filter((line) => line.includes("Nobody can read")).length,
      values.length,
    );
    await connection.close();
  },
);

clusterTest(
  "Names that no engine takes break nothing, and odd ones are names like others",
  async (engine) => {
    const open = async () => {
      const backplane = await connectNats({ servers: engine.urls });
      const maxNameBytes = 100_000;
      return await serve({
        port: 0,
        backplane,
        maxNameBytes,
        nameCharacters: "any",
      });
    };
    await using one = await open();
    await using two = await open();
    await using alpha = await client("alpha", one.urls[0]);
    await using _beta = await client("beta", two.urls[0]);
    for (const long of ["x".repeat(5_000), "x".repeat(500_000)]) {
      await assertRejects(() => alpha.request(long, "echo", {}), Error);
      assert(!await alpha.ping(long));
      await alpha.inform("hello", [long]);
    }
    const tooLong = new Client("x".repeat(5_000), { url: one.urls[0] });
    await assertRejects(() => tooLong.connect({ timeout: 500 }), OnHoldError);
    await tooLong.close();
    assertEquals(await alpha.request("beta", "echo", { a: 1 }), { a: 1 });
    for (const odd of ["a.b", "*", ">", "a b", "\0", "😀ë"]) {
      await using made = await client(odd, two.urls[0]);
      assertEquals(await alpha.request(odd, "echo", { odd }), { odd });
      assertEquals(made.name, odd);
    }
  },
);

clusterTest(
  "A hub closes within seconds though its server hangs, and another comes back to it",
  async (engine) => {
    const one = await node(engine, { lease: 2_000 });
    await using two = await node(engine, { lease: 2_000 });
    await using beta = await client("beta", two.urls[0]);
    await client("alpha", one.urls[0]);
    const [server] = engine.servers;
    server!.signal("SIGSTOP");
    const start = performance.now();
    await one.close();
    const took = performance.now() - start;
    server!.signal("SIGCONT");
    assert(took < 10_000, `It took ${took} ms to close`);
    await using three = await node(engine, { lease: 2_000 });
    await using gamma = await client("gamma", three.urls[0]);
    await until(() =>
      gamma.request("beta", "greet", { name: "x" }).then(
        () => true,
        () => false,
      )
    );
    assertEquals(beta.state, "open");
  },
);
