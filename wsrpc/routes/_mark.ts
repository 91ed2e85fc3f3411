// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** The key under which a decorated method keeps its mark. */
export const MARK: unique symbol = Symbol("wsrpc.mark");

/**
 * Where `Route` and its subclasses carry what makes an entry of them. Whatever
 * looks for routes knows only this, so a page without class routes gets no code
 * of theirs.
 */
export const ENTRY_OF: unique symbol = Symbol("wsrpc.entryOf");
