// Copyright 2026 the Wirekit authors. MIT license.

/** The five minutes of wsrpc/README.md, in a page of Chromium. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { PATIENCE } from "../../_driver.ts";
import { ROOT } from "../../_packages.ts";
import { Program } from "../../_program.ts";
import { clientScript, deno } from "./_client_script.ts";
import { freePort } from "../../_port.ts";

const CHROMIUM = Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium";

/** Tells what a page shows, once it shows something. */
const REPORTER = `<script type="module">
while (document.body.innerText.trim() === "") {
  await new Promise((resolve) => setTimeout(resolve, 20));
}
fetch(REPORT, { method: "POST", body: document.body.innerText.trim() });
</script>`;

const markdown = await Deno.readTextFile(new URL("wsrpc/README.md", ROOT));
const [, section = ""] = markdown.split("\n## A page, in five minutes\n");

/** The blocks of the section in a language. */
function blocks(language: string): string[] {
  const regexp = new RegExp(`^\`\`\`${language}.*\n([^]*?)^\`\`\`$`, "gm");
  return [...section.split("\n## ")[0]!.matchAll(regexp)]
    .map(([, text]) => text!);
}

/** Starts the server of the section. */
async function startServer(
  folder: string,
  port: number,
  change: (code: string) => string,
): Promise<Program> {
  const [code = ""] = blocks("ts");
  const path = `${folder}/server.ts`;
  await Deno.writeTextFile(path, change(code).replaceAll("8000", `${port}`));
  const server = new Program(Deno.execPath(), {
    args: [
      ...["run", "--no-lock", "--no-prompt", "--allow-net"],
      ...[`--config=${new URL("deno.json", ROOT).pathname}`, path],
    ],
  });
  for (;;) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return server;
    } catch {
      await server.says(/^/);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Serves a page as the section says, and shows it in Chromium. */
async function show(
  html: string,
  folder: string,
  ports: { server: number; page: number },
): Promise<AsyncDisposableStack & { shown: Promise<string> }> {
  const stack = new AsyncDisposableStack();
  const shown = Promise.withResolvers<string>();
  const reports = stack.use(Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      if (request.method === "POST") shown.resolve(await request.text());
      return new Response(null, {
        headers: { "access-control-allow-origin": "*" },
      });
    },
  ));
  const report = JSON.stringify(`http://127.0.0.1:${reports.addr.port}`);
  await Deno.writeTextFile(
    `${folder}/index.html`,
    html.replaceAll("8000", `${ports.server}`) +
      REPORTER.replace("REPORT", report),
  );
  const [, command = ""] = blocks("sh")[0]!.trim().split("\n");
  const [python = "", ...args] = command.replace("3000", `${ports.page}`)
    .split(" ");
  stack.use(new Program(python, { args, cwd: folder }));
  stack.use(
    new Program(CHROMIUM, {
      args: [
        ...["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"],
        `--user-data-dir=${folder}/profile`,
        `http://localhost:${ports.page}/`,
      ],
    }),
  );
  return Object.assign(stack, { shown: deadline(shown.promise, PATIENCE) });
}

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const PAGES = {
  "our client": async (folder: string) => {
    const script = await deno(
      ...["bundle", "--quiet", "--platform", "browser", "wsrpc/mini.ts"],
    );
    await Deno.writeTextFile(`${folder}/client.js`, script);
  },
  "@wsrpc/client": async (folder: string) => {
    const dist = `${folder}/node_modules/@wsrpc/client/dist`;
    await Deno.mkdir(dist, { recursive: true });
    await Deno.writeTextFile(`${dist}/wsrpc.js`, await clientScript());
  },
};

Object.entries(PAGES).forEach(([name, prepare], index) => {
  Deno.test(`A page with ${name} is there in five minutes`, () =>
    inFolder(async (folder) => {
      await prepare(folder);
      const ports = { server: freePort(), page: freePort() };
      await using _server = await startServer(
        folder,
        ports.server,
        (code) => code.replace("3000", `${ports.page}`),
      );
      await using page = await show(blocks("html")[index]!, folder, ports);
      assertEquals(await page.shown, "2 + 3 = 5, hello page");
    }));
});

Deno.test("A page of an origin that is not allowed is in the log, with what to set", () =>
  inFolder(async (folder) => {
    await PAGES["our client"](folder);
    const ports = { server: freePort(), page: freePort() };
    await using server = await startServer(
      folder,
      ports.server,
      (code) => code,
    );
    await using _page = await show(blocks("html")[0]!, folder, ports);
    const [line] = await server.says(/Refused .*/);
    assertStringIncludes(
      line,
      `set allowedOrigins: ["http://localhost:${ports.page}"]`,
    );
  }));
