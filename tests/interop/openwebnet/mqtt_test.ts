// Copyright 2026 the Wirekit authors. MIT license.

/** The bridge at a real mosquitto, with the plant of our simulator. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Gateway, parseHome, tcpGateway } from "@wirekit/openwebnet";
import { main } from "@wirekit/openwebnet/cli";
import { connectMqtt, type MqttOptions } from "@wirekit/openwebnet/mqtt";
import { until } from "../../_driver.ts";
import { ROOT } from "../../_packages.ts";
import { Program } from "../../_program.ts";
import { Listener, Mosquitto } from "./_mosquitto.ts";
import { listen, type Listening } from "./_simulator.ts";

const HOME = parseHome(`{
  "gateways": { "home": { "host": "127.0.0.1" } },
  "names": {
    "kitchen": { "light": "12" },
    "hall": { "light": "21" },
    "bedroom": { "shutter": "31", "seconds": 0.5 },
    "living-room": { "zone": "1" },
    "wall": { "buttons": "15" }
  }
}`);

const CONFIG = "homeassistant/device/openwebnet_home/config";
const AVAILABILITY = "openwebnet/home/availability";

/** A gateway that is called again soon. */
function call(port: number): Gateway {
  return tcpGateway("127.0.0.1", {
    port,
    reconnect: { minDelay: 50, maxDelay: 200 },
    pacing: 0,
  });
}

/** A bridge at a broker, with the log that it writes. */
async function bridged(
  gateway: Gateway,
  broker: Mosquitto,
  options: Partial<MqttOptions> = {},
) {
  const log: string[] = [];
  const line = (text: string) => void log.push(text);
  const bridge = await connectMqtt(gateway, {
    url: broker.url,
    name: "home",
    home: HOME,
    logger: { info: line, warn: line },
    ...options,
  });
  return { bridge, log, [Symbol.asyncDispose]: () => bridge.close() };
}

async function said(simulator: Listening["simulator"], frame: string) {
  await until(async () => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    return simulator.executed.includes(frame);
  });
}

Deno.test("The bridge tells of a plant, and takes orders", async () => {
  await using broker = new Mosquitto();
  await broker.start();
  await using plant = listen({ plant: { travel: 200 } });
  await using gateway = call(plant.port);
  await using there = await bridged(gateway, broker);
  const { log } = there;
  {
    await using me = await Listener.at(broker.url);
    await me.hears(AVAILABILITY, /^online$/);
    const config = JSON.parse(await me.hears(CONFIG, /light_0311/));
    assertEquals(config.components.light_12.name, "Kitchen");
    assertEquals(config.components.light_11.name, "Light 11");
    assertEquals(config.device.model, "F452");
    // It is there although nobody has pressed a button.
    assertEquals(config.components.cen_15.platform, "event");
    await me.hears("openwebnet/home/light/12", /"OFF"/);
    await me.hears(
      "openwebnet/home/zone/1",
      /"action":"heating".*"current":21.5,"target":20/,
    );
    await me.hears("openwebnet/home/meter/51", /1234.*1234567/);
    await me.hears("openwebnet/home/contact/31", /"OFF"/);
    await me.hears("openwebnet/home/alarm/0", /"engaged":"OFF"/);
    await me.hears("openwebnet/home/shutter/32", /"position":0/);
    // A dimmer that was never dimmed is found out by a question.
    await me.hears(CONFIG, /"light_21":\{[^}]*"brightness_scale":100/);

    await me.say("openwebnet/home/light/12/set", '{"state":"ON"}');
    await me.hears("openwebnet/home/light/12", /"ON"/);
    await me.say(
      "openwebnet/home/light/21/set",
      '{"state":"ON","brightness":40}',
    );
    await me.hears("openwebnet/home/light/21", /"ON","brightness":40/);
    await me.say("openwebnet/home/zone/1/set/temperature", "22.5");
    await me.hears("openwebnet/home/zone/1", /"target":22.5/);
    await me.say("openwebnet/home/zone/1/set/mode", "off");
    await me.hears("openwebnet/home/zone/1", /"mode":"off"/);
    await me.say("openwebnet/home/shutter/32/set", "OPEN");
    await me.hears("openwebnet/home/shutter/32", /"stopped","position":100/);
    await me.say("openwebnet/home/shutter/32/set/position", "30");
    await me.hears("openwebnet/home/shutter/32", /"stopped","position":30/);
    await me.say("openwebnet/home/scene/1/set", "start");
    await said(plant.simulator, "*17*1*1##");

    plant.simulator.publish("*15*05*15##");
    await me.hears("openwebnet/home/cen/15", /"pressed","button":5/);
    await me.hears(CONFIG, /cen_15_button_5_pressed/);
    // What is pressed once and again is told each time.
    const count = () =>
      me.messages.filter(({ topic }) => topic === "openwebnet/home/cen/15")
        .length;
    plant.simulator.publish("*15*05*15##");
    await until(async () => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      return count() === 2;
    });
    await me.say("openwebnet/home/cen/15/set", "5");
    await said(plant.simulator, "*15*05#1*15##");
    // A device that nobody knew is shown when it is heard.
    plant.simulator.publish("*1*1*77##");
    await me.hears(CONFIG, /light_77/);
    await me.hears("openwebnet/home/light/77", /"ON"/);
    assertEquals(log.filter((line) => line.includes("not done")), []);
  }
  // What is kept is there for those that come later.
  await using late = await Listener.at(broker.url);
  await late.hears("openwebnet/home/light/21", /"brightness":40/);
  assert(late.messages.every(({ retain }) => retain));
  assert(!late.newest.has("openwebnet/home/cen/15"));
});

