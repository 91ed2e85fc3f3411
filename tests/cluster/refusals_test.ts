// Copyright 2026 the Wirekit authors. MIT license.

/** What hubs do about what their NATS server refuses. */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Client, NotConnectedError, serve, TimeoutError } from "@wirekit/hub";
import { connectNats, type NatsOptions } from "@wirekit/hub/nats";
import { connect, Kvm } from "../../hub/cluster/testdata/nats.ts";
import { ROOT } from "../_packages.ts";
import { Engine } from "./_servers.ts";
import { ALL, type Rights, StrictEngine, without } from "./_rights.ts";

const options = { sanitizeOps: false, sanitizeResources: false };

/** Waits until something is so. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 30_000;
  while (!await isSo()) {
    if (performance.now() > end) throw new Error(`Cannot wait for ${isSo}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A hub, and what it logs. */
async function hubOf(options: NatsOptions) {
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);
  const logger = { info: say, warn: say, error: say };
  const backplane = await connectNats({ ...options, logger });
  const server = await serve({ port: 0, backplane, logger });
  const [url] = server.urls;
  return {
    server,
    url,
    backplane,
    lines,
    says: (words: RegExp) => lines.filter((line) => words.test(line)).length,
    async ready(): Promise<string> {
      const response = await fetch(
        new URL("/readyz", url.replace("ws:", "http:")),
      );
      return `${response.status} ${(await response.text()).trim()}`;
    },
    [Symbol.asyncDispose]: () => server.close(),
  };
}

/** What a hub says once its lease is over. */
const FENCED = /Other hubs may take over the names/;

