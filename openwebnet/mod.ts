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
 * await using gateway = new Gateway(() => simulator.connect(), {
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
export * from "./alarm.ts";
export * from "./area.ts";
export * from "./automation.ts";
export * from "./auxiliary.ts";
export * from "./buttons.ts";
export * from "./camera.ts";
export * from "./capture.ts";
export * from "./command_session.ts";
export * from "./diagnostics.ts";
export * from "./dial.ts";
export * from "./discovery.ts";
export * from "./door_entry.ts";
export * from "./energy.ts";
export * from "./errors.ts";
export * from "./event_session.ts";
export * from "./events.ts";
export * from "./explain.ts";
export * from "./frame.ts";
export * from "./gateway.ts";
export * from "./gateway_unit.ts";
export * from "./handshake.ts";
export * from "./item.ts";
export * from "./lighting.ts";
export * from "./lighting_management.ts";
export * from "./load_control.ts";
export * from "./lock.ts";
export * from "./message.ts";
export * from "./password.ts";
export * from "./plant.ts";
export * from "./profiles.ts";
export * from "./repeatable.ts";
export * from "./scenarios.ts";
export * from "./simulator.ts";
export * from "./sound.ts";
export * from "./sound_diffusion.ts";
export * from "./tcp.ts";
export * from "./thermo.ts";
export * from "./where.ts";
export * from "./zigbee.ts";

if (import.meta.main) {
  throw new Error(
    "This is a library: its command is jsr:@wirekit/openwebnet/cli",
  );
}
