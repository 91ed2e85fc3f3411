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
import type { Door } from "./door.ts";
import { type Asset, ASSETS } from "./page/_assets.ts";

/**
 * Nothing but the files of the page itself, and no text of a stranger as HTML.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

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
 */
export function page(): Door {
  return { fetch: answer };
}

function answer(request: Request): Response | undefined {
  const { method, headers, url } = request;
  if (method !== "GET" && method !== "HEAD") return undefined;
  const { pathname } = new URL(url);
  const isPage = pathname === "/" &&
    /\btext\/html\b/i.test(headers.get("accept") ?? "");
  const name = isPage ? "index.html" : /^\/page\/([\w.]+)$/.exec(pathname)?.[1];
  const asset = name === undefined ? undefined : ASSETS.get(name);
  if (!asset) return undefined;
  const shared = {
    // Asked for each time, so that a new release is seen at once.
    "cache-control": "no-cache",
    "etag": asset.tag,
    "vary": "accept, accept-encoding",
    // Also with 304, which renews the headers that the browser has kept.
    "content-security-policy": POLICY,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  };
  if (headers.get("if-none-match") === asset.tag) {
    return new Response(null, { status: 304, headers: shared });
  }
  const compressed = asset.gzip &&
    /\bgzip\b/i.test(headers.get("accept-encoding") ?? "");
  return new Response(method === "HEAD" ? null : bodyOf(asset, compressed), {
    headers: {
      ...shared,
      "content-type": asset.type,
      ...(compressed && { "content-encoding": "gzip" }),
    },
  });
}

function bodyOf(asset: Asset, compressed: boolean): BodyInit {
  const bytes = Uint8Array.from(atob(asset.data), (each) => each.charCodeAt(0));
  if (compressed || !asset.gzip) return bytes;
  return new Blob([bytes]).stream()
    .pipeThrough(new DecompressionStream("gzip"));
}
