// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { pair } from "@wirekit/transport/pair";
import { type CaptureEntry, record, replay } from "./capture.ts";
import { Gateway } from "../gateway.ts";
import type { Authentication } from "./handshake.ts";
import { Light } from "../areas/light/light.ts";
import { Zone } from "../areas/heating/zone.ts";
import { GatewaySimulator } from "../simulator/simulator.ts";

/** What is done while it is recorded, and again while it is played. */
async function exercise(gateway: Gateway): Promise<unknown[]> {
  const light = new Light(gateway, "11");
  await light.on();
  return [await light.states(), await new Zone(gateway, "1").temperature()];
}

for (
  const authentication of ["none", "open", "sha1", "sha256"] as Authentication[]
) {
  Deno.test(`replay() plays a session with ${authentication}, without its secrets`, async () => {
    const password = "12345";
    const capture: CaptureEntry[] = [];
    const seen: unknown[] = [];
    {
      await using simulator = new GatewaySimulator({ authentication });
      await using gateway = new Gateway({
        transport: async () =>
          record(await simulator.connect(), (entry) => capture.push(entry)),
        password,
        pacing: 0,
      });
      seen.push(...await exercise(gateway));
    }
    const frames = capture.map(({ frame }) => frame);
    assert(frames.includes("*1*1*11##"));
    // Nothing of the handshake is left but its form.
    const digits = frames.filter((frame) => /^\*#\d{2,}[#*]/.test(frame));
    assertEquals(digits, []);

    const played: Promise<void>[] = [];
    await using gateway = new Gateway({
      transport() {
        const [near, far] = pair();
        played.push(replay(far, capture));
        return Promise.resolve(near);
      },
      pacing: 0,
    });
    assertEquals(await exercise(gateway), seen);
    await gateway.close();
    await Promise.all(played);
  });
}

Deno.test("record() masks nothing after the handshake", async () => {
  const capture: CaptureEntry[] = [];
  await using simulator = new GatewaySimulator({ authentication: "sha256" });
  await using gateway = new Gateway({
    transport: async () =>
      record(await simulator.connect(), (entry) => capture.push(entry)),
    password: "12345",
  });
  // Both look like numbers of a handshake.
  await gateway.request("*#5##");
  await gateway.request("*#9##");
  const sent = capture.filter(({ from }) => from === "client")
    .map(({ frame }) => frame);
  assertEquals(sent.slice(-2), ["*#5##", "*#9##"]);
  assertEquals(
    capture.map(({ at }) => at),
    capture.map(({ at }) => at).sort((a, b) => a - b),
  );
});

Deno.test("replay() keeps the times if it is asked to, and can be stopped", async () => {
  const capture: CaptureEntry[] = [
    { at: 0, from: "gateway", frame: "*#*1##" },
    { at: 60, from: "gateway", frame: "*1*1*12##" },
    { at: 100_000, from: "gateway", frame: "*1*0*12##" },
  ];
  const [near, far] = pair();
  const stop = new AbortController();
  const start = performance.now();
  const played = replay(far, capture, { speed: 2, signal: stop.signal });
  const frames: string[] = [];
  for await (const frame of near) {
    frames.push(frame);
    if (frames.length === 2) stop.abort(new Error("enough"));
  }
  assert(performance.now() - start >= 28);
  assertEquals(frames, ["*#*1##", "*1*1*12##"]);
  await assertRejects(() => played, Error, "enough");
});

Deno.test("replay() ends when the client leaves before", async () => {
  const [near, far] = pair();
  const played = replay(far, [
    { at: 0, from: "client", frame: "*99*9##" },
    { at: 0, from: "gateway", frame: "*#*1##" },
  ]);
  await near.close();
  await played;
});
