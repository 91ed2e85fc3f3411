// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Named clients that call each other, wire-compatible with winerp.
 *
 * @module
 */
