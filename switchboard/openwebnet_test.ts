// Copyright 2026 the Wirekit authors. MIT license.

import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { Client, MemoryEngine } from "@wirekit/hub";
import { Gateway, GatewaySimulator, parseHome } from "@wirekit/openwebnet";
import * as page from "@wirekit/openwebnet/page";
import type { PageReport } from "@wirekit/openwebnet/page";
import { httpDoor } from "./http.ts";
import { gatewayDoor } from "./openwebnet.ts";
import { serve } from "./serve.ts";

const HOME = parseHome(`{
  "names": {
    "kitchen": { "light": "12" },
    "bedroom": { "shutter": "31" },
    "hall": { "zone": "1" },
    "house": { "meter": "1" }
  }
}`);

interface Plant {
  readonly simulator: GatewaySimulator;
  readonly bot: Client;
  readonly http: string;
  ask(route: string, data?: Record<string, unknown>): Promise<unknown>;
  codeOf(route: string, data?: string): Promise<unknown>;
}

async function withHome(test: (plant: Plant) => Promise<void>): Promise<void> {
  await using simulator = new GatewaySimulator();
  const home = new Gateway({ transport: () => simulator.connect() });
  await using server = await serve({
    port: 0,
    open: [httpDoor(), gatewayDoor({ home }, { home: HOME, page })],
  });
  await using bot = new Client("bot", { url: server.urls[0] });
  await bot.connect();
  const http = `http://127.0.0.1:${server.addr.port}`;
  await test({
    simulator,
    bot,
    http,
    ask: (route, data = {}) => bot.request("home", route, data),
    async codeOf(route, body = "{}") {
      const response = await fetch(`${http}/call/home/${route}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      });
      const { error } = await response.json();
      return [response.status, error?.code];
    },
  });
}

Deno.test("A gateway that is told something by its name refuses it, and a broadcast goes past it", async () => {
  await withHome(async ({ bot, http }) => {
    const text =
      "home is a gateway, which takes no information: ask it for a route.";
    const post = async (path: string) => {
      const response = await fetch(`${http}/${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: '{"x":1}',
      });
      return [response.status, await response.json()];
    };
    const [status, { error }] = await post("inform/home");
    assertEquals([status, error], [400, { code: -32602, message: text }]);
    assertEquals((await post("inform"))[0], 200);

    // A winerp client is told as of any other refusal.
    const errors: string[] = [];
    const refused = Promise.withResolvers<void>();
    bot.addEventListener("error", ({ detail }) => {
      errors.push((detail.error as Error).message);
      refused.resolve();
    });
    await bot.inform({ x: 1 });
    await bot.inform({ x: 1 }, "home");
    await refused.promise;
    assertEquals(errors, [text]);
  });
});

Deno.test("A gateway is asked for lights, shutters, heating and meters, by target or name", () =>
  withHome(async ({ simulator, ask }) => {
    assertEquals(await ask("light.on", { where: "12" }), null);
    await ask("light.off", { where: "kitchen" });
    await ask("light.level", { where: 21, level: 50 });
    await ask("shutter.down", { where: "bedroom" });
    await ask("scene.run", { where: "2" });
    assertEquals(simulator.executed.slice(0, 2), ["*1*1*12##", "*1*0*12##"]);
    assertEquals(simulator.executed.includes("*2*2*31##"), true);
    assertEquals(await ask("light.level", { where: "21" }), { level: 50 });
    assertEquals(await ask("light.status", { where: "kitchen" }), [
      { where: "12", on: false },
    ]);
    const { celsius } = await ask("temperature.read", { where: "hall" }) as {
      celsius: number;
    };
    assertEquals(typeof celsius, "number");
    await ask("temperature.set", { where: "hall", celsius: 21.5 });
    const { watts } = await ask("energy.power", { where: "house" }) as {
      watts: number;
    };
    assertEquals(typeof watts, "number");
    assertEquals(await ask("energy.power", { where: "1" }), { watts });
    const status = await ask("status", { where: "kitchen" }) as object[];
    assertEquals(status[0], {
      who: 1,
      where: "12",
      origin: "state",
      type: "light.state",
      ...status[0],
    });
    assertEquals(await ask("send", { frame: "*#1*12##" }), ["*1*0*12##"]);
    assertEquals(await ask("send", { frame: "*1*1*12##" }), null);
    const devices = await ask("devices") as { where: string; name?: string }[];
    assertEquals(devices.find(({ where }) => where === "12")?.name, "kitchen");
  }));

