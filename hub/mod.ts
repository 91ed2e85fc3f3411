// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Named clients that call each other, wire-compatible with winerp.
 *
 * @module
 */
export * from "./hub.ts";
export * from "./message.ts";
export * from "./router.ts";
export * from "./serve.ts";