Deno.test("A shutter with a time has a position, which a later bridge knows", async () => {
  await using broker = new Mosquitto();
  await broker.start();
  await using plant = listen({ plant: { travel: 500 } });
  await using gateway = call(plant.port);
  await using me = await Listener.at(broker.url);
  const topic = "openwebnet/home/shutter/31";
  {
    await using _there = await bridged(gateway, broker);
    const config = JSON.parse(await me.hears(CONFIG, /shutter_31/));
    assertEquals(config.components.shutter_31.position_topic, topic);
    await me.hears(AVAILABILITY, /online/);
    await me.say(`${topic}/set`, "OPEN");
    await me.hears(topic, /"position":100/);
    await me.say(`${topic}/set/position`, "40");
    await me.hears(topic, /"stopped","position":40/);
  }
  await me.hears(AVAILABILITY, /offline/);
  await using _there = await bridged(gateway, broker);
  await me.hears(AVAILABILITY, /online/);
  await me.say(`${topic}/set/position`, "60");
  await me.hears(topic, /"stopped","position":60/);
  // It did not go to an end first.
  assertEquals(
    plant.simulator.executed.filter((frame) => frame === "*2*1*31##").length,
    2,
  );
});

Deno.test("Broker, bridge and gateway are each back by themselves", async () => {
  await using broker = new Mosquitto();
  await broker.start();
  await using plant = listen();
  await using gateway = call(plant.port);
  await using me = await Listener.at(broker.url);
  const light = "openwebnet/home/light/12";
  {
    await using there = await bridged(gateway, broker);
    await me.hears(AVAILABILITY, /online/);
    plant.simulator.publish("*15*07*15##");
    await me.hears(CONFIG, /button_7/);

    // The broker, which forgets everything.
    await broker.stop();
    me.newest.clear();
    await broker.start();
    await me.hears(AVAILABILITY, /online/);
    await me.hears(CONFIG, /button_7/);
    await me.hears(light, /OFF/);
    await me.say(`${light}/set`, "ON");
    await me.hears(light, /ON/);
    // It is said once, however often it was called.
    const vain = there.log.filter((line) => line.includes("No broker"));
    assert(vain.length < 2, vain.join("\n"));

    // The gateway. What happens meanwhile is asked for.
    plant.simulator.drop("event");
    await me.hears(AVAILABILITY, /offline/);
    await me.hears(AVAILABILITY, /online/);
    await me.say(`${light}/set`, "OFF");
    await me.hears(light, /OFF/);

    // Home Assistant, which is told everything again.
    me.newest.clear();
    await me.say("homeassistant/status", "online");
    await me.hears(CONFIG, /button_7/);
    await me.hears(light, /OFF/);
  }
  // The bridge, which knows what it has learned.
  await me.hears(AVAILABILITY, /offline/);
  me.newest.clear();
  await using _there = await bridged(gateway, broker);
  await me.hears(AVAILABILITY, /online/);
  await me.hears(CONFIG, /button_7/);
});

