// Copyright 2026 the Wirekit authors. MIT license.

/** The page of a plant, used as a person does, in real Chromium. */

import { assert, assertEquals } from "@std/assert";
import { page as pageDoor } from "@wirekit/hub/page";
import { parseHome } from "@wirekit/openwebnet";
import * as plantPage from "@wirekit/openwebnet/page";
import { gatewayDoor } from "@wirekit/switchboard/openwebnet";
import { serve } from "@wirekit/switchboard/serve";
import {
  Chromium,
  type Page,
  type PageOptions,
} from "../../browser/_chromium.ts";
import { FakeHome, gatewayAt, HOME } from "../../browser/_fake_home.ts";
import { until } from "../../_driver.ts";
import { listen } from "./_simulator.ts";

const TOKEN = "s3cret/+=";

/** What checks whether everybody can use a page. */
const AXE = "npm:axe-core@4.14.1";

/** A selector of a tile by the id of its device. */
function tile(id: string, rest = ""): string {
  return `.tile[data-id="${id}"]${rest}`;
}

/** Waits until a tile has some words. */
async function tileSays(page: Page, id: string, words: RegExp): Promise<void> {
  const selector = JSON.stringify(tile(id));
  await page.until(
    `${words}.test(document.querySelector(${selector})?.innerText ?? "")`,
  );
}

/** Waits until the simulator has carried out a frame. */
async function done(home: FakeHome, frame: string): Promise<void> {
  await until(async () => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    return home.plant.simulator.executed.includes(frame);
  });
}

/** Moves a slider with the keyboard. */
async function slide(page: Page, selector: string, keys: string[]) {
  await page.run(`document.querySelector(${JSON.stringify(selector)}).focus()`);
  for (const key of keys) await page.press(key);
}

