// Copyright 2026 the Wirekit authors. MIT license.

/** The library with our own types: see `_library.ts`. */

// @ts-types="./_library.ts"
export { default } from "mqtt";