Deno.test("What a home no longer names is taken out of Home Assistant", async () => {
  await using broker = new Mosquitto();
  await broker.start();
  await using plant = listen();
  await using gateway = call(plant.port);
  await using me = await Listener.at(broker.url);
  {
    await using _there = await bridged(gateway, broker, { onlyNamed: true });
    const { components } = JSON.parse(await me.hears(CONFIG, /light_12/));
    assert(components.light_11 === undefined);
  }
  const home = parseHome(
    '{"gateways":{"home":{"host":"a"}},"names":{"x":{"light":"11"}}}',
  );
  await using _there = await bridged(gateway, broker, {
    onlyNamed: true,
    home,
  });
  const { components } = JSON.parse(await me.hears(CONFIG, /light_11/));
  assertEquals(components.light_12, { platform: "light" });
  assertEquals(components.zone_1_temperature, { platform: "sensor" });
  // Nor does the broker keep its state.
  await me.hears("openwebnet/home/light/12", /^$/);
  await using later = await Listener.at(broker.url);
  await later.hears("openwebnet/home/light/11", /OFF/);
  assertEquals(later.newest.has("openwebnet/home/light/12"), false);
});

Deno.test("A last will that comes late is answered, and another bridge is told of", async () => {
  await using broker = new Mosquitto();
  await broker.start();
  await using plant = listen();
  await using gateway = call(plant.port);
  await using me = await Listener.at(broker.url);
  await using there = await bridged(gateway, broker);
  await me.hears(AVAILABILITY, /^online$/);
  // As the broker says it for a bridge that has lost its power.
  await me.say(AVAILABILITY, "offline", true);
  await until(async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return me.messages.filter(({ topic, payload }) =>
      topic === AVAILABILITY && payload === "online"
    ).length === 2;
  });
  assertEquals(me.newest.get(AVAILABILITY), "online");
  const said = (words: string) =>
    there.log.filter((line) => line.includes(words)).length;
  assertEquals(
    said("Another client has published that the plant is offline"),
    1,
  );
  assertEquals(said("Another bridge"), 0);
  await using second = call(plant.port);
  await using _other = await bridged(second, broker);
  await until(async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return said("Another bridge for this plant has started") === 1;
  });
});

Deno.test("A broker that passes nothing on is told of", async () => {
  await using broker = new Mosquitto({ acl: "topic read #" });
  await broker.start();
  await using plant = listen();
  await using gateway = call(plant.port);
  await using there = await bridged(gateway, broker);
  await until(async () => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    return there.log.some((line) =>
      line.includes("Does its ACL allow openwebnet/home/#")
    );
  });
});

Deno.test("What a bridge cannot show is said in the log", async () => {
  await using broker = new Mosquitto();
  await broker.start();
  await using plant = listen();
  await using gateway = call(plant.port);
  const home = parseHome(`{
    "gateways": { "home": { "host": "a" } },
    "names": { "stereo": { "amplifier": "11" }, "lamp": { "light": "12" } }
  }`);
  await using there = await bridged(gateway, broker, { home });
  await until(async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return there.log.includes(
      "Not shown, because of their kind: stereo (amplifier)",
    );
  });
});

