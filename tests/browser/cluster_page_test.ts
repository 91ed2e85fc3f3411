// Copyright 2026 the Wirekit authors. MIT license.

/** The page of one hub shows the others of its cluster, and who is there. */

import { delay } from "@std/async/delay";
import { type Backplane, Client, MemoryEngine, serve } from "@wirekit/hub";
import { page } from "@wirekit/hub/page";
import { Chromium } from "./_chromium.ts";

Deno.test("The page of a hub shows all hubs of its cluster, who is where, who comes there, and when it is cut off from them", async () => {
  const engine = new MemoryEngine();
  const cellar = engine.node("cellar");
  const open = (backplane: Backplane) =>
    serve({ port: 0, doors: [page()], backplane });
  await using one = await open(cellar);
  await using two = await open(engine.node("attic"));
  const join = async (name: string, url: string) => {
    const client = new Client(name, { url });
    client.route("echo", (data) => data);
    await client.connect();
    return client;
  };
  await using _here = await join("here", one.urls[0]);
  await using there = await join("there", two.urls[0]);
  await using browser = await Chromium.start();
  const shown = await browser.open(one.urls[0].replace("ws:", "http:"));
  await shown.says("All hubs reach each other");
  for (const label of ["cellar", "attic"]) await shown.says(label);
  await shown.says("there");
  await shown.says("0 pairs busy");
  let isAsking = true;
  const asking = (async () => {
    while (isAsking) {
      await there.request("here", "echo", {}).then(() => delay(50));
    }
  })();
  await shown.says("1 pair busy");
  isAsking = false;
  await asking;
  await using _later = await join("later", two.urls[0]);
  await shown.says("joined at attic");
  cellar.cut();
  await shown.says("This hub is cut off from the other hubs.");
  await shown.says("Clients of this hub reach each other, no others.");
  cellar.heal();
  await shown.says("All hubs reach each other");
  await shown.until('!document.body.innerText.includes("no others.")');
  await shown.close();
});

/** What is not to be seen of tables, of numbers and of the line above. */
const CUT_OFF = `[...document.querySelectorAll(".grid .cell, .bar *")]
  .filter((each) => each.getBoundingClientRect().right >
    each.closest(".grid, .bar").getBoundingClientRect().right + 1)
  .concat([...document.querySelectorAll(".reason")]
    .filter(({ clientWidth }) => clientWidth < 80))
  .concat([...document.querySelectorAll(".limits .scroll, .tile .aside")]
    .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth))
`;

Deno.test("The page cuts off no column of a table, and has room to say how its hub is, however wide it is", async () => {
  const cellar = new MemoryEngine().node("cellar");
  await using hub = await serve({
    port: 0,
    doors: [page()],
    backplane: cellar,
  });
  const [url] = hub.urls;
  await using bot = new Client("bot", { url });
  await bot.connect();
  await using browser = await Chromium.start();
  const shown = await browser.open(url.replace("ws:", "http:"));
  await shown.says("bot");
  bot.route("greet", () => delay(20));
  await using other = new Client("other", { url });
  await other.connect();
  await other.request("bot", "greet");
  await bot.request("nobody", "greet").catch(() => {});
  await shown.says("Destination not found.");
  cellar.cut();
  await shown.says("This hub is cut off from the other hubs.");
  for (const width of [390, 700, 760, 840, 960, 1010, 1150, 1280, 1440, 1900]) {
    await shown.call("Emulation.setDeviceMetricsOverride", {
      width,
      height: 900,
      mobile: false,
      deviceScaleFactor: 1,
    });
    await shown.until(`innerWidth === ${width}`);
    await shown.run(`
      for (let n = 0; n < 3; n++) await new Promise(requestAnimationFrame);
    `);
    await shown.until(`${CUT_OFF}.length === 0`);
  }
  await shown.close();
});
