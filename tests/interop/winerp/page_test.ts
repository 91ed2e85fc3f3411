// Copyright 2026 the Wirekit authors. MIT license.

/** The page of a hub, used as a person does, in real Chromium. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Client } from "@wirekit/hub/client";
import { page as pageDoor } from "@wirekit/hub/page";
import { type HubServer, serve } from "@wirekit/hub/serve";
import { Chromium, type Page } from "../../browser/_chromium.ts";
import { FakeHub } from "../../browser/_fake_hub.ts";
import { Program } from "../../_program.ts";
import { pythonOf } from "../../_python.ts";
import { WinerpProcess } from "./_peer.ts";

const TOKEN = "s3cret/+=";

/** What checks whether everybody can use a page. */
const AXE = "npm:axe-core@4.14.1";

/** A name that would run a script, were it taken for HTML; and a long one. */
const EVIL = "<img src=x onerror=alert(1)>" + "x".repeat(200);

async function startHub(
  options: { token?: string; port?: number; log?: string[] } = {},
): Promise<HubServer> {
  const { token, port = 0, log = [] } = options;
  const write = (line: string) => void log.push(line);
  const server = await serve({
    port,
    ...(token !== undefined && { token }),
    logger: { info: write, warn: write, error: write },
  });
  server.hub.open(pageDoor());
  return server;
}

function addressOf({ addr }: HubServer): string {
  return `http://127.0.0.1:${addr.port}/`;
}

/** Finds a name in the picture, as a person does with the mouse. */
async function pointAt(page: Page, name: string): Promise<[number, number]> {
  const [left, top, width, height] = await page.run<number[]>(`
    const canvas = document.querySelector(".picture canvas");
    canvas.scrollIntoView({ block: "center", behavior: "instant" });
    const { left, top, width, height } = canvas.getBoundingClientRect();
    return [left, top, width, height];`) as [number, number, number, number];
  for (let y = 12; y < height; y += 18) {
    for (let x = 12; x < width; x += 18) {
      const at = { x: left + x, y: top + y };
      await page.call("Input.dispatchMouseEvent", {
        type: "mouseMoved",
        ...at,
      });
      const tip = await page.run<string>(`
        await new Promise(requestAnimationFrame);
        return document.querySelector(".tip strong")?.innerText ?? ""`);
      if (tip === name) return [at.x, at.y];
    }
  }
  throw new Error(`${name} is not in the picture`);
}