/** What a user lacks, and what the engine says of that. */
const LACKS: Record<string, [Rights, RegExp]> = {
  "publish to the subjects of messages": [
    without("hub.>", "publish"),
    /Publish to "hub\./,
  ],
  "publish to some of them": [
    { publish: { deny: ["hub.node.>"] } },
    /Publish to "hub\.node\./,
  ],
  "publish to all hubs": [
    { publish: { deny: ["hub.all"] } },
    /Publish to "hub\.all"/,
  ],
  "subscribe to messages": [
    without("hub.>", "subscribe"),
    /Subscription to "hub\./,
  ],
  "subscribe to what is for all": [
    { subscribe: { deny: ["hub.all"] } },
    /Subscription to "hub\.all"/,
  ],
  "subscribe to names": [
    { subscribe: { deny: ["hub.n.>"] } },
    /Subscription to "hub\.n\./,
  ],
  "keep names": [
    without("$KV.hub-names.>"),
    /Publish to "\$KV\.hub-names\./,
  ],
  "keep nodes": [
    without("$KV.hub-nodes.>"),
    /Publish to "\$KV\.hub-nodes\./,
  ],
  "ask JetStream": [without("$JS.API.>"), /Publish to "\$JS\.API\./],
  "hear answers": [
    without("_INBOX.>", "subscribe"),
    /Subscription to "_INBOX\./,
  ],
};

Deno.test(
  "A hub whose user may not do all that it needs does not start, and says what is missing",
  options,
  async (test) => {
    const users = Object.fromEntries(
      Object.values(LACKS).map(([rights], i) => [`u${i}`, rights]),
    );
    await using strict = await StrictEngine.start({ ...users, all: ALL });
    let i = 0;
    for (const [what, [_, words]] of Object.entries(LACKS)) {
      const user = `u${i++}`;
      await test.step(what, async () => {
        const start = performance.now();
        const error = await assertRejects(
          () =>
            connectNats({ ...strict.options(user), connectTimeout: 60_000 }),
          NotConnectedError,
        );
        assertMatch(error.message, words);
        assertMatch(error.message, /127\.0\.0\.1:\d+: The NATS server refuses/);
        assertMatch(error.message, /Allow its user to publish to .*hub\.>/);
        assert(!error.message.includes("s3cret"));
        assert(performance.now() - start < 30_000, "It is said at once");
      });
    }
    await using hub = await hubOf(strict.options("all"));
    assertEquals(await hub.ready(), "200 ready");
  },
);

Deno.test(
  "A hub that starts beside others refuses no message",
  options,
  async () => {
    await using strict = await StrictEngine.start({ all: ALL });
    await using one = await hubOf(strict.options("all"));
    await using two = await hubOf(strict.options("all"));
    await using three = await hubOf(strict.options("all"));
    const hubs = [one, two, three];
    for (const { url } of hubs) {
      await using bot = new Client("bot", { url });
      await bot.connect();
      await bot.inform({ hello: 1 });
    }
    for (const { backplane, lines } of hubs) {
      const { node } = backplane.status();
      const me = backplane.status().nodes.find(({ id }) => id === node);
      assertEquals(me?.figures["refused"], 0);
      assertEquals(lines.filter((line) => /refuse|permission/i.test(line)), []);
    }
  },
);

/** What is taken away while hubs run. */
const TAKEN: Record<string, [Rights, RegExp]> = {
  "to publish messages": [
    without("hub.>", "publish"),
    /Publish to "hub\.n\.>?/,
  ],
  "to publish answers": [
    { publish: { deny: ["hub.node.>"] } },
    /Publish to "hub\.node/,
  ],
  "to hear messages": [
    without("hub.>", "subscribe"),
    /Subscription to "hub\./,
  ],
  "to ask JetStream and hear of it": [
    without("$JS.API.>"),
    /to "\$JS\.API\./,
  ],
};

for (const [what, [rights, words]] of Object.entries(TAKEN)) {
  Deno.test(
    `Two hubs that are no longer allowed ${what} say so, let no call hang, and go on when they are allowed again`,
    options,
    async () => {
      await using strict = await StrictEngine.start({ u: ALL });
      const settings = { ...strict.options("u"), lease: 4_000 };
      await using one = await hubOf(settings);
      await using two = await hubOf(settings);
      await using svc = new Client("svc", { url: one.url });
      const asked: PromiseWithResolvers<void>[] = [];
      svc.route("echo", (data) => data);
      svc.route("wait", () => {
        const until = Promise.withResolvers<void>();
        asked.push(until);
        return until.promise.then(() => 1);
      });
      await svc.connect();
      await using me = new Client("me", { url: two.url });
      await me.connect();
      assertEquals(await me.request("svc", "echo", { a: 1 }), { a: 1 });
      // The one that answers is refused, not the one that asks.
      const denied = what.includes("answers") ? one : two;
      const open = me.request("svc", "wait", {}).then(() => "", String);
      await until(() => asked.length === 1);
      await strict.change({ u: rights });
      // Calls may go on for a moment, and none of them hangs.
      const start = performance.now();
      let ready = "";
      while (!ready.startsWith("503")) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        await me.request("svc", "echo", {}, { timeout: 30_000 })
          .catch((error) =>
            assert(!(error instanceof TimeoutError), `${error}`)
          );
        ready = await denied.ready();
        assert(performance.now() - start < 30_000, `It is ${ready}`);
      }
      assertMatch(ready, words);
      if (!what.includes("JetStream")) {
        assertMatch(await open, /cluster|NATS|answer/i);
      }
      const text = denied.lines.join("\n");
      assertMatch(text, words);
      assertMatch(text, /Allow its user to publish/);
      assert(denied.lines.length < 50, text);
      await strict.change({ u: ALL });
      for (const each of asked) each.resolve();
      await until(async () => await two.ready() === "200 ready");
      await until(async () => await one.ready() === "200 ready");
      await until(
        () => me.request("svc", "echo", { b: 2 }).then(() => true, () => false),
      );
      await using late = new Client("late", { url: one.url });
      await late.connect();
    },
  );
}

