// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** The key under which a decorated method keeps its mark. */
export const MARK: unique symbol = Symbol("wsrpc.mark");
