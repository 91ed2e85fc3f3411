// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * What a hub tells of its clients, and of those that come and go.
 *
 * @module
 */
import type { ClientTraffic } from "./figures.ts";

/**
 * One client.
 *
 * @category Watching
 */
export interface ClientReport {
  /** Tells it from all other clients that its hub has had since its start. */
  readonly id: number;
  /** Its name, or the one that it waits for; none before its verification. */
  readonly name?: string;
  /**
   * Whether it has its name, waits for it, has none yet, or is to have none,
   * such as an AI assistant.
   */
  readonly state: "active" | "held" | "unverified" | "nameless";
  /** Its protocol, such as `"winerp"`. */
  readonly protocol: string;
  /** Its carrier, such as `"WebSocket"`. */
  readonly carrier: string;
  /** The address it came from; empty if that is not known. */
  readonly address: string;
  /** The secret that it has shown, by label. */
  readonly pass: string;
  /** The hub of the cluster where it is; missing if there is no cluster. */
  readonly node?: string;
  /** When it came, in milliseconds since 1970. */
  readonly since: number;
  /** When something came from it last, in milliseconds since 1970. */
  readonly lastSeen: number;
  /** What it sent, since it came. */
  readonly sent: ClientTraffic;
  /** What it was sent, since it came. */
  readonly received: ClientTraffic;
  /** Requests of it that are not answered yet. */
  readonly asking: number;
  /** Requests to it that it has not answered yet. */
  readonly asked: number;
  /** Bytes that it has not read yet: now, and the most so far. */
  readonly outbox: { readonly bytes: number; readonly peak: number };
  /** How often it met which limit, by option; none if it met none. */
  readonly limits?: Readonly<Record<string, number>>;
  /** What is wrong with it, in one sentence. */
  readonly trouble?: string;
  /** Why its name was given up the last time. */
  readonly lastEnd?: string;
  /** When that was, in milliseconds since 1970. */
  readonly lastEndAt?: number;
}

/**
 * The clients, or those that have changed.
 *
 * @category Watching
 */
export interface ClientsReport {
  /** Whether these are all that are shown, and not only what has changed. */
  readonly full: boolean;
  /** How many clients there are, shown or not. */
  readonly total: number;
  /**
   * Clients: of more than 2,000 the sick and the busiest. Unless `full`, those
   * that are new, and those of which more than figures has changed.
   */
  readonly clients: readonly ClientReport[];
  /** The figures of others that have changed; never if `full`. */
  readonly figures?: readonly ClientFigures[];
  /** Ids of clients that are no longer shown. */
  readonly gone: readonly number[];
}

/**
 * The part of a {@linkcode ClientReport} that changes all the time, as a list: an
 * open page gets those of thousands.
 *
 * @category Watching
 */
export type ClientFigures = readonly [
  id: number,
  lastSeen: number,
  asking: number,
  asked: number,
  outboxBytes: number,
  outboxPeak: number,
  sent: TrafficFigures,
  received: TrafficFigures,
];

/**
 * A {@linkcode ClientTraffic}, in a list.
 *
 * @category Watching
 */
export type TrafficFigures = readonly [
  requests: number,
  errors: number,
  informs: number,
  messages: number,
  bytes: number,
];

/**
 * What came, went or waits.
 *
 * @category Watching
 */
export interface PresenceReport {
  /** The time, in milliseconds since 1970. */
  readonly at: number;
  /** What happened to the name. */
  readonly event: "join" | "hold" | "leave";
  /** The name. */
  readonly name: string;
  /** Why it left. */
  readonly reason?: string;
  /** The hub of the cluster where it happened; missing if there is no cluster. */
  readonly node?: string;
}

/**
 * Some of what came, went or waits.
 *
 * @category Watching
 */
export interface PresenceBatch {
  /** What happened, the oldest first. */
  readonly events: readonly PresenceReport[];
  /** How many more there were. */
  readonly left: number;
}
