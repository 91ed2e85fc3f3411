// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Memory for bytes that costs little, and looks at many of them at once.
 *
 * @module
 */

export * from "./allocate.ts";
export * from "./simd.ts";