Deno.test("A gateway is asked for what else its table of routes has", () =>
  withHome(async ({ simulator, ask }) => {
    const sent = async (route: string, data: Record<string, unknown>) => {
      const before = simulator.executed.length;
      assertEquals(await ask(route, data), null, route);
      return simulator.executed.slice(before);
    };
    const where = "12";
    assertEquals(await sent("light.on", { where }), ["*1*1*12##"]);
    assertEquals(await sent("light.toggle", { where }), ["*1*32*12##"]);
    const shutter = { where: "bedroom" };
    assertEquals(await sent("shutter.up", shutter), ["*2*1*31##"]);
    assertEquals(await sent("shutter.stop", shutter), ["*2*0*31##"]);
    assertEquals(await sent("lock.on", { where }), ["*14*0*12##"]);
    assertEquals(await sent("lock.off", { where }), ["*14*1*12##"]);
    assertEquals(await sent("door.open", { where: "4000" }), [
      "*6*10*4000##",
    ]);
    assertEquals(await sent("scene.run", { where: 2 }), ["*17*1*2##"]);
    const alarm = await ask("alarm.state") as { who: number }[];
    assert(alarm.length > 0 && alarm.every(({ who }) => who === 5));
  }));

Deno.test("A gateway refuses in words what its plant does, and names all routes there are", () =>
  withHome(async ({ http, ask }) => {
    const text = "Gateway answered *99*1*1## with NACK 0: refused";
    await assertRejects(() => ask("send", { frame: "*99*1*1##" }), Error, text);
    const post = (body: string) =>
      fetch(`${http}/call/home/send`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      }).then((response) => response.json());
    assertEquals((await post('{"frame":"*99*1*1##"}')).error.message, text);
    const { paths } = await (await fetch(`${http}/openapi.json`)).json();
    const routes = Object.keys(paths).filter((path) =>
      path.startsWith("/call/home/")
    );
    assert(routes.length > 20);
    const error = await ask("lock.release").catch((error) => String(error));
    for (const path of routes) {
      assertStringIncludes(`${error}`, path.slice("/call/home/".length));
    }
  }));

Deno.test("Who subscribes says which events it wants, by area, target or name, one after the other", () =>
  withHome(async ({ simulator, bot, ask, codeOf }) => {
    const told: string[] = [];
    bot.addEventListener("information", ({ detail }) => {
      const { who, where } = detail.data as { who: number; where: string };
      told.push(`${who} ${where}`);
    });
    const hears = async (...wanted: string[]) => {
      const last = wanted.at(-1)!;
      for (let n = 0; told.at(-1) !== last && n < 500; n++) {
        told.length = 0;
        simulator.publish("*2*1*32##");
        simulator.publish("*1*1*11##");
        simulator.publish("*2*1*31##");
        simulator.publish("*1*1*12##");
        await ask("light.status", { where: "11" });
      }
      assertEquals(told, wanted);
      told.length = 0;
    };
    await ask("subscribe", { where: "kitchen" });
    await hears("1 12");
    await ask("subscribe", { where: "bedroom" });
    await ask("subscribe", { where: "bedroom" });
    await hears("2 31", "1 12");
    await ask("subscribe", { who: 1 });
    await hears("1 11", "2 31", "1 12");
    await ask("unsubscribe");
    await ask("subscribe", { who: 2, where: "12" });
    await ask("subscribe", { who: 1 });
    await hears("1 11", "1 12");
    await ask("unsubscribe");
    await ask("subscribe");
    await hears("2 32", "1 11", "2 31", "1 12");
    for (const data of ['{"where":"no such"}', '{"where":12}', '{"who":"1"}']) {
      assertEquals(await codeOf("subscribe", data), [400, -32602], data);
    }
    for (let n = 0; n < 99; n++) await ask("subscribe", { where: `${n}` });
    const full = ask("subscribe", { where: "99" });
    await assertRejects(() => full, Error, "too many subscriptions");
  }));

