// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** Defaults of `AnswerOptions`. */
export const DEFAULTS = {
  maxHandlers: 1_024,
  maxQueuedCalls: 1_024,
  maxBatchItems: 1_000,
  maxRequestBytes: 10_485_760, // 10 MiB
  maxResponseBytes: 10_485_760, // 10 MiB
} as const;
