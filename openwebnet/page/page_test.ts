// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { connect } from "node:net";
import { Gateway } from "../gateway.ts";
import { parseHome } from "../home.ts";
import { GatewaySimulator } from "../simulator/simulator.ts";
import {
  type DeviceReport,
  type PageReport,
  PlantPage,
  PlantView,
  servePage,
} from "./page.ts";
import { usedHeap } from "../../tests/_heap.ts";

const TOKEN = "s3cret/+=";
const HERE = { remoteAddr: { transport: "tcp", hostname: "127.0.0.1" } };
const HOME = parseHome(`{
  "gateways": { "home": { "host": "a" }, "garage": { "host": "b" } },
  "names": {
    "kitchen": { "light": "12", "room": "Kitchen" },
    "hall": { "light": "21" },
    "gate": { "light": "11", "gateway": "garage" }
  }
}`);

/** A plant with a gateway to it. */
function plant(
  options: ConstructorParameters<typeof GatewaySimulator>[0] = {},
) {
  const simulator = new GatewaySimulator(options);
  const transport = () => simulator.connect();
  const gateway = new Gateway({
    transport,
    pacing: 0,
    reconnect: { minDelay: 10, maxDelay: 50 },
  });
  return {
    simulator,
    gateway,
    async [Symbol.asyncDispose]() {
      await gateway.close();
      await simulator.close();
    },
  };
}

/** Waits until a device is such as it has to be. */
async function deviceOf(
  view: PlantView,
  plant: string,
  id: string,
  fits: (device: DeviceReport) => boolean = () => true,
): Promise<DeviceReport> {
  for (;;) {
    const { now, devices, plants } = view.report();
    const device = devices.find((each) =>
      each.plant === plant && each.id === id
    );
    const isOnline = plants.some(({ name, isOnline }) =>
      name === plant && isOnline
    );
    if (isOnline && device && fits(device)) return device;
    await view.changed(now, 5_000, new AbortController().signal);
    assert(view.report().now !== now, `${id} is never so`);
  }
}

Deno.test("A view takes the names, rooms and travel times of another home", async () => {
  await using home = plant({ plant: { travel: 200 } });
  await using view = new PlantView({ home: home.gateway }, { home: HOME });
  await deviceOf(view, "home", "light_12");
  await home.gateway.send("*1*1*12##");
  await deviceOf(view, "home", "light_12", ({ state }) => state.state === "ON");
  // 77 is only named: no such lamp answers.
  const named = (names: object) =>
    parseHome(JSON.stringify({ gateways: { home: { host: "a" } }, names }));
  const { now } = view.report();
  view.renewHome(named({
    cellar: { light: "77", room: "Below" },
    stove: { light: "12", room: "Kitchen" },
    blind: { shutter: "31", seconds: 0.2 },
  }));
  const report = view.report(now);
  assertEquals(report.isWhole, true);
  assertEquals(
    report.devices.slice(0, 3).map(({ id, name, room }) => [id, name, room]),
    [
      ["light_77", "Cellar", "Below"],
      ["light_12", "Stove", "Kitchen"],
      ["shutter_31", "Blind", undefined],
    ],
  );
  // What the bus has reported before is kept, and so is what it has.
  const one = (id: string) =>
    view.report().devices.find((device) => device.id === id);
  assertEquals(one("light_12")?.state, { state: "ON" });
  assertEquals(one("light_21")?.name, "Light 21");
  assertEquals(one("light_11")?.name, "Light 11");
  view.order({ plant: "home", id: "shutter_31", part: "", text: "OPEN" });
  await deviceOf(
    view,
    "home",
    "shutter_31",
    ({ state }) => state.position === 100,
  );
  // It keeps its position with another time, and has none without.
  view.renewHome(named({ blind: { shutter: "31", seconds: 0.3 } }));
  await deviceOf(
    view,
    "home",
    "shutter_31",
    ({ state }) => state.position === 100,
  );
  assertEquals(one("light_77"), undefined);
  assertEquals(one("light_12")?.name, "Light 12");
  view.renewHome(named({}));
  assertEquals(one("shutter_31")?.name, "Shutter 31");
  assertEquals(one("shutter_31")?.hasLevel, true);
});

