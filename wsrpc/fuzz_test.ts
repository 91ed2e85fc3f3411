// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import { pair } from "@wirekit/transport/pair";
import { AllowedRoute } from "./routes/route.ts";
import { Peer } from "./peer.ts";
import { Random } from "./testdata/random.ts";
import { Raw } from "./testdata/raw.ts";

/** What real peers say. */
const SEEDS = [
  '{"id": 2, "method": "ping", "params": {"seq": 897.042788056}}',
  '{"id": 6, "method": "echo", "params": {"a": 2, "b": [3, null]}}',
  '{"id":15,"method":"echo","params":[1,2]}',
  '{"id":11,"method":"tools.set","params":{"key":"a","value":[1]}}',
  '{"id":12,"method":"tools"}',
  '{"id":21,"method":"nope","params":{}}',
  '{"error": {"type": "ValueError", "message": "\\u00fcn"}, "id": 3}',
  '{"error":"Route not found","result":null,"id":28}',
  '{"result": NaN, "id": 1}',
  '{"id":12,"error":{}}',
  '{"Hello": "world"}',
];

/** Text to splice in. */
const SPLICES = [
  ...'"{}[]:,\\ 0-.e',
  "null",
  "true",
  "NaN",
  "Infinity",
  '"id"',
  '"method"',
  '"result"',
  '"error"',
  '"__proto__"',
  '"constructor"',
  "\u0000",
  "\ud800",
  "1e999",
  "9".repeat(25),
];

class Tools extends AllowedRoute {
  set(params: unknown): unknown {
    return params;
  }
}

/** Changes a text at a few places. */
function mutate(random: Random, text: string): string {
  for (let n = random.below(4); n > 0; n--) {
    const at = random.below(text.length + 1);
    const cut = random.below(3) ? 0 : random.below(8);
    const splice = random.below(4) ? random.pick(SPLICES) : "";
    text = text.slice(0, at) + splice + text.slice(at + cut);
  }
  return random.below(20) ? text : text.slice(0, random.below(text.length));
}

Deno.test("Peer survives any text, and answers in the form of the protocol", async () => {
  await Random.test(async (random) => {
    const failures: unknown[] = [];
    const [near, far] = pair();
    await using peer = new Peer(near, {
      hooks: { error: (_, error) => failures.push(error) },
      routes: { echo: (_peer, ...args) => args, tools: Tools },
    });
    const raw = new Raw(far);
    for (let round = 0; round < 200; round++) {
      const waiting = peer.call("over there", round, { timeout: 30_000 });
      waiting.catch(() => {});
      for (let n = 0; n < 50; n++) {
        raw.send(mutate(random, random.pick(SEEDS)));
      }
      let asked = 0;
      for (const message of await raw.rest()) {
        if ("method" in message) {
          asked++;
          continue;
        }
        assert("id" in message, JSON.stringify(message));
        assert("result" in message !== "error" in message);
        if (!("error" in message)) continue;
        const { type, message: text } = message.error as Record<
          string,
          unknown
        >;
        assertEquals([typeof type, typeof text], ["string", "string"]);
      }
      assertEquals(asked, 1);
    }
    assertEquals(peer.signal.aborted, false);
    assertEquals(peer.handlers, 0);
    assertEquals(failures, []);
  });
});