Deno.test("A gateway says what is wrong", () =>
  withHome(async ({ codeOf, ask }) => {
    assertEquals(await codeOf("light.on"), [400, -32602]);
    assertEquals(await codeOf("light.on", "[1]"), [400, -32602]);
    assertEquals(await codeOf("light.on", '{"where":"bedroom"}'), [
      400,
      -32602,
    ]);
    assertEquals(await codeOf("light.on", '{"where":"no such"}'), [
      400,
      -32602,
    ]);
    assertEquals(await codeOf("light.level", '{"where":"11","level":"x"}'), [
      400,
      -32602,
    ]);
    assertEquals(await codeOf("light.level", '{"where":"11","level":101}'), [
      400,
      -32602,
    ]);
    assertEquals(await codeOf("send", '{"frame":"nonsense"}'), [400, -32602]);
    assertEquals(await codeOf("send", '{"frame":"*99*1*1##"}'), [502, -32000]);
    assertEquals(await codeOf("nothing"), [404, -32601]);
    assertEquals(await codeOf("constructor"), [404, -32601]);
    assertEquals(await codeOf("subscribe"), [409, -32024]);
    assertEquals(await codeOf("subscribe", '{"who":"x"}'), [400, -32602]);
    await assertRejects(() => ask("light.on", { where: "99999" }), Error);
  }));

Deno.test("Who subscribes is told what happens on the bus, until it leaves", () =>
  withHome(async ({ simulator, bot, ask }) => {
    const told: { source: string; data: unknown }[] = [];
    let wake = () => {};
    bot.addEventListener("information", ({ detail }) => {
      told.push(detail);
      wake();
    });
    const next = async () => {
      while (told.length === 0) {
        await new Promise<void>((resolve) => wake = resolve);
      }
      return told.shift()!;
    };
    assertEquals(await ask("subscribe", { where: "kitchen" }), {
      subscribed: true,
    });
    // The events come once their session is open.
    for (let n = 0; told.length === 0 && n < 500; n++) {
      simulator.publish("*1*1*12##");
      simulator.publish("*1*1*11##");
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const { source, data } = await next();
    assertEquals(source, "home");
    assertEquals(data, {
      ...data as object,
      who: 1,
      where: "12",
      type: "light.state",
      on: true,
    });
    assertEquals(await ask("unsubscribe"), { subscribed: false });
    told.length = 0;
    simulator.publish("*1*1*12##");
    await ask("light.status", { where: "12" });
    assertEquals(told, []);
  }));

Deno.test("The routes of a gateway are announced, with the names of the home", () =>
  withHome(async ({ http }) => {
    const { paths } = await (await fetch(`${http}/openapi.json`)).json();
    const { post } = paths["/call/home/light.on"];
    assertEquals(post.summary, "Switches a light on");
    const { schema } = post.requestBody.content["application/json"];
    assertEquals(schema.required, ["where"]);
    assertMatch(schema.properties.where.description, /or its name: kitchen$/);
    assert("/call/home/subscribe" in paths);
  }));

Deno.test("A call that nobody waits for is given up, and a gateway that is away is an error", async () => {
  const home = new Gateway({
    transport: (signal) =>
      new Promise((_, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason))
      ),
  });
  await using server = await serve({
    port: 0,
    open: [httpDoor(), gatewayDoor({ home })],
  });
  const response = await fetch(
    `http://127.0.0.1:${server.addr.port}/call/home/light.on?timeout=50`,
    {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"where":"12"}',
    },
  );
  await response.body?.cancel();
  assertEquals(response.status, 504);
});

Deno.test("A gateway cannot have a name that nobody can have", async () => {
  const home = new Gateway({
    transport: () => Promise.reject(new Error("no")),
  });
  await assertRejects(
    () => serve({ port: 0, open: [gatewayDoor({ "@hub": home })] }),
    TypeError,
    "A gateway cannot be called @hub",
  );
  await home.close();
});

