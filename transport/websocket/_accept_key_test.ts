// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { acceptKey } from "./_accept_key.ts";
import { answerTo } from "../server/_node_http.ts";

Deno.test("acceptKey() answers the key of RFC 6455, section 1.3", () => {
  assertEquals(
    acceptKey("dGhlIHNhbXBsZSBub25jZQ=="),
    "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
  );
});

Deno.test("acceptKey() and what servers use hash as crypto.subtle does, whatever the length", async () => {
  for (let length = 0; length < 200; length++) {
    const bytes = crypto.getRandomValues(new Uint8Array(length));
    const key = String.fromCharCode(...bytes.map((byte) => byte & 0x7f));
    const text = `${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const hash = await crypto.subtle.digest(
      "SHA-1",
      new TextEncoder().encode(text),
    );
    const expected = btoa(String.fromCharCode(...new Uint8Array(hash)));
    assertEquals(acceptKey(key), expected);
    // The first one before node:crypto is there.
    assertEquals(answerTo(key), expected);
  }
});
