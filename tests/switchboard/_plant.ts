// Copyright 2026 the Wirekit authors. MIT license.

/** Clients at one hub of a cluster switch lights of a gateway at another. */

import { assert, assertEquals } from "@std/assert";
import type { Backplane, HubServer } from "@wirekit/hub";
import { Gateway, GatewaySimulator } from "@wirekit/openwebnet";
import * as page from "@wirekit/openwebnet/page";
import { httpDoor, serve, wsrpcDoor } from "@wirekit/switchboard";
import { mcpDoor } from "@wirekit/switchboard/mcp";
import { gatewayDoor } from "@wirekit/switchboard/openwebnet";
import { jsonRpcEverywhere } from "./_lines.ts";
import { Assistant } from "./_assistant.ts";
import { until } from "./_scene.ts";
import { type Speaker, SPEAKERS } from "./_speakers.ts";

/** How long a hub remembers who asked it from another, and more. */
const CALM = 4_500;

/** Two hubs that are one: a gateway is at the second. */
export class Plant implements AsyncDisposable {
  constructor(
    readonly simulator: GatewaySimulator,
    readonly near: HubServer,
    readonly far: HubServer,
    readonly gateway: Gateway,
    readonly stack: AsyncDisposableStack,
  ) {}

  async join(kind: string, name: string): Promise<Speaker> {
    const speaker = this.stack.use(await SPEAKERS[kind]!(this.near.urls, name));
    await speaker.ready;
    return speaker;
  }

