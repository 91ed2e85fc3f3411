// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * What a hub tells of itself: to its page, to `@hub`, to the commands that
 * watch it, and to metrics.
 *
 * All numbers count from the start of the hub unless they say otherwise; a
 * reader makes rates of two reports. Times are milliseconds since 1970.
 *
 * @module
 */

/** What a hub has passed on. */
export interface Traffic {
  /** Requests. */
  readonly requests: number;
  /** Requests that ended with an error, of the responder or of the hub. */
  readonly errors: number;
  /** Information, as often as it was sent. */
  readonly informs: number;
  /** Bytes that came in. */
  readonly bytesIn: number;
  /** Bytes that went out. */
  readonly bytesOut: number;
}

/** How long something took, in milliseconds, over the last ten seconds. */
export interface Latency {
  /** How often it was measured. */
  readonly count: number;
  /** Half took no longer. */
  readonly p50: number;
  /** 95 of 100 took no longer. */
  readonly p95: number;
  /** 99 of 100 took no longer. */
  readonly p99: number;
}

/** A limit, and how near the hub came to it. */
export interface LimitReport {
  /** Its option, such as `"maxConnections"`. */
  readonly option: string;
  /** Its value. */
  readonly limit: number;
  /** The highest value so far. */
  readonly peak: number;
  /** The value now. */
  readonly now: number;
  /** How often it was reached. */
  readonly hits: number;
}

/** Something that an operator should do. */
export interface Problem {
  /** Tells it from others, and stays the same while it lasts. */
  readonly id: string;
  /** How bad it is. */
  readonly severity: "warning" | "error";
  /** Since when. */
  readonly since: number;
  /** How often it was seen. */
  readonly count: number;
  /** What is wrong, in one sentence. */
  readonly text: string;
  /** What to do, in one sentence. */
  readonly cure: string;
}

/** One client. */
export interface ClientReport {
  /** Tells it from all other clients of this hub's life. */
  readonly id: number;
  /** Its name, or the one that it waits for; none before its verification. */
  readonly name?: string;
  /** Whether it has its name, waits for it, or has none yet. */
  readonly state: "active" | "held" | "unverified";
  /** Its protocol, such as `"winerp"`. */
  readonly protocol: string;
  /** Its carrier, such as `"WebSocket"`. */
  readonly carrier: string;
  /** The address it came from; empty if that is not known. */
  readonly address: string;
  /** The secret that it has shown, by label. */
  readonly pass: string;
  /** When it came. */
  readonly since: number;
  /** When something came from it last. */
  readonly lastSeen: number;
  /** What it sent. */
  readonly sent: Traffic;
  /** What it was sent. */
  readonly received: Traffic;
  /** Requests of it that are not answered yet. */
  readonly asking: number;
  /** Requests to it that it has not answered yet. */
  readonly asked: number;
  /** Bytes that it has not read yet: now, and the most so far. */
  readonly outbox: { readonly bytes: number; readonly peak: number };
  /** What is wrong with it, in one sentence. */
  readonly trouble?: string;
  /** Why its name was given up the last time. */
  readonly lastEnd?: string;
}

/** What one client has asked or told another. */
export interface EdgeReport {
  /** The name of the sender. */
  readonly from: string;
  /** The name of the receiver. */
  readonly to: string;
  /** Requests. */
  readonly requests: number;
  /** Requests that ended with an error. */
  readonly errors: number;
  /** Information. */
  readonly informs: number;
}

/** One route of a client, as seen from outside or announced. */
export interface RouteReport {
  /** The name of the client. */
  readonly name: string;
  /** The route. */
  readonly route: string;
  /** How often it was asked for. */
  readonly count: number;
  /** How often that ended with an error. */
  readonly errors: number;
  /** How long the answers took. */
  readonly latency: Latency;
  /** When it was asked for last. */
  readonly last: number;
}

/** A request without its answer yet. */
export interface OpenRequestReport {
  /** The name of the requester. */
  readonly from: string;
  /** The name of the responder. */
  readonly to: string;
  /** The route. */
  readonly route: string;
  /** When it was asked. */
  readonly since: number;
  /** When the hub gives it up. */
  readonly expires: number;
}

/** One message as the live tail shows it; a request and its answer are one. */
export interface TailReport {
  /** Tells it from all others. */
  readonly id: number;
  /** When it came. */
  readonly at: number;
  /** What it is. */
  readonly kind: "request" | "inform";
  /** The name of the sender. */
  readonly from: string;
  /** The name of the receiver; none for information to all. */
  readonly to?: string;
  /** The route of a request. */
  readonly route?: string;
  /** How large it is, in bytes. */
  readonly bytes: number;
  /** How large the answer is, in bytes. */
  readonly answerBytes?: number;
  /** How long the answer took, in milliseconds. */
  readonly took?: number;
  /** How a request ended. */
  readonly outcome?: "answer" | "error" | "failure";
  /** Why it failed, if the hub says so. */
  readonly reason?: string;
  /** The data, only for readers that asked for it. */
  readonly data?: string;
  /** The data of the answer, only for readers that asked for it. */
  readonly answer?: string;
}

/** What came, went or waits. */
export interface PresenceReport {
  /** When. */
  readonly at: number;
  /** What happened to the name. */
  readonly event: "join" | "hold" | "leave";
  /** The name. */
  readonly name: string;
  /** Why it left. */
  readonly reason?: string;
}

/** A hub, now. */
export interface HubReport {
  /** The version of the hub. */
  readonly version: string;
  /** When it was started. */
  readonly since: number;
  /** When this was written. */
  readonly at: number;
  /** Where it listens. */
  readonly urls: readonly string[];
  /** Who may come in: this machine, who has the token, or what rules say. */
  readonly lock: "open" | "token" | "rules";
  /** How it is. */
  readonly health: "good" | "warning" | "bad" | "draining";
  /** What is wrong, worst first. */
  readonly problems: readonly Problem[];
  /** What it has passed on. */
  readonly traffic: Traffic;
  /** From a request to its answer, as the requester has it. */
  readonly roundTrip: Latency;
  /** How late the hub's event loop is, in milliseconds: now, and worst. */
  readonly lag: { readonly now: number; readonly worst: number };
  /** How many clients have a name, wait for one, and have none yet. */
  readonly clients: {
    readonly active: number;
    readonly held: number;
    readonly unverified: number;
  };
  /** Its limits. */
  readonly limits: readonly LimitReport[];
}