Deno.test("A person works with the page of a plant", async () => {
  await using home = await FakeHome.start();
  const { simulator } = home.plant;
  await using browser = await Chromium.start();
  const page = await browser.open(home.url, { size: [390, 844], mobile: true });
  await page.says("Living room");
  assertEquals(await page.run("return document.title"), "Home");

  // Presses a tile: the lamp is lit.
  await tileSays(page, "light_12", /Off/);
  await page.click(tile("light_12", " .head"));
  await done(home, "*1*1*12##");
  await tileSays(page, "light_12", /On/);
  await page.says("1 light on");
  await page.click(tile("light_12", " .head"));
  await done(home, "*1*0*12##");
  await tileSays(page, "light_12", /Off/);

  // Somebody presses a button at the wall: the tiles move.
  await home.gateway.send("*1*1*11##");
  await tileSays(page, "light_11", /On/);
  simulator.publish("*25*31#1*31##");
  await tileSays(page, "contact_31", /^Front door\s+Active/);
  simulator.publish("*15*05*15##");
  await tileSays(page, "cen_15", /5 pressed at/);
  await page.click(tile("cen_15", " .act"));
  await done(home, "*15*05#1*15##");

  // A dimmer, by the keyboard.
  await slide(page, tile("light_21", " .slider"), ["End"]);
  await tileSays(page, "light_21", /On, 100 %/);
  await page.run(
    `document.querySelector('${tile("light_21", " .head")}').focus()`,
  );
  await page.press("Enter");
  await tileSays(page, "light_21", /Off/);

  // A shutter, with a position of the bus and with one by its time.
  await page.click(tile("shutter_32", ' [title="open"]'));
  await tileSays(page, "shutter_32", /Opening/);
  await tileSays(page, "shutter_32", /Open$/);
  await page.click(tile("shutter_32", ' [title="close"]'));
  await tileSays(page, "shutter_32", /Closing/);
  await page.click(tile("shutter_32", ' [title="stop"]'));
  await tileSays(page, "shutter_32", /\d+ % open/);
  await slide(page, tile("shutter_33", " .slider"), ["End"]);
  await tileSays(page, "shutter_33", /Open$/);

  // The heating.
  await tileSays(page, "zone_1", /21\.5 °C/);
  for (let i = 0; i < 3; i++) {
    await page.click(tile("zone_1", ' [title="warmer"]'));
  }
  await done(home, "*#4*1*#14*0215*1##");
  await tileSays(page, "zone_1", /21\.5°/);
  await page.run(`
    const mode = document.querySelector('${tile("zone_1", " .mode")}');
    mode.value = "off";
    mode.dispatchEvent(new Event("change", { bubbles: true }));`);
  await tileSays(page, "zone_1", /\nOff/);
  // The keyboard passes other modes on its way: only the last one is ordered.
  const before = simulator.executed.length;
  // At once, or a busy machine would take longer than the page waits.
  await page.run(`
    const mode = document.querySelector('${tile("zone_1", " .mode")}');
    for (const value of ["auto", "cool", "heat"]) {
      mode.value = value;
      mode.dispatchEvent(new Event("change", { bubbles: true }));
    }`);
  await tileSays(page, "zone_1", /Heating/);
  const ordered = () =>
    simulator.executed.slice(before).filter((frame) => /^\*#?4\*/.test(frame))
      .filter((frame) => !/^\*#4\*\w+\*?\w*##$/.test(frame));
  await until(async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return ordered().length > 0;
  });
  assertEquals(ordered(), ["*#4*1*#14*0215*1##"]);

  // A meter, and a scene.
  await tileSays(page, "meter_51", /1\.23 kW\s+1234\.6 kWh in all/);
  await page.click(tile("scene_1", " .act"));
  await done(home, "*17*1*1##");
  await tileSays(page, "scene_1", /Started at/);

  // A group, which is only commanded: nobody in the simulator is in it.
  await page.click(tile("light_-1", " .act"));
  await tileSays(page, "light_-1", /A group[^]*The gateway has refused it/);
  assertEquals(page.complaints, []);
  const own = new URL(home.url).host;
  assertEquals(
    page.requests.filter((url) => new URL(url).host !== own),
    [],
    "it asks nobody else",
  );
});

Deno.test("The page says what was asked for until the bus confirms it", async () => {
  await using home = await FakeHome.start();
  await using browser = await Chromium.start();
  const page = await browser.open(home.url);
  await tileSays(page, "light_12", /Off/);
  const { simulator } = home.plant;
  const press = () => page.click(tile("light_12", " .head"));
  simulator.fail({ at: "command", fault: "late", delay: 1_200 });
  await press();
  await tileSays(page, "light_12", /Switching on …/);
  assertEquals(
    await page.run(
      `return document.querySelector('${tile("light_12")}').ariaBusy`,
    ),
    "true",
  );
  await tileSays(page, "light_12", /^Worktop\s+On$/);

  // Refused, and not answered: in words, until something newer is known.
  simulator.fail({ at: "command", fault: "nack" });
  await press();
  await tileSays(page, "light_12", /On\s+The gateway has refused it/);
  simulator.fail({ at: "command", fault: "nack", code: 6 });
  await press();
  await tileSays(page, "light_12", /The gateway has refused it: busy/);
  simulator.fail({ at: "command", fault: "silent" });
  await press();
  await tileSays(page, "light_12", /Switching off …/);
  await tileSays(page, "light_12", /The gateway did not answer in time/);
  await home.gateway.send("*1*0*12##");
  await tileSays(page, "light_12", /^Worktop\s+Off$/);
});

Deno.test("A gateway that dies is seen on every tile, and is back by itself", async () => {
  const plant = listen({ plant: { lights: ["12"] } });
  const { port } = plant;
  await using gateway = gatewayAt(port);
  await using server = await plantPage.servePage({ home: gateway }, {
    port: 0,
    home: HOME,
    onlyNamed: true,
  });
  await using browser = await Chromium.start();
  const page = await browser.open(server.urls[0]);
  await tileSays(page, "light_12", /Off/);
  await plant[Symbol.asyncDispose]();
  await page.says("The gateway cannot be reached.");
  await tileSays(page, "light_12", /Off · not reachable/);
  assert(
    await page.run(
      `return document.querySelector('${tile("light_12", " .head")}').disabled`,
    ),
  );
  await using again = listen({ plant: { lights: ["12"] } }, port);
  await tileSays(page, "light_12", /^Worktop\s+Off$/);
  await page.click(tile("light_12", " .head"));
  await tileSays(page, "light_12", /On/);
  assert(again.simulator.executed.includes("*1*1*12##"));
});

Deno.test("The page is back by itself after its server was started again", async () => {
  await using plant = listen();
  await using gateway = gatewayAt(plant.port);
  const options = { home: HOME, onlyNamed: true };
  const first = await plantPage.servePage({ home: gateway }, {
    port: 0,
    ...options,
  });
  const { port } = first.addr;
  await using browser = await Chromium.start();
  const page = await browser.open(first.urls[0]);
  await tileSays(page, "light_12", /Off/);
  await first.close();
  await page.says("No connection to the server.");
  await gateway.send("*1*1*12##");
  await using _again = await plantPage.servePage({ home: gateway }, {
    port,
    ...options,
  });
  await tileSays(page, "light_12", /^Worktop\s+On$/);
  assert(!(await page.text()).includes("No connection"));
});

Deno.test("The page asks for a token, and shows nothing without one", async () => {
  await using home = await FakeHome.start({ token: TOKEN });
  await using browser = await Chromium.start();
  const page = await browser.open(home.url);
  await page.says("Sign in");
  assert(!(await page.text()).includes("Worktop"));
  await page.fill("input[name=token]", "wrong");
  await page.press("Enter");
  await page.says("The token is wrong.");
  await page.fill("input[name=token]", TOKEN);
  await page.press("Enter");
  await tileSays(page, "light_12", /Off/);
  // The keyboard begins at the top.
  await page.until(`document.activeElement.tagName === "H1"`);
  assertEquals(
    await page.run(
      `return document.querySelector('${
        tile("light_21", " .slider")
      }').ariaValueText`,
    ),
    "Off",
  );
  await page.click(tile("light_12", " .head"));
  await tileSays(page, "light_12", /On/);
  assertEquals(await page.run("return document.cookie"), "");
  await page.click('[title="Sign out"]');
  await page.says("Sign in");
  assert(!(await page.text()).includes("Worktop"));
});

/** A telephone shows a page that is too wide smaller, and calls that its size. */
async function assertFits(page: Page, options: PageOptions): Promise<void> {
  const width = await page.run<number>(
    "return document.documentElement.scrollWidth",
  );
  const [window] = options.size!;
  assert(width <= window, `it is wider than its window by ${width - window}`);
}

const LOOKS: readonly [string, PageOptions][] = [
  ["light, wide", { size: [1440, 900] }],
  ["dark, wide", { size: [1440, 900], dark: true }],
  ["light, telephone", { size: [390, 844], mobile: true }],
  ["dark, telephone", { size: [390, 844], mobile: true, dark: true }],
];

/** Names as people give them, and one word that is wider than a tile. */
const LONG = ["ceiling-light-above-the-dining-table-by-the-garden-window"]
  .concat("donaudampfschifffahrtsgesellschaftskapitaenskajuetenleuchte");

for (const [look, options] of LOOKS) {
  Deno.test(`Long names of a plant are shown whole: ${look}`, async () => {
    const kinds = [["light", "11"], ["light", "21"], ["zone", "1"]].concat([
      ["meter", "1"],
      ["scene", "1"],
    ]);
    const room = `Living room with the ${LONG[0]}`;
    const names = LONG.flatMap((long, i) =>
      kinds.map(([kind = "", where]) =>
        [`${kind}-${where}-${long}`, { [kind]: where, room }] as const
      ).filter((_, at) => at % 2 === i)
    );
    const home = parseHome(JSON.stringify({
      gateways: { home: { host: "127.0.0.1" } },
      names: Object.fromEntries(names),
    }));
    await using fake = await FakeHome.start({ home, onlyNamed: true });
    await using browser = await Chromium.start();
    const page = await browser.open(fake.url, options);
    await tileSays(page, "meter_51", /kW/);
    const cut = await page.run(`
      return [...document.querySelectorAll("h1, h2, .name, .summary li")]
        .filter((each) => each.scrollWidth > each.clientWidth ||
          each.scrollHeight > each.clientHeight + 1)
        .map((each) => each.innerText)`);
    assertEquals(cut, []);
    await assertFits(page, options);
  });

  Deno.test(`axe-core finds nothing in a plant, and fingers hit all: ${look}`, async () => {
    const { default: axe } = await import(`${AXE}`);
    await using home = await FakeHome.start();
    await using browser = await Chromium.start();
    const page = await browser.open(home.url, options);
    await tileSays(page, "meter_51", /kW/);
    await home.gateway.send("*1*1*11##");
    await home.gateway.send("*#1*21*#1*140*255##");
    home.plant.simulator.publish("*15*05*15##");
    await tileSays(page, "light_21", /40 %/);
    await tileSays(page, "cen_15", /pressed/);
    // Also a tile with a fault, and one that was asked for something.
    const check = async () => {
      const found = await page.run(`
        document.getAnimations().forEach((each) => each.finish?.call ? each.cancel() : 0);
        ${axe.source};
        axe.configure({ allowedOrigins: [location.origin] });
        const { violations } = await axe.run(document);
        return violations.map(({ id, nodes }) =>
          id + ": " + nodes.map(({ html, any }) =>
            html + " " + any.map(({ message }) => message)).join("; "))`);
      assertEquals(found, []);
    };
    await check();
    const small = await page.run(`
      return [...document.querySelectorAll("button, select, input, a")]
        .map((each) => [each.getBoundingClientRect(), each])
        .filter(([{ width, height }]) => width < 44 || height < 44)
        .map(([{ width, height }, each]) => each.outerHTML.slice(0, 80) + width + "x" + height)`);
    assertEquals(small, []);
    await assertFits(page, options);
    await home.endPlant();
    await page.says("The gateway cannot be reached.");
    await check();
  });
}

Deno.test("The page of a hub has a tab for the plant of a gateway in it", async () => {
  await using plant = listen();
  await using server = await serve({
    port: 0,
    token: TOKEN,
    open: [
      gatewayDoor({ home: gatewayAt(plant.port) }, {
        home: HOME,
        page: plantPage,
      }),
    ],
  });
  server.hub.open(pageDoor());
  await using browser = await Chromium.start();
  const page = await browser.open(`http://127.0.0.1:${server.addr.port}/`);
  await page.says("Sign in to this hub");
  await page.fill("input[name=token]", TOKEN);
  await page.press("Enter");
  await page.until(`document.querySelector(".pages a")`);
  await page.click(".pages a");
  await tileSays(page, "light_12", /Off/);
  await page.click(tile("light_12", " .head"));
  await tileSays(page, "light_12", /^Worktop\s+On$/);
  assert(plant.simulator.executed.includes("*1*1*12##"));
  plant.simulator.publish("*1*0*12##");
  await tileSays(page, "light_12", /Off/);
  await page.click(".back");
  await page.says("locked by a token");
  // It is asked for the token once.
  const others = page.complaints.filter((each) => !each.includes("401"));
  assertEquals(others, []);
});