  async all(): Promise<Speaker[]> {
    return await Promise.all(
      Object.keys(SPEAKERS).map((kind) => this.join(kind, `near ${kind}`)),
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stack.disposeAsync();
  }
}

/**
 * Opens both hubs, and a gateway at the second.
 *
 * @param planes Makes the backplane of each.
 */
export async function openPlant(
  planes: () => Promise<Backplane>,
): Promise<Plant> {
  await using stack = new AsyncDisposableStack();
  const simulator = stack.use(new GatewaySimulator());
  const home = new Gateway({ transport: () => simulator.connect() });
  const open = async (gateways: Record<string, Gateway>) =>
    stack.use(
      await serve({
        port: 0,
        open: [
          httpDoor(),
          jsonRpcEverywhere(),
          wsrpcDoor(),
          mcpDoor({ allow: ["*/*"] }),
          gatewayDoor(gateways, { page }),
        ],
        backplane: await planes(),
      }),
    );
  const far = await open({ home });
  const near = await open({});
  await until(
    "the name of the gateway is known",
    () => near.hub.exchange.has('"home"'),
  );
  return new Plant(simulator, near, far, home, stack.move());
}

/** Waits for the events of one light, and gives those that came. */
async function lightsOf(speaker: Speaker, last: string): Promise<unknown[]> {
  const seen: unknown[] = [];
  while (seen.at(-1) !== last) {
    const [source, text] = await speaker.told.next();
    assertEquals(source, "home", speaker.name);
    seen.push(JSON.parse(text).where);
  }
  return seen;
}

/**
 * Registers the tests.
 *
 * @param where The first words of each name.
 * @param cluster Makes a cluster: what it returns makes its backplanes.
 * @param options What all tests have.
 */
export function testPlant(
  where: string,
  cluster: () => () => Promise<Backplane>,
  options: Partial<Deno.TestDefinition> = {},
): void {
  const test = (what: string, run: (plant: Plant) => Promise<void>) =>
    Deno.test(`${where}${what}`, options, async () => {
      await using plant = await openPlant(cluster());
      await run(plant);
    });

  test("A client of any protocol, an assistant and a page at one hub switch a light of the gateway at another", async (plant) => {
    const { near, simulator, stack } = plant;
    const assistant = stack.use(
      await Assistant.connect(near.urls[0]!, "near assistant"),
    );
    const askers = [...await plant.all(), assistant];
    for (const [n, asker] of askers.entries()) {
      const data = '{"where":"12"}';
      const route = n % 2 ? "light.off" : "light.on";
      const ended = await asker.ask("home", route, data);
      assertEquals(ended, { data: "null" }, asker.name);
      assertEquals(simulator.executed.length, n + 1, asker.name);
      assertEquals(simulator.executed.at(-1), `*1*${1 - n % 2}*12##`);
      // What is wrong is said in the words of the gateway.
      const bad = await asker.ask("home", "send", '{"frame":"nonsense"}');
      assert(bad.message?.includes("nonsense"), `${asker.name} ${bad.message}`);
    }
    const api = `${near.urls[0]!.replace("ws", "http")}/plant/home/api/order`;
    const order = async (text: string) => {
      const body = { plant: "home", id: "light_12", part: "", text };
      const response = await fetch(api, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      return `${response.status} ${await response.text()}`;
    };
    const isLit = () => simulator.executed.slice(all).includes("*1*1*12##");
    const all = simulator.executed.length;
    // The page learns of the light from what happens on the bus.
    const watching = await fetch(api.replace("order", "events"));
    let said = "";
    for (let n = 0; !said.startsWith("202") && n < 500; n++) {
      simulator.publish("*1*0*12##");
      said = await order("ON");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await watching.body!.cancel();
    assertEquals(said.slice(0, 3), "202", said);
    await until("the light", isLit);
  });

  test("Who subscribes from one hub to the gateway at another is told after any calm, and nobody who takes its name later", async (plant) => {
    const { simulator, far, near } = plant;
    const all = await plant.all();
    for (const each of all) {
      const ended = await each.ask("home", "subscribe", '{"who":1}');
      assertEquals(ended, { data: '{"subscribed":true}' }, each.name);
      // Twice is once.
      assertEquals(await each.ask("home", "subscribe", '{"who":1}'), ended);
    }
    await plant.gateway.ready({ timeout: 10_000 });
    simulator.publish("*1*1*11##");
    for (const each of all) assertEquals(await lightsOf(each, "11"), ["11"]);
    await new Promise((resolve) => setTimeout(resolve, CALM));
    simulator.publish("*1*1*12##");
    for (const each of all) assertEquals(await lightsOf(each, "12"), ["12"]);

    // One waits for the name at the same hub, others come at the other.
    const heirs: Speaker[] = [];
    for (const [n, each] of all.entries()) {
      const { urls, hub } = n === 0 ? near : far;
      if (n > 0) await each.leave();
      const heir = plant.stack.use(await SPEAKERS.winerp!(urls, each.name));
      if (n === 0) {
        const isHeld = () => [...hub.exchange.members].some(({ held }) => held);
        await until("it waits", isHeld);
        await each.leave();
      }
      await heir.ready;
      heirs.push(heir);
    }
    const witness = await plant.join("wsrpc", "witness");
    await witness.ask("home", "subscribe", "{}");
    simulator.publish("*1*1*13##");
    simulator.publish("*1*1*14##");
    assertEquals(await lightsOf(witness, "14"), ["13", "14"]);
    for (const heir of heirs) {
      // What it is told comes before its answer.
      await heir.ask("home", "light.status", '{"where":"11"}');
      assertEquals(heir.told.size, 0, heir.name);
      await heir.ask("home", "subscribe", '{"where":"15"}');
    }
    simulator.publish("*1*1*14##");
    simulator.publish("*1*1*15##");
    for (const heir of heirs) assertEquals(await lightsOf(heir, "15"), ["15"]);
  });

  test("Who subscribes at one hub is told when the gateway at another hears no more", async (plant) => {
    const all = await plant.all();
    for (const each of all) await each.ask("home", "subscribe", "{}");
    await plant.gateway.close();
    for (const each of all) {
      const [source, data] = await each.told.next();
      assertEquals(source, "home");
      assertEquals(JSON.parse(data).subscribed, false, each.name);
      assert(JSON.parse(data).reason.length > 10, data);
    }
  });

  test("Who subscribes at one hub is told when the gateway leaves with another", async (plant) => {
    const all = await plant.all();
    for (const each of all) await each.ask("home", "subscribe", "{}");
    await plant.far.close();
    for (const each of all) {
      const [, data] = await each.told.next();
      assertEquals(JSON.parse(data), {
        subscribed: false,
        reason: "The gateway has left the hub.",
      }, each.name);
    }
  });
}
