// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import { profileOf, PROFILES } from "./profiles.ts";

Deno.test("profileOf() finds a model in a name, the longest first", () => {
  assertEquals(profileOf("MH200N").name, "MH200N");
  assertEquals(profileOf("MH200").name, "MH200");
  assertEquals(profileOf("bticino f455 basic").name, "F455");
  assertEquals(profileOf("").name, "generic");
});

Deno.test("PROFILES close a command session before the gateway does", () => {
  for (const [name, profile] of Object.entries(PROFILES)) {
    assertEquals(profile.name, name);
    assert(profile.idleTimeout < profile.gatewayIdleTimeout);
    assert(profile.commandSessions >= 1);
  }
});