Deno.test("A view knows the state of a device that was heard while it looked for devices", async () => {
  await using home = plant();
  await using gateway = new Gateway({
    transport: () => home.simulator.connect(),
    pacing: 20,
  });
  await gateway.ready();
  await using view = new PlantView({ home: gateway });
  // What the gateway answers later says nothing new.
  const heard = setInterval(() => home.simulator.publish("*1*0*12##"), 1);
  try {
    await deviceOf(
      view,
      "home",
      "light_12",
      ({ state: { state } }) => state === "OFF",
    );
  } finally {
    clearInterval(heard);
  }
});

Deno.test("A view that shows only named devices knows the state of one that is named later", async () => {
  await using home = plant();
  const options = { onlyNamed: true, home: HOME };
  await using view = new PlantView({ home: home.gateway }, options);
  await deviceOf(view, "home", "light_12");
  await home.gateway.send("*1*1*11##");
  await home.gateway.request("*#1*11##");
  assertEquals(view.report().devices.length, 2);
  view.renewHome(parseHome(`{
    "gateways": { "home": { "host": "a" } },
    "names": { "lamp": { "light": "11" } }
  }`));
  await deviceOf(view, "home", "light_11", ({ state }) => state.state === "ON");
  assertEquals(view.report().devices.length, 1);
});

Deno.test("A view of plants shows what is, what was asked for, and what has failed", async () => {
  await using home = plant();
  await using garage = plant();
  const gateways = { home: home.gateway, garage: garage.gateway };
  await using view = new PlantView(gateways, { home: HOME });
  const { name, room, state } = await deviceOf(view, "home", "light_12");
  assertEquals([name, room, state], ["Kitchen", "Kitchen", { state: "OFF" }]);
  const gate = await deviceOf(view, "garage", "light_11");
  assertEquals(gate.name, "Gate");
  assertEquals((await deviceOf(view, "home", "light_11")).name, "Light 11");

  const { now } = view.report();
  view.order({ plant: "home", id: "light_12", part: "", text: "ON" });
  const asked = await deviceOf(
    view,
    "home",
    "light_12",
    ({ asked }) => !!asked,
  );
  assertEquals(asked.asked, { part: "", text: "ON" });
  assertEquals(asked.state, { state: "OFF" });
  const is = await deviceOf(view, "home", "light_12", ({ asked }) => !asked);
  assertEquals(is.state, { state: "ON" });
  const since = view.report(now);
  assertEquals(since.isWhole, false);
  const changed = since.devices.map(({ id }) => id);
  assert(changed.includes("light_12") && !changed.includes("light_0311"));
  assert(view.report("00:5").isWhole, "of another run");

  home.simulator.fail({ at: "command", fault: "nack" });
  view.order({ plant: "home", id: "light_12", part: "", text: "OFF" });
  const failed = await deviceOf(
    view,
    "home",
    "light_12",
    ({ fault }) => !!fault,
  );
  assertEquals(failed.fault, "the gateway has refused it");
  assertEquals(failed.state, { state: "ON" });
  home.simulator.publish("*1*0*12##");
  await deviceOf(view, "home", "light_12", ({ fault }) => !fault);
});

Deno.test("A view refuses orders that cannot be carried out, in words", async () => {
  await using home = plant();
  await using view = new PlantView({ home: home.gateway }, { home: HOME });
  const order = (plant: string, id: string, text: string) => () =>
    view.order({ plant, id, part: "", text });
  assertThrows(order("home", "light_12", "ON"), Error, "cannot be reached");
  await deviceOf(view, "home", "light_12");
  assertThrows(order("x", "light_12", "ON"), Error, "no such plant");
  assertThrows(
    order("home", "light_99", "ON"),
    Error,
    "no such device on the bus or in home.json",
  );
  assertThrows(order("home", "light_12", "maybe"), SyntaxError, "expected ON");
  assertEquals(home.simulator.executed.includes("*1*1*12##"), false);
});

