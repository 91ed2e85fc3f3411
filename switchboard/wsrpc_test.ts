// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { Client, RouteError } from "@wirekit/hub";
import { connect } from "@wirekit/transport/connect";
import type { Transport } from "@wirekit/transport/transport";
import { connect as connectPage } from "@wirekit/wsrpc/client";
import { Route } from "@wirekit/wsrpc";
import { serve } from "./serve.ts";
import { wsrpcDoor } from "./wsrpc.ts";

async function withHub(
  test: (url: string, bot: Client) => Promise<void>,
): Promise<void> {
  await using server = await serve({ port: 0, open: [wsrpcDoor()] });
  const [url] = server.urls;
  await using bot = new Client("bot", { url });
  bot.route("echo", (data) => data);
  bot.route("fail", () => {
    throw new RouteError("kaput");
  });
  await bot.connect();
  await test(url, bot);
}

async function next(transport: Transport): Promise<string> {
  for await (const text of transport) {
    if (!text.startsWith('{"hub.ready"')) return text;
  }
  return "";
}

async function ask(transport: Transport, text: string): Promise<string> {
  await transport.send(text);
  return await next(transport);
}

Deno.test("A wsrpc client calls by NAME.ROUTE, and errors have a type", () =>
  withHub(async (url) => {
    await using page = await connect(`${url}/wsrpc/?name=page`);
    const CASES: [text: string, answer: string][] = [
      [
        '{"id": 2, "method": "bot.echo", "params": {"n": 12345678901234567890}}',
        '{"result":{"n":12345678901234567890},"id":2}',
      ],
      ['{"id":3,"method":"bot.echo"}', '{"result":{},"id":3}'],
      [
        '{"id":"a","method":"bot.echo","params":null}',
        '{"result":{},"id":"a"}',
      ],
      [
        '{"id":5,"method":"bot.fail"}',
        '{"error":{"type":"RouteFailed","message":"kaput","code":-32000,"from":"bot"},"id":5}',
      ],
      [
        '{"id":7,"method":"nobody.x"}',
        '{"error":{"type":"NameNotFound","message":"Nobody has the name \\"nobody\\".","code":-32020,"from":"nobody"},"id":7}',
      ],
      [
        '{"id":9,"method":"hub.request","params":["bot","echo",{"a":1}]}',
        '{"result":{"a":1},"id":9}',
      ],
      [
        '{"id":11,"method":"ping","params":{"seq":1.0}}',
        '{"result":{"seq":1.0},"id":11}',
      ],
      [
        '{"id":13,"method":"hub.inform","params":{"data":1}}',
        '{"result":{"receivers":1},"id":13}',
      ],
    ];
    for (const [text, answer] of CASES) {
      assertEquals(await ask(page, text), answer);
    }
    const code = async (text: string) =>
      JSON.parse(await ask(page, text)).error.code;
    assertEquals(await code('{"id":1,"method":"echo"}'), -32601);
    assertEquals(await code('{"id":1,"method":".echo"}'), -32601);
    assertEquals(await code('{"id":1,"method":7}'), -32600);
    assertEquals(await code('{"id":1,"method":"bot.echo","params":5}'), -32602);
    assertEquals(
      await code('{"id":1,"method":"bot.echo","params":{"a":NaN}}'),
      -32700,
    );
    // Nothing of these is answered.
    for (
      const text of [
        "nonsense",
        "[]",
        '{"Hello":"world"}',
        '{"method":"bot.echo"}',
        '{"id":[],"method":"bot.echo"}',
        '{"id":1,"result":1}',
        '{"id":1,"error":"no"}',
        '{"id":1,"error":NaN}',
      ]
    ) await page.send(text);
    assertEquals(
      await ask(page, '{"id":9,"method":"bot.echo"}'),
      '{"result":{},"id":9}',
    );
  }));

