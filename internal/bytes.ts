// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Memory for bytes that costs little, and looks at many of them at once.
 *
 * @module
 */

export * from "./_allocate.ts";
export * from "./_simd.ts";
