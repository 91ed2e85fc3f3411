// Copyright 2026 the Wirekit authors. MIT license.

/** The client of NATS, for tests that do to its buckets what no hub does. */

export { type KV, Kvm } from "@nats-io/kv";
export { markOf } from "../nats/_buckets.ts";
export { Markers } from "../nats/_markers.ts";
export { connectSafely as connect } from "../nats/connection/_connection.ts";
export { nkeys } from "@nats-io/transport-node";
