// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { Client, fullPass, RouteError, SharedObject } from "@wirekit/hub";
import { httpDoor } from "./http.ts";
import { serve, type ServeOptions } from "./serve.ts";

const JSON_TYPE = { "content-type": "application/json" };

async function withHub(
  test: (http: string, bot: Client, url: string) => Promise<void>,
  options: ServeOptions = {},
): Promise<void> {
  await using server = await serve({
    port: 0,
    open: [httpDoor()],
    ...options,
  });
  const [url] = server.urls;
  await using bot = new Client("bot", {
    url,
    ...(options.token !== undefined && { token: options.token }),
  });
  bot.route("echo", (data) => data);
  bot.route("fail", () => {
    throw new RouteError("kaput");
  });
  bot.route("never", () => new Promise(() => {}));
  bot.route("a/b?c", () => "odd");
  await bot.connect();
  await test(`http://127.0.0.1:${server.addr.port}`, bot, url);
}

async function post(
  url: string,
  body: BodyInit = "{}",
  headers: Record<string, string> = JSON_TYPE,
): Promise<[status: number, text: string]> {
  const response = await fetch(url, { method: "POST", headers, body });
  return [response.status, await response.text()];
}

async function codeOf(answer: Promise<[number, string]>): Promise<unknown> {
  const [status, text] = await answer;
  return [status, JSON.parse(text).error.code];
}

Deno.test("POST /call answers with the text of the answer", () =>
  withHub(async (http) => {
    const data = '{"id":18446744073709551615,"a":[1.5,null]}';
    assertEquals(await post(`${http}/call/bot/echo`, data), [200, data]);
    assertEquals(await post(`${http}/call/bot/echo`, ""), [200, "{}"]);
    assertEquals(await post(`${http}/call/bot/a%2Fb%3Fc`), [200, '"odd"']);
    assertEquals(await post(`${http}/call/bot/a/b%3Fc`), [200, '"odd"']);
    assertEquals(await post(`${http}/call/%62ot/echo`), [200, "{}"]);
  }));

Deno.test("POST /call says by status and code what went wrong", () =>
  withHub(async (http, bot) => {
    const call = (
      path: string,
      body?: BodyInit,
      headers?: Record<string, string>,
    ) => codeOf(post(`${http}/call/${path}`, body, headers));
    assertEquals(await call("nobody/echo"), [404, -32020]);
    assertEquals(await call("bot/nothing"), [404, -32601]);
    assertEquals(await call("bot/fail"), [502, -32000]);
    assertEquals(await call("bot/echo", "[1]"), [400, -32602]);
    assertEquals(await call("bot/echo", "{"), [400, -32700]);
    assertEquals(await call("bot/echo", "{} {}"), [400, -32700]);
    assertEquals(await call("bot/echo", new Uint8Array([0xff])), [400, -32700]);
    assertEquals(await call("bot/echo", '"\\ud800"'), [400, -32700]);
    assertEquals(await call("bot"), [400, -32600]);
    assertEquals(await call("bot/%ff"), [400, -32600]);
    assertEquals(await call("bot/echo?timeout=x"), [400, -32600]);
    assertEquals(await call("bot/never?timeout=30"), [504, -32022]);
    assertEquals(await call("bot/echo?name=bot"), [409, -32025]);
    assertEquals(await call("bot/echo?as=nobody"), [403, -32023]);
    const large = `{"a":"${"x".repeat(3 * 2 ** 20)}"}`;
    assertEquals(await call("bot/echo", large), [413, -32007]);
    assertEquals(await call("bot/echo", " ".repeat(5 * 2 ** 20)), [
      413,
      -32007,
    ]);
    for (
      const type of ["text/plain", "application/x-www-form-urlencoded", ""]
    ) {
      assertEquals(await call("bot/echo", "{}", { "content-type": type }), [
        415,
        -32600,
      ]);
    }
    const [, text] = await post(`${http}/call/nobody/echo`);
    assertEquals(
      text,
      '{"error":{"code":-32020,"message":"Nobody has the name \\"nobody\\".",' +
        '"from":"nobody"}}',
    );
    // Nothing is left of all these.
    assert(await bot.ping());
  }));

Deno.test("What another protocol cannot express is refused with a sentence", () =>
  withHub(async (http, bot) => {
    bot.route("account", () => new SharedObject({}, { deposit: () => 1 }));
    const [status, text] = await post(`${http}/call/bot/account`);
    const { code, message } = JSON.parse(text).error;
    assertEquals([status, code], [502, -32026]);
    assertMatch(message, /^The answer is an object whose functions are called/);
  }));

