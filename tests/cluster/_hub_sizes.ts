// Copyright 2026 the Wirekit authors. MIT license.

/** What clients, and names of other hubs, cost the process of a hub. */

import { connectWebSocket } from "@wirekit/transport/websocket";
import { connectNats } from "@wirekit/hub/nats";
import { freePort } from "../_port.ts";
import { claimMany } from "./_claims.ts";
import { heapOf, inspectable } from "./_heap.ts";
import { Node } from "./_nodes.ts";
import { Engine } from "./_servers.ts";

const NAMES = 20_000;
const CLIENTS = 5_000;
/** The unit of the kernel's times of a process: 10 ms. */
const TICK_US = 10_000;

/** The memory of a process, in bytes. */
export async function rss(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return 1_024 * Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]);
}

/** The CPU time of a process, in microseconds. */
async function cpu(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return TICK_US * (Number(fields[11]) + Number(fields[12]));
}

/** What one hub of a cluster needs. */
export interface HubSizes {
  /** Its process before there is anybody, in bytes. */
  readonly process: number;
  /** A client of its own, in bytes. */
  readonly client: number;
  /** Its CPU time for a claim of another hub, in microseconds. */
  readonly hearing: number;
  /** A name that nobody has any more, in the store of the server, in bytes. */
  readonly marker: number;
}

/** Connects clients with names, and returns what ends them. */
async function connectMany(url: string, first: number, count: number) {
  const transports = [];
  for (let n = first; n < first + count; n++) {
    const transport = await connectWebSocket(url);
    await transport.send(`{"type":1,"id":"own-${n}","uuid":"v"}`);
    await transport[Symbol.asyncIterator]().next();
    transports.push(transport);
  }
  return transports;
}

/** Measures one hub and one server. */
export async function hubSizes(): Promise<HubSizes> {
  await using engine = await Engine.start(1);
  const inspector = freePort();
  const lease = 60_000;
  const flags = inspectable(inspector);
  await using node = new Node(engine, "one", lease, undefined, flags);
  await node.start();
  const memory = async () => {
    await heapOf(inspector);
    return await rss(node.pid);
  };
  const process = await memory();
  // The compiler is warm before the first look.
  const half = CLIENTS / 2;
  const clients = await connectMany(node.url, 0, half);
  const before = await memory();
  clients.push(...await connectMany(node.url, half, half));
  const client = (await memory() - before) / half;
  await Promise.all(clients.map((each) => each.close()));

  const plane = await connectNats({ servers: engine.urls, lease });
  const bytes = async () => {
    type Info = { state: { bytes: number } };
    return (await engine.ask<Info>("INFO", "hub-names")).state.bytes;
  };
  const [cpuBefore, bytesBefore] = [await cpu(node.pid), await bytes()];
  await claimMany(plane, NAMES);
  const heard = async (count: number) => {
    const words = `cluster_names_elsewhere ${count}\n`;
    while (!(await node.get("/metrics")).text.includes(words)) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  await heard(NAMES);
  const hearing = (await cpu(node.pid) - cpuBefore) / NAMES;
  for (let n = 0; n < NAMES; n++) plane.release(`"client-${n}"`);
  await heard(0);
  const marker = (await bytes() - bytesBefore) / NAMES;
  await plane.close();
  return { process, client, hearing, marker };
}
