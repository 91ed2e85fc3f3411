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
export * from "./frame.ts";
export * from "./message.ts";
export * from "./password.ts";
export * from "./where.ts";
