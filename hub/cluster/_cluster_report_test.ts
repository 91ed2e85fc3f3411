// Copyright 2026 the Wirekit authors. MIT license.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { connectWebSocket } from "@wirekit/transport/websocket";
import { until } from "../watch/hubs/testdata/scene.ts";
import { Client } from "../client.ts";
import { serve } from "../serve.ts";
import type { HubReport } from "../watch/reports/hub.ts";
import { MemoryEngine } from "./memory.ts";

async function client(name: string, url: string): Promise<Client> {
  const made = new Client(name, { url });
  made.route("pay", () => "paid");
  made.route("status", () => "fine");
  await made.connect();
  return made;
}

Deno.test("A hub tells how its cluster is, and who is where", async () => {
  const engine = new MemoryEngine();
  const plane = engine.node("cellar");
  await using one = await serve({ port: 0, backplane: plane });
  await using two = await serve({ port: 0, backplane: engine.node("attic") });
  const http = one.urls[0].replace("ws:", "http:");
  await using me = await client("me", one.urls[0]);
  await using _lamp = await client("lamp", two.urls[0]);
  assert(await me.ping("lamp"));

  const nodes = await me.request("@hub", "nodes", {});
  const { state, names, nodes: found } = nodes as {
    state: string;
    names: unknown;
    nodes: { label: string; here: boolean; figures: { clients: number } }[];
  };
  assertEquals([state, names], ["open", [{ name: "lamp", node: "attic" }]]);
  assertEquals(
    found.map(({ label, here, figures }) => [label, here, figures.clients]),
    [["cellar", true, 1], ["attic", false, 1]],
  );
  const ready = async () => {
    const response = await fetch(`${http}/readyz`);
    return [response.status, await response.text()];
  };
  const metrics = async () => await (await fetch(`${http}/metrics`)).text();
  assertEquals(await ready(), [200, "ready\n"]);
  assert((await metrics()).includes("wirekit_hub_cluster_nodes 2\n"));

  plane.cut();
  assertEquals(await ready(), [
    503,
    "This hub is cut off from the other hubs.\n",
  ]);
  assert(
    (await metrics()).includes('wirekit_hub_cluster_state{state="fenced"} 1\n'),
  );
  const report: HubReport = await (await fetch(`${http}/api/report`)).json();
  assertEquals(report.cluster?.state, "fenced");
  plane.heal();
  assertEquals(await ready(), [200, "ready\n"]);
});

Deno.test("A client that waits for a name of a hub without signs of life reads when it is free", async () => {
  const lines: string[] = [];
  const info = (line: string) => void lines.push(line);
  const engine = new MemoryEngine();
  const plane = engine.node("one");
  const status = plane.status.bind(plane);
  plane.status = () => {
    const all = status();
    const endsIn = 3_200;
    const nodes = all.nodes.map((node) =>
      node.label === "two" ? { ...node, endsIn } : node
    );
    return { ...all, nodes };
  };
  await using hub = await serve({
    port: 0,
    backplane: plane,
    logger: { info },
  });
  await using other = await serve({ port: 0, backplane: engine.node("two") });
  await using _bot = await client("bot", other.urls[0]);
  const transport = await connectWebSocket(hub.urls[0]);
  await transport.send('{"type":1,"id":"bot","uuid":"v"}');
  await until(() => lines.length > 0);
  assertEquals(
    lines[0],
    '"bot" is on hold: a hub that gives no sign of life has the name: free ' +
      "within 4 s",
  );
  const http = hub.urls[0].replace("ws:", "http:");
  const metrics = await (await fetch(`${http}/metrics`)).text();
  assert(metrics.includes("wirekit_hub_cluster_nodes 1\n"));
  await transport.close();
});

Deno.test("A client that waits for a name of the same hub costs no look at the others", async () => {
  const lines: string[] = [];
  const info = (line: string) => void lines.push(line);
  const plane = new MemoryEngine().node("one");
  const status = plane.status.bind(plane);
  let looks = 0;
  plane.status = () => {
    const { nodes, ...rest } = status();
    return Object.defineProperty(rest, "nodes", {
      get: () => (looks++, nodes),
    }) as ReturnType<typeof status>;
  };
  await using hub = await serve({
    port: 0,
    backplane: plane,
    logger: { info },
  });
  await using _bot = await client("bot", hub.urls[0]);
  await using stack = new AsyncDisposableStack();
  looks = 0;
  for (let n = 0; n < 20; n++) {
    const transport = stack.use(await connectWebSocket(hub.urls[0]));
    await transport.send('{"type":1,"id":"bot","uuid":"v"}');
  }
  await until(() => lines.includes('"bot" is on hold: the name is taken'));
  assert(looks < 10, `${looks}`);
});

Deno.test("Rules hold at the hub of the one who asks, wherever the other is", async () => {
  const engine = new MemoryEngine();
  const rules = [
    { names: ["shop"], ask: { bank: ["status"] } },
    { names: ["*"], ask: ["*"], broadcast: true },
  ];
  const open = (label: string) =>
    serve({ port: 0, rules, backplane: engine.node(label) });
  await using one = await open("one");
  await using two = await open("two");
  await using shop = await client("shop", one.urls[0]);
  await using bank = await client("bank", two.urls[0]);
  assertEquals(await shop.request("bank", "status", {}), "fine");
  await assertRejects(
    () => shop.request("bank", "pay", {}),
    Error,
    "may not ask",
  );
  assertEquals(await bank.request("shop", "pay", {}), "paid");
});

Deno.test("The log says of a client that left that it was on hold only if it was told so", async () => {
  const lines: string[] = [];
  const info = (line: string) => void lines.push(line);
  // What goes to the engine while nobody decides.
  const late: (() => void)[] = [];
  let isLate = false;
  const engine = new MemoryEngine({
    carry: (deliver) =>
      isLate ? void late.push(deliver) : queueMicrotask(deliver),
  });
  await using hub = await serve({
    port: 0,
    backplane: engine.node("one"),
    logger: { info },
  });
  await using other = await serve({ port: 0, backplane: engine.node("two") });
  await using _bot = await client("bot", other.urls[0]);
  const comesAndGoes = async (isAsked: () => boolean) => {
    const before = lines.length;
    const transport = await connectWebSocket(hub.urls[0]);
    await transport.send('{"type":1,"id":"bot","uuid":"v"}');
    await until(isAsked);
    await transport.close();
    await until(() => lines.length > before && /left/.test(lines.at(-1)!));
  };
  await comesAndGoes(() => lines.length > 0);
  isLate = true;
  await comesAndGoes(() => late.length > 0);
  isLate = false;
  for (const deliver of late) deliver();
  assertEquals(lines.map((line) => line.replace(/:.*/, "")), [
    '"bot" is on hold',
    '"bot" on hold (WebSocket) left',
    '"bot" not yet joined (WebSocket) left',
  ]);
});
