// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { cookieFor, Sessions } from "./_sessions.ts";

const PAGE = new Request("https://example.org/");

function withCookie(text: string): Request {
  const [cookie = ""] = text.split(";");
  return new Request(PAGE, { headers: { cookie } });
}

Deno.test("Sessions lasts for as long after each use as it was told", () => {
  const sessions = new Sessions<string>(60_000);
  const session = sessions.open("zoë");
  const cookie = cookieFor(PAGE, session);
  assertStringIncludes(cookie, "Max-Age=60;");
  session.expires -= 59_000;
  assertEquals(sessions.find(withCookie(cookie)), session);
  assert(session.expires > Date.now() + 50_000);
  session.expires = Date.now();
  assertEquals(sessions.find(withCookie(cookie)), undefined);
});

Deno.test("Sessions that never ends has a cookie that browsers keep", () => {
  const sessions = new Sessions<string>(Infinity);
  const cookie = cookieFor(PAGE, sessions.open("zoë"));
  assertStringIncludes(cookie, "Max-Age=34560000;");
  assertEquals(sessions.find(withCookie(cookie))?.grant, "zoë");
});