Deno.test("The level of a shutter that reports none is worked out from its travel time", async () => {
  // The motor is slower than its time, so that it never stops by itself.
  await using simulator = new GatewaySimulator({ plant: { travel: 60_000 } });
  const home = new Gateway({ transport: () => simulator.connect() });
  const names = parseHome(
    '{ "names": { "bedroom": { "shutter": "31", "seconds": 0.4 } } }',
  );
  await using server = await serve({
    port: 0,
    open: [gatewayDoor({ home }, { home: names })],
  });
  await using bot = new Client("bot", { url: server.urls[0] });
  await bot.connect();
  const ask = (route: string, level?: number) =>
    bot.request("home", route, {
      where: "bedroom",
      ...(level !== undefined && { level }),
    });
  assertEquals(await ask("shutter.level"), { level: null });
  assertEquals(await ask("shutter.level", 100), null);
  assertEquals(await ask("shutter.level"), { level: 100 });
  assertEquals(await ask("shutter.level", 50), null);
  assertEquals(await ask("shutter.level"), { level: 50 });
  assertEquals(simulator.executed, [
    "*2*1*31##",
    "*2*0*31##",
    "*2*2*31##",
    "*2*0*31##",
  ]);
  // A move by hand takes it from a call that moves it to a level.
  const moving = assertRejects(() => ask("shutter.level", 0), Error, "Another");
  while (simulator.executed.length < 5) await bot.ping();
  assertEquals(await ask("shutter.up"), null);
  await moving;
  assertEquals(simulator.executed.slice(4), [
    "*2*2*31##",
    "*2*0*31##",
    "*2*1*31##",
  ]);
});

/** Reads reports of a page until one fits. */
async function reportOf(
  response: Response,
  fits: (report: PageReport) => boolean,
): Promise<PageReport> {
  const reader = response.body!.pipeThrough(new TextDecoderStream())
    .getReader();
  let text = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      assert(!done, `it ended with ${text}`);
      text += value;
      for (const [, data] of text.matchAll(/^data: (.*)\n\n/gm)) {
        const report: PageReport = JSON.parse(data!);
        if (fits(report)) return report;
      }
    }
  } finally {
    await reader.cancel();
  }
}

Deno.test("A plant has a page at its hub, which shows and orders by its routes", () =>
  withHome(async ({ http, simulator }) => {
    const at = `${http}/plant/home`;
    const accept = { headers: { accept: "text/html" } };
    const html = await fetch(at, accept);
    assertEquals([html.status, html.redirected], [200, true]);
    assertStringIncludes(await html.text(), "page/page.js");
    const { pages } = await (await fetch(`${http}/api/report`)).json();
    assertEquals(pages, [{ title: "home", path: "plant/home/" }]);
    const events = () => fetch(`${at}/api/events`);
    const named = (id: string) => ({ devices }: PageReport) =>
      devices.some((device) => device.id === id);
    const { devices } = await reportOf(await events(), named("light_12"));
    assertEquals(devices.find(({ id }) => id === "light_12")?.name, "Kitchen");
    await reportOf(await events(), ({ plants }) => plants[0]!.isOnline);
    const order = async (
      name: string,
      text: string,
      type = "application/json",
    ) => {
      const response = await fetch(`${http}/plant/${name}/api/order`, {
        method: "POST",
        headers: { "content-type": type },
        body: JSON.stringify({ plant: name, id: "light_12", part: "", text }),
      });
      return [response.status, await response.text()];
    };
    const lit = reportOf(
      await events(),
      ({ devices }) =>
        devices.some(({ id, state }) =>
          id === "light_12" && state.state === "ON"
        ),
    );
    assertEquals((await order("home", "ON"))[0], 202);
    await lit;
    assert(simulator.executed.includes("*1*1*12##"));
    assertMatch(String(await order("home", "X")), /^409,.*expected ON/);
    assertMatch(
      String(await order("nobody", "ON")),
      /^409,.*Nobody has the name/,
    );
    assertEquals((await order("home", "ON", "text/plain"))[0], 415);
    const nobody = await reportOf(
      await fetch(`${http}/plant/nobody/api/events`),
      () => true,
    );
    assertMatch(nobody.plants[0]!.fault!, /Nobody has the name "nobody"/);
    for (
      const path of ["/plant/home/x", "/plant/%E0%A4%A/", "/plant/home/api/x"]
    ) {
      const response = await fetch(http + path);
      assertEquals(response.status, 404, path);
      await response.body?.cancel();
    }
    const foreign = await fetch(`${at}/api/events`, {
      headers: { origin: "https://evil.example" },
    });
    assertEquals(foreign.status, 403);
    await foreign.body?.cancel();
  }));

