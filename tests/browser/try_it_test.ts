// Copyright 2026 the Wirekit authors. MIT license.

/** Requests and information by hand, at the page of a hub. */

import { assertEquals } from "@std/assert";
import { Client, serve } from "@wirekit/hub";
import { page } from "@wirekit/hub/page";
import { Chromium } from "./_chromium.ts";

Deno.test("The page of a hub sends a request and information by hand, and says what is wrong with the JSON", async () => {
  await using server = await serve({ port: 0, doors: [page()] });
  const [url] = server.urls;
  await using bot = new Client("bot", { url });
  bot.route("echo", (data) => data);
  await bot.connect();
  const told = bot.waitFor("information");
  told.catch(() => {});
  await using browser = await Chromium.start();
  const shown = await browser.open(url.replace("ws:", "http:"));
  await shown.says("bot");
  await shown.fillTogether({
    'input[name="to"]': "bot",
    'input[name="route"]': "echo",
    'textarea[name="data"]': '{"id": 12345678901234567890, "n": 1.0',
  });
  await shown.says("Line 1, column");
  await shown.fill(
    'textarea[name="data"]',
    '{"id": 12345678901234567890, "n": 1.0}',
  );
  await shown.click(".try-form button[type=submit]");
  await shown.says("Answer");
  // Each digit of the answer is there.
  await shown.says("12345678901234567890");
  await shown.says("1.0");
  await shown.fill('input[name="to"]', "nobody");
  await shown.says("Nobody has the name");
  await shown.click(".try-form button[type=submit]");
  await shown.says("It failed");
  await shown.click('[aria-label="What to send"] button', "Inform");
  await shown.fill('textarea[name="data"]', '{"open": true}');
  await shown.click(".try-form button[type=submit]");
  await shown.says("1 client was told");
  assertEquals((await told).data, { open: true });
  await shown.close();
});
