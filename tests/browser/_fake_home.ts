// Copyright 2026 the Wirekit authors. MIT license.

/** A home with rooms, on a simulated plant behind a port. */

import { type Home, parseHome, type PlantOptions } from "@wirekit/openwebnet";
import { type PageServer, servePage } from "@wirekit/openwebnet/page";
import type { ServePageOptions } from "@wirekit/openwebnet/page";

import { tcpGateway } from "@wirekit/openwebnet/tcp";
import { listen, type Listening } from "../interop/openwebnet/_simulator.ts";

/** The names of the home. */
export const HOME: Home = parseHome(`{
  "gateways": { "home": { "host": "127.0.0.1" } },
  "names": {
    "ceiling": { "light": "11", "room": "Living room" },
    "reading-lamp": { "light": "21", "room": "Living room" },
    "balcony-door": { "shutter": "32", "room": "Living room" },
    "heating": { "zone": "1", "room": "Living room" },
    "worktop": { "light": "12", "room": "Kitchen" },
    "dining-table": { "light": "22", "room": "Kitchen" },
    "kitchen-window": { "shutter": "33", "seconds": 1, "room": "Kitchen" },
    "bedroom-lamp": { "light": "23", "room": "Bedroom" },
    "bedroom-window": { "shutter": "31", "room": "Bedroom" },
    "bedroom-heating": { "zone": "2", "room": "Bedroom" },
    "all-upstairs": { "light": "#1", "room": "Bedroom" },
    "front-door": { "contact": "1", "room": "Entrance" },
    "wall-switch": { "buttons": "15", "room": "Entrance" },
    "good-night": { "scene": "1" },
    "cinema": { "scene": "2" },
    "whole-house": { "meter": "1" },
    "heat-pump": { "meter": "2" }
  }
}`);

const PLANT: PlantOptions = {
  lights: ["11", "12"],
  dimmers: ["21", "22", "23"],
  shutters: ["31", "32", "33"],
  zones: { 1: 21.5, 2: 18.6 },
  meters: { 1: 1234, 2: 640 },
  contacts: [1],
  scenes: [1, 2],
  alarmZones: [1],
  auxiliaries: [],
  amplifiers: [],
  actuators: [],
  stopGos: [],
  travel: 1_500,
};

/** A home that can be looked at. */
export class FakeHome implements AsyncDisposable {
  readonly plant: Listening;
  readonly page: PageServer;
  readonly gateway: ReturnType<typeof tcpGateway>;

  #isEnded = false;

  private constructor(
    plant: Listening,
    gateway: ReturnType<typeof tcpGateway>,
    page: PageServer,
  ) {
    this.plant = plant;
    this.gateway = gateway;
    this.page = page;
  }

  /** Starts it. */
  static async start(
    options: ServePageOptions = {},
    plantOptions: PlantOptions = {},
  ): Promise<FakeHome> {
    const plant = listen({ plant: { ...PLANT, ...plantOptions } });
    const gateway = gatewayAt(plant.port);
    const page = await servePage({ home: gateway }, {
      port: 0,
      home: HOME,
      ...options,
    });
    return new FakeHome(plant, gateway, page);
  }

  get url(): string {
    return this.page.urls[0];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.close();
    await this.gateway.close();
    await this.endPlant();
  }

  /** Ends the gateway, as a power cut does. */
  async endPlant(): Promise<void> {
    if (this.#isEnded) return;
    this.#isEnded = true;
    await this.plant[Symbol.asyncDispose]();
  }
}

/** A gateway that is called again soon. */
export function gatewayAt(port: number): ReturnType<typeof tcpGateway> {
  return tcpGateway("127.0.0.1", {
    port,
    reconnect: { minDelay: 50, maxDelay: 200 },
    pacing: 0,
    timeout: 2_000,
  });
}
