// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Takes the pictures of the pages that their READMEs show, of a hub and a home
 * that are made up: `deno task screenshots`.
 */

import { delay } from "@std/async/delay";
import { ROOT } from "../_packages.ts";
import { Chromium, type PageOptions } from "./_chromium.ts";
import { FakeHome } from "./_fake_home.ts";
import { FakeHub, type FakeOptions } from "./_fake_hub.ts";

const FOLDER = new URL("hub/images/", ROOT);

/** How long each page is open before. */
const PAST = 6_000;

const PICTURES: [name: string, hub: FakeOptions, page: PageOptions][] = [
  ["page-dark", { clients: 10, faults: true }, {
    size: [1440, 1010],
    dark: true,
  }],
  ["page-light", { clients: 1000 }, { size: [1440, 880] }],
  ["page-phone", { clients: 10, faults: true }, {
    size: [390, 844],
    dark: true,
    mobile: true,
  }],
];

await Deno.mkdir(FOLDER, { recursive: true });
// A browser each: a page behind another one is not drawn.
await Promise.all(PICTURES.map(async ([name, hub, options]) => {
  await using browser = await Chromium.start();
  await using fake = new FakeHub(hub);
  const page = await browser.open(fake.url, options);
  await page.says(hub.clients === 0 ? "Nobody is here yet" : "Who calls whom");
  await delay(PAST);
  const picture = await page.picture(false, "webp");
  await Deno.writeFile(new URL(`${name}.webp`, FOLDER), picture);
  await page.close();
}));

const HOME_FOLDER = new URL("openwebnet/images/", ROOT);
await Deno.mkdir(HOME_FOLDER, { recursive: true });
for (
  const [name, options] of [
    ["page", { size: [1440, 910] }],
    ["page-phone", { size: [390, 844], dark: true, mobile: true }],
  ] as [string, PageOptions][]
) {
  await using home = await FakeHome.start();
  await using browser = await Chromium.start();
  const page = await browser.open(home.url, options);
  await page.says("1.23 kW");
  await home.gateway.send("*1*1*11##");
  await home.gateway.send("*#1*21*#1*140*255##");
  home.plant.simulator.publish("*15*05*15##");
  await home.gateway.send("*2*1*33##");
  await page.says("On, 40 %");
  await delay(2_000);
  const picture = await page.picture(false, "webp");
  await Deno.writeFile(new URL(`${name}.webp`, HOME_FOLDER), picture);
}