Deno.test("Strangers' messages are said in the log, and harm nobody", async () => {
  await using broker = new Mosquitto();
  await broker.start();
  await using plant = listen();
  await using gateway = call(plant.port);
  await using me = await Listener.at(broker.url);
  const base = "openwebnet/home";
  await me.say(`${base}/light/12/set`, "ON", true);
  await me.say(
    CONFIG,
    '{"components":{"light_1":{"platform":[],"a":1}}}',
    true,
  );
  await me.say(`${base}/shutter/31`, '{"position":"x"}', true);
  await using there = await bridged(gateway, broker);
  await me.hears(AVAILABILITY, /online/);
  const before = plant.simulator.executed.length;
  const strange: [string, string, string][] = [
    ["light/12/set", "secret-sauce", "expected ON, OFF"],
    ["light/12/set", "\u0000\u001b[31m", "expected ON, OFF"],
    ["light/12/set", '{"state":"ON","brightness":"NaN"}', "0 to 100"],
    ["light/99/set", "ON", "no such device"],
    ["light/12/set/x", "ON", "no such part"],
    ["meter/51/set", "0", "takes no orders"],
    ["zone/1/set/temperature", "NaN", "5 to 40"],
    ["zone/1/set/temperature", "9".repeat(100_000), "characters"],
    ["cen/15/set", "99", "0 to 31"],
  ];
  for (const [topic, payload] of strange) {
    await me.say(`${base}/${topic}`, payload);
  }
  await me.say(`${base}/light/11/set`, "ON");
  await me.hears(`${base}/light/11`, /ON/);
  for (const [topic, payload, words] of strange) {
    assert(there.log.some((line) => line.includes(words)), words);
    const isTold = payload.length > 2 &&
      there.log.some((line) => line.includes(payload));
    assert(!isTold, topic);
  }
  assert(there.log.some((line) => line.includes("retained by the broker")));
  const done = plant.simulator.executed.slice(before)
    .filter((frame) => frame.startsWith("*1*"));
  assertEquals(done, ["*1*1*11##"]);
});

Deno.test("A slider's flood ends at its last place, and is not queued", async () => {
  await using broker = new Mosquitto();
  await broker.start();
  await using plant = listen();
  await using gateway = tcpGateway("127.0.0.1", { port: plant.port });
  await using me = await Listener.at(broker.url);
  await using _there = await bridged(gateway, broker);
  await me.hears(AVAILABILITY, /online/);
  await me.hears(CONFIG, /"light_21":\{[^}]*"brightness_scale":100/);
  const topic = "openwebnet/home/light/21";
  for (let level = 1; level <= 100; level++) {
    await me.say(`${topic}/set`, `${level}`);
  }
  await me.hears(topic, /"brightness":100/);
  const sent = plant.simulator.executed
    .filter((frame) => frame.startsWith("*#1*21*#1*"));
  assertEquals(sent.at(-1), "*#1*21*#1*200*255##");
  assert(sent.length < 90, `${sent.length}`);
});

Deno.test("A broker with a password wants it, and nobody reads it in the log", async () => {
  await using broker = new Mosquitto({
    user: { name: "me", password: "very-secret" },
  });
  await broker.start();
  await using plant = listen();
  await using gateway = call(plant.port);
  for (const options of [{}, { username: "me", password: "not-that-one" }]) {
    const error = await assertRejects(
      () => bridged(gateway, broker, options),
      Error,
      "refuses the user name or the password",
    );
    assert(!error.message.includes("not-that-one"));
  }
  await using there = await bridged(gateway, broker, {
    username: "me",
    password: "very-secret",
  });
  await until(async () => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    return there.log.some((line) => line.includes("The plant is ready"));
  });
  assert(!there.log.join("\n").includes("very-secret"));
});

