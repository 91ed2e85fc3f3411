// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Takes the pictures that READMEs show: of a hub and a home that are made up, of
 * the demo and of `jsonrpc inspect`. `deno task screenshots` takes all of them,
 * `deno task screenshots demo` only these.
 */

import { delay } from "@std/async/delay";
import { ROOT } from "../_packages.ts";
import { Chromium, type PageOptions } from "./_chromium.ts";
import { FakeHome } from "./_fake_home.ts";
import { FakeHub } from "./_fake_hub.ts";
import type { FakeOptions } from "./_fake_world.ts";
import { pictureDemo, pictureInspect } from "./_picture_programs.ts";

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

async function pictureHub(): Promise<void> {
  const folder = new URL("hub/images/", ROOT);
  await Deno.mkdir(folder, { recursive: true });
  // A browser each: a page behind another one is not drawn.
  await Promise.all(PICTURES.map(async ([name, hub, options]) => {
    await using browser = await Chromium.start();
    await using fake = new FakeHub(hub);
    const page = await browser.open(fake.url, options);
    await page.says(
      hub.clients === 0 ? "Nobody is here yet" : "Who calls whom",
    );
    await delay(PAST);
    const picture = await page.picture(false, "webp");
    await Deno.writeFile(new URL(`${name}.webp`, folder), picture);
    await page.close();
  }));
}

async function pictureHome(): Promise<void> {
  const folder = new URL("openwebnet/images/", ROOT);
  await Deno.mkdir(folder, { recursive: true });
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
    await Deno.writeFile(new URL(`${name}.webp`, folder), picture);
  }
}

const SUBJECTS: Record<string, () => Promise<void>> = {
  hub: pictureHub,
  home: pictureHome,
  demo: pictureDemo,
  inspect: pictureInspect,
};

const wanted = Deno.args.length > 0 ? Deno.args : Object.keys(SUBJECTS);
for (const name of wanted) {
  const take = SUBJECTS[name];
  if (!take) {
    throw new Error(
      `There are no pictures of ${name}: ${Object.keys(SUBJECTS).join(", ")}`,
    );
  }
  await take();
}
