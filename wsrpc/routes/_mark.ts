// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** Where a decorated method carries what its decorator said. */
export const MARK: unique symbol = Symbol("wsrpc.mark");
