// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { PACKAGES, ROOT } from "../_packages.ts";
import { Program } from "../_program.ts";
import { startServer } from "../runtimes/_server.ts";
import { CHROMIUM, FLAGS } from "./_chromium.ts";

/** How long a page may take. */
const PATIENCE = 60_000;

/** The page; it reports also what keeps its script from running. */
const PAGE = `<!doctype html>
<script>
  addEventListener("error", ({ message }) => {
    const body = message ?? "The script cannot be loaded";
    fetch("/report", { method: "POST", body });
  }, { capture: true });
</script>
<script type="module" src="page.js"></script>`;

async function bundle(path: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--minify", "--platform=browser", path],
    cwd: ROOT,
  }).output();
  if (success) return new TextDecoder().decode(stdout);
  throw new Error(`Cannot bundle: ${new TextDecoder().decode(stderr)}`);
}

function respond(text: string, type: string): Response {
  return new Response(text, { headers: { "content-type": type } });
}

for (const { folder, name } of PACKAGES) {
  Deno.test(`${name} runs in a page of Chromium`, async () => {
    const script = await bundle(`tests/runtimes/scenarios/${folder}.ts`);
    const report = Promise.withResolvers<string>();
    await using server = startServer(async (request) => {
      switch (new URL(request.url).pathname) {
        case "/":
          return respond(PAGE, "text/html");
        case "/page.js":
          return respond(script, "text/javascript");
        case "/report":
          report.resolve(await request.text());
          return new Response();
        default:
          return new Response(null, { status: 404 });
      }
    });
    const home = await Deno.makeTempDir();
    {
      const args = [...FLAGS, `--user-data-dir=${home}`, server.url];
      await using browser = new Program(CHROMIUM, { args });
      assertEquals(await deadline(report.promise, PATIENCE), "ok");
      await browser.stop("SIGTERM");
    }
    await Deno.remove(home, { recursive: true });
  });
}
