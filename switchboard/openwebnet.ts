// Copyright 2026 the Wirekit authors. MIT license.

/**
 * MyHOME gateways as clients of a hub: everybody who is in it switches lights,
 * moves shutters, reads meters and is told what happens on the bus.
 *
 * ```sh
 * curl -H 'content-type: application/json' -d '{"where":"12"}' http://127.0.0.1:13254/call/home/light.on
 * ```
 *
 * @module
 */
import type { Hub } from "@wirekit/hub/hub";
import type { Gateway, Home } from "@wirekit/openwebnet";
import type { DoorMaker, OpenedDoor } from "./door.ts";
import { GatewayGuest } from "./gateway/_guest.ts";
import type { PlantPageModule } from "./gateway/_page_module.ts";
import { PlantPages } from "./gateway/_plant_pages.ts";

export type * from "./gateway/_page_module.ts";

/**
 * Options of {@linkcode gatewayDoor}.
 *
 * @category Doors
 */
export interface GatewayDoorOptions {
  /**
   * The names of what is in the home, as `parseHome()` reads them: `where` may be
   * one of them. Those without a gateway of their own are behind the first one.
   *
   * @default None.
   */
  home?: Home;
  /**
   * The module `@wirekit/openwebnet/page`, if each plant is to have a page: who
   * does not import it does not load it.
   *
   * @default No page, and no routes `plant.state` and `plant.order`.
   */
  page?: PlantPageModule;
}

/**
 * Lets gateways take part in a hub, each under its own name.
 *
 * It can be asked for `light.on`, `light.off`, `light.toggle`, `light.level`,
 * `light.status`, `shutter.up`, `shutter.down`, `shutter.stop`, `shutter.level`,
 * `temperature.read`, `temperature.set`, `energy.power`, `scene.run`,
 * `alarm.state`, `door.open`, `lock.on`, `lock.off`, `status`, `devices`, `send`,
 * `plant.state`, `plant.order`, `subscribe` and `unsubscribe`; each is announced
 * with its JSON Schema. Values are in °C, W and per cent. A subscriber is
 * told the events of the bus.
 *
 * With the option `page`, each plant has a page at `/plant/NAME/` of the hub's
 * port, and the hub's page a tab for it.
 *
 * @param gateways The gateways, by the names that they take. They are closed
 * with the door, and if the hub cannot listen.
 * @param options Names of what is in the home.
 * @returns What opens the door of a hub.
 *
 * @example A bot switches a light, here of a simulated gateway
 * ```ts
 * import { Client } from "@wirekit/hub";
 * import { Gateway, GatewaySimulator } from "@wirekit/openwebnet";
 * import { gatewayDoor } from "@wirekit/switchboard/openwebnet";
 * import { serve } from "@wirekit/switchboard/serve";
 * import { assertEquals } from "@std/assert";
 *
 * // A real one: tcpGateway("192.168.1.35", { password: "12345" })
 * await using simulator = new GatewaySimulator();
 * const home = new Gateway({ transport: () => simulator.connect() });
 * await using server = await serve({ port: 0, open: [gatewayDoor({ home })] });
 *
 * await using bot = new Client("bot", { url: server.urls[0] });
 * await bot.connect();
 * await bot.request("home", "light.on", { where: "12" });
 * assertEquals(simulator.executed, ["*1*1*12##"]);
 * ```
 *
 * @category Doors
 */
export function gatewayDoor(
  gateways: Readonly<Record<string, Gateway>>,
  options: GatewayDoorOptions = {},
): DoorMaker {
  return (hub) => open(hub, gateways, options);
}

function open(
  hub: Hub,
  gateways: Readonly<Record<string, Gateway>>,
  { home, page }: GatewayDoorOptions,
): OpenedDoor {
  const guests = new Map<string, GatewayGuest>();
  const [first] = Object.keys(gateways);
  for (const [name, gateway] of Object.entries(gateways)) {
    const names = Object.entries(home?.names ?? {}).filter(([_, item]) =>
      (item.gateway ?? first) === name
    );
    guests.set(
      name,
      new GatewayGuest(hub, name, gateway, new Map(names), page),
    );
  }
  const pages = page && new PlantPages(hub, page, guests);
  return {
    ...(pages && {
      pages: pages.pages,
      fetch: (request, info) => pages.fetch(request, info),
      plain: () => undefined,
    }),
    async close() {
      pages?.close();
      await Promise.all([...guests.values()].map((guest) => guest.close()));
    },
  };
}
