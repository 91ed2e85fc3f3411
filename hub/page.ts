// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The page of a hub: who is here, who calls whom, how fast, and what goes
 * wrong.
 *
 * It is whole in this module, and asks no other server for anything. What it
 * shows comes from the hub, which decides who may see it.
 *
 * @module
 */
import { serveAsset } from "@wirekit/transport/pages";
import type { Door } from "./door.ts";
import { ASSETS } from "./page/_assets.ts";

/**
 * Makes the page of a hub, at `GET /`. Its files are no secret, so everybody
 * who reaches the hub gets them; programs that ask for no HTML get what they
 * got before.
 *
 * @returns A door for {@linkcode Hub.open} or the option `doors`.
 *
 * @example A hub with its page
 * ```ts
 * import { Hub } from "@wirekit/hub/hub";
 * import { page } from "@wirekit/hub/page";
 * import { assertEquals } from "@std/assert";
 *
 * await using hub = new Hub({ doors: [page()] });
 * const remoteAddr = { transport: "tcp" as const, hostname: "127.0.0.1" };
 * const response = await hub.fetch(
 *   new Request("http://127.0.0.1/", { headers: { accept: "text/html" } }),
 *   { remoteAddr },
 * );
 * assertEquals(response.status, 200);
 * await response.body?.cancel();
 * ```
 *
 * @category Hub
 */
export function page(): Door {
  const answer = (request: Request) => {
    const { pathname } = new URL(request.url);
    const isProgram = pathname === "/" &&
      !/\btext\/html\b/i.test(request.headers.get("accept") ?? "");
    return isProgram ? undefined : serveAsset(request, ASSETS, pathname);
  };
  return { fetch: answer, plain: () => undefined };
}
