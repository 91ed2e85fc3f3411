// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { pair } from "@wirekit/transport/pair";
import { Gateway } from "../gateway.ts";
import { scanZigbee } from "./zigbee.ts";

Deno.test("scanZigbee() asks for each device that the scan counts", async () => {
  // No simulator: what a gateway for Zigbee says is known from one library.
  const answers: Record<string, string[]> = {
    "*13*66*##": [],
    "*#13**66*0##": [
      "*#13*702053501#9*66*0*1*256##",
      "*#13*702053502#9*66*0*1*513##",
    ],
    "*#13**66*1##": ["*#13*80000101#9*66*1*1*258##"],
    "*13*65*##": [],
  };
  const heard: string[] = [];
  let listener: ((frame: string) => void) | undefined;
  await using gateway = new Gateway({
    transport: () => {
      const [near, far] = pair();
      (async () => {
        await far.send("*#*1##");
        for await (const frame of far) {
          if (frame === "*99*1##") listener = (frame) => void far.send(frame);
          else if (!frame.startsWith("*99*")) heard.push(frame);
          for (const answer of answers[frame] ?? []) await far.send(answer);
          await far.send("*#*1##");
          if (frame === "*13*65*##") listener?.("*#13**67*2##");
        }
      })();
      return Promise.resolve(near);
    },
    pacing: 0,
  });
  assertEquals(await scanZigbee(gateway), [
    { where: "702053501#9", address: "7020535", unit: "01", type: 256 },
    { where: "702053502#9", address: "7020535", unit: "02", type: 513 },
    { where: "80000101#9", address: "800001", unit: "01", type: 258 },
  ]);
  assertEquals(heard, [
    "*13*66*##",
    "*13*65*##",
    "*#13**66*0##",
    "*#13**66*1##",
  ]);
});
