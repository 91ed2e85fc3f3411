// Copyright 2026 the Wirekit authors. MIT license.
import { Router } from "../winerp/_router.ts";
import { type Net, runMany } from "../winerp/testdata/model.ts";
import { MemoryEngine } from "./memory.ts";

/** Nodes whose links are late, each in its own way, until all is settled. */
function nodes(count: number, random: () => number): Net {
  const links = new Map<string, (() => void)[]>();
  const engine = new MemoryEngine({
    carry: (deliver, link) => {
      if (!links.has(link)) links.set(link, []);
      links.get(link)!.push(deliver);
    },
  });
  const routers = Array.from(
    { length: count },
    (_, i) => new Router({ backplane: engine.node(`node${i}`) }),
  );
  return {
    routers,
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