Deno.test("What the bus says of the alarm is shown the same, whatever was before", async () => {
  await using home = plant();
  await using view = new PlantView({ home: home.gateway });
  const is = (id: string, state: string, alarm: string) =>
    deviceOf(
      view,
      "home",
      id,
      (device) => device.state.state === state && device.state.alarm === alarm,
    );
  await is("alarm_-1", "zone active", "OFF");
  await is("alarm_0", "disengaged", "OFF");
  for (let i = 0; i < 2; i++) {
    home.simulator.publish("*5*8*##");
    home.simulator.publish("*5*15*#1##");
    await is("alarm_-1", "intrusion alarm", "ON");
    home.simulator.publish("*5*9*##");
    await deviceOf(
      view,
      "home",
      "alarm_-1",
      ({ state }) => state.alarm === "OFF" && state.state === null,
    );
    home.simulator.publish("*5*11*#1##");
    await is("alarm_-1", "zone active", "OFF");
    await is("alarm_0", "disengaged", "OFF");
  }
});

Deno.test("A button that no source documents is no button", async () => {
  await using home = plant();
  await using view = new PlantView({ home: home.gateway });
  await deviceOf(view, "home", "light_12");
  home.simulator.publish("*25*21#99*299##");
  const { buttons, last } = await deviceOf(view, "home", "cenplus_299");
  assertEquals([buttons, last?.event], [[], "short"]);
});

Deno.test("A command that the bus never reports is asked for, and then said", async () => {
  await using home = plant();
  await using view = new PlantView({ home: home.gateway }, {
    home: parseHome(`{ "names": { "ghost": { "light": "12" } } }`),
  });
  await deviceOf(view, "home", "light_12");
  // It is acknowledged and done, and nobody hears of it.
  const { gateway } = home;
  const send = gateway.send.bind(gateway);
  gateway.send = () => Promise.resolve();
  view.order({ plant: "home", id: "light_12", part: "", text: "ON" });
  await deviceOf(view, "home", "light_12", ({ asked }) => !!asked);
  // The lamp says that it is off.
  const said = await deviceOf(view, "home", "light_12", ({ asked }) => !asked);
  assertEquals([said.state, said.fault], [
    { state: "OFF" },
    "the gateway accepted it, but the device did not change",
  ]);
  gateway.request = () => Promise.resolve([]);
  view.order({ plant: "home", id: "light_12", part: "", text: "ON" });
  const { fault } = await deviceOf(
    view,
    "home",
    "light_12",
    ({ asked, fault }) => !asked && !!fault,
  );
  assertEquals(
    fault,
    "the gateway accepted it, but the device does not answer",
  );
  gateway.send = send;
});

/** Asks a page as a browser on this machine does. */
async function ask(
  page: PlantPage,
  path: string,
  { headers = {}, info = HERE, ...init }: RequestInit & {
    info?: typeof HERE;
    headers?: Record<string, string>;
  } = {},
): Promise<{ status: number; text: string; headers: Headers }> {
  const url = `http://127.0.0.1:20080${path}`;
  const response = await page.fetch(
    new Request(url, { ...init, headers }),
    info,
  );
  if (response.headers.get("content-type") === "text/event-stream") {
    const reader = response.body!.getReader();
    const { value } = await reader.read();
    await reader.cancel();
    const text = new TextDecoder().decode(value);
    return { status: response.status, text, headers: response.headers };
  }
  return {
    status: response.status,
    text: await response.text(),
    headers: response.headers,
  };
}

const ORDER = JSON.stringify({
  plant: "home",
  id: "light_12",
  part: "",
  text: "ON",
});
const JSON_TYPE = { "content-type": "application/json" };

