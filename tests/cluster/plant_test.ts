// Copyright 2026 the Wirekit authors. MIT license.

/** A gateway at one of two hubs on a NATS server, and all who ask it. */

import { assertEquals } from "@std/assert";
import { connectNats } from "@wirekit/hub/nats";
import { until } from "../_driver.ts";
import { Chromium } from "../browser/_chromium.ts";
import { openPlant, testPlant } from "../switchboard/_plant.ts";
import { record } from "./_record.ts";
import { Engine } from "./_servers.ts";

const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

let engine: Engine | undefined;
let clusters = 0;

Deno.test.beforeAll(async () => {
  engine = await Engine.start(1);
});
Deno.test.afterAll(() => engine?.[Symbol.asyncDispose]());

/** Makes a cluster: what it returns makes its backplanes. */
function cluster() {
  const prefix = `plant${++clusters}`;
  const servers = engine!.urls;
  return () => connectNats({ servers, prefix });
}

testPlant("On NATS: ", cluster, OPTIONS);

Deno.test(
  "On NATS: a person opens the page of a plant at one hub in Chromium, and clicks on a light of the gateway at another",
  OPTIONS,
  async () => {
    await using plant = await openPlant(cluster());
    const { near, simulator } = plant;
    await using browser = await Chromium.start();
    const url = `${near.urls[0]!.replace("ws:", "http:")}/plant/home/`;
    const page = await browser.open(url);
    const tile = '.tile[data-id="light_12"]';
    // What was asked for is shown at once, and is no state yet.
    const shows = (word: string) =>
      page.until(
        `document.querySelector('${tile} .is:not(.wish)')?.innerText === "${word}"`,
      );
    const done = async (frame: string, count: number) => {
      await until(async () => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        const { executed } = simulator;
        return executed.filter((each) => each === frame).length === count;
      });
    };
    await shows("Off");

    const times: number[] = [];
    for (let round = 1; round <= 3; round++) {
      for (const [what, word] of [[1, "On"], [0, "Off"]] as const) {
        const start = performance.now();
        await page.click(`${tile} .head`);
        await done(`*1*${what}*12##`, round);
        await shows(word);
        times.push(performance.now() - start);
      }
    }
    record(
      "A page at one hub switches a light at another, and shows it",
      times,
    );
    // Somebody presses the button at the wall.
    await plant.gateway.send("*1*1*12##");
    await shows("On");
    await plant.gateway.send("*1*0*12##");
    await shows("Off");
    // All that the page has loaded and asked for was of its own hub.
    const { host } = new URL(url);
    const strange = page.requests.filter((each) =>
      each.startsWith("http") && new URL(each).host !== host
    );
    assertEquals([strange, page.complaints], [[], []]);
    await page.close();
  },
);
