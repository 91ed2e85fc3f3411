// Copyright 2026 the Wirekit authors. MIT license.

import { readMemory } from "@wirekit/internal/bytes";

/**
 * The buffer into which all sockets read: each read is processed before the
 * next. So an idle connection needs no buffer, and a read no allocation. One of
 * 64 KiB would take two reads for a message of 64 KiB, which has a header, and
 * one of 128 KiB for two.
 */
export const SHARED: Uint8Array<ArrayBuffer> = /* @__PURE__ */ readMemory();