Deno.test("An open page is for this machine only, and for no page of a stranger", async () => {
  await using home = plant();
  const log: string[] = [];
  await using page = new PlantPage({ home: home.gateway }, {
    home: HOME,
    logger: { warn: (line) => log.push(line) },
  });
  const post = (headers: Record<string, string>, body = ORDER) =>
    ask(page, "/api/order", {
      method: "POST",
      headers: { ...JSON_TYPE, ...headers },
      body,
    });
  const foreign: [string, Record<string, string>, number][] = [
    ["/api/events", { origin: "https://evil.example" }, 403],
    ["/api/events", { "sec-fetch-site": "cross-site" }, 403],
    ["/", { accept: "text/html", "sec-fetch-site": "cross-site" }, 403],
  ];
  for (const [path, headers, status] of foreign) {
    assertEquals((await ask(page, path, { headers })).status, status, path);
  }
  // It has no option that would let them in.
  assert(log.length > 0 && !log.join().includes("allow"), log.join("\n"));
  const rebound = await page.fetch(
    new Request("http://evil.example:20080/api/events"),
    HERE,
  );
  assertEquals(rebound.status, 403);
  await rebound.body?.cancel();
  const far = { remoteAddr: { transport: "tcp", hostname: "192.0.2.7" } };
  assertEquals((await ask(page, "/api/events", { info: far })).status, 401);
  assertEquals(
    (await ask(page, "/api/order", {
      method: "POST",
      headers: JSON_TYPE,
      body: ORDER,
      info: far,
    })).status,
    401,
  );
  // Nor whoever comes by a proxy on this machine.
  for (
    const headers of [
      { "x-forwarded-for": "192.168.1.77" },
      { forwarded: "for=192.168.1.77" },
      { "x-real-ip": "192.168.1.77" },
    ] as Record<string, string>[]
  ) assertEquals((await ask(page, "/api/events", { headers })).status, 401);
  const proxied = await page.fetch(
    new Request("http://192.168.1.5/api/events"),
    HERE,
  );
  assertEquals(proxied.status, 401);
  await proxied.body?.cancel();
  // A page of another server of this machine has no proof.
  const own = { "sec-fetch-site": "same-origin" };
  assertEquals((await post(own)).status, 403);
  const { text } = await ask(page, "/api/session");
  const { proof } = JSON.parse(text);
  const proven = { ...own, "x-wirekit-proof": proof };
  for (
    const [body, type, status] of [
      [ORDER, "text/plain", 415],
      ["{", "application/json", 400],
      ['{"plant":1}', "application/json", 400],
      [ORDER.replace("12", "99"), "application/json", 409],
      [JSON.stringify({ text: "x".repeat(5_000) }), "application/json", 413],
    ] as const
  ) {
    const answer = await post({ ...proven, "content-type": type }, body);
    assertEquals(answer.status, status, body);
    assert(JSON.parse(answer.text).error.message);
  }
  // Once the plant is known, an order is taken.
  for (;;) {
    const { text } = await ask(page, "/api/events");
    const report: PageReport = JSON.parse(text.split("data: ")[1]!);
    if (report.plants[0]?.isOnline) break;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assertEquals((await post(proven, ORDER.replace("ON", "X"))).status, 400);
  assertEquals((await post(proven)).status, 202);
  assertEquals((await ask(page, "/api/nothing")).status, 404);
  assertEquals((await ask(page, "/nothing")).status, 404);
  assertEquals((await ask(page, "/", { method: "POST" })).status, 404);
  assertEquals((await ask(page, "/")).status, 200);
  const html = await ask(page, "/", { headers: { accept: "text/html" } });
  assertEquals(html.status, 200);
  const policy = html.headers.get("content-security-policy") ?? "";
  assert(policy.startsWith("default-src 'none'; script-src 'self'"), policy);
  assertEquals(html.headers.get("x-frame-options"), "DENY");
  for (const name of html.text.matchAll(/(?:href|src)="(page\/[^"]+)"/g)) {
    assertEquals((await ask(page, `/${name[1]}`)).status, 200, name[1]);
  }
});