Deno.test("openwebnet mqtt bridges all gateways of a home, each for itself", async () => {
  await using broker = new Mosquitto();
  await broker.start();
  await using house = listen();
  const garage = listen();
  const folder = await Deno.makeTempDir();
  const gateway = (port: number) => ({ host: "127.0.0.1", port });
  const home = `${folder}/home.json`;
  await Deno.writeTextFile(
    home,
    JSON.stringify({
      gateways: { home: gateway(house.port), garage: gateway(garage.port) },
      names: {
        kitchen: { light: "12" },
        gate: { light: "12", gateway: "garage" },
      },
    }),
  );
  const stop = new AbortController();
  const log: string[] = [];
  const line = (text: string) => void log.push(text);
  await using me = await Listener.at(broker.url);
  const running = main(
    ["mqtt", "--broker", broker.url, "--home", home],
    { log: line, error: line, signal: stop.signal },
  );
  for (const name of ["home", "garage"]) {
    await me.hears(`openwebnet/${name}/availability`, /^online$/);
  }
  const nameIn = async (gateway: string) => {
    const topic = `homeassistant/device/openwebnet_${gateway}/config`;
    const { components } = JSON.parse(await me.hears(topic, /light_12/));
    return components.light_12.name;
  };
  assertEquals([await nameIn("home"), await nameIn("garage")], [
    "Kitchen",
    "Gate",
  ]);
  await me.say("openwebnet/garage/light/12/set", "ON");
  await me.hears("openwebnet/garage/light/12", /"ON"/);
  assertEquals(house.simulator.executed.includes("*1*1*12##"), false);
  // A home that is saved again counts at once; one with a mistake does not.
  await Deno.writeTextFile(home, '{ "names": { "kitchen": ');
  await until(async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return log.some((line) => line.includes("Kept the names as they were"));
  });
  await Deno.writeTextFile(
    home,
    JSON.stringify({
      gateways: { home: gateway(house.port), garage: gateway(garage.port) },
      names: { galley: { light: "12" }, attic: { light: "77" } },
    }),
  );
  const config = (gateway: string) =>
    `homeassistant/device/openwebnet_${gateway}/config`;
  await me.hears(config("home"), /"Galley".*light_77|light_77.*"Galley"/);
  await me.hears(config("garage"), /"Light 12"/);
  // One that is lost leaves the other.
  await garage[Symbol.asyncDispose]();
  await me.hears("openwebnet/garage/availability", /^offline$/);
  await me.say("openwebnet/home/light/12/set", "ON");
  await me.hears("openwebnet/home/light/12", /"ON"/);
  stop.abort();
  assertEquals(await running, 0, log.join("\n"));
  await me.hears("openwebnet/home/availability", /^offline$/);
  assert(log.some((line) => line.includes("garage: The plant is ready")));
  await Deno.remove(folder, { recursive: true });
});

Deno.test("A broker with TLS is believed if its certificate is", async () => {
  const file = (name: string) =>
    new URL(`transport/testdata/${name}`, ROOT).pathname;
  await using broker = new Mosquitto({
    tls: { cert: file("localhost.crt"), key: file("localhost.key") },
  });
  await broker.start();
  await using plant = listen();
  await using gateway = call(plant.port);
  const url = broker.url.replace("mqtt:", "mqtts:");
  await assertRejects(
    () => bridged(gateway, broker, { url }),
    Error,
    "its certificate is not trusted",
  );
  const cert = await Deno.readTextFile(file("localhost.crt"));
  const key = await Deno.readTextFile(file("renewed.key"));
  await assertRejects(
    () => bridged(gateway, broker, { url, tls: { cert, key } }),
    TypeError,
    "tls.key is not the key of tls.cert",
  );
  const ca = await Deno.readTextFile(file("ca.crt"));
  await using there = await bridged(gateway, broker, { url, tls: { ca } });
  await until(async () => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    return there.log.some((line) => line.includes("The plant is ready"));
  });
});

Deno.test("A bus that names ever new devices is shown no more than allowed", async () => {
  await using broker = new Mosquitto();
  await broker.start();
  await using plant = listen();
  await using gateway = call(plant.port);
  await using me = await Listener.at(broker.url);
  await using _there = await bridged(gateway, broker, { maxDevices: 40 });
  await me.hears(AVAILABILITY, /online/);
  for (let i = 0; i < 300; i++) plant.simulator.publish(`*25*31#1*3${i}##`);
  plant.simulator.publish("*1*1*12##");
  await me.hears("openwebnet/home/light/12", /ON/);
  await me.hears(CONFIG, /contact_33/);
  const { components } = JSON.parse(me.newest.get(CONFIG)!);
  const contacts = Object.keys(components).filter((id) =>
    id.startsWith("contact_")
  );
  assert(contacts.length < 40, `${contacts.length}`);
});