Deno.test("A person works with the page of a hub", async () => {
  const log: string[] = [];
  await using server = await startHub({ token: TOKEN, log });
  const { port } = server.addr;
  const host = `bot:${encodeURIComponent(TOKEN)}@127.0.0.1`;
  await using winerp = new WinerpProcess();
  const alpha = await winerp.client("alpha", { host, port });
  const beta = await winerp.client("beta", { host, port });
  const gamma = await winerp.client("gamma", {
    host,
    port,
    reconnect: false,
  });
  await beta.route("echo", "echo");
  await gamma.route("raise", "raise");
  const [url] = server.urls;
  await using delta = new Client("delta", { url, token: TOKEN });
  await delta.connect();

  await using browser = await Chromium.start();
  const page = await browser.open(addressOf(server));

  // Signs in, first with a slip.
  await page.says("Sign in to this hub");
  await page.fill("input[name=token]", "wrong");
  await page.press("Enter");
  await page.says("The token is wrong.");
  await page.fill("input[name=token]", TOKEN);
  await page.press("Enter");
  await page.says("locked by a token");
  await page.until(`document.activeElement.tagName === "H1"`);
  for (const name of ["alpha", "beta", "gamma", "delta"]) await page.says(name);
  assertEquals(
    await page.run("return document.cookie"),
    "",
    "a script cannot read the session",
  );

  // Sees who calls whom.
  await page.until(`document.querySelectorAll(".clients .row").length === 4`);
  for (let i = 0; i < 3; i++) {
    await alpha.request("beta", "echo", { name: "zoë" });
  }
  await page.until(
    `[...document.querySelectorAll(".tail .row")].some((row) =>
      /alpha[^]*beta[^]*echo[^]*answered/.test(row.innerText))`,
  );
  assert(!(await page.text()).includes("zoë"), "payloads are masked");

  // Filters by a click into the picture, and shows all again.
  const at = await pointAt(page, "beta");
  await page.clickAt(...at);
  await page.until(
    `document.querySelector(".chip")?.innerText.startsWith("beta")`,
  );
  await page.until(`document.querySelectorAll(".clients .row").length === 1`);
  await page.press("Escape");
  await page.until(`document.querySelectorAll(".clients .row").length === 4`);
  await page.press("/");
  await page.type("delt");
  await page.until(`document.querySelectorAll(".clients .row").length === 1`);
  await page.press("Escape");
  await page.until(`document.querySelectorAll(".clients .row").length === 4`);

  // Opens a client and closes it, by keys alone.
  await page.run(`document.querySelector(".clients .grid").focus()`);
  await page.press("ArrowDown");
  await page.press("ArrowDown");
  await page.press("Enter");
  await page.until(
    `document.querySelector(".panel h2")?.innerText === "beta"`,
  );
  await page.press("Escape");
  await page.until(`document.activeElement.matches(".clients .grid")`);

  // Sends a request whose number no JavaScript number holds.
  await page.fillTogether({
    ".try input[name=to]": "beta",
    ".try input[name=route]": "echo",
  });
  await page.fill(".try textarea", '{"id": 123456789012345678, "x": 1.0,}');
  await page.says("Line 1, column 37: There is a comma too many before }");
  await page.fill(".try textarea", '{"id": 123456789012345678, "x": 1.0}');
  await page.click(".try button[type=submit]");
  await page.says("Answer");
  const answer = await page.run<string>(
    `return document.querySelector(".result pre").innerText`,
  );
  assertEquals(answer, '{\n  "id": 123456789012345678,\n  "x": 1.0\n}');

  // Informs two of them, and is told that the third is nobody.
  await page.click(".try .choice button", "Inform");
  await page.fill(".try input[name=whom]", "alpha, delta, nobody");
  await page.says("2 clients will receive it. Not here: nobody.");
  const told = delta.information()[Symbol.asyncIterator]();
  await page.fill(".try textarea", '"shop is open"');
  await page.click(".try button[type=submit]");
  await page.says("2 clients were told");
  assertEquals((await told.next()).value?.data, "shop is open");
  await alpha.event("information", { data: '"shop is open"' });

  // Sees a failure appear, and what was in it once it asks.
  await page.click(".tail button", "Show payloads");
  // They are shown from when the hub has heard of it.
  const fail = () =>
    alpha.request("gamma", "raise", { secret: "salt" }).catch(() => {});
  const failing = setInterval(fail, 200);
  await page.until(
    `[...document.querySelectorAll(".tail .row.failed")].some((row) =>
      row.innerText.includes("salt"))`,
  ).finally(() => clearInterval(failing));
  await page.click(".tail .row.failed", "salt");
  await page.until(
    `document.querySelector(".message")?.innerText.includes("salt")`,
  );
  await page.click(".message .bare");

  // Looks at one client, and disconnects it: behind its name.
  await page.click(".clients .row", "gamma");
  await page.until(`document.querySelector(".panel table")`);
  assertStringIncludes(
    await page.run(`return document.querySelector(".panel").innerText`),
    "raise",
  );
  await page.click(".panel button", "Disconnect");
  await page.says("Type gamma to confirm");
  await page.until(`document.querySelector(".dangerous").disabled`);
  await page.type("gamma");
  await page.press("Enter");
  await gamma.event("disconnect");
  await page.until(`document.querySelectorAll(".clients .row").length === 3`);
  assert(
    log.some((line) => /token.*127\.0\.0\.1.*disconnected.*gamma/.test(line)),
    `the log says who did it: ${log.join("\n")}`,
  );
  await page.press("Escape");

  // A stranger's name is text.
  await using evil = new Client(EVIL, { url, token: TOKEN });
  await evil.connect();
  await page.says(EVIL);
  await page.click(".clients .row", EVIL);
  await page.until(`document.querySelector(".panel h2")?.innerText`);
  assertEquals(await page.run(`return document.images.length`), 0);

  // Blocks it for ten minutes, and thinks better of it.
  await page.click(".panel button", "Block");
  await page.says(`Block ${EVIL} for ten minutes?`);
  await page.type(EVIL);
  await page.press("Enter");
  await page.says(`Nobody can take the name ${EVIL}`);
  await page.press("Escape");
  await page.click(".blocked button", "Unblock");
  await page.until(`!document.querySelector(".blocked")`);
  const [width, room] = await page.run<number[]>(
    "return [document.documentElement.scrollWidth, innerWidth]",
  );
  assert(width! <= room!, "no name is wider than the page");
  assertEquals(await page.run(`return document.images.length`), 0);

  // Lets nobody new in for a while.
  await page.click(".menu summary");
  await page.click(".menu button", "Drain");
  await page.says("Drain this hub?");
  await page.type("drain");
  await page.press("Enter");
  await page.says("Draining: no new clients");
  await page.click(".menu summary");
  await page.click(".menu button", "Let clients in again");
  await page.until(`!document.body.innerText.includes("Draining")`);

  // Signs out.
  await page.click(".menu summary");
  await page.click(".menu button", "Sign out");
  await page.says("Sign in to this hub");

  const foreign = page.requests.filter((each) =>
    !each.startsWith(addressOf(server)) && !/^(about|blob|data):/.test(each)
  );
  assertEquals(foreign, [], "it asks no other server");
  const surprises = page.complaints.filter((each) => !/\b401\b/.test(each));
  assertEquals(surprises, [], "nothing goes against its policy");
  await page.close();
});

