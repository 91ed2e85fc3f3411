// Copyright 2026 the Wirekit authors. MIT license.

/** Pictures of programs that really run: the demo, and the inspector. */

import { delay } from "@std/async/delay";
import { ROOT } from "../_packages.ts";
import { Program } from "../_program.ts";
import { pythonOf } from "../_python.ts";
import { Chromium } from "./_chromium.ts";
import { terminalPicture } from "./_terminal_picture.ts";

/** How long the programs of the demo call each other before its picture. */
const PAST = 40_000;

/** What is asked of the demo from a terminal, so that the page shows it too. */
const CALLS = [
  ["home/light.on", '{"where":"kitchen"}'],
  ["bot/greet", '{"name":"curl"}'],
  ["tool/sum", '{"a":1,"b":2}'],
] as const;

/** The demo: its terminal, and the hub's page with all that takes part. */
export async function pictureDemo(): Promise<void> {
  const folder = new URL("examples/switchboard/images/", ROOT);
  await Deno.mkdir(folder, { recursive: true });
  await using demo = new Program(Deno.execPath(), {
    args: ["run", "-A", "examples/switchboard/main.ts"],
    cwd: ROOT,
    env: { NO_COLOR: "1", PYTHON: pythonOf("winerp") },
  });
  const [, http = ""] = await demo.says(/A page in it: (\S+)\/demo\//);
  await demo.says(/Ctrl-C ends all/);
  // A browser each: a page behind another one is not drawn.
  await using other = await Chromium.start();
  const inDemo = await other.open(`${http}/demo/`);
  await using browser = await Chromium.start();
  const page = await browser.open(`${http}/`, { size: [1440, 900] });
  await page.says("Who calls whom");
  await page.says("bot");
  const leave = new AbortController();
  const shell = await fetch(`${http}/events?name=shell`, leave);
  const answers: string[] = [];
  const end = performance.now() + PAST;
  for (let i = 0; performance.now() < end; i++) {
    const [path, data] = CALLS[i % CALLS.length]!;
    const response = await fetch(`${http}/call/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: data,
    });
    answers.push(await response.text());
    await delay(700);
  }
  const usual = "http://127.0.0.1:13254";
  await Deno.writeTextFile(
    new URL("demo.svg", folder),
    terminalPicture([
      "$ deno task demo",
      demo.text.replaceAll(http, usual).trim(),
      "",
      `$ curl -H 'content-type: application/json' -d '${CALLS[1][1]}' \\`,
      `    ${usual}/call/${CALLS[1][0]}`,
      answers[1],
    ].join("\n")),
  );
  await Deno.writeFile(
    new URL("hub.webp", folder),
    await page.picture(false, "webp"),
  );
  await inDemo.close();
  leave.abort();
  await shell.body?.cancel().catch(() => {});
  await demo.stop();
}

/** The page of `jsonrpc inspect`, with clangd. */
export async function pictureInspect(): Promise<void> {
  const folder = new URL("examples/tool/images/", ROOT);
  await Deno.mkdir(folder, { recursive: true });
  const here = await Deno.makeTempDir();
  await Deno.writeTextFile(
    `${here}/main.cpp`,
    'int sum(int a, int b) { return a + b; }\nint x = sum(1, "y");\n',
  );
  const cli = new URL("jsonrpc/cli.ts", ROOT).pathname;
  {
    await using inspect = new Program(Deno.execPath(), {
      args: ["run", "-A", cli, "inspect", "--page", "--lsp", "--", "clangd"],
      cwd: here,
      env: { NO_COLOR: "1" },
    });
    const [, url = ""] = await inspect.says(/The page is at (\S+)/);
    await using browser = await Chromium.start();
    const page = await browser.open(url);
    await page.says("Connected");
    for (const [method, fields] of FORMS) {
      await page.click(".methods li button", method);
      for (const [name, text] of Object.entries(fields)) {
        await page.fill(`[name=${name}]`, text);
      }
      await page.press("Enter");
      await page.until(`document.querySelector(".outcome.card .done")`);
    }
    await page.run("document.activeElement.blur()");
    for (
      const [name, size, dark] of [
        ["inspect", [1280, 800], false],
        ["inspect-phone", [390, 844], true],
      ] as const
    ) {
      const mobile = name === "inspect-phone";
      await page.prepare({ size, dark, mobile });
      if (mobile) await page.click(".parts button", "Call");
      await delay(500);
      const picture = await page.picture(false, "webp");
      await Deno.writeFile(new URL(`${name}.webp`, folder), picture);
    }
    await inspect.stop();
  }
  await Deno.remove(here, { recursive: true });
}

const FORMS: readonly [string, Record<string, string>][] = [
  ["documentSymbol", { file: "main.cpp" }],
  ["hover", { file: "main.cpp", line: "1", column: "5" }],
];