Deno.test("A page with a token shows nothing without it, and ends with its session", async () => {
  await using home = plant();
  const log: string[] = [];
  await using page = new PlantPage({ home: home.gateway }, {
    token: TOKEN,
    logger: { warn: (line) => log.push(line) },
  });
  assertEquals((await ask(page, "/api/events")).status, 401);
  for (const headers of [{}, { authorization: "Bearer wrong" }]) {
    const { status, text } = await ask(page, "/api/session", { headers });
    assertEquals([status, JSON.parse(text)], [401, {
      error: { message: "Sign in with a token." },
    }]);
  }
  const bearer = { authorization: `Bearer ${TOKEN}` };
  assertEquals(
    (await ask(page, "/api/events", { headers: bearer })).status,
    200,
  );
  const signIn = (token: string) =>
    ask(page, "/session", {
      method: "POST",
      headers: JSON_TYPE,
      body: JSON.stringify({ token }),
    });
  assertEquals((await signIn("wrong")).status, 401);
  assert(!log.join().includes("wrong token: wrong"));
  assertEquals(log.length, 1);
  const { headers, text } = await signIn(TOKEN);
  const cookie = headers.get("set-cookie")!.split(";")[0]!;
  const { proof } = JSON.parse(text);
  // It goes on for as long as somebody looks.
  const known = await ask(page, "/api/session", { headers: { cookie } });
  assertEquals(JSON.parse(known.text).proof, proof);
  assert(known.headers.get("set-cookie")?.includes("Max-Age=2592000"));
  const post = (headers: Record<string, string>) =>
    ask(page, "/api/order", {
      method: "POST",
      headers: { ...JSON_TYPE, cookie, ...headers },
      body: ORDER,
    });
  assertEquals((await post({})).status, 403);
  assert((await post({ "x-wirekit-proof": proof })).status !== 403);
  // Whoever signs out hears no more.
  const response = await page.fetch(
    new Request("http://127.0.0.1:20080/api/events", { headers: { cookie } }),
    HERE,
  );
  const reader = response.body!.getReader();
  await reader.read();
  const out = await ask(page, "/session", {
    method: "DELETE",
    headers: { cookie, "x-wirekit-proof": proof },
  });
  assertEquals(out.status, 204);
  for (;;) if ((await reader.read()).done) break;
  assertEquals(
    (await ask(page, "/api/events", { headers: { cookie } })).status,
    401,
  );
});

Deno.test("Who guesses the token of a page is slowed down, and nobody else", async () => {
  await using home = plant();
  await using page = new PlantPage({ home: home.gateway }, { token: TOKEN });
  const at = (hostname: string) => ({
    remoteAddr: { transport: "tcp", hostname },
  });
  const signIn = async (token: string, hostname: string) => {
    const { status, headers } = await ask(page, "/session", {
      method: "POST",
      headers: JSON_TYPE,
      body: JSON.stringify({ token }),
      info: at(hostname),
    });
    return [status, headers.has("retry-after")];
  };
  for (let i = 0; i < 10; i++) {
    assertEquals(await signIn(`${i}`, "192.0.2.1"), [401, false]);
  }
  assertEquals(await signIn("x", "192.0.2.1"), [429, true]);
  // Not even the right one: it might be a guess.
  assertEquals(await signIn(TOKEN, "192.0.2.1"), [429, true]);
  assertEquals(await signIn(TOKEN, "192.0.2.2"), [200, false]);
  const show = async (token: string, hostname: string) =>
    (await ask(page, "/api/events", {
      headers: { authorization: `Bearer ${token}` },
      info: at(hostname),
    })).status;
  for (let i = 0; i < 10; i++) assertEquals(await show(`${i}`, "::1"), 401);
  assertEquals(await show(TOKEN, "::1"), 429);
  // Many machines that guess have one attempt each.
  for (let i = 0; i < 100; i++) await signIn("x", `198.51.100.${i}`);
  assertEquals(await signIn("x", "203.0.113.1"), [401, false]);
  assertEquals(await signIn("x", "203.0.113.1"), [429, true]);
  assertEquals(await signIn(TOKEN, "203.0.113.2"), [200, false]);
});