Deno.test("A person who may only look is told so", async () => {
  await using server = await serve({
    port: 0,
    tokens: [
      { label: "looker", token: "look", rights: ["watch"] },
      { label: "bot", token: "bot", names: ["*"] },
    ],
  });
  server.hub.open(pageDoor());
  await using bot = new Client("bot", { url: server.urls[0], token: "bot" });
  await bot.connect();
  await using browser = await Chromium.start();
  const page = await browser.open(addressOf(server));
  await page.says("Sign in to this hub");
  await page.fill("input[name=token]", "bot");
  await page.press("Enter");
  await page.says("This hub does not let you in");
  await page.click("button");
  await page.says("Sign in to this hub");
  await page.fill("input[name=token]", "look");
  await page.press("Enter");
  await page.says("Your token lets you look, but not send.");
  await page.click(".clients .row", "bot");
  await page.says("Your token lets you look, but not act.");
  const locked = await page.run<string[]>(`
    return [...document.querySelectorAll("button:disabled")]
      .map((each) => each.innerText.trim())`);
  for (const each of ["Show payloads", "Disconnect…", "Send the request"]) {
    assert(locked.includes(each), each);
  }
  await page.close();
});

Deno.test("The page teaches how to join, and comes back with its hub", async () => {
  await using stack = new AsyncDisposableStack();
  const first = await startHub();
  const { port } = first.addr;
  await using browser = await Chromium.start();
  const page = await browser.open(addressOf(first), { dark: true });
  await page.says("Nobody is here yet");
  await page.says(`winerp.Client("bot", port=${port})`);
  const lines = `return document.querySelector("#tab-panel").innerText`;
  const python = await page.run<string>(lines);
  await page.click("[role=tab]", "Deno");
  await page.says(`new Client("bot", { url: "ws://127.0.0.1:${port}" })`);
  await page.click("[role=tab]", "curl");
  const curl = await page.run<string>(lines);

  // What it says is run as it stands.
  stack.use(new Program(pythonOf("winerp"), { args: ["-c", python] }));
  await page.says("bot has joined");
  const asked = stack.use(
    new Program("bash", {
      args: ["-e", "-c", curl.replaceAll("curl ", "curl -s ")],
    }),
  );
  await asked.says(/hello you, says @hub/);
  await asked.says(/"name":"bot"/);
  await page.click("button", "Show me");
  await page.says("Who calls whom");

  await first.close();
  await page.says("The hub does not answer");
  const second = stack.use(await startHub({ port }));
  await page.says("No problems");
  // The bot itself tries again after a minute.
  const later = stack.use(new Client("later", { url: second.urls[0] }));
  await later.connect();
  await page.until(`document.querySelectorAll(".clients .row").length === 1`);
  await page.close();
});

/** What a page looks like, and how it comes to look so. */
const VIEWS: Record<string, (page: Page) => Promise<void>> = {
  "as it opens": async () => {},
  "with a message": (page) => page.click(".tail .row"),
  "as a list": (page) => page.click(".picture .choice button:last-child"),
  "to inform": (page) => page.click(".try .choice button:last-child"),
  "with its menu": (page) => page.click(".menu summary"),
  "with a client": (page) => page.click(".clients .row"),
  "with a question": (page) => page.click(".panel-acts button", "Block"),
};

for (const dark of [false, true]) {
  for (const size of [[1440, 900], [390, 844]] as const) {
    const look = `${dark ? "dark" : "light"}, ${size[0]} pixels wide`;
    Deno.test(`axe-core finds nothing: ${look}`, async () => {
      const { default: axe } = await import(`${AXE}`);
      const check = async (page: Page, what: string) => {
        const found = await page.run(`${axe.source};
          // What slides in is not looked at before it has arrived.
          const moving = () => document.getAnimations().filter((each) =>
            each.effect.getTiming().iterations !== Infinity);
          await Promise.all(moving().map((each) => each.finished));
          const { violations } = await axe.run(document);
          return violations.map(({ id, nodes }) =>
            [id, ...nodes.map(({ html }) => html)]);`);
        assertEquals(found, [], what);
      };
      await using browser = await Chromium.start();
      await using empty = new FakeHub({ clients: 0 });
      const first = await browser.open(empty.url, { dark, size });
      await first.says("Nobody is here yet");
      await check(first, "empty");
      await first.close();
      await using full = new FakeHub({
        clients: 30,
        faults: true,
        token: TOKEN,
      });
      const page = await browser.open(full.url, { dark, size });
      await page.says("Sign in to this hub");
      await check(page, "to sign in");
      await page.fill("input[name=token]", TOKEN);
      await page.press("Enter");
      await page.until(`document.querySelector(".tail .row")`);
      for (const [what, act] of Object.entries(VIEWS)) {
        await act(page);
        await check(page, what);
      }
      await page.close();
    });
  }
}
