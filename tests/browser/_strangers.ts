// Copyright 2026 the Wirekit authors. MIT license.

/** Pages of strangers in a real browser, at names of their own. */

import { assertEquals } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { Program } from "../_program.ts";

const CHROMIUM = Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium";

/** How long a page may take. */
const PATIENCE = 60_000;

/** Tries something; returns how it ended in a word. */
export const TRY = `
const tries = async (action) => {
  try {
    return String(await action());
  } catch (error) {
    return "fails";
  }
};
const socket = (url, protocols) => new Promise((resolve) => {
  const made = new WebSocket(url, protocols);
  made.onopen = () => {
    made.onmessage = ({ data }) => resolve(JSON.parse(data).data);
    made.send(JSON.stringify({ type: 1, id: String(Math.random()) }));
  };
  made.onclose = () => resolve("closed");
});
const report = (where, found) =>
  fetch(where, { method: "POST", mode: "no-cors", body: JSON.stringify(found) });
`;

/** Opens a page, until something is seen of it. */
export async function browse<T>(
  url: string,
  flags: string[],
  seen: () => Promise<T>,
): Promise<T> {
  const home = await Deno.makeTempDir();
  const args = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    `--user-data-dir=${home}`,
    ...flags,
    url,
  ];
  try {
    await using browser = new Program(CHROMIUM, { args });
    const found = await deadline(seen(), PATIENCE);
    await browser.stop("SIGTERM");
    return found;
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

/**
 * Opens a page at a name that means another server as soon as the page is there.
 *
 * @param start Starts that server.
 * @param isThere A regular expression for what it answers to a GET.
 * @param attempts What the page does then: an expression, a list of outcomes.
 * @returns The answer to the GET, and the outcomes.
 */
export async function rebound(
  start: (port: number) => Promise<AsyncDisposable>,
  isThere: string,
  attempts: string,
): Promise<string> {
  const results: string[] = [];
  const done = Promise.withResolvers<void>();
  // Hears what the page sees, wherever that comes from.
  await using witness = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async (request) => {
      const text = await request.text();
      if (text !== "") results.push(text);
      if (results.some((each) => each.startsWith("next:"))) done.resolve();
      return new Response(null, {
        headers: { "access-control-allow-origin": "*" },
      });
    },
  );
  const page = `<!doctype html><script type="module">${TRY}
const witness = "http://127.0.0.1:${witness.addr.port}/";
const post = (path, body, type = "application/json") => tries(async () =>
  (await fetch(path, { method: "POST", headers: { "content-type": type }, body })).status);
for (;;) {
  const found = await tries(async () => {
    const response = await fetch("/data", { cache: "no-store" });
    return response.status + " " + await response.text();
  });
  if (/${isThere}/.test(found)) {
    const outcomes = [found.trim(), ...${attempts}];
    await fetch(witness, { method: "POST", body: "next: " + outcomes.join(" | ") });
    break;
  }
  await fetch(witness, { method: "POST", body: found });
  await new Promise((resolve) => setTimeout(resolve, 100));
}
</script>`;
  const own = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    ({ url }) =>
      new URL(url).pathname === "/data"
        ? new Response("strangers' own")
        : new Response(page, { headers: { "content-type": "text/html" } }),
  );
  const { port } = own.addr;
  await browse(
    `http://evil.example:${port}/`,
    ["--host-resolver-rules=MAP evil.example 127.0.0.1"],
    async () => {
      while (results.length === 0) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      assertEquals(results[0], "200 strangers' own");
      // The name means another server from now on.
      await own.shutdown();
      await using _server = await start(port);
      await done.promise;
    },
  );
  const last = results.find((each) => each.startsWith("next:")) ?? "";
  return last.slice("next: ".length);
}
