// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Memory over 1 000 000 calls on one connection: run it by
 * `deno run -A bench/wsrpc/memory.ts [ws|tcp] [calls]`. It fails if ours grows.
 */

import { Driver } from "../../tests/_driver.ts";

const STEPS = 10;

/** What a leak of one small object for each call would exceed, in MiB. */
const MARGIN = 24;

const [scheme = "ws", count = "1000000"] = Deno.args;

function program(name: string, ...args: string[]): Driver {
  const path = new URL(name, import.meta.url).pathname;
  return new Driver([Deno.execPath(), "run", "--allow-net", path, ...args]);
}

/** Resident memory of a process, in MiB. */
async function memoryOf({ pid }: Driver): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024);
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

await using server = program("wirekit_server.ts", scheme);
const { address } = await server.event({ event: "ready" });
await using client = program("wirekit_client.ts", `${address}`);
await client.event({ event: "ready" });

print("| calls | server MiB | client MiB |\n| --: | --: | --: |");
const seen: [server: number, client: number][] = [];
for (let step = 1; step <= STEPS; step++) {
  const limit = Number(count) / STEPS;
  // A step is shorter than a driver waits for it.
  await client.do("load", { depth: 64, size: 64, seconds: 14, limit });
  seen.push([await memoryOf(server), await memoryOf(client)]);
  print(`| ${step * limit} | ${seen.at(-1)!.join(" | ")} |`);
}
const [early, late] = [seen[STEPS / 2 - 1]!, seen.at(-1)!];
const growth = Math.max(late[0] - early[0], late[1] - early[1]);
print(`Grown by ${growth} MiB since the half`);
if (growth > MARGIN) Deno.exit(1);
