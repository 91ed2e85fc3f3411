// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Read, command and watch a BTicino or Legrand MyHOME plant by OpenWebNet, and
 * simulate one to test against.
 *
 * ```ts
 * import { Gateway, GatewaySimulator, Light } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * // A real one: tcpGateway("192.168.1.35", { password: "12345" })
 * await using simulator = new GatewaySimulator({ authentication: "open" });
 * await using gateway = new Gateway({
 *   transport: () => simulator.connect(),
 *   password: "12345",
 * });
 *
 * const light = new Light(gateway, "11");
 * await light.on();
 * assertEquals(await light.states(), [{ where: "11", on: true }]);
 * ```
 *
 * @module
 */
export * from "./areas/alarm.ts";
export * from "./areas/area.ts";
export * from "./areas/automation.ts";
export * from "./areas/auxiliary.ts";
export * from "./areas/buttons.ts";
export * from "./areas/camera.ts";
export * from "./session/capture.ts";
export * from "./areas/diagnostics.ts";
export * from "./inventory.ts";
export * from "./areas/door_entry.ts";
export * from "./areas/energy.ts";
export * from "./areas/heating.ts";
export * from "./areas/lights.ts";
export * from "./areas/meters.ts";
export * from "./areas/stop_go.ts";
export * from "./areas/sound_sources.ts";
export * from "./session/errors.ts";
export * from "./events.ts";
export * from "./explain.ts";
export * from "./wire/frame.ts";
export * from "./gateway.ts";
export * from "./areas/gateway_unit.ts";
export * from "./session/handshake.ts";
export * from "./areas/item.ts";
export * from "./areas/lighting.ts";
export * from "./areas/lighting_management.ts";
export * from "./areas/load_control.ts";
export * from "./areas/lock.ts";
export * from "./wire/message.ts";
export * from "./wire/kinds.ts";
export * from "./wire/password.ts";
export * from "./simulator/plant.ts";
export * from "./session/profiles.ts";
export * from "./areas/scenarios.ts";
export * from "./simulator/simulator.ts";
export * from "./areas/sound.ts";
export * from "./areas/sound_diffusion.ts";
export * from "./tcp.ts";
export * from "./areas/thermo.ts";
export * from "./areas/timed_shutter.ts";
export * from "./states.ts";
export * from "./wire/where.ts";
export * from "./areas/zigbee.ts";

if (import.meta.main) {
  throw new Error(
    "This is a library: its command is jsr:@wirekit/openwebnet/cli",
  );
}
