// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { FakeTime } from "@wirekit/internal/testing";
import type { KV } from "@nats-io/kv";
import { Rights } from "./_rights.ts";
import type { SafeConnection } from "./connection/_connection.ts";

Deno.test("Rights waits for the answers to what it tries already", async () => {
  using _time = new FakeTime();
  const line = {
    connection: {
      subscribe: () => ({ unsubscribe() {} }),
      publish() {},
      flush: () => Promise.resolve(),
    },
  };
  const names = {
    status: () => Promise.resolve({ streamInfo: { created: "", state: {} } }),
    put: () =>
      Promise.reject(
        Object.assign(new Error("maximum bytes exceeded"), { code: 10077 }),
      ),
  };
  const rights = new Rights(
    line as unknown as SafeConnection,
    { names: names as unknown as KV, prefix: "hub", lease: 4_000 },
    { log() {}, unsent() {}, cutOff() {}, granted() {}, warned() {} },
  );
  const seen: (string | undefined)[] = [];
  const looks = [1, 2].map(() =>
    rights.look().then(() => seen.push(rights.refusal?.text))
  );
  await Promise.all(looks);
  const text = "The NATS servers refuse to keep anything for this hub: " +
    "maximum bytes exceeded.";
  assertEquals(seen, [text, text]);
});
