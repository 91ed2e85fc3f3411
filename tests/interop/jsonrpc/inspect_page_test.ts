// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The page of `jsonrpc inspect`, used as a person does in real Chromium: with
 * clangd, with a server of the official SDK of MCP, and with programs of ours.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { deadline } from "@std/async/deadline";
import {
  Chromium,
  type Page,
  type PageOptions,
} from "../../browser/_chromium.ts";
import { PATIENCE } from "../../_driver.ts";
import { PEERS_LOCK, ROOT } from "../../_packages.ts";

/** What checks whether everybody can use a page. */
const AXE = "npm:axe-core@4.14.1";

const DENO = [Deno.execPath(), "run", "-A", "--quiet"];
const CLI = new URL("jsonrpc/cli.ts", ROOT).pathname;
const INSPECTED = new URL("jsonrpc/testdata/inspected.ts", ROOT).pathname;
const SDK = new URL("mcp_server.ts", import.meta.url).pathname;
const PLAIN = ["--", ...DENO, INSPECTED, "plain"];

/** `jsonrpc inspect --page`, and what it has printed. Disposing is Ctrl-C. */
class Inspect implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;

  constructor(args: string[], cwd = ROOT.pathname) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [...DENO.slice(1), CLI, "inspect", "--page", ...args],
      cwd,
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#lines = this.#child.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
    this.#stdin = this.#child.stdin.getWriter();
  }

  /** The next address that it prints. */
  async address(): Promise<string> {
    let text = "";
    for (;;) {
      const [url] = /http:\S+(?=\n)/.exec(text) ?? [];
      if (url) return url;
      const { value, done } = await deadline(this.#lines.read(), PATIENCE);
      if (done) throw new Error(`It has ended: ${text}`);
      text += value;
    }
  }

  async enter(): Promise<void> {
    await this.#stdin.write(new TextEncoder().encode("\n"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGINT");
    const { code } = await deadline(this.#child.status, PATIENCE);
    await this.#stdin.close().catch(() => {});
    await this.#lines.cancel();
    assertEquals(code, 0);
  }
}

/** Opens the page. */
async function open(
  browser: Chromium,
  inspect: Inspect,
  options?: PageOptions,
): Promise<Page> {
  const page = await browser.open(await inspect.address(), options);
  await page.says("Connected");
  return page;
}

async function choose(page: Page, name: string): Promise<void> {
  await page.click(".methods li button", name);
  await page.until(
    `document.querySelector(".work h2").innerText.includes("${name}")`,
  );
}

/** Waits until what came of the last call has some words. */
async function came(page: Page, words: RegExp): Promise<void> {
  await page.until(
    `${words}.test(document.querySelector(".outcome")?.innerText ?? "")`,
  );
}

Deno.test("A person asks clangd about a file", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(
    `${folder}/main.cpp`,
    'int sum(int a, int b) { return a + b; }\nint x = sum(1, "y");\n',
  );
  {
    await using inspect = new Inspect(["--lsp", "--", "clangd"], folder);
    await using browser = await Chromium.start();
    const page = await open(browser, inspect);
    await page.says("is a language server");
    assertEquals(
      await page.run("return document.title"),
      "clangd · jsonrpc inspect",
    );
    await choose(page, "hover");
    await page.fill("[name=file]", "main.cpp");
    await page.fill("[name=line]", "1");
    await page.fill("[name=column]", "5");
    await page.press("Enter");
    await came(page, /int sum\(int a, int b\)/);
    // What the server tells by itself, in words.
    await page.until(
      `/main.cpp:2:9: No matching function/.test(
        document.querySelector(".messages").innerText)`,
    );
    await choose(page, "documentSymbol");
    await page.fill("[name=file]", "none.cpp");
    await page.press("Enter");
    await came(page, /Failed after[^]*none\.cpp/);
    assertEquals(page.complaints, []);
    const own = /^http:\/\/127\.0\.0\.1:\d+\//;
    for (const url of page.requests) assertMatch(url, own);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("A person calls a tool of the MCP SDK, and sees its progress", async () => {
  await using inspect = new Inspect(
    ["--mcp", "--", ...DENO, PEERS_LOCK, SDK],
  );
  await using browser = await Chromium.start();
  const page = await open(browser, inspect);
  await page.says("interop 1.0.0 speaks MCP");
  await page.click(".methods li button.other");
  await page.fill("[name=method]", "tools/call");
  await page.fill("[name=params]", '{"name":"work","arguments":{}}');
  await page.click(".act.first");
  await came(page, /"progress":1[^]*done/);
  assertEquals(page.complaints, []);
});

Deno.test("A form says what is wrong, and keeps all digits", async () => {
  await using inspect = new Inspect(PLAIN);
  await using browser = await Chromium.start();
  const page = await open(browser, inspect);

  // By the keyboard alone.
  await page.press("/");
  await page.type("sum");
  await page.press("ArrowDown");
  await page.press("Enter");
  await page.run(`document.querySelector("[name=x]").focus()`);
  await page.type("many");
  await page.press("Tab");
  await page.type("9007199254740993");
  await page.press("Enter");
  await page.says("x has to be a number, not many.");
  await page.fill("[name=x]", "0");
  await page.press("Enter");
  await came(page, /\[0,9007199254740993\][^]*9007199254740992/);
  const sent = "document.querySelector('.messages').innerText";
  assert(await page.run(`return ${sent}.includes('[0,9007199254740993]}')`));

  await page.fillTogether({
    "[name=x]": "1",
    "[name=y]": "9007199254740993",
  });
  await page.until(`document.querySelector("[name=x]").value === "1"`);
  await page.fillTogether({ "[name=x]": "0" });

  // As JSON, from what was typed, and a mistake in it.
  await page.click(".acts .act", "As JSON");
  await page.until(
    `document.querySelector("[name=params]")?.value ===
      "[\\n  0,\\n  9007199254740993\\n]"`,
  );
  await page.fill("[name=params]", "[1, 2");
  await page.says("Line 1, column 6");
  await page.fill("[name=params]", "[1, 2]");
  await page.click(".act.first");
  await came(page, /\[1,2\][^]*\n3/);

  // An error, with its details; and a method that is meant.
  for (
    const [name, words] of [
      ["fail", /error 7: no luck[^]*"why": "bad day"/],
      ["summ", /Did you mean sum\?/],
    ] as const
  ) {
    await page.click(".methods li button.other");
    await page.fill("[name=method]", name);
    await page.press("Enter");
    await came(page, words);
  }

  // A notification, and what it causes.
  await page.fill("[name=method]", "log");
  await page.click(".check input");
  await page.click(".act.first", "Send");
  await came(page, /Sent/);
  await page.until(`${sent}.includes("told")`);

  // A call is given up by its key.
  await page.click(".check input");
  await page.fill("[name=method]", "slow");
  await page.press("Enter");
  await came(page, /Waiting/);
  await page.press("Escape");
  await came(page, /Given up/);

  // A call of before is shown again with what was typed for it.
  await page.click(".history li:last-child button");
  await page.until(`document.querySelector("[name=x]")?.value === "0"`);
  await came(page, /9007199254740992/);

  // What came is there when the page is loaded again.
  await page.go(await page.run("return location.href"));
  await page.says("Connected");
  await page.until(`document.querySelectorAll(".history li").length === 6`);
  await page.click(".history li:last-child button");
  await came(page, /9007199254740992/);
});

Deno.test("A program that ends is started again, and one that answers oddly is shown", async () => {
  const script = `
    const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream());
    for await (const text of lines) {
      const { id, method } = JSON.parse(text);
      if (method === "die") Deno.exit(7);
      const [, levels] = /^deep(\\d+)$/.exec(method) ?? [];
      if (levels) {
        const deep = "[".repeat(levels) + "]".repeat(levels);
        const head = '{"jsonrpc":"2.0",';
        console.log(head + '"method":"told","params":' + deep + "}");
        console.log(head + '"id":' + id + ',"result":' + deep + "}");
        continue;
      }
      console.log(JSON.stringify({ jsonrpc: "2.0", id, result: method }));
    }`;
  await using inspect = new Inspect(
    ["--timeout", "5", "--", Deno.execPath(), "eval", script],
  );
  await using browser = await Chromium.start();
  const page = await open(browser, inspect);
  await page.fill("[name=method]", "die");
  await page.press("Enter");
  await page.says("ended with exit code 7");
  await came(page, /ended with exit code 7/);
  assert(
    await page.run(`return document.querySelector(".act.first").disabled`),
  );
  await page.click(".bar .act", "Start again");
  await page.says("Connected");
  for (const levels of [3_000, 4_000, 20_000, 100_000]) {
    await page.fill("[name=method]", `deep${levels}`);
    await page.press("Enter");
    await came(page, /nested too deeply|\[\[\[/);
    await page.fill("[name=method]", `hello${levels}`);
    await page.press("Enter");
    await came(page, new RegExp(`"hello${levels}"`));
  }
  assertEquals(page.complaints, []);
});

Deno.test("An address lets one browser in; nobody else gets anything", async () => {
  await using inspect = new Inspect(PLAIN);
  await using browser = await Chromium.start();
  const address = await inspect.address();
  const { origin, host, port } = new URL(address);
  const first = await browser.open(address);
  await first.says("Connected");
  assertEquals(await first.run("return location.href"), `${origin}/`);

  // The same address in another browser, which has no cookie of the first one.
  await using stranger = await Chromium.start();
  const page = await stranger.open(address);
  await page.says("Open the address that jsonrpc inspect prints");
  assert(!(await page.text()).includes("sum"));
  await inspect.enter();
  const second = await inspect.address();
  assert(second !== address);
  // It is pasted into the same tab, which loads nothing anew.
  await page.run(`location.href = "${second}"`);
  await page.says("Connected");

  const paths = ["api/events", "api/session", "api/act"];
  for (const path of paths) {
    const response = await fetch(`${origin}/${path}`, {
      method: path === "api/act" ? "POST" : "GET",
      headers: { "content-type": "application/json" },
      ...(path === "api/act" && { body: '{"act":"call","name":"sum"}' }),
    });
    assertEquals(response.status, 401, path);
    await response.body?.cancel();
  }
  // Another name that leads here, and a page of another origin.
  for (
    const [name, value] of [
      ["host", `evil.example:${port}`],
      ["origin", "http://evil.example"],
      ["origin", `http://127.0.0.1:${Number(port) + 1}`],
      ["sec-fetch-site", "cross-site"],
    ] as const
  ) {
    const refused = await raw(host, `GET /api/session HTTP/1.1`, name, value);
    assertMatch(refused, /^HTTP\/1\.1 403 /, `${name}: ${value}`);
  }
  // With the cookie, but without the proof that only the page knows.
  const found = await first.run(`
    const headers = { "content-type": "application/json" };
    const body = '{"act":"call","name":"sum"}';
    const response = await fetch("api/act", { method: "POST", headers, body });
    return [response.status, document.cookie];`);
  assertEquals(found, [403, ""]);
});

/** Sends a request as it is, and returns the answer. */
async function raw(
  host: string,
  first: string,
  name: string,
  value: string,
): Promise<string> {
  const [hostname = "", port] = host.split(":");
  using conn = await Deno.connect({ hostname, port: Number(port) });
  const lines = [first, ...name === "host" ? [] : [`host: ${host}`]];
  const request = `${[...lines, `${name}: ${value}`].join("\r\n")}\r\n\r\n`;
  await conn.write(new TextEncoder().encode(request));
  const bytes = new Uint8Array(1_000);
  const length = await deadline(conn.read(bytes), PATIENCE) ?? 0;
  return new TextDecoder().decode(bytes.subarray(0, length));
}

const LOOKS: readonly [string, PageOptions][] = [
  ["light, wide", { size: [1440, 900] }],
  ["dark, wide", { size: [1440, 900], dark: true }],
  ["light, a tablet", { size: [820, 1100] }],
  ["light, telephone", { size: [390, 844], mobile: true }],
  ["dark, telephone", { size: [390, 844], mobile: true, dark: true }],
];

Deno.test("axe-core finds nothing in the page, however it looks", async (t) => {
  const { default: axe } = await import(`${AXE}`);
  await using inspect = new Inspect(PLAIN);
  await using browser = await Chromium.start();
  const page = await open(browser, inspect);
  await choose(page, "sum");
  await page.fill("[name=x]", "1");
  await page.fill("[name=y]", "2");
  await page.press("Enter");
  await came(page, /3/);
  await page.click(".methods li button.other");
  await page.fill("[name=method]", "fail");
  await page.press("Enter");
  await came(page, /no luck/);
  for (const [look, options] of LOOKS) {
    await t.step(look, async () => {
      await page.prepare(options);
      await page.go(await page.run("return location.href"));
      await page.says("Connected");
      const parts = options.mobile
        ? ["Methods", "Call", "History", "Messages"]
        : [""];
      for (const part of parts) {
        if (part) await page.click(".parts button", part);
        if (part !== "Messages" && part !== "Methods") {
          await page.until(`document.querySelector(".history li button")`);
        }
        const found = await page.run(`
          ${axe.source};
          axe.configure({ allowedOrigins: [location.origin] });
          const { violations } = await axe.run(document);
          return violations.map(({ id, nodes }) =>
            id + ": " + nodes.map(({ html, any }) =>
              html + " " + any.map(({ message }) => message)).join("; "))`);
        assertEquals(found, [], part);
        const small = await page.run(`
          return [...document.querySelectorAll("button, select, textarea, summary")]
            .map((each) => [each.getBoundingClientRect(), each])
            .filter(([{ width, height }]) => height > 0 && (width < 36 || height < 30))
            .map(([, each]) => each.outerHTML.slice(0, 90))`);
        assertEquals(small, []);
        const wide = await page.run(
          "return document.documentElement.scrollWidth - innerWidth",
        );
        assert(Number(wide) <= 0, `it is wider than its window by ${wide}`);
      }
    });
  }
});
