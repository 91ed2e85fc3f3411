// Copyright 2026 the Wirekit authors. MIT license.

/**
 * OpenWebNet: BTicino and Legrand MyHOME gateways.
 *
 * ```ts
 * import { parse } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parse("*1*1*12##").kind, "normal");
 * ```
 *
 * @module
 */
export * from "./area.ts";
export * from "./command_session.ts";
export * from "./dial.ts";
export * from "./errors.ts";
export * from "./event_session.ts";
export * from "./events.ts";
export * from "./frame.ts";
export * from "./gateway.ts";
export * from "./handshake.ts";
export * from "./item.ts";
export * from "./lighting.ts";
export * from "./message.ts";
export * from "./password.ts";
export * from "./plant.ts";
export * from "./profiles.ts";
export * from "./repeatable.ts";
export * from "./simulator.ts";
export * from "./where.ts";
