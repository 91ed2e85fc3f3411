// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * A file of a page.
 *
 * @category Pages
 */
export interface Asset {
  /** Its media type. */
  readonly type: string;
  /** Tells it from its other versions. */
  readonly tag: string;
  /** Whether `data` is compressed. */
  readonly gzip: boolean;
  /** Its bytes in Base64. */
  readonly data: string;
}

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
 * Answers a request for a file of a page: `index.html` at `/`, and the others
 * below `/page/`.
 *
 * @param request The request.
 * @param assets The files, by name.
 * @param path The path of the request, seen from the page.
 * @returns The answer; `undefined` if the request is for something else.
 *
 * @category Pages
 */
export function serveAsset(
  { method, headers }: Request,
  assets: ReadonlyMap<string, Asset>,
  path: string,
): Response | undefined {
  if (method !== "GET" && method !== "HEAD") return undefined;
  const name = path === "/"
    ? "index.html"
    : /^\/page\/([\w.]+)$/.exec(path)?.[1];
  const asset = name === undefined ? undefined : assets.get(name);
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