Deno.test("A gateway that is closed ends the bridge, and the broker hears of it", async () => {
  await using broker = new Mosquitto();
  await broker.start();
  await using plant = listen();
  await using me = await Listener.at(broker.url);
  await using gateway = call(plant.port);
  await using there = await bridged(gateway, broker);
  await me.hears(AVAILABILITY, /online/);
  await gateway.close();
  await there.bridge.closed.catch(() => {});
  await me.hears(AVAILABILITY, /offline/);
});

Deno.test("A bridge waits for a gateway that is not there yet", async () => {
  await using broker = new Mosquitto();
  await broker.start();
  const { port } = await goneFrom(listen());
  await using gateway = call(port);
  await using me = await Listener.at(broker.url);
  await using there = await bridged(gateway, broker);
  await me.hears(AVAILABILITY, /offline/);
  await me.say("openwebnet/home/light/12/set", "ON");
  await until(async () => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    return there.log.some((line) => line.includes("gateway cannot be reached"));
  });
  await using plant = listen({}, port);
  await me.hears(AVAILABILITY, /online/);
  // What was asked for meanwhile is not done now.
  assert(!plant.simulator.executed.includes("*1*1*12##"));
});

/** A port at which nobody is any more. */
async function goneFrom(plant: Listening): Promise<{ port: number }> {
  const { port } = plant;
  await plant[Symbol.asyncDispose]();
  return { port };
}

/** The lines of a block of a shell on a page, by words in it, as they run here. */
async function linesOf(
  page: string,
  words: string,
  { gateway, broker }: { gateway: number; broker: string },
): Promise<string> {
  const text = await Deno.readTextFile(new URL(page, ROOT));
  const block = [...text.matchAll(/^```sh\n(.*?)^```$/gms)]
    .map(([, block = ""]) => block).find((block) => block.includes(words)) ??
    "";
  const cli = new URL("openwebnet/cli.ts", ROOT).pathname;
  return block
    .replace(/^openwebnet /m, `deno run -A jsr:@wirekit/openwebnet/cli `)
    .replaceAll(/\bdeno run\b/g, `exec "${Deno.execPath()}" run -q`)
    .replace("jsr:@wirekit/openwebnet/cli", `"${cli}"`)
    // A checkout is read from files, which those of JSR are not.
    .replace("--allow-read=home.json", `$&,${new URL(".", ROOT).pathname}`)
    .replace("mqtt://192.168.1.10", broker)
    .replace(/(mqtt --broker .*)/, `$1 --port ${gateway}`);
}

for (const page of ["openwebnet/README.md", "examples/home/README.md"]) {
  Deno.test(`${page}: the bridge starts as the page says`, async () => {
    await using broker = new Mosquitto({
      user: { name: "openwebnet", password: "secret" },
    });
    await broker.start();
    await using plant = listen({ authentication: "open" });
    const block = await linesOf(page, "mqtt --broker", {
      gateway: plant.port,
      broker: broker.url,
    });
    await using bridge = new Program("bash", {
      args: ["-ec", block],
      cwd: new URL("examples/home/", ROOT),
      env: {
        NO_COLOR: "1",
        OPENWEBNET_HOST: "127.0.0.1",
        OPENWEBNET_PASSWORD: "12345",
      },
    });
    await bridge.says(/^The plant is ready; devices: \d/m);
  });
}

Deno.test("examples/home/README.md: the unit is one of systemd", async () => {
  const folder = await Deno.makeTempDir();
  const block = await linesOf("examples/home/README.md", "service >", {
    gateway: 0,
    broker: "",
  });
  await using program = new Program("bash", {
    args: ["-ec", block],
    cwd: folder,
  });
  assertEquals((await program.ends()).code, 0, program.text);
  const unit = `${folder}/openwebnet.service`;
  const text = await Deno.readTextFile(unit);
  assert(/^ExecStart=[^[]* mqtt\b/m.test(text), text);
  await Deno.remove(folder, { recursive: true });
});