Deno.test("A call whose client goes away is cancelled", () =>
  withHub(async (http, _bot, url) => {
    const asked = Promise.withResolvers<void>();
    await using other = new Client("other", { url });
    other.route("wait", () => {
      asked.resolve();
      return new Promise(() => {});
    });
    await other.connect();
    const open = async () =>
      (await other.request("@hub", "open") as { to: string }[])
        .filter(({ to }) => to === "other").length;
    const ending = new AbortController();
    const call = fetch(`${http}/call/other/wait`, {
      method: "POST",
      headers: JSON_TYPE,
      signal: ending.signal,
    }).catch(() => {});
    await asked.promise;
    assertEquals(await open(), 1);
    ending.abort();
    await call;
    // winerp has no word for it: the answer would go nowhere.
    while (await open() > 0);
    assertEquals(await post(`${http}/call/bot/echo`), [200, "{}"]);
  }));

Deno.test("POST /inform tells all or one, and how many that are", () =>
  withHub(async (http, bot) => {
    const told: unknown[] = [];
    bot.addEventListener("information", ({ detail }) => {
      told.push([detail.source, detail.data]);
    });
    assertEquals(await post(`${http}/inform`, "[1]"), [200, '{"receivers":1}']);
    assertEquals(await post(`${http}/inform/bot?name=me`, '"x"'), [
      200,
      '{"receivers":1}',
    ]);
    assertEquals(await post(`${http}/inform/nobody`, "1"), [
      200,
      '{"receivers":0}',
    ]);
    assertEquals(await codeOf(post(`${http}/inform`, "")), [400, -32700]);
    while (told.length < 2) await bot.ping();
    assertEquals(told[1], ["me", "x"]);
  }));

Deno.test("Only the methods of a path are answered, and no other path is taken", () =>
  withHub(async (http) => {
    for (const path of ["call/bot/echo", "inform", "answer/1"]) {
      const response = await fetch(`${http}/${path}`);
      assertEquals([response.status, response.headers.get("allow")], [
        405,
        "POST",
      ]);
      await response.body?.cancel();
    }
    assertEquals((await post(`${http}/events`))[0], 405);
    const response = await fetch(`${http}/other`);
    await response.body?.cancel();
    assertEquals(response.status, 426);
  }));

Deno.test("Nobody comes in without the token, or from a page of another origin", () =>
  withHub(async (http) => {
    assertEquals((await post(`${http}/call/bot/echo`))[0], 401);
    const token = { ...JSON_TYPE, authorization: "Bearer s3cret" };
    assertEquals(await post(`${http}/call/bot/echo`, "{}", token), [200, "{}"]);
    const events = await fetch(`${http}/events?name=x`);
    await events.body?.cancel();
    assertEquals(events.status, 401);
    const evil = { ...token, origin: "https://evil.example" };
    assertEquals((await post(`${http}/call/bot/echo`, "{}", evil))[0], 403);
  }, { token: "s3cret" }));

Deno.test("Rules count for those who come by HTTP", () =>
  withHub(async (http) => {
    assertEquals(await codeOf(post(`${http}/call/bot/fail`)), [403, -32023]);
    assertEquals(await codeOf(post(`${http}/call/nobody/x`)), [403, -32023]);
    assertEquals(await codeOf(post(`${http}/inform`)), [403, -32023]);
    assertEquals(await codeOf(post(`${http}/call/bot/echo?name=x`)), [
      403,
      -32023,
    ]);
    assertEquals(await post(`${http}/call/bot/echo`), [200, "{}"]);
    await post(`${http}/call/bot/echo`);
    const openApi = await (await fetch(`${http}/openapi.json`)).json();
    assertEquals(Object.keys(openApi.paths).slice(3), ["/call/bot/echo"]);
  }, {
    authorize: (request) =>
      request.headers.has("upgrade") ? undefined : {
        ...fullPass("limited"),
        mayReachAll: false,
        mayTake: () => false,
        mayAsk: (name, route) => name === "bot" && route === "echo",
        mayInform: () => false,
      },
  }));