const RULES = [{ names: ["*"], ask: { bank: ["pay"] } }];
for (
  const [what, rules] of [["with", RULES], ["without", undefined]] as const
) {
  Deno.test(`Who may watch looks at the page of a plant, and orders nothing, ${what} rules`, async () => {
    await using simulator = new GatewaySimulator();
    const home = new Gateway({ transport: () => simulator.connect() });
    await using server = await serve({
      port: 0,
      tokens: [
        { label: "guest", token: "look", rights: ["watch"] },
        { label: "owner", token: "all", rights: ["operate"] },
      ],
      ...(rules && { rules }),
      open: [gatewayDoor({ home }, { home: HOME, page })],
    });
    const at = `http://127.0.0.1:${server.addr.port}/plant/home/api`;
    const events = (token: string) =>
      fetch(`${at}/events`, { headers: { authorization: `Bearer ${token}` } });
    const order = async (token: string) => {
      const response = await fetch(`${at}/order`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${token}`,
          "content-type": "application/json",
        },
        body: '{"plant":"home","id":"light_12","part":"","text":"ON"}',
      });
      return `${response.status} ${await response.text()}`;
    };
    const wrong = await events("wrong");
    assertEquals(wrong.status, 401);
    await wrong.body?.cancel();
    await reportOf(await events("look"), ({ plants }) => plants[0]!.isOnline);
    assertMatch(await order("look"), /^409 .*may not/);
    assertEquals(simulator.executed.includes("*1*1*12##"), false);
    assertMatch(await order("all"), /^202/);
  });
}

Deno.test("The page at one hub of a cluster is of a gateway at another", async () => {
  await using simulator = new GatewaySimulator();
  const home = new Gateway({ transport: () => simulator.connect() });
  const engine = new MemoryEngine();
  await using _one = await serve({
    port: 0,
    open: [gatewayDoor({ home }, { home: HOME, page })],
    backplane: engine.node("one"),
  });
  await using two = await serve({
    port: 0,
    open: [gatewayDoor({}, { page })],
    backplane: engine.node("two"),
  });
  const at = `http://127.0.0.1:${two.addr.port}/plant/home/api`;
  await reportOf(
    await fetch(`${at}/events`),
    ({ plants, devices }) => plants[0]!.isOnline && devices.length > 5,
  );
  const response = await fetch(`${at}/order`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"plant":"home","id":"light_12","part":"","text":"ON"}',
  });
  assertEquals(response.status, 202, await response.text());
  await reportOf(
    await fetch(`${at}/events`),
    ({ devices }) =>
      devices.some(({ id, state }) =>
        id === "light_12" && state.state === "ON"
      ),
  );
});

Deno.test("Who is at one hub of a cluster switches a light of a gateway at another, and is told of it after a long calm", async () => {
  await using simulator = new GatewaySimulator();
  const home = new Gateway({ transport: () => simulator.connect() });
  const engine = new MemoryEngine();
  await using _one = await serve({
    port: 0,
    open: [gatewayDoor({ home }, { home: HOME })],
    backplane: engine.node("one"),
  });
  await using two = await serve({
    port: 0,
    open: [httpDoor()],
    backplane: engine.node("two"),
  });
  const response = await fetch(
    `http://127.0.0.1:${two.addr.port}/call/home/light.on`,
    {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"where":"kitchen"}',
    },
  );
  assertEquals(response.status, 200, await response.text());
  assert(simulator.executed.includes("*1*1*12##"));

  const join = async () => {
    const client = new Client("bot", { url: two.urls[0] });
    const told: unknown[] = [];
    client.addEventListener(
      "information",
      ({ detail }) => void told.push(detail.data),
    );
    await client.connect();
    return { client, told };
  };
  const { client, told } = await join();
  assertEquals(await client.request("home", "subscribe", {}), {
    subscribed: true,
  });
  const hears = async () => {
    told.length = 0;
    while (told.length === 0) {
      simulator.publish("*1*1*12##");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  await hears();
  // A hub forgets who of another has asked nothing for some seconds.
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  await hears();
  await client.close();
  const heir = await join();
  await using _heir = heir.client;
  for (let n = 0; n < 5; n++) {
    simulator.publish("*1*1*12##");
    await heir.client.request("home", "light.status", { where: "kitchen" });
  }
  assertEquals(heir.told, []);
});
