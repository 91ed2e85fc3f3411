// Copyright 2026 the Wirekit authors. MIT license.

/** The programs for pages that READMEs show, in a page of Chromium. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { connect } from "@wirekit/hub/client";
import { serve as serveHub } from "@wirekit/hub/serve";
import { Methods, serve as serveJsonRpc } from "@wirekit/jsonrpc";
import { ROOT } from "../_packages.ts";
import { Program } from "../_program.ts";
import { FLAGS as BUNDLE_FLAGS, run } from "./_bundle.ts";
import { CHROMIUM, FLAGS } from "./_chromium.ts";

/** How long a page may take. */
const PATIENCE = 60_000;

const TOKEN = "of-the-readme";

const HEAD = "<!doctype html><body></body>";

/** Returns the block of a README that imports `module`. */
async function blockOf(readme: string, module: string): Promise<string> {
  const page = await Deno.readTextFile(new URL(readme, ROOT));
  const [, block = ""] =
    page.split(/^```/m).find((part) =>
      part.startsWith("ts ignore\n") && part.includes(`from "${module}"`)
    )?.match(/^ts ignore\n(.*)/s) ?? [];
  assertStringIncludes(block, "wss://example.org");
  return block;
}

/** Shows a program in a page, with a server in place of the one in it. */
async function show(
  block: string,
  serve: (origin: string) => Promise<{ url: string; done: Promise<unknown> }>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  let script = "";
  await using pages = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/token") return new Response(TOKEN);
      return pathname === "/"
        ? new Response(
          `${HEAD}<script type="module" src="/page.js"></script>`,
          {
            headers: { "content-type": "text/html" },
          },
        )
        : new Response(script, {
          headers: { "content-type": "text/javascript" },
        });
    },
  );
  try {
    const origin = `http://127.0.0.1:${pages.addr.port}`;
    const { url, done } = await serve(origin);
    const program = `${folder}/page.ts`;
    const text = block.replaceAll("wss://example.org", url);
    await Deno.writeTextFile(program, text);
    script = await run(
      "bundle",
      "--config=deno.json",
      ...BUNDLE_FLAGS,
      program,
    );
    const args = [...FLAGS, `--user-data-dir=${folder}/home`, origin];
    await using browser = new Program(CHROMIUM, { args });
    await deadline(done, PATIENCE);
    await browser.stop("SIGTERM");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the program for a page in the README of the hub does what is said there", async () => {
  const block = await blockOf("hub/README.md", "@wirekit/hub/mini");
  const open = new AsyncDisposableStack();
  try {
    await show(block, async (origin) => {
      const hub = open.use(
        await serveHub({ port: 0, token: TOKEN, allowedOrigins: [origin] }),
      );
      const options = { url: hub.urls[0], token: TOKEN };
      const beta = open.use(await connect("beta", options));
      const greeted = Promise.withResolvers<void>();
      beta.route("greet", async (data, { source }) => {
        assertEquals([source, data], ["page", { name: "zoë" }]);
        await beta.inform({ news: 1 }, "page");
        await beta.request("page", "show", { text: "hello" });
        greeted.resolve();
      });
      return { url: hub.urls[0], done: greeted.promise };
    });
  } finally {
    await open.disposeAsync();
  }
});

Deno.test("the program for a page in the README of JSON-RPC does what is said there", async () => {
  const block = await blockOf("jsonrpc/README.md", "@wirekit/jsonrpc/mini");
  const open = new AsyncDisposableStack();
  try {
    await show(block, async (origin) => {
      const joined = Promise.withResolvers<void>();
      const methods = new Methods().add("chat.join", async (call, room) => {
        assertEquals(room, "lobby");
        await call.peer.request("chat.message", ["hello"]);
        joined.resolve();
      });
      const server = open.use(
        await serveJsonRpc({ port: 0, methods, allowedOrigins: [origin] }),
      );
      return { url: server.urls[0]!, done: joined.promise };
    });
  } finally {
    await open.disposeAsync();
  }
});