Deno.test("GET /events takes a name, which can be asked, told and answered for", () =>
  withHub(async (http, bot) => {
    const response = await fetch(`${http}/events?name=script`);
    assertEquals(response.headers.get("content-type"), "text/event-stream");
    const reader = response.body!.pipeThrough(new TextDecoderStream())
      .getReader();
    let text = "";
    const next = async () => {
      while (!text.includes("\n\n")) text += (await reader.read()).value;
      const at = text.indexOf("\n\n");
      const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(
        text.slice(0, at),
      )!;
      text = text.slice(at + 2);
      return [event, JSON.parse(data!)];
    };
    const [event, { name, key }] = await next();
    assertEquals([event, name], ["ready", "script"]);

    const call = bot.request("script", "greet", { a: 1 });
    const [, asked] = await next();
    const { id, ...rest } = asked;
    assertEquals(rest, { source: "bot", route: "greet", data: { a: 1 } });
    assertEquals(await post(`${http}/answer/${id}`, '"hello"'), [204, ""]);
    assertEquals(await call, "hello");
    // Once only, and not by somebody who guesses.
    assertEquals(await codeOf(post(`${http}/answer/${id}`, '"x"')), [
      404,
      -32020,
    ]);
    assertEquals(await codeOf(post(`${http}/answer/1`, '"x"')), [404, -32020]);

    const failing = bot.request("script", "greet", {})
      .then(() => undefined, (error: Error) => error);
    const [, second] = await next();
    const no = '{"code":7,"message":"no"}';
    assertEquals(await post(`${http}/answer/${second.id}?error`, no), [
      204,
      "",
    ]);
    assertEquals((await failing)?.message, "no");

    // What cannot be passed on ends the call, too.
    const BAD: [body: string, status: number, code: number, why: RegExp][] = [
      [`"${"x".repeat(5_000_000)}"`, 413, -32007, /larger than the hub passes/],
      ["{nonsense", 400, -32700, /cannot be read/],
    ];
    for (const [body, status, code, why] of BAD) {
      const spoilt = bot.request("script", "greet", {})
        .then(() => undefined, (error: Error) => error);
      const [, { id }] = await next();
      const answer = post(`${http}/answer/${id}`, body);
      assertEquals(await codeOf(answer), [status, code]);
      assertMatch(String((await spoilt)?.message), why);
    }

    await bot.inform({ on: true });
    assertEquals(await next(), [
      "information",
      { source: "bot", data: { on: true } },
    ]);
    // A request with the key asks in its name; a call to itself comes as an event.
    const own = post(`${http}/call/script/me?as=${key}&timeout=20`);
    const [, mine] = await next();
    assertEquals(mine.source, "script");
    assertEquals(JSON.parse((await own)[1]).error.code, -32022);
    assertEquals(await next(), ["cancel", { id: mine.id }]);

    const taken = await fetch(`${http}/events?name=script`);
    assertEquals(taken.status, 409);
    await taken.body?.cancel();
    await reader.cancel();
  }));

Deno.test("POST /call that waits hears that the hub is closing", async () => {
  await using server = await serve({ port: 0, open: [httpDoor()] });
  const asked = Promise.withResolvers<void>();
  await using bot = new Client("bot", { url: server.urls[0] });
  bot.route("never", () => {
    asked.resolve();
    return new Promise(() => {});
  });
  await bot.connect();
  const url = `http://127.0.0.1:${server.addr.port}/call/bot/never`;
  const call = post(url);
  await asked.promise;
  await server.close();
  const [status, text] = await call;
  const { code, message } = JSON.parse(text).error;
  assertEquals([status, code, message], [502, -32021, "The hub is closing."]);
});

Deno.test("A reader of events that does not read is disconnected", () =>
  withHub(async (http, bot) => {
    const response = await fetch(`${http}/events?name=slow`);
    const data = "x".repeat(2 ** 20);
    let sent = 0;
    while (await bot.ping("slow") && sent < 200) {
      await bot.inform({ data }, ["slow"]);
      sent++;
    }
    assert(sent < 200);
    await response.body!.cancel();
  }));

Deno.test("GET /openapi.json describes what is announced and what was learned", () =>
  withHub(async (http, bot) => {
    await post(`${http}/call/bot/echo`);
    const response = await fetch(`${http}/openapi.json`);
    const { openapi, paths } = await response.json();
    assertMatch(openapi, /^3\.1/);
    assertEquals(Object.keys(paths), [
      "/call/{name}/{route}",
      "/inform",
      "/inform/{name}",
      "/call/bot/echo",
      "/call/bot/fail",
      "/call/bot/never",
      "/call/bot/a%2Fb%3Fc",
    ]);
    assertEquals(paths["/call/bot/echo"].post.operationId, "bot/echo");
    assert(await bot.ping());
  }));

Deno.test("A reader of events says what it can be asked for", () =>
  withHub(async (http, bot) => {
    const response = await fetch(`${http}/events?name=script`);
    const reader = response.body!.pipeThrough(new TextDecoderStream())
      .getReader();
    const { value } = await reader.read();
    const key = /"key":"([^"]+)"/.exec(value!)![1];
    const announced = await post(
      `${http}/call/@hub/announce?as=${key}`,
      '{"routes":{"greet":{"description":"Greets"}}}',
    );
    assertEquals(announced[0], 200);
    assertEquals(await bot.request("@hub", "describe", { name: "script" }), [
      {
        name: "script",
        route: "greet",
        announced: true,
        description: "Greets",
      },
    ]);
    await reader.cancel();
  }));

