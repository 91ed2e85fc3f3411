// Copyright 2026 the Wirekit authors. MIT license.

import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { Client } from "@wirekit/hub";
import {
  contract,
  implement,
  Methods,
  param,
  Peer as RpcPeer,
  type,
} from "@wirekit/jsonrpc";
import { connect } from "@wirekit/transport/connect";
import type { Transport } from "@wirekit/transport/transport";
import { httpDoor } from "./http.ts";
import { jsonRpcDoor } from "./jsonrpc.ts";
import { serve, type ServeOptions } from "./serve.ts";
import { wsrpcDoor } from "./wsrpc.ts";

/** A peer that sends texts, and reads values. */
class Peer implements AsyncDisposable {
  readonly #transport: Transport;
  readonly #messages: AsyncIterator<string>;

  constructor(transport: Transport) {
    this.#transport = transport;
    this.#messages = transport[Symbol.asyncIterator]();
  }

  async say(text: string): Promise<void> {
    await this.#transport.send(text);
  }

  // deno-lint-ignore no-explicit-any -- a value of the other end
  async next(): Promise<any> {
    for (;;) {
      const { value, done } = await this.#messages.next();
      if (done) return undefined;
      // The hub asks each once for what it could announce.
      if (!value.includes('"id":"hub.discover"')) return JSON.parse(value);
    }
  }

  async ask(text: string): Promise<unknown> {
    await this.say(text);
    const { error, result } = await this.next() ?? {};
    return error ? error.code : result;
  }

