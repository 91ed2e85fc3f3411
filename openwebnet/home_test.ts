// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { listenTcp } from "@wirekit/transport/tcp";
import { setUp, type SetUpOptions } from "./command/_setup.ts";
import { main } from "./cli.ts";
import { HOME_KINDS, parseHome } from "./home.ts";
import { PROFILES } from "./session/profiles.ts";
import {
  GatewaySimulator,
  type GatewaySimulatorOptions,
} from "./simulator/simulator.ts";
import { FrameScanner } from "./wire/frame.ts";

const HOME = `{
  "names": {
    "kitchen": { "light": "12" },
    "hall": { "light": "21" },
    "bedroom": { "shutter": "31", "seconds": 0.2 },
    "study": { "shutter": "32" },
    "living-room": { "zone": "1" },
    "house": { "meter": "1" },
    "main": { "breaker": "1" },
    "evening": { "scene": "2" },
    "door": { "buttons": "15" },
    "radio": { "amplifier": "11" },
    "window": { "contact": "2" }
  }
}`;

interface Rig extends AsyncDisposable {
  simulator: GatewaySimulator;
  folder: string;
  port: number;
  run(...args: string[]): Promise<{
    code: number;
    lines: string[];
    errors: string[];
  }>;
}

/** A gateway, and a folder with a home that knows it. */
async function rig(
  home: string,
  options: GatewaySimulatorOptions = {},
): Promise<Rig> {
  const simulator = new GatewaySimulator(options);
  const listener = await listenTcp({ port: 0 }, () => new FrameScanner());
  const serving = simulator.acceptAll(listener);
  const folder = await Deno.makeTempDir();
  const { port } = listener.addr;
  const json = JSON.parse(home);
  json.gateways ??= { home: { host: "127.0.0.1", port } };
  await Deno.writeTextFile(`${folder}/home.json`, JSON.stringify(json));
  return {
    simulator,
    folder,
    port,
    async run(...args) {
      const lines: string[] = [];
      const errors: string[] = [];
      const code = await main([...args, "--home", `${folder}/home.json`], {
        log: (line) => lines.push(line),
        error: (line) => errors.push(line),
      });
      return { code, lines, errors };
    },
    async [Symbol.asyncDispose]() {
      await listener.close();
      await serving;
      await simulator.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

Deno.test("openwebnet takes names in place of targets in all commands", async () => {
  await using r = await rig(HOME);
  const calls: [string[], string[]][] = [
    [["light", "on", "kitchen"], ["*1*1*12##"]],
    [["light", "kitchen", "hall", "off"], ["*1*0*12##", "*1*0*21##"]],
    [["light", "50%", "hall"], ["*#1*21*#1*150*255##"]],
    [["light", "on", "kitchen", "11"], ["*1*1*12##", "*1*1*11##"]],
    [["shutter", "study", "50%"], ["*#2*32*#11#001*50##"]],
    [["shutter", "bedroom", "up"], ["*2*1*31##"]],
    // Without a position of its own: to the end, and from there.
    [["shutter", "bedroom", "60%"], [
      "*2*1*31##",
      "*2*0*31##",
      "*2*2*31##",
      "*2*0*31##",
    ]],
    [["temperature", "living-room", "21.5"], ["*#4*1*#14*0215*3##"]],
    [["temperature", "21,5", "living-room"], ["*#4*1*#14*0215*3##"]],
    [["scene", "start", "evening"], ["*17*1*2##"]],
    [["press", "door", "3"], ["*15*03*15##", "*15*03#1*15##"]],
    [["sound", "on", "radio"], ["*16*0*11##"]],
    [["breaker", "close", "main"], ["*18*22*11##"]],
  ];
  for (const [args, frames] of calls) {
    const before = r.simulator.executed.length;
    assertEquals(await r.run(...args), { code: 0, lines: [], errors: [] });
    assertEquals(r.simulator.executed.slice(before), frames, args.join(" "));
  }
  assertEquals((await r.run("temperature", "living-room")).lines, ["21.5 °C"]);
  assert((await r.run("energy", "house")).lines[0]!.startsWith("1: 1234 W"));
});

Deno.test("openwebnet shows names beside targets", async () => {
  await using r = await rig(HOME);
  const { lines } = await r.run("status", "1", "0");
  assert(lines.some((line) => line.endsWith("light.state 12 (kitchen): off")));
  for (const words of [["kitchen"], ["1", "kitchen"]]) {
    const { lines } = await r.run("status", ...words);
    assertEquals(lines.length, 1);
    assert(lines[0]!.endsWith("light.state 12 (kitchen): off"));
  }
  const zone = await r.run("status", "living-room");
  assert(zone.lines.some((line) => line.includes("(living-room): 21.5 °C")));
  const meter = await r.run("status", "house");
  assert(meter.lines[0]!.endsWith("(house): 1234 W"), meter.errors.join());
  const json = await r.run("status", "1", "12", "--json");
  assertEquals(JSON.parse(json.lines[0]!).name, "kitchen");
});

Deno.test("openwebnet says what is wrong with a name", async () => {
  await using r = await rig(HOME);
  const cases: [string[], string][] = [
    [["light", "on", "kichen"], "Did you mean kitchen?"],
    [["light", "on", "bedroom"], '"bedroom" is of kind shutter, not light'],
    [["light", "on", "attic"], 'There is no "attic" in'],
    [["status", "attic"], 'There is no "attic" in'],
    [["status", "2", "kitchen"], '"kitchen" is of WHO 1 (light), not 2'],
    [["light", "on", "__proto__"], "There is no"],
    [["light", "on", "12", "--gateway", "office"], "no gateway office"],
  ];
  for (const [args, message] of cases) {
    const { code, errors } = await r.run(...args);
    assertEquals(code, 2);
    assert(errors.join().includes(message), errors.join());
  }
  assertEquals(r.simulator.received, []);
});

Deno.test("openwebnet takes the gateway that the names are behind", async () => {
  await using first = await rig("{}");
  await using second = await rig("{}");
  const home = {
    gateways: {
      house: { host: "127.0.0.1", port: first.port },
      barn: { host: "127.0.0.1", port: second.port },
    },
    names: {
      kitchen: { light: "11" },
      stable: { light: "12", gateway: "barn" },
    },
  };
  await Deno.writeTextFile(`${first.folder}/home.json`, JSON.stringify(home));
  assertEquals((await first.run("light", "on", "stable")).code, 0);
  assertEquals((await first.run("light", "on", "kitchen")).code, 0);
  assertEquals(
    (await first.run("light", "on", "21", "--gateway", "barn")).code,
    0,
  );
  assertEquals(first.simulator.executed, ["*1*1*11##"]);
  assertEquals(second.simulator.executed, ["*1*1*12##", "*1*1*21##"]);
});

Deno.test("parseHome() says where a home is wrong", () => {
  const wrong: Record<string, string> = {
    "": "not JSON",
    "[]": "The home must be an object",
    '{ "lights": {} }':
      'The home has an unknown property "lights": expected gateways, names, $schema',
    '{ "names": { "a": {} } }': "names.a must have exactly one of light",
    '{ "names": { "a": { "light": "1", "zone": "1" } } }':
      "must have exactly one of",
    '{ "names": { "a": { "light": "033" } } }': "names.a.light must be a point",
    '{ "names": { "a": { "light": 12 } } }': "names.a.light must be a string",
    '{ "names": { "a": { "lamp": "12" } } }':
      'names.a has an unknown property "lamp": expected light, shutter, zone',
    '{ "names": { "12": { "light": "12" } } }': "a name that is not a number",
    '{ "names": { "a b": { "light": "12" } } }': "without spaces",
    '{ "names": { "a": { "light": "12", "seconds": 3 } } }': "for a shutter",
    '{ "names": { "a": { "shutter": "31", "seconds": 0 } } }': "seconds",
    '{ "names": { "a": { "light": "12", "room": 3 } } }': "names.a.room",
    '{ "names": { "a": { "light": "12", "title": "" } } }': "names.a.title",
    '{ "names": { "a\u202eb": { "light": "12" } } }': "without spaces",
    '{ "names": { "a": { "light": "12" }, "a": { "light": "13" } } }':
      "The home has the key names.a twice",
    '{ "names": { "a": { "light": "1\\"2", "light" : "13" } } }':
      "The home has the key names.a.light twice",
    '{ "names": { "a": { "alarm": "16" } } }': "a zone of the alarm",
    '{ "names": { "a": { "auxiliary": "10" } } }': "a channel, 0 to 9",
    '{ "names": { "a": { "camera": "1" } } }': "a camera, 4000 to 4099",
    '{ "names": { "a": { "buttonsPlus": "#1" } } }': "CEN plus control",
    '{ "names": { "a": { "door": "x" } } }': "digits and # only",
    '{ "names": { "a": { "light": "12", "gateway": "x" } } }':
      "names.a.gateway must be the name of a gateway",
    '{ "gateways": { "a": { "host": "" } } }': "gateways.a.host",
    '{ "gateways": { "a": { "host": "b", "port": 0 } } }': "gateways.a.port",
    '{ "gateways": { "a": { "host": "b", "profile": "F1" } } }': "profile",
    '{ "gateways": { "a": { "host": "b", "password": "c" } } }':
      'gateways.a has an unknown property "password": expected host, port, profile, passwordFile',
  };
  for (const [text, message] of Object.entries(wrong)) {
    assertThrows(() => parseHome(text), SyntaxError, message);
  }
});

Deno.test("parseHome() reads a file of an editor that marks it", () => {
  const { names } = parseHome(
    '\uFEFF{ "names": { "a": { "light": "12" }, "b": { "light": "13" } } }',
  );
  assertEquals([names.a?.where, names.b?.where], ["12", "13"]);
});

Deno.test("parseHome() reads the home of the README", async () => {
  const url = new URL("README.md", import.meta.url);
  const [, text = ""] = /```json\n(.*?)```/s.exec(
    await Deno.readTextFile(url),
  ) ?? [];
  assertEquals(parseHome(text).names.bedroom?.seconds, 22);
});

Deno.test("home.schema.json has what parseHome() takes", async () => {
  const url = new URL("home.schema.json", import.meta.url);
  const { definitions } = JSON.parse(await Deno.readTextFile(url));
  const { item, gateway } = definitions;
  assertEquals(
    Object.keys(item.properties),
    [...HOME_KINDS, "gateway", "room", "title", "seconds"],
  );
  assertEquals(
    item.oneOf.map(({ required }: { required: string[] }) => required[0]),
    HOME_KINDS,
  );
  assertEquals(gateway.properties.profile.enum, Object.keys(PROFILES));
});

/** Sets a home up with the answers of a person. */
async function answer(
  r: Rig,
  answers: Record<string, string | null>,
  options: Partial<SetUpOptions> = {},
): Promise<
  {
    code: number;
    asked: string[];
    lines: string[];
    home: Record<string, unknown>;
  }
> {
  const asked: string[] = [];
  const lines: string[] = [];
  const file = `${r.folder}/home.json`;
  const code = await setUp({
    file,
    host: "127.0.0.1",
    port: r.port,
    questions: {
      ask(question) {
        asked.push(question);
        const [, found = ""] = Object.entries(answers).find(([part]) =>
          question.includes(part)
        ) ?? [];
        return found;
      },
      secret: () => answers.secret ?? null,
    },
    ...options,
  }, {
    log: (line) => lines.push(line),
    error: (line) => lines.push(line),
    signal: new AbortController().signal,
    during: (_, promise) => promise,
  });
  return {
    code,
    asked,
    lines,
    home: JSON.parse(await Deno.readTextFile(file)),
  };
}

Deno.test("openwebnet setup names what is there, and leaves each lamp as it was", async () => {
  await using r = await rig('{ "names": { "hall": { "light": "21" } } }', {
    authentication: "open",
    plant: { lights: ["11", "12"], dimmers: ["21"], shutters: ["31"] },
  });
  await Deno.remove(`${r.folder}/home.json`);
  const { code, asked, lines, home } = await answer(r, {
    secret: "12345",
    "light 11,": "Kitchen",
    "light 12,": "kitchen lamp",
    "shutter 31": "bedroom",
    "How many seconds": "22,5",
    "Which room": " Upstairs ",
    "zone 1 (": "living room",
    "meter 1 (": "house",
  });
  assert(asked.some((question) => question.includes("light 11, which is on")));
  assertEquals(home.gateways, {
    home: { host: "127.0.0.1", port: r.port, passwordFile: "home.password" },
  });
  assertEquals(home.names, {
    kitchen: { light: "11", room: "Upstairs" },
    "kitchen-lamp": { light: "12", room: "Upstairs" },
    bedroom: { shutter: "31", seconds: 22.5, room: "Upstairs" },
    "living-room": { zone: "1", room: "Upstairs" },
    house: { meter: "1", room: "Upstairs" },
  });
  assertEquals(code, 0);
  assertEquals(lines.at(-1), `5 names written to ${r.folder}/home.json`);
  const switched = r.simulator.executed.filter((frame) =>
    /^\*1\*[01]\*/.test(frame)
  );
  assertEquals(switched, [
    "*1*1*11##",
    "*1*0*11##",
    "*1*1*12##",
    "*1*0*12##",
    "*1*1*21##",
    "*1*0*21##",
  ]);
  const { mode } = await Deno.stat(`${r.folder}/home.password`);
  assertEquals((mode ?? 0o600) & 0o777, 0o600);
  // And all commands take it from there.
  assertEquals((await r.run("light", "on", "kitchen")).code, 0);
});

Deno.test("openwebnet setup never loses what was there", async () => {
  await using r = await rig(HOME);
  const before = JSON.parse(await Deno.readTextFile(`${r.folder}/home.json`));
  const { code, asked, home } = await answer(r, {
    "already the name of another": "?",
    "it has no letters": "cellar",
    "light 11,": "kitchen", // It is another light's already: it asks again.
    "light 22,": null, // And no more: Ctrl-C, and it is not done.
  });
  assertEquals(code, 130);
  assert(!asked.some((question) => /light (12|21),/.test(question)));
  assertEquals(home, {
    gateways: before.gateways,
    names: { ...before.names, cellar: { light: "11" } },
  });
});

Deno.test("openwebnet setup asks again for a time that is none, and ends between questions", async () => {
  await using r = await rig("{}", {
    plant: { lights: [], dimmers: [], shutters: ["31"], zones: {} },
  });
  const { code, asked, home } = await answer(r, {
    "not a number of seconds": "22",
    "shutter 31": "bedroom",
    "How many seconds": "a minute",
    "Which room": null, // Ctrl-C
    "meter 1 (": "house",
  });
  assertEquals(code, 130);
  assert(asked.some((question) => question.startsWith('"a minute" is not')));
  assertEquals(home.names, { bedroom: { shutter: "31", seconds: 22 } });
});

Deno.test("openwebnet setup leaves who may read the home file, and where it is", async () => {
  await using r = await rig("{}", { plant: { shutters: [] } });
  const real = `${r.folder}/elsewhere.json`;
  await Deno.rename(`${r.folder}/home.json`, real);
  await Deno.chmod(real, 0o644);
  await Deno.symlink(real, `${r.folder}/home.json`);
  const { home } = await answer(r, { "light 11,": "kitchen" });
  assertEquals(home.names, { kitchen: { light: "11" } });
  const { mode } = await Deno.stat(real);
  assertEquals((mode ?? 0o644) & 0o777, 0o644);
  assert((await Deno.lstat(`${r.folder}/home.json`)).isSymlink);
  assertEquals(JSON.parse(await Deno.readTextFile(real)), home);
});

Deno.test("openwebnet setup does not try a wrong password again", async () => {
  await using r = await rig("{}", { authentication: "open" });
  await assertRejects(
    () => answer(r, { secret: "1" }),
    Error,
    "rejected the password",
  );
  const text = await Deno.readTextFile(`${r.folder}/home.json`);
  assert(!text.includes("password"));
});

Deno.test("openwebnet setup is stopped with 130 at each of its questions", async () => {
  await using r = await rig("{}", { authentication: "open" });
  const stopped = (options: Partial<SetUpOptions>) =>
    setUp({
      file: `${r.folder}/other.json`,
      questions: { ask: () => null, secret: () => null },
      ...options,
    }, {
      log() {},
      error() {},
      signal: new AbortController().signal,
      during: <T>(_: string, promise: Promise<T>) =>
        promise.catch(() => [] as T),
    });
  // Nobody answers for the password, and nothing is written.
  assertEquals(await stopped({ host: "127.0.0.1", port: r.port }), 130);
  await assertRejects(() => Deno.stat(`${r.folder}/other.json`));
  assertEquals(
    await stopped({ host: "127.0.0.1", port: r.port, password: "12345" }),
    130,
  );
});
