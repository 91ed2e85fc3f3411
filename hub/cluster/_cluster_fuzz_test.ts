// Copyright 2026 the Wirekit authors. MIT license.
import { assert } from "@std/assert";
import { Router } from "../winerp/_router.ts";
import { type Net, runMany } from "../winerp/testdata/model.ts";
import type { Backplane, BackplaneReceiver } from "./backplane.ts";
import { MemoryEngine } from "./memory.ts";
import type { BytesReceiver } from "./_quick.ts";
import type { BytesPlane } from "./_whole.ts";

/** How many messages were taken as bytes. */
let taken = 0;

/** A backplane that takes and gives bytes, as that on NATS does. */
function bytesPlane(plane: Backplane): Backplane & BytesPlane {
  return {
    claim: (name) => plane.claim(name),
    release: (name) => plane.release(name),
    publish: (to, message, ref) => plane.publish(to, message, ref),
    publishBytes(to, message, ref) {
      const bytes = new Uint8Array(message.size + 8).fill(1);
      message.writeInto(bytes, 4);
      const text = new TextDecoder().decode(bytes.subarray(4, -4));
      return plane.publish(to, text, ref);
    },
    status: () => plane.status(),
    onMessage(receiver: BackplaneReceiver & Partial<BytesReceiver>) {
      plane.onMessage(
        new Proxy(receiver, {
          get(_, name: keyof BackplaneReceiver) {
            if (name !== "message") return receiver[name].bind(receiver);
            return (message: Uint8Array, from: string) => {
              const bytes = new Uint8Array(message.length + 6).fill(2);
              bytes.set(message, 3);
              const quick = receiver.quickly!(bytes, from);
              const isTaken = quick?.take(3, bytes.length - 3);
              bytes.fill(0);
              if (isTaken) taken++;
              else receiver.message(message, from);
            };
          },
        }),
      );
    },
    close: () => plane.close(),
  };
}

/** Nodes whose links are late, each in its own way, until all is settled. */
function nodes(
  count: number,
  random: () => number,
  planeOf = (plane: Backplane) => plane,
): Net {
  const links = new Map<string, (() => void)[]>();
  const engine = new MemoryEngine({
    carry: (deliver, link) => {
      if (!links.has(link)) links.set(link, []);
      links.get(link)!.push(deliver);
    },
  });
  const routers = Array.from(
    { length: count },
    (_, i) => new Router({ backplane: planeOf(engine.node(`node${i}`)) }),
  );
  return {
    routers,
    isWhole: planeOf === bytesPlane,
    settle() {
      for (;;) {
        const busy = [...links.values()].filter(({ length }) => length > 0);
        if (busy.length === 0) return;
        busy[Math.floor(random() * busy.length)]!.shift()!();
      }
    },
  };
}

Deno.test("One node with a backplane agrees with the model of a hub without", () => {
  runMany(50, 300, (random) => nodes(1, random));
});

Deno.test("Three nodes agree with the model of one hub, however late their links", () => {
  runMany(100, 300, (random) => nodes(3, random));
});

Deno.test("Three nodes agree with it that pass on bytes", () => {
  runMany(300, 300, (random) => nodes(3, random, bytesPlane));
  assert(taken > 300, `${taken} messages were taken as bytes`);
});
