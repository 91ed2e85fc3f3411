// Copyright 2026 the Wirekit authors. MIT license.

/** How long the hub takes to start. */

import { RawWebSocket } from "../../tests/_raw_websocket.ts";
import { median } from "../harness.ts";
import { type Suite, valueTarget } from "../suite.ts";

const LIMIT_MS = 10_000;

/** From the start of the process to the first client that the hub accepts. */
async function startHub(): Promise<number> {
  const probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = probe.addr;
  probe.close();
  const begin = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-net",
      new URL("../../hub/cli.ts", import.meta.url).pathname,
      "--quiet",
      "--port",
      `${port}`,
    ],
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    while (performance.now() - begin < LIMIT_MS) {
      try {
        using socket = await RawWebSocket.connect(port);
        await socket.send(JSON.stringify({ type: 1, id: "first" }));
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

/** The suite. */
export const suite: Suite = {
  name: "start",
  title: "Start of the hub, to the first client that it accepts",
  async run({ quick, log }) {
    await startHub(); // The cache is warm from now on.
    const times: number[] = [];
    for (let i = 0; i < (quick ? 3 : 11); i++) times.push(await startHub());
    const half = median(times);
    const spread = `${Math.round(Math.min(...times))}–${
      Math.round(Math.max(...times))
    }`;
    log(`${Math.round(half)} ms (${spread})`);
    return {
      targets: [
        valueTarget("start of the hub, warm cache", half, 150, "ms"),
      ],
      details: `Median of ${times.length}: **${
        Math.round(half)
      } ms** (${spread}).`,
    };
  },
};