for (
  const [what, subject] of [
    ["messages", "hub.>"],
    ["what is for all", "hub.all"],
    ["answers", "hub.node.>"],
  ] as const
) {
  Deno.test(
    `A hub that sends nothing, and may publish ${what} no longer, says so all the same`,
    options,
    async () => {
      await using strict = await StrictEngine.start({ u: ALL });
      const settings = { ...strict.options("u"), lease: 2_000 };
      await using hub = await hubOf(settings);
      assertEquals(await hub.ready(), "200 ready");
      await strict.change({ u: { publish: { deny: [subject] } } });
      await until(async () => (await hub.ready()).startsWith("503"));
      assertMatch(await hub.ready(), /refuses .*Publish to "hub\./);
      await until(() => hub.says(/Allow its user to publish/) > 0);
      await strict.change({ u: ALL });
      await until(async () => await hub.ready() === "200 ready");
    },
  );
}

Deno.test(
  "A host that nobody knows is no server, and the next one is tried",
  options,
  async () => {
    for (
      const servers of [
        "nats://no.such.host.invalid",
        "tls://no.such.host.invalid:4333",
        ["nats://no.such.host.invalid", "nats://nor.this.invalid"],
      ]
    ) {
      const error = await assertRejects(
        () => connectNats({ servers }),
        NotConnectedError,
      );
      assertMatch(
        error.message,
        /^Cannot reach a NATS server at no\.such\.host\.invalid:4\d+.*: no such host: \w+|^Cannot reach .*nobody can say now where/,
      );
    }
    await using strict = await StrictEngine.start({ u: ALL });
    const { servers, token } = strict.options("u");
    await using hub = await hubOf({
      servers: ["nats://no.such.host.invalid", ...servers],
      token,
    });
    assertEquals(await hub.ready(), "200 ready");
  },
);

for (
  const [what, args, env, said] of [
    [
      "a host that nobody knows",
      ["--cluster=nats://no.such.host.invalid"],
      {},
      /Cannot reach a NATS server at no\.such\.host\.invalid:4222: /,
    ],
    [
      "a user without rights",
      [],
      { WIREKIT_CLUSTER_TOKEN: "u:s3cret" },
      /Permissions Violation for \w+ (to|using) "hub\./,
    ],
  ] as const
) {
  Deno.test(
    `hub serve ends with 3 for ${what}, and its output has nothing else`,
    options,
    async () => {
      await using strict = await StrictEngine.start({ u: without("hub.>") });
      const output = await new Deno.Command(Deno.execPath(), {
        args: [
          ...["run", "-A", new URL("hub/cli.ts", ROOT).pathname, "serve"],
          "--port=0",
          ...args.length > 0
            ? args
            : [`--cluster=${strict.options("u").servers[0]}`],
        ],
        env: { NO_COLOR: "1", WIREKIT_TOKEN: "", ...env },
      }).output();
      const [stdout, stderr] = [output.stdout, output.stderr]
        .map((bytes) => new TextDecoder().decode(bytes));
      assertEquals([output.code, stdout], [3, ""], stderr);
      assertMatch(stderr!, said);
      assertEquals(stderr!.trim().split("\n").length, 1, stderr);
    },
  );
}

Deno.test(
  "A bucket in which names would not stay is refused",
  options,
  async () => {
    await using strict = await StrictEngine.start({ u: ALL, other: {} });
    const connection = await connectAs("other", strict);
    const kvm = new Kvm(connection);
    await kvm.create("old-names", { ttl: 5_000 });
    await kvm.create("small-names", { maxValueSize: 50 });
    for (const [prefix, said] of [["old", /max_age/], ["small", /max_msg_/]]) {
      const error = await assertRejects(
        () => connectNats({ ...strict.options("other"), prefix: `${prefix}` }),
        NotConnectedError,
      );
      assertMatch(error.message, said as RegExp);
      assertMatch(error.message, /Delete it, or use another prefix/);
    }
    await connection.close();
  },
);

/** Connects as a user. */
function connectAs(user: string, { engine }: StrictEngine) {
  const servers = engine.urls[0]!.replace("nats://", "");
  return connect({ servers, user, pass: "s3cret" });
}

/** Accounts that let a hub do too little, and what is said of that. */
const ACCOUNTS: Record<string, [account: string, said: RegExp]> = {
  none: [
    "",
    /: The account of this hub has no JetStream, .*: enable it for that account/,
  ],
  streams: [
    "jetstream: { max_streams: 1 }",
    /: The NATS servers refuse .*: maximum number of streams reached\. Let its account have two more \(max_streams\)/,
  ],
  bytes: [
    "jetstream: { max_file: 1000, max_bytes_required: true }",
    /: The NATS servers refuse .* max bytes set\. .*\(max_bytes_required\)/,
  ],
  consumers: [
    "jetstream: { max_consumers: 1 }",
    /: The NATS servers refuse .*: maximum consumers limit reached\. .*\(max_consumers\)/,
  ],
};

Deno.test(
  "A hub whose account may keep too little does not start, and says at once which limit it is",
  options,
  async (test) => {
    const config = await Deno.makeTempFile({ suffix: ".conf" });
    const accounts = Object.entries(ACCOUNTS).map(([name, [account]]) =>
      `${name} { users: [{user: ${name}, password: s3cret}], ${account} }`
    );
    await Deno.writeTextFile(config, `accounts {\n${accounts.join("\n")}\n}`);
    await using engine = await Engine.start(1, ["--config", config]);
    for (const [name, [_, said]] of Object.entries(ACCOUNTS)) {
      await test.step(name, async () => {
        const settings = { servers: engine.urls, token: `${name}:s3cret` };
        const start = performance.now();
        await using stack = new AsyncDisposableStack();
        const error = await assertRejects(
          async () => {
            // One hub needs one consumer of each bucket, two need two.
            for (let hubs = 0; hubs < 3; hubs++) {
              stack.use(await hubOf(settings));
            }
          },
          NotConnectedError,
        );
        assertMatch(error.message, said);
        assert(error.message.startsWith(engine.urls[0]!.slice(7)));
        assert(performance.now() - start < 8_000, "It is said at once");
      });
    }
    await Deno.remove(config);
  },
);

Deno.test(
  "A hub whose user is gone says so, and what to look at, until the user is back",
  options,
  async () => {
    await using strict = await StrictEngine.start({ u: ALL });
    await using hub = await hubOf({ ...strict.options("u"), lease: 2_000 });
    const [server] = strict.engine.servers;
    const restart = async () => {
      await server!.kill();
      await server!.start();
    };
    await strict.change({ other: ALL });
    await restart();
    const saysWhy = async () => {
      await until(async () =>
        /do not let this hub in: authorization violation/i
          .test(await hub.ready())
      );
      const report = new URL("/api/report", hub.url.replace("ws:", "http:"));
      const { problems } = await (await fetch(report)).json();
      const { cure } = problems.find(({ id }: { id: string }) =>
        id === "cluster"
      );
      assertMatch(cure, /^Look whether the servers still know the user/);
    };
    await saysWhy();
    await until(() => hub.says(FENCED) === 1);
    await saysWhy();
    // Without any server for longer than the lease, and then with one that does
    // not know the user.
    await strict.change({ u: ALL });
    await restart();
    await until(async () => await hub.ready() === "200 ready");
    await server!.kill();
    await until(() => hub.says(FENCED) === 2);
    await strict.change({ other: ALL });
    await server!.start();
    await saysWhy();
    await strict.change({ u: ALL });
    await restart();
    await until(async () => await hub.ready() === "200 ready");
  },
);

/** A user for a server whose disk is small. */
const SMALL = "jetstream: {max_file_store: 1MB}";

Deno.test(
  "Hubs whose servers keep nothing more say so, and in their words, until there is room",
  options,
  async () => {
    await using strict = await StrictEngine.start(
      { u: ALL, other: {} },
      SMALL,
    );
    const settings = { ...strict.options("u"), lease: 4_000 };
    await using one = await hubOf(settings);
    await using two = await hubOf(settings);
    await using svc = new Client("svc", { url: one.url });
    svc.route("echo", (data) => data);
    await svc.connect();
    await using me = new Client("me", { url: two.url });
    await me.connect();
    const connection = await connectAs("other", strict);
    const kvm = new Kvm(connection);
    const filler = await kvm.create("filler");
    const fill = async () => {
      for (let i = 0;; i++) {
        try {
          await filler.put(`k${i}`, new Uint8Array(20_000));
        } catch {
          return;
        }
      }
    };
    await fill();
    await using late = new Client("late", { url: two.url });
    const joined = late.connect().then(() => "joined", String);
    const words = /insufficient storage|resource/i;
    await until(async () => words.test(await two.ready()));
    assertMatch(await two.ready(), /^503 .*refuse to keep anything/);
    // Both lose their lease, as nothing can be renewed.
    for (const hub of [one, two]) {
      await until(async () =>
        words.test(await hub.ready()) &&
        hub.backplane.status().state === "fenced"
      );
      assertMatch(hub.lines.join("\n"), words);
      assertMatch(hub.lines.join("\n"), /more room \(max_file_store/);
      assert(hub.lines.length < 60, hub.lines.join("\n"));
    }
    assertEquals(two.says(/"late" is on hold: the name is taken/), 0);
    const error = await assertRejects(() => me.request("svc", "echo", {}));
    assertMatch(String(error), /NATS servers refuse/);
    const refused = await assertRejects(
      () => connectNats({ ...settings, connectTimeout: 3_000 }),
      NotConnectedError,
    );
    assertMatch(refused.message, words);
    await filler.destroy();
    await until(async () => await one.ready() === "200 ready");
    await until(async () => await two.ready() === "200 ready");
    assertEquals(await me.request("svc", "echo", { a: 1 }), { a: 1 });
    await joined;
    await until(() => two.says(/"late" joined/) > 0);
    await connection.close();
  },
);