  call(method: string, params?: unknown, id: unknown = 1): Promise<unknown> {
    return this.ask(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#transport.close();
  }
}

async function withHub(
  test: (
    open: (path: string) => Promise<Peer>,
    bot: Client,
    urls: readonly string[],
  ) => Promise<void>,
  options: ServeOptions = {},
): Promise<void> {
  await using server = await serve({
    port: 0,
    open: [jsonRpcDoor({ tcpPort: 0 })],
    ...options,
  });
  const [url] = server.urls;
  const { token } = options;
  await using bot = new Client("bot", { url, ...(token && { token }) });
  bot.route("echo", (data) => data);
  bot.route("never", () => new Promise(() => {}));
  await bot.connect();
  await test(
    async (path) =>
      new Peer(await connect(path.startsWith("/") ? `${url}${path}` : path)),
    bot,
    server.urls,
  );
}

Deno.test("jsonRpcDoor() says that its port is the hub's own", async () => {
  const probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = probe.addr;
  probe.close();
  await assertRejects(
    () => serve({ port, open: [jsonRpcDoor({ tcpPort: port })] }),
    Deno.errors.AddrInUse,
    `Cannot listen on 127.0.0.1:${port}: this program listens there already`,
  );
});

Deno.test("A client over TCP that sends no more has left: its name is free, its calls are cancelled", () =>
  withHub(async (open, bot, [, tcp]) => {
    await using tool = await open("/jsonrpc?name=tool");
    const conn = await Deno.connect({ port: Number(new URL(tcp!).port) });
    const say = (id: number, method: string, params: unknown) =>
      JSON.stringify({ jsonrpc: "2.0", id, method, params }) + "\n";
    await conn.write(new TextEncoder().encode(
      say(1, "hub.join", { name: "asker" }) + say(2, "tool/slow", {}) +
        say(3, "nobody/slow", {}),
    ));
    await conn.closeWrite();
    const said = await new Response(conn.readable).text();
    // What the hub itself answers reaches it, and what became of its call.
    assertMatch(said, /"id":1,"result":{"name":"asker"/);
    assertMatch(said, /"id":3,"error"/);
    assertMatch(
      said,
      /"id":2,"error":{"code":-32800,"message":"You left before/,
    );
    const { method, id } = await tool.next();
    assertEquals(method, "slow");
    assertEquals((await tool.next()).params, { id });
    const clients = await bot.request("@hub", "clients") as { name: string }[];
    assertEquals(clients.map(({ name }) => name).sort(), ["bot", "tool"]);
  }));

Deno.test("A client takes its name in its URL, or with hub.join", () =>
  withHub(async (open) => {
    await using a = await open("/jsonrpc?name=a");
    assertEquals(await a.call("bot/echo", { x: 1 }), { x: 1 });
    await using b = await open("/jsonrpc");
    assertEquals(await b.call("bot/echo", {}), -32024);
    assertEquals(await b.call("hub.inform", { data: 1 }), -32024);
    assertEquals(await b.call("hub.join", { name: 1 }), -32602);
    assertEquals(await b.call("hub.join", { name: "" }), -32025);
    assertEquals(await b.call("hub.join", { name: "@hub" }), -32025);
    assertEquals(await b.call("hub.join", ["b"]), { name: "b", hold: false });
    assertEquals(await b.call("hub.join", ["b"]), { name: "b", hold: false });
    assertEquals(await b.call("hub.join", ["c"]), -32025);
    assertEquals(await b.call("bot/echo"), {});
    await using c = await open("/jsonrpc");
    assertEquals(await c.call("hub.join", ["b"]), { name: "b", hold: true });
    assertEquals(await c.call("bot/echo"), -32024);
    await b[Symbol.asyncDispose]();
    assertEquals(await c.next(), {
      jsonrpc: "2.0",
      method: "hub.ready",
      params: { name: "b" },
    });
    assertEquals(await c.call("bot/echo"), {});
  }));

Deno.test("A client without a name is disconnected in time", () =>
  withHub(async (open, _bot, urls) => {
    for (const url of ["/jsonrpc", urls.at(-1)!]) {
      await using peer = await open(url);
      assertEquals(
        await peer.next().catch(({ code }) => code ?? 0),
        url === "/jsonrpc" ? 1008 : undefined,
      );
    }
  }, { handshakeTimeout: 1_000 })); // The bot comes in within that.

Deno.test("A client over TCP shows the token when it joins", () =>
  withHub(async (open, _bot, urls) => {
    const url = urls.at(-1)!;
    await using peer = await open(url);
    const { methods } = await peer.call("rpc.discover") as {
      methods: { name: string }[];
    };
    assertEquals(methods.filter(({ name }) => !name.startsWith("hub.")), []);
    for (const params of [{ name: "a" }, ["a", "wrong"]]) {
      // A client that guesses tokens has to connect for each.
      await using guesser = await open(url);
      assertEquals(await guesser.call("hub.join", params), -32023);
      assertEquals(await guesser.next(), undefined);
    }
    assertEquals(await peer.call("hub.join", { name: "a", token: "s3cret" }), {
      name: "a",
      hold: false,
    });
    assertEquals(await peer.call("bot/echo", { a: 1 }), { a: 1 });
    // Lines of a page, or of any stranger, end the connection.
    await using page = await open(url);
    await page.say("POST / HTTP/1.1");
    assertEquals(await page.next(), undefined);
    await using other = await open(url);
    await other.say("hello");
    assertEquals((await other.next()).error.code, -32700);
    assertEquals(await other.next(), undefined);
  }, { token: "s3cret" }));

Deno.test("What is no message gets the error of JSON-RPC, and harms nothing", () =>
  withHub(async (open) => {
    await using peer = await open("/jsonrpc?name=a");
    const CASES: [text: string, id: unknown, code: number][] = [
      ["{", null, -32700],
      ["nonsense", null, -32700],
      ["1", null, -32600],
      ["[]", null, -32600],
      ["[1", null, -32700],
      ["{}", null, -32600],
      ['{"jsonrpc":"2.0","id":7}', 7, -32600],
      ['{"jsonrpc":"2.0","id":"x","method":1}', "x", -32600],
      ['{"id":7,"method":"bot/echo"}', 7, -32600],
      ['{"jsonrpc":"2.0","id":true,"method":"bot/echo"}', null, -32600],
      ['{"jsonrpc":"2.0","id":[],"method":"bot/echo"}', null, -32600],
      ['{"jsonrpc":"2.0","id":7,"method":"bot/echo","params":1}', 7, -32600],
      [
        '{"jsonrpc":"2.0","id":7,"method":"bot/echo","params":{"a":1e999}}',
        7,
        -32700,
      ],
      ['{"jsonrpc":"2.0","id":7,"method":"bot"}', 7, -32601],
      ['{"jsonrpc":"2.0","id":7,"method":""}', 7, -32601],
      ['{"jsonrpc":"2.0","id":7,"method":"/echo"}', 7, -32601],
      ['{"jsonrpc":"2.0","id":7,"method":"$/other"}', 7, -32601],
      ['{"jsonrpc":"2.0","id":7,"method":"rpc.other"}', 7, -32601],
      ['{"jsonrpc":"2.0","id":7,"method":"hub.other"}', 7, -32601],
      ['{"jsonrpc":"2.0","id":7,"method":"hub.constructor"}', 7, -32601],
      ['{"jsonrpc":"2.0","id":7,"method":"bot/echo","params":[1]}', 7, -32602],
      [
        '{"jsonrpc":"2.0","id":7,"method":"hub.request","params":{}}',
        7,
        -32602,
      ],
      ['{"jsonrpc":"2.0","id":7,"method":"hub.inform"}', 7, -32602],
      [
        '{"jsonrpc":"2.0","id":7,"method":"hub.inform","params":[1,2]}',
        7,
        -32602,
      ],
      [
        '{"jsonrpc":"2.0","id":7,"method":"hub.announce","params":[1]}',
        7,
        -32602,
      ],
      [
        '{"jsonrpc":"2.0","id":7,"method":"hub.join","params":["a","b","c","d"]}',
        7,
        -32602,
      ],
    ];
    for (const [text, id, code] of CASES) {
      await peer.say(text);
      const answer = await peer.next();
      assertEquals([answer.id, answer.error.code], [id, code], text);
    }
    // Not an answer to any of these.
    for (
      const text of [
        '{"jsonrpc":"2.0","method":"bot/echo"}',
        '{"jsonrpc":"2.0","method":"nothing"}',
        '{"jsonrpc":"2.0","id":99,"result":1}',
        '{"jsonrpc":"2.0","id":"hub.ping","error":{"code":-32601,"message":""}}',
        '[{"jsonrpc":"2.0","method":"bot/echo"}]',
      ]
    ) await peer.say(text);
    assertEquals(await peer.call("bot/echo", { a: 1 }), { a: 1 });
  }));

Deno.test("A notification asks, and its answer is thrown away", () =>
  withHub(async (open, bot, [url]) => {
    const asked: unknown[] = [];
    bot.route("note", (data) => void asked.push(data));
    await using peer = await open("/jsonrpc?name=a");
    const note = (n: number) =>
      `{"jsonrpc":"2.0","method":"bot/note","params":{"n":${n}}}`;
    await peer.say(note(1));
    await peer.say(`[${note(2)},${note(3)}]`);
    assertEquals(await peer.call("bot/echo", {}), {});
    for (const body of [note(4), `[${note(5)}]`]) {
      const response = await fetch(`${url!.replace("ws", "http")}/jsonrpc`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      });
      assertEquals([response.status, await response.text()], [204, ""]);
    }
    while (asked.length < 5) await peer.call("bot/echo", {});
    assertEquals(asked, [1, 2, 3, 4, 5].map((n) => ({ n })));
  }));

Deno.test("Each kind of id comes back as it came", () =>
  withHub(async (open, _bot, urls) => {
    await using peer = await open("/jsonrpc?name=a");
    await using raw = await connect(`${urls[0]}/jsonrpc?name=b`);
    for (
      const id of [
        "1",
        '"1"',
        "0",
        '""',
        "null",
        "1.50",
        "18446744073709551615",
      ]
    ) {
      await raw.send(`{"jsonrpc":"2.0","id":${id},"method":"bot/echo"}`);
      for await (const text of raw) {
        if (text.includes("rpc.discover")) continue;
        assertEquals(text, `{"jsonrpc":"2.0","id":${id},"result":{}}`);
        break;
      }
    }
    assertEquals(await peer.call("bot/echo"), {});
  }));

Deno.test("A batch has one answer, with those of its requests", () =>
  withHub(async (open) => {
    await using peer = await open("/jsonrpc?name=a");
    await peer.say(`[
      {"jsonrpc":"2.0","id":1,"method":"bot/echo","params":{"n":1}},
      {"jsonrpc":"2.0","method":"bot/echo"},
      7,
      {"jsonrpc":"2.0","id":"x","method":"nothing"},
      {"jsonrpc":"2.0","id":99,"result":1}
    ]`);
    const answers = await peer.next();
    assertEquals(
      // deno-lint-ignore no-explicit-any -- as above
      answers.map(({ id, result, error }: any) => [id, result ?? error.code]),
      [[1, { n: 1 }], [null, -32600], ["x", -32601]],
    );
    const item = '{"jsonrpc":"2.0","id":1,"method":"bot/echo"}';
    await peer.say(`[${Array(1_001).fill(item).join(",")}]`);
    assertEquals((await peer.next()).error.code, -32010);
    await peer.say(`[${Array(1_000).fill(item).join(",")}]`);
    assertEquals((await peer.next()).length, 1_000);
  }));

Deno.test("A call can be cancelled, and a JSON-RPC answerer is told so", () =>
  withHub(async (open) => {
    await using a = await open("/jsonrpc?name=a");
    await using b = await open("/jsonrpc?name=b");
    for (const method of ["bot/never", "b/wait"]) {
      await a.say(`{"jsonrpc":"2.0","id":"q","method":"${method}"}`);
      if (method === "b/wait") assertEquals((await b.next()).method, "wait");
      await a.say(
        '{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":"q"}}',
      );
      const { id, error } = await a.next();
      assertEquals([id, error.code], ["q", -32800]);
    }
    assertEquals((await b.next()).method, "$/cancelRequest");
    // A late answer goes nowhere; so does another cancel.
    await b.say('{"jsonrpc":"2.0","id":1,"result":1}');
    await a.say(
      '{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":"q"}}',
    );
    await a.say('{"jsonrpc":"2.0","method":"$/cancelRequest"}');
    assertEquals(await a.call("bot/echo"), {});
    // A client that leaves cancels what it has asked.
    await a.say('{"jsonrpc":"2.0","id":"r","method":"b/wait"}');
    assertEquals((await b.next()).method, "wait");
    await a[Symbol.asyncDispose]();
    assertEquals((await b.next()).method, "$/cancelRequest");
  }));

Deno.test("A client is asked as JSON-RPC asks, and its errors keep their code and data", () =>
  withHub(async (open) => {
    await using a = await open("/jsonrpc?name=a");
    await using b = await open("/jsonrpc?name=b");
    const ask = async (data: string, answer: string) => {
      await a.say(
        `{"jsonrpc":"2.0","id":1,"method":"hub.request","params":{"to":"b","route":"r","data":${data}}}`,
      );
      const { id, params } = await b.next();
      await b.say(`{"jsonrpc":"2.0","id":${id},${answer}}`);
      const { result, error } = await a.next();
      return { params, result, error };
    };
    assertEquals(await ask("[1]", '"result":null'), {
      params: [1],
      result: null,
      error: undefined,
    });
    assertEquals((await ask("null", '"result":1')).params, undefined);
    const own = { code: 7, message: "no", data: { more: [1] } };
    assertEquals(
      (await ask("{}", `"error":${JSON.stringify(own)}`)).error,
      own,
    );
    assertEquals((await ask("{}", '"error":{"code":7,"message":"no"}')).error, {
      code: 7,
      message: "no",
    });
    assertEquals((await ask("{}", '"error":"broken"')).error.message, "broken");
    assertEquals((await ask("{}", '"error":null,"result":2')).result, 2);
    assertEquals((await ask("{}", '"x":1,"result":1e999')).error.code, -32026);
    assertEquals(
      (await ask("{}", '"error":{"code":1,"message":""},"result":2')).error
        .code,
      -32026,
    );
    // What JSON-RPC cannot express is refused.
    for (const data of ["1", '"x"', "true"]) {
      await a.say(
        `{"jsonrpc":"2.0","id":1,"method":"hub.request","params":["b","r",${data}]}`,
      );
      assertEquals((await a.next()).error.code, -32602);
    }
  }));

Deno.test("rpc.discover describes what may be called", () =>
  withHub(async (open) => {
    await using a = await open("/jsonrpc?name=a");
    const params = {
      type: "object",
      properties: { name: { type: "string" } },
      required: ["name"],
    };
    assertEquals(
      await a.call("hub.announce", {
        routes: { greet: { description: "Says hello", params } },
      }),
      null,
    );
    await a.call("bot/echo");
    await using b = await open("/jsonrpc");
    const document = await b.call("rpc.discover") as {
      openrpc: string;
      methods: { name: string; summary: string; params: unknown[] }[];
    };
    assertMatch(document.openrpc, /^1\./);
    assertEquals(document.methods.map(({ name }) => name), [
      "hub.join",
      "hub.request",
      "hub.inform",
      "hub.announce",
      "bot/echo",
      "bot/never",
      "a/greet",
    ]);
    assertEquals(document.methods.at(-1)!.params, [
      { name: "name", required: true, schema: { type: "string" } },
    ]);
  }));

Deno.test("The announcement in the README says what it seems to say", () =>
  withHub(async (open) => {
    const readme = await Deno.readTextFile(
      new URL("./README.md", import.meta.url),
    );
    const [, block = ""] =
      /^```json\n(\{\n {2}"jsonrpc".*?)^```/ms.exec(readme) ?? [];
    await using tool = await open("/jsonrpc?name=tool");
    assertEquals(await tool.ask(block), null);
    await using b = await open("/jsonrpc");
    const { methods } = await b.call("rpc.discover") as {
      methods: { name: string }[];
    };
    assertEquals(methods.at(-1), {
      name: "tool/greet",
      summary: "Greets somebody",
      paramStructure: "by-name",
      params: [{ name: "name", required: true, schema: { type: "string" } }],
      result: { name: "result", schema: { type: "string" } },
    } as { name: string });
  }));

Deno.test("Our clients announce what they can be asked for by themselves", () =>
  withHub(async (open, bot, urls) => {
    const number = type<number>({ type: "number" });
    const calculator = contract({
      methods: {
        "math.sum": {
          summary: "Adds two numbers",
          params: [
            param("a", number),
            param("b", number, { optional: true }),
          ],
          result: number,
        },
      },
    });
    const methods = implement(calculator, {
      "math.sum": (_call, a, b = 0) => a + b,
    });
    await using _byUrl = new RpcPeer(
      await connect(`${urls[0]}/jsonrpc?name=tool`),
      { methods },
    );
    await using byTcp = new RpcPeer(await connect(urls.at(-1)!), {
      methods: new Methods().add("now", () => 0),
    });
    await byTcp.request("hub.join", ["clock"]);
    await using asker = await open("/jsonrpc?name=asker");
    const known = async () => {
      const { methods } = await asker.call("rpc.discover") as {
        methods: { name: string; summary: string; result: unknown }[];
      };
      return methods.filter(({ name }) => !name.startsWith("hub."));
    };
    while ((await known()).length < 4) await bot.ping();
    bot.route("late", () => 1, {
      description: "Is late",
      result: { type: "integer" },
    });
    while ((await known()).length < 5) await bot.ping();
    const [, , late, sum, now] = await known();
    assertEquals((await known()).map(({ name }) => name), [
      "bot/echo",
      "bot/never",
      "bot/late",
      "tool/math.sum",
      "clock/now",
    ]);
    assertEquals(late!.summary, "Is late");
    assertEquals(late!.result, {
      name: "result",
      schema: { type: "integer" },
    });
    assertEquals(sum, {
      name: "tool/math.sum",
      summary: "Adds two numbers",
      paramStructure: "by-name",
      params: [
        { name: "a", schema: { type: "number" }, required: true },
        { name: "b", schema: { type: "number" }, required: false },
      ],
      result: { name: "result", schema: { type: "number" } },
    } as unknown);
    assertEquals(now!.summary, "Asks clock for now");
    bot.removeRoute("late");
    while ((await known()).length > 4) await bot.ping();
  }));

Deno.test("What a client says of its methods is read with care", () =>
  withHub(async (open, bot, urls) => {
    const documents: [answer: string, routes: unknown][] = [
      ["null", []],
      ["[]", []],
      ['{"methods":{}}', []],
      ['{"methods":[null,1,{},{"name":7}]}', []],
      [
        '{"methods":[{"name":"__proto__","params":[{"name":"__proto__"}]}]}',
        [["__proto__", ["__proto__"]]],
      ],
      [
        '{"methods":[{"name":"x","params":[{"$ref":"#/nowhere"}],"result":{}}]}',
        [["x", []]],
      ],
      [`{"methods":[{"name":"${"x".repeat(300_000)}"}]}`, []],
    ];
    for (const [answer, routes] of documents) {
      await using raw = await connect(`${urls[0]}/jsonrpc?name=raw`);
      for await (const text of raw) {
        const { id, method } = JSON.parse(text);
        if (method === "rpc.discover") {
          await raw.send(`{"jsonrpc":"2.0","id":"${id}","result":${answer}}`);
          await raw.send('{"jsonrpc":"2.0","id":9,"method":"bot/echo"}');
        } else break;
      }
      await using asker = await open("/jsonrpc?name=asker");
      const { methods } = await asker.call("rpc.discover") as {
        methods: { name: string; params: { name: string }[] }[];
      };
      assertEquals(
        methods.filter(({ name }) => name.startsWith("raw/")).map((
          { name, params },
        ) => [name.slice(4), params.map(({ name }) => name)]),
        routes,
        answer.slice(0, 100),
      );
    }
    assertEquals(await bot.ping("bot"), true);
  }));

Deno.test("Methods that come and go later are announced, all of one turn at once", () =>
  withHub(async (open, bot, [url]) => {
    const methods = new Methods().add("now", () => 0);
    await using _tool = new RpcPeer(await connect(`${url}/jsonrpc?name=tool`), {
      methods,
    });
    await using asker = await open("/jsonrpc?name=asker");
    const known = async () => {
      const { methods } = await asker.call("rpc.discover") as {
        methods: { name: string }[];
      };
      return methods.map(({ name }) => name)
        .filter((name) => name.startsWith("tool/")).join();
    };
    while (await known() !== "tool/now") await bot.ping();
    methods.add("late", () => 1).add("later", () => 2);
    while (await known() !== "tool/now,tool/late,tool/later") await bot.ping();
    methods.remove("now");
    methods.remove("late");
    while (await known() !== "tool/later") await bot.ping();
    // What a client tells by itself counts more than what it was asked.
    await using raw = await open("/jsonrpc?name=raw");
    await raw.say(
      '{"jsonrpc":"2.0","method":"hub.announce","params":[{"mine":{}}]}',
    );
    await raw.say('{"jsonrpc":"2.0","method":"hub.discover"}');
    const doc = '{"methods":[{"name":"other"}]}';
    await raw.say(`{"jsonrpc":"2.0","id":"hub.discover","result":${doc}}`);
    assertEquals(await bot.ping(), true);
    const routes = await bot.request("@hub", "describe", { name: "raw" });
    assertEquals((routes as { route: string }[]).map(({ route }) => route), [
      "mine",
    ]);
  }));

Deno.test("Who can be asked for its methods is asked again while somebody looks", () =>
  withHub(async (open, bot, [url]) => {
    await using tool = await connect(`${url}/jsonrpc?name=tool`);
    let asked = 0;
    const answers = (async () => {
      for await (const text of tool) {
        if (JSON.parse(text).method !== "rpc.discover") continue;
        const methods = [{ name: "a" }, { name: "b" }].slice(0, ++asked);
        await tool.send(JSON.stringify({
          jsonrpc: "2.0",
          id: JSON.parse(text).id,
          result: { methods },
        }));
      }
    })();
    const routes = () => bot.request("@hub", "describe", { name: "tool" });
    while ((await routes() as unknown[]).length < 1) await bot.ping();
    assertEquals(asked, 1);
    // One that cannot say them is not asked again.
    await using mute = await open("/jsonrpc?name=mute");
    for (let looks = 0; looks < 20; looks++) await mute.call("rpc.discover");
    while ((await routes() as unknown[]).length < 2) await bot.ping();
    assertEquals(asked, 2);
    await tool.close();
    await answers;
  }));

Deno.test("POST /jsonrpc is for those without a name", () =>
  withHub(async (_open, _bot, [url]) => {
    const post = async (
      body: string,
      headers = { "content-type": "application/json" },
    ) => {
      const response = await fetch(`${url!.replace("ws", "http")}/jsonrpc`, {
        method: "POST",
        headers,
        body,
      });
      const text = await response.text();
      return [response.status, text && JSON.parse(text)];
    };
    const call = (method: string, params: unknown = {}) =>
      post(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
    assertEquals(await call("bot/echo", { a: 1 }), [
      200,
      { jsonrpc: "2.0", id: 1, result: { a: 1 } },
    ]);
    const code = async (answer: Promise<unknown[]>) => {
      // deno-lint-ignore no-explicit-any -- as above
      const [status, body] = await answer as any[];
      return [status, body.error.code];
    };
    assertEquals(await code(call("hub.join", ["a"])), [200, -32025]);
    assertEquals(await code(call("hub.announce", [{}])), [200, -32024]);
    assertEquals(await code(call("nobody/x")), [200, -32020]);
    assertEquals(await code(post("{")), [200, -32700]);
    assertEquals(await code(post("")), [200, -32700]);
    assertEquals(await code(post("{}", { "content-type": "text/plain" })), [
      415,
      -32600,
    ]);
    assertEquals(
      await post('{"jsonrpc":"2.0","method":"bot/echo"}'),
      [204, ""],
    );
    assertEquals(
      await post('[{"jsonrpc":"2.0","id":1,"method":"bot/echo"}]'),
      [200, [{ jsonrpc: "2.0", id: 1, result: {} }]],
    );
    assertEquals(await code(call("bot/never")), [200, -32022]);
    const response = await fetch(`${url!.replace("ws", "http")}/jsonrpc`);
    await response.body?.cancel();
    assertEquals([response.status, response.headers.get("allow")], [
      405,
      "POST",
    ]);
  }, { open: [jsonRpcDoor({ timeout: 1_000 })] }));

Deno.test("The port for TCP is closed to other machines without a token", async () => {
  const door = jsonRpcDoor({ hostname: "0.0.0.0", tcpPort: 0 });
  await assertRejects(
    () => serve({ port: 0, open: [door] }),
    TypeError,
    "without a token",
  );
  await using server = await serve({ port: 0, token: "s3cret", open: [door] });
  assertMatch(server.urls[1]!, /^tcp:/);
});

Deno.test("A stranger gets little memory at the port for TCP, until it has a name", async () => {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  await using server = await serve({
    port: 0,
    open: [jsonRpcDoor({ tcpPort: 0 })],
    token: "s3cret",
    logger: { warn: write, info: write, debug: write },
  });
  const url = server.urls[1]!;
  const port = Number(new URL(url).port);
  const start = JSON.stringify({
    jsonrpc: "2.0",
    id: 1,
    method: "rpc.discover",
  });
  for (const first of ["", `${start}\n`]) {
    using stranger = await Deno.connect({ hostname: "127.0.0.1", port });
    await stranger.write(new TextEncoder().encode(`${first}[`));
    const chunk = new TextEncoder().encode("1,".repeat(30_000));
    const before = lines.length;
    // It may be gone before the second one.
    for (let n = 0; n < 2; n++) await stranger.write(chunk).catch(() => {});
    await stranger.readable.pipeTo(new WritableStream()).catch(() => {});
    assertMatch(lines.slice(before).join(), /a client without a name \(TCP\)/);
    assertEquals([...server.hub.exchange.members].length, 0);
  }
  await using bot = new Client("bot", {
    url: server.urls[0],
    token: "s3cret",
  });
  bot.route("echo", (data) => data);
  await bot.connect();
  await using peer = new Peer(await connect(url));
  const params = { name: "a", token: "s3cret" };
  const join = { jsonrpc: "2.0", id: 1, method: "hub.join", params };
  const text = "x".repeat(100_000);
  const call = { jsonrpc: "2.0", id: 2, method: "bot/echo", params: { text } };
  // The long line may come together with the one that joins.
  await Promise.all([join, call].map((each) => peer.say(JSON.stringify(each))));
  assertEquals((await peer.next()).result.name, "a");
  assertEquals((await peer.next()).result.text.length, 100_000);
});

Deno.test("What an answerer leaves out, or makes up, is an error at once", () =>
  withHub(async (open, _bot) => {
    await using odd = await open("/jsonrpc?name=odd");
    await using asker = await open("/jsonrpc?name=asker");
    const answers: [answer: object, code: number][] = [
      // JSON.stringify() leaves out what is undefined.
      [{ result: undefined }, -32026],
      [{ error: null }, -32026],
      [{ error: { code: -32020, message: "forged" } }, -32000],
      [{ error: { code: -32023, message: "forged" } }, -32000],
      [{ error: { code: -32601, message: "none" } }, -32601],
      [{ error: { code: 7, message: "seven" } }, 7],
    ];
    for (const [answer, code] of answers) {
      const asked = asker.call("odd/any");
      const { id } = await odd.next();
      await odd.say(JSON.stringify({ jsonrpc: "2.0", id, ...answer }));
      assertEquals(await asked, code, JSON.stringify(answer));
    }
    await odd.say('{"jsonrpc":"2.0","id":4711}');
    assertEquals((await odd.next()).error.code, -32600);
  }));

Deno.test("No line of a client is made by another's line breaks", async () => {
  await using server = await serve({
    port: 0,
    tcpPort: 0,
    open: [httpDoor(), jsonRpcDoor({ tcpPort: 0 })],
  });
  const [, winerp, jsonRpc] = server.urls;
  const starts = [
    [winerp!, '{"id":"victim","type":1,"data":{},"uuid":"u"}\n'],
    [
      jsonRpc!,
      '{"jsonrpc":"2.0","id":1,"method":"hub.join","params":["victim"]}\n',
    ],
  ] as const;
  for (const [url, start] of starts) {
    const { port } = new URL(url);
    using victim = await Deno.connect({
      hostname: "127.0.0.1",
      port: Number(port),
    });
    await victim.write(new TextEncoder().encode(start));
    while (!server.hub.names.includes("victim")) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    for (const gap of ["\r", "\n", "\r\n", "\t\r "]) {
      const body =
        `{"x":[1,${gap}{"jsonrpc":"2.0","id":7,"result":"forged"}${gap},2]}`;
      const response = await fetch(
        `http://127.0.0.1:${server.addr.port}/inform/victim`,
        {
          method: "POST",
          headers: { "content-type": "application/json" },
          body,
        },
      );
      assertEquals(await response.json(), { receivers: 1 });
    }
    const decoder = new TextDecoder();
    let text = "";
    while ((text.match(/forged/g)?.length ?? 0) < 4) {
      const buffer = new Uint8Array(65_536);
      const count = await victim.read(buffer);
      text += decoder.decode(buffer.subarray(0, count ?? 0));
    }
    assertEquals(/\r/.test(text), false);
    for (const line of text.trim().split("\n")) {
      assertEquals(JSON.parse(line).result !== "forged", true, line);
    }
    server.hub.exchange.drop(
      server.hub.exchange.find('"victim"')!,
      1000,
      "Over",
    );
  }
});

Deno.test("Nobody can say for another who asks", () =>
  withHub(async (open) => {
    await using bank = await open("/jsonrpc");
    await bank.call("hub.join", { name: "bank", source: "source" });
    await using mallory = await open("/jsonrpc?name=mallory");
    for (
      const params of [
        '["alice",5]',
        '{"source":"alice","amount":5}',
        '{"amount":5,"s\\u006furce":"alice"}',
        '{"source":null}',
      ]
    ) {
      await mallory.say(
        `{"jsonrpc":"2.0","id":1,"method":"bank/pay","params":${params}}`,
      );
      assertEquals((await mallory.next()).error.code, -32602, params);
    }
    for (const params of [{}, { amount: 5 }, undefined]) {
      const paid = mallory.call("bank/pay", params);
      const { id, params: got } = await bank.next();
      assertEquals(got, { ...params, source: "mallory" });
      await bank.say(JSON.stringify({ jsonrpc: "2.0", id, result: 1 }));
      assertEquals(await paid, 1);
    }
    await using other = await open("/jsonrpc");
    const wrong = { name: "other", source: 5 };
    assertEquals(await other.call("hub.join", wrong), -32602);
  }));

Deno.test("A name may be a sign of the protocol, and its error is short", () =>
  withHub(async (open) => {
    await using sign = await open("/jsonrpc?name=$");
    await using asker = await open("/jsonrpc?name=asker");
    const asked = asker.call("%24/any");
    const { id, method } = await sign.next();
    assertEquals(method, "any");
    await sign.say(JSON.stringify({ jsonrpc: "2.0", id, result: 1 }));
    assertEquals(await asked, 1);
    for (const method of [`${"a".repeat(300_000)}/x`, "b".repeat(300_000)]) {
      await asker.say(JSON.stringify({ jsonrpc: "2.0", id: 1, method }));
      assert(JSON.stringify(await asker.next()).length < 400);
    }
  }));

Deno.test("Each message of a batch counts", async () => {
  await using server = await serve({
    port: 0,
    open: [jsonRpcDoor()],
    maxMessagesPerSecond: 50,
  });
  const [url] = server.urls;
  const item = { jsonrpc: "2.0", id: 1, method: "nobody/x" };
  const batch = JSON.stringify(Array.from({ length: 80 }, () => item));
  await using peer = new Peer(await connect(`${url}/jsonrpc?name=a`));
  const start = performance.now();
  for (let n = 0; n < 2; n++) {
    await peer.say(batch);
    assertEquals((await peer.next()).length, 80);
  }
  // 50 at once, and the others at their time.
  assert(performance.now() - start > 500);
  const post = () =>
    fetch(`${url.replace("ws", "http")}/jsonrpc`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: batch,
    });
  const first = await post();
  assertEquals([first.status, (await first.json()).length], [200, 80]);
  const second = await post();
  await second.body?.cancel();
  assertEquals(second.status, 429);
});

Deno.test("Who speaks no winerp gets nothing of it, before a ping or an end", async () => {
  await using server = await serve({
    port: 0,
    idleTimeout: 400,
    open: [jsonRpcDoor(), wsrpcDoor()],
  });
  const [url] = server.urls;
  const heard: Record<string, string[]> = {};
  const ended = ["/jsonrpc?name=a", "/wsrpc/?name=b", "/"].map(async (path) => {
    const socket = new WebSocket(`${url}${path}`);
    heard[path] = [];
    socket.onmessage = ({ data }) => heard[path]!.push(data);
    socket.onopen = () => {
      if (path === "/") {
        socket.send('{"id":"c","type":1,"data":{},"uuid":"u"}');
      }
    };
    await new Promise((resolve) => socket.onclose = resolve);
  });
  while (!heard["/"]?.some((text) => text.includes('"type":6'))) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await server.close();
  await Promise.all(ended);
  for (const path of ["/jsonrpc?name=a", "/wsrpc/?name=b"]) {
    assertEquals(heard[path]!.filter((text) => /"type"/.test(text)), [], path);
  }
});

Deno.test("Nothing that follows what ended a connection is handled", async () => {
  const lines: string[] = [];
  await using server = await serve({
    port: 0,
    open: [jsonRpcDoor({ tcpPort: 0 })],
    logger: { info: (line) => lines.push(line) },
  });
  const port = Number(new URL(server.urls[1]!).port);
  const commands = [
    { jsonrpc: "2.0", id: 1, method: "hub.join", params: { name: "page" } },
    { jsonrpc: "2.0", id: 2, method: "hub.inform", params: { data: 1 } },
  ].map((command) => `${JSON.stringify(command)}\n`).join("");
  const starts = [
    "POST / HTTP/1.1\r\nHost: a\r\n\r\n",
    "nonsense\n",
    "{}\n[\n",
  ];
  for (const start of starts) {
    using page = await Deno.connect({ hostname: "127.0.0.1", port });
    await page.write(new TextEncoder().encode(start + commands));
    await page.readable.pipeTo(new WritableStream()).catch(() => {});
  }
  assertEquals(lines, []);
  assertEquals(server.hub.names, []);
});

Deno.test("jsonRpcDoor() checks its time", () => {
  for (const timeout of [NaN, -1, 0]) {
    assertThrows(() => jsonRpcDoor({ timeout }), RangeError, "timeout");
  }
});
