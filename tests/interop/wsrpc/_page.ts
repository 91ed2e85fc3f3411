// Copyright 2026 the Wirekit authors. MIT license.

/** A page in headless Chromium. */

import { deadline } from "@std/async/deadline";
import { PATIENCE } from "../../_driver.ts";

// Real programs, by name from npm: no part of the kit.
const CHROMIUM = "npm:@sparticuz/chromium@153.0.0";

/** What it is started with. */
export const CHROMIUM_ARGS: readonly string[] = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--no-zygote"],
  ...["--single-process", "--remote-debugging-port=0"],
];

let path: Promise<string> | undefined;

/** Finds the browser: once, as it may have to be unpacked, which takes a while. */
export function chromiumPath(): Promise<string> {
  return path ??= unpack();
}

async function unpack(): Promise<string> {
  const { default: chromium } = await import(CHROMIUM);
  return await chromium.executablePath();
}

/** A server of one page, which waits for what the page reports. */
export function servePage(files: Record<string, string>) {
  const report = Promise.withResolvers<Record<string, unknown>>();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      if (request.method === "POST") {
        report.resolve(await request.json());
        return new Response();
      }
      const type = pathname === "/" ? "text/html" : "text/javascript";
      const status = files[pathname] === undefined ? 404 : 200;
      return new Response(files[pathname] ?? null, {
        status,
        headers: { "content-type": `${type}; charset=utf-8` },
      });
    },
  );
  return {
    origin: `http://127.0.0.1:${server.addr.port}`,
    report: report.promise,
    files,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Opens a page in headless Chromium until it has reported. */
export async function visit(
  { origin, report }: ReturnType<typeof servePage>,
): Promise<Record<string, unknown>> {
  const profile = await Deno.makeTempDir();
  const browser = new Deno.Command(await chromiumPath(), {
    args: [
      ...CHROMIUM_ARGS,
      `--user-data-dir=${profile}`,
      `${origin}/`,
    ],
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    return await deadline(report, PATIENCE);
  } finally {
    browser.kill("SIGKILL");
    await browser.status;
    await Deno.remove(profile, { recursive: true });
  }
}
