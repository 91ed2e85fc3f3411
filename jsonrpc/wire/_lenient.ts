// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** How a transport of JSON text passes on what is not as it should be. */
export const LENIENT = {
  /** web3.py sends its text in binary frames. */
  otherFrames: "take",
  /** Text that is not UTF-8 is no JSON, which is answered with -32700. */
  malformed: "",
} as const;