Deno.test("A wsrpc client without a name may only join", () =>
  withHub(async (url) => {
    await using page = await connect(`${url}/wsrpc`);
    assertEquals(
      JSON.parse(await ask(page, '{"id":1,"method":"bot.echo"}')).error.type,
      "NotReady",
    );
    assertEquals(
      await ask(page, '{"id":1,"method":"hub.join","params":{"name":"p"}}'),
      '{"result":{"name":"p","hold":false},"id":1}',
    );
    await using held = await connect(`${url}/wsrpc?name=p`);
    assertEquals(
      JSON.parse(await ask(held, '{"id":1,"method":"bot.echo"}')).error.type,
      "NotReady",
    );
    await page.close();
    const { id, ...rest } = JSON.parse(await next(held));
    assertEquals([id % 2, rest], [1, {
      method: "hub.ready",
      params: { name: "p" },
    }]);
    assertEquals(
      await ask(held, '{"id":1,"method":"bot.echo"}'),
      '{"result":{},"id":1}',
    );
  }));

Deno.test("A wsrpc client is asked by routes, and answers as Python and JavaScript do", () =>
  withHub(async (url, bot) => {
    await using page = await connect(`${url}/wsrpc/?name=page`);
    const ids = new Set<number>();
    const answered = async (
      answer: string,
      data: object = {},
    ): Promise<{ result?: unknown; message?: string }> => {
      const call = bot.request("page", "greet", data as Record<string, unknown>)
        .then((result) => ({ result }), ({ message }) => ({ message }));
      const { id, ...rest } = JSON.parse(await next(page));
      assertEquals(rest, { method: "greet", params: data });
      assertEquals([id % 2, id > 0, ids.has(id)], [1, true, false]);
      ids.add(id);
      await page.send(answer.replace("ID", id));
      return await call;
    };
    assertEquals(await answered('{"result": [1], "id": ID}', { a: 1 }), {
      result: [1],
    });
    assertEquals(await answered('{"id":"ID","result":null}'), { result: null });
    assertEquals(await answered('{"id":ID}'), { result: null });
    assertEquals(
      await answered('{"error": {"type": "E", "message": "no"}, "id": ID}'),
      { message: "no" },
    );
    assertEquals(await answered('{"id":ID,"error":"plain"}'), {
      message: "plain",
    });
    assertEquals(await answered('{"id":ID,"error":{}}'), { message: "{}" });
    assertEquals(
      await answered('{"error":"Route not found","result":null,"id":ID}'),
      { message: "Route not found" },
    );
    const { message = "" } = await answered('{"result": NaN, "id": ID}');
    assertEquals(message.slice(0, 25), "The answer cannot be read");
    await bot.inform({ on: 1 }, ["page"]);
    const { id, ...rest } = JSON.parse(await next(page));
    assertEquals([id % 2, rest], [1, {
      method: "hub.information",
      params: { source: "bot", data: { on: 1 } },
    }]);
  }));

Deno.test("Our wsrpc client announces its routes by itself, after each hold too", () =>
  withHub(async (url, bot) => {
    class Clock extends Route {
      static override readonly proxy = ["now"];
      now(): number {
        return 0;
      }
      hidden(): number {
        return 1;
      }
    }
    const routes = { greet: () => "hello", math: { sum: () => 3 }, Clock };
    const known = () => bot.request("@hub", "describe", { name: "page" });
    const names = async () =>
      (await known() as { route: string; announced: boolean }[])
        .filter(({ announced }) => announced).map(({ route }) => route);
    const page = await connectPage(`${url}/wsrpc/?name=page`, { routes });
    await using heir = await connectPage(`${url}/wsrpc/?name=page`, {
      routes: { other: () => 1 },
    });
    const all = ["greet", "math.sum", "Clock.now"];
    while ((await names()).length < 3) await bot.ping();
    assertEquals(await names(), all);
    await page.close();
    while ((await names()).join() !== "other") await bot.ping();
    assertEquals(await bot.request("page", "other"), 1);
    // What comes and goes later is told, too.
    heir.router.add("late", () => 2).add("later", () => 3);
    heir.router.remove("other");
    while ((await names()).join() !== "late,later") await bot.ping();
    assertEquals(heir.state, "open");
  }));
