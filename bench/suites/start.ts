// Copyright 2026 the Wirekit authors. MIT license.

/** How long the hub takes to start. */

import { connectNats } from "@wirekit/hub/nats";
import { RawWebSocket } from "../../tests/_raw_websocket.ts";
import { receiver } from "../../tests/cluster/_claims.ts";
import { Engine } from "../../tests/cluster/_servers.ts";
import { HERE } from "../harness.ts";
import { installNatsServer } from "../peers/install.ts";
import { median, short } from "../results.ts";
import { type Suite, valueTarget } from "../suite.ts";

const LIMIT_MS = 10_000;

/** The names of a large cluster. */
const NAMES = 100_000;

/** From the start of the process to the first client that the hub accepts. */
async function startHub(root: URL, ...options: string[]): Promise<number> {
  const probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = probe.addr;
  probe.close();
  const begin = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      options.length > 0 ? "-A" : "--allow-net",
      new URL("hub/cli.ts", root).pathname,
      "--quiet",
      "--port",
      `${port}`,
      ...options,
    ],
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    while (performance.now() - begin < LIMIT_MS) {
      try {
        using socket = await RawWebSocket.connect(port);
        await socket.send(JSON.stringify({ type: 1, id: `first-${port}` }));
        await socket.receive();
        return performance.now() - begin;
      } catch (error) {
        if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    }
    throw new Error("The hub does not start");
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
}

/** Claims names, as many at a time as the server bears. */
async function claimAll(
  plane: Awaited<ReturnType<typeof connectNats>>,
  names: number,
): Promise<void> {
  let won = 0;
  let wanted = 0;
  let done: (() => void) | undefined;
  plane.onMessage(receiver({ won: () => ++won === wanted && done?.() }));
  while (wanted < names) {
    const from = wanted;
    wanted = Math.min(names, wanted + 1_000);
    const step = new Promise<void>((resolve) => done = resolve);
    for (let n = from; n < wanted; n++) plane.claim(`"client-${n}"`);
    await step;
  }
}

/** The median start of a hub that joins a cluster with this many names. */
async function startAmong(names: number, times: number): Promise<number> {
  const { path } = await installNatsServer();
  Deno.env.set("NATS_SERVER", path);
  await using engine = await Engine.start(1);
  const plane = await connectNats({ servers: engine.urls });
  try {
    await claimAll(plane, names);
    const starts: number[] = [];
    for (let i = 0; i < times; i++) {
      starts.push(await startHub(HERE, "--cluster", engine.urls[0]!));
    }
    return median(starts);
  } finally {
    await plane.close();
  }
}

/** The suite. */
export const suite: Suite = {
  name: "start",
  title: "Start of the hub, to the first client that it accepts",
  figures: [{
    name: "start of the hub, warm cache",
    unit: "ms",
    times: 9,
    measure: (root) => startHub(root),
  }],
  async run({ quick, log }) {
    await startHub(HERE); // The cache is warm from now on.
    const times: number[] = [];
    for (let i = 0; i < (quick ? 3 : 11); i++) times.push(await startHub(HERE));
    const half = median(times);
    const spread = `${Math.round(Math.min(...times))}–${
      Math.round(Math.max(...times))
    }`;
    log(`${Math.round(half)} ms (${spread})`);
    const targets = [
      valueTarget("start of the hub, warm cache", half, 150, "ms", {
        why: "The start",
      }),
    ];
    const lines = [
      `Median of ${times.length}: **${Math.round(half)} ms** (${spread}).`,
    ];
    if (!quick) {
      const empty = await startAmong(0, 5);
      const full = await startAmong(NAMES, 5);
      const ratio = full / empty;
      targets.push({
        what: `start of the hub, in a cluster with ${NAMES} names ÷ with none`,
        measured: short(ratio),
        target: "≤ 1.2",
        met: ratio <= 1.2,
        why: "The start",
      });
      lines.push(
        `In a cluster without names **${
          Math.round(empty)
        } ms**, with ${NAMES} ` +
          `**${Math.round(full)} ms**.`,
      );
      log(lines.at(-1)!);
    }
    return { targets, details: lines.join(" ") };
  },
};
