// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Client } from "@wirekit/hub";
import { Gateway, GatewaySimulator, parseHome } from "@wirekit/openwebnet";
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
    open: [httpDoor(), gatewayDoor({ home }, { home: HOME })],
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
  const travel = 400;
  await using simulator = new GatewaySimulator({ plant: { travel } });
  const home = new Gateway({ transport: () => simulator.connect() });
  const names = parseHome(
    `{ "names": { "bedroom": { "shutter": "31", "seconds": ${
      travel / 1000
    } } } }`,
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
  // Who moves it by hand takes it from who moves it to a level.
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