Deno.test("A reader of events is answered and spoken for with its own secret only", async () => {
  const lines: string[] = [];
  const tokens = ["bob", "mallory"].map((label) => ({
    label,
    token: `${label}-secret-1`,
    names: [label],
  }));
  await using server = await serve({
    port: 0,
    open: [httpDoor()],
    tokens: [...tokens, {
      label: "alice",
      token: "alice-secret-1",
      names: ["alice"],
    }],
    logger: {
      info: (line) => lines.push(line),
      warn: (line) => lines.push(line),
    },
  });
  const http = `http://127.0.0.1:${server.addr.port}`;
  const as = (who: string) => ({
    ...JSON_TYPE,
    authorization: `Bearer ${who}-secret-1`,
  });
  await using alice = new Client("alice", {
    url: server.urls[0],
    token: "alice-secret-1",
  });
  await alice.connect();
  const response = await fetch(`${http}/events?name=bob`, {
    headers: as("bob"),
  });
  const reader = response.body!.pipeThrough(new TextDecoderStream())
    .getReader();
  const key = /"key":"([^"]+)"/.exec((await reader.read()).value!)![1]!;
  const asked = alice.request("bob", "any");
  const id = /"id":"([^"]+)"/.exec((await reader.read()).value!)![1]!;
  assert(!id.includes(key));
  const statusOf = async (path: string, who: string) =>
    (await post(`${http}${path}`, "1", as(who)))[0];
  assertEquals(await statusOf(`/inform?as=${key}`, "mallory"), 403);
  assertEquals(await statusOf(`/call/alice/x?as=${key}`, "mallory"), 403);
  assertEquals(await statusOf(`/answer/${id}`, "mallory"), 404);
  assertEquals(await statusOf(`/inform?as=${key}`, "bob"), 200);
  assertEquals(
    (await post(`${http}/answer/${id}`, "", as("bob")))[0],
    204,
  );
  assertEquals(await asked, null);

  // What goes on with a token ends with it, and the log says so.
  const open = post(
    `${http}/call/alice/never?name=mallory`,
    "{}",
    as("mallory"),
  );
  alice.route("never", () => new Promise(() => {}));
  while (!server.hub.names.includes("mallory")) await alice.ping();
  server.hub.setTokens([{
    label: "alice",
    token: "alice-secret-1",
    names: ["alice"],
  }]);
  assertEquals((await open)[0], 499);
  while (!(await reader.read()).done);
  assertEquals(server.hub.names, ["alice"]);
  assertEquals(
    lines.filter((line) => / \(HTTP\)/.test(line)).sort(),
    [
      'Dropped "bob" (HTTP): its token is not valid any more',
      'Dropped "mallory" (HTTP): its token is not valid any more',
    ],
  );
});

Deno.test("A body that cannot be read has the code that it has elsewhere", () =>
  withHub(async (http) => {
    for (const body of ["{", '{"x":1e400}', "[".repeat(300)]) {
      const [status, text] = await post(`${http}/call/bot/echo`, body);
      const { code, message } = JSON.parse(text).error;
      assertEquals([status, code], [400, -32700]);
      assertMatch(message, /^The body cannot be read: /);
    }
    // What the hub is asked itself fails as what others are asked does.
    const missing = await codeOf(post(`${http}/call/@hub/greet`));
    assertEquals(missing, [404, -32601]);
    const bad = await codeOf(
      post(`${http}/call/@hub/clients`, '{"limit":"x"}'),
    );
    assertEquals(bad, [400, -32602]);
  }));

Deno.test("A route that is not there does not become known", () =>
  withHub(async (http, bot) => {
    const response = await fetch(`${http}/events?name=script`);
    const reader = response.body!.pipeThrough(new TextDecoderStream())
      .getReader();
    await reader.read();
    for (const [code, route] of [[-32601, "none"], [-32000, "some"]] as const) {
      const asked = post(`${http}/call/script/${route}`);
      const id = /"id":"([^"]+)"/.exec((await reader.read()).value!)![1]!;
      const error = JSON.stringify({ code, message: "Unhandled" });
      await post(`${http}/answer/${id}?error`, error);
      await asked;
    }
    const known = await bot.request("@hub", "describe", { name: "script" });
    assertEquals((known as { route: string }[]).map(({ route }) => route), [
      "some",
    ]);
    await reader.cancel();
  }));

Deno.test("httpDoor() checks its time", () => {
  for (const timeout of [NaN, -1, 0]) {
    assertThrows(() => httpDoor({ timeout }), RangeError, "timeout");
  }
});