Deno.test("servePage() listens on other addresses with a token only", async () => {
  await using home = plant();
  await assertRejects(
    () => servePage({ home: home.gateway }, { hostname: "0.0.0.0", port: 0 }),
    TypeError,
    "without a token",
  );
  await assertRejects(
    () =>
      servePage({ home: home.gateway }, {
        hostname: "0.0.0.0",
        port: 0,
        token: "1234        ",
      }),
    TypeError,
    "too short",
  );
  await using server = await servePage({ home: home.gateway }, {
    hostname: "0.0.0.0",
    port: 0,
    token: TOKEN,
  });
  const url = server.urls[0].replace("0.0.0.0", "127.0.0.1");
  const response = await fetch(`${url}api/events`);
  assertEquals(response.status, 401);
  await response.body?.cancel();
  await assertRejects(
    () => servePage({ home: home.gateway }, { port: server.addr.port }),
    Error,
    `${server.addr.port}`,
  );
  assertThrows(
    () => new PlantPage({}, { token: "" }),
    TypeError,
    "is empty",
  );
  assertThrows(
    () => new PlantPage({}, { allowedHosts: ["a/b"] }),
    TypeError,
    "allowedHosts",
  );
  assertThrows(() => new PlantPage({}, { maxDevices: NaN }), RangeError);
});

Deno.test("One session has some pages, and leaves room for others", async () => {
  await using home = plant();
  await using page = new PlantPage({ home: home.gateway }, { token: TOKEN });
  const cookies = await Promise.all(Array.from({ length: 2 }, async () => {
    const { headers } = await ask(page, "/session", {
      method: "POST",
      headers: JSON_TYPE,
      body: JSON.stringify({ token: TOKEN }),
    });
    return headers.get("set-cookie")!.split(";")[0]!;
  }));
  const open = (cookie: string) =>
    page.fetch(
      new Request("http://127.0.0.1:20080/api/events", { headers: { cookie } }),
      HERE,
    );
  const opened: Response[] = [];
  for (let i = 0; i < 120; i++) opened.push(await open(cookies[0]!));
  assertEquals(opened.filter(({ status }) => status !== 200).length, 0);
  const other = await open(cookies[1]!);
  assertEquals(other.status, 200);
  // The first one has ended.
  const reader = opened[0]!.body!.getReader();
  for (;;) if ((await reader.read()).done) break;
  for (const { body } of [...opened.slice(1), other]) await body?.cancel();
});

Deno.test("A page that nobody reads costs no more than one that is read", async () => {
  await using home = plant();
  await using server = await servePage({ home: home.gateway }, { port: 0 });
  const { promise: opened, resolve } = Promise.withResolvers<void>();
  const socket = connect(server.addr.port, "127.0.0.1", () => {
    socket.write(
      `GET /api/events HTTP/1.1\r\nhost: 127.0.0.1:${server.addr.port}\r\n\r\n`,
    );
  });
  socket.once("readable", () => resolve());
  await opened;
  const heapAfter = async (count: number) => {
    for (let i = 0; i < count; i++) {
      home.simulator.publish(`*1*${i % 2}*12##`);
      if (i % 500 === 0) await new Promise((resolve) => setTimeout(resolve));
    }
    return usedHeap();
  };
  const early = await heapAfter(2_000);
  const grown = await heapAfter(20_000) - early;
  // What 50 bytes for each event would exceed.
  assert(grown < 1_000_000, `${grown} bytes`);
  socket.destroy();
  await new Promise((resolve) => socket.once("close", resolve));
});
