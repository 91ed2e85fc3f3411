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

/**
 * What a hub has passed on.
 *
 * @category Watching
 */
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

/**
 * What one client has sent, or was sent.
 *
 * @category Watching
 */
export interface ClientTraffic {
  /** Requests. */
  readonly requests: number;
  /**
   * Those of these requests that ended with an error, of the responder or of
   * the hub.
   */
  readonly errors: number;
  /** Information. */
  readonly informs: number;
  /** Messages of all kinds; 0 if its door does not count them. */
  readonly messages: number;
  /** Their bytes. */
  readonly bytes: number;
}

/**
 * How long something took, in milliseconds, over the last ten seconds. A busy
 * hub measures a sample; each of it counts for those that were passed over.
 *
 * @category Watching
 */
export interface Latency {
  /** How many there were. */
  readonly count: number;
  /** Half took no longer. */
  readonly p50: number;
  /** 95 of 100 took no longer. */
  readonly p95: number;
  /** 99 of 100 took no longer. */
  readonly p99: number;
}

/**
 * A limit, and how near the hub came to it.
 *
 * @category Watching
 */
export interface LimitReport {
  /** Its option, such as `"maxConnections"`. */
  readonly option: string;
  /** Its value; `null` if there is no limit. */
  readonly limit: number | null;
  /** What it is unless somebody sets it; `null` if there is no limit then. */
  readonly default: number | null;
  /** The highest value so far. */
  readonly peak: number;
  /** The value now. */
  readonly now: number;
  /** How often it was reached. */
  readonly hits: number;
}

/**
 * Something that an operator should do.
 *
 * @category Watching
 */
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
  /** When it came. */
  readonly since: number;
  /** When something came from it last. */
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
  /** When that was. */
  readonly lastEndAt?: number;
}

/**
 * What one client has asked or told another, since the first of them came.
 *
 * @category Watching
 */
export interface EdgeReport {
  /** The name of the sender. */
  readonly from: string;
  /** The name of the receiver. */
  readonly to: string;
  /** Requests. */
  readonly requests: number;
  /** Requests that ended with an error. */
  readonly errors: number;
  /** Information that was for this receiver; that for all is not in it. */
  readonly informs: number;
}

/**
 * One route of a client, as seen from outside or announced.
 *
 * @category Watching
 */
export interface RouteReport {
  /** The name of the client. */
  readonly name: string;
  /** The route. */
  readonly route: string;
  /** Whether the client told of it. */
  readonly announced: boolean;
  /** What the client says that it does. */
  readonly description?: string;
  /** How often it was asked for; about so often, if the hub is busy. */
  readonly count: number;
  /** How often that ended with an error. */
  readonly errors: number;
  /** How long the answers took, of late. */
  readonly latency: Latency;
  /** When it was asked for last; missing if never. */
  readonly last?: number;
}

/**
 * A request without its answer yet.
 *
 * @category Watching
 */
export interface OpenRequestReport {
  /** The name of the requester. */
  readonly from: string;
  /** The name of the responder. */
  readonly to: string;
  /** The route; a busy hub knows that of a sample only. */
  readonly route?: string;
  /** When it was asked, to the second. */
  readonly since: number;
  /** When the hub gives it up; missing if never. */
  readonly expires?: number;
}

/**
 * One message as the live tail shows it; a request and its answer are one.
 *
 * @category Watching
 */
export interface TailReport {
  /** Tells it from all others. */
  readonly id: number;
  /** When it came. */
  readonly at: number;
  /** What it is. */
  readonly kind: "request" | "inform";
  /** The name of the sender; empty if it has none. */
  readonly from: string;
  /** The name of the receiver; none for information to several. */
  readonly to?: string;
  /** How many were sent the information. */
  readonly receivers?: number;
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
  /**
   * The data as JSON text, only for readers that asked for it. Of a long one
   * the first 65,536 characters.
   */
  readonly data?: string;
  /** The data of the answer, as of `data`. */
  readonly answer?: string;
  /** The hub of the cluster where the sender is; missing without a cluster. */
  readonly node?: string;
  /** The hub of the receiver, if that is another one. */
  readonly toNode?: string;
}

/**
 * Rows of the live tail.
 *
 * @category Watching
 */
export interface TailBatch {
  /** The rows, the oldest first. */
  readonly rows: readonly TailReport[];
  /** How many messages there were besides. */
  readonly left: number;
  /**
   * The hubs of the cluster that do not tell of their messages now, if there are
   * others than before.
   */
  readonly silent?: readonly string[];
}

/**
 * What came, went or waits.
 *
 * @category Watching
 */
export interface PresenceReport {
  /** When. */
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

/**
 * What changes all the time of a {@linkcode ClientReport}, in a list: an open
 * page is told of thousands.
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
 * Who calls whom, or what has changed of it.
 *
 * @category Watching
 */
export interface EdgesReport {
  /** Whether these are all that are shown, and not only what has changed. */
  readonly full: boolean;
  /** How many edges there are, shown or not. */
  readonly total: number;
  /** Edges: of more than 5,000 the busiest. */
  readonly edges: readonly EdgeReport[];
}

/**
 * The requests without an answer yet.
 *
 * @category Watching
 */
export interface OpenReport {
  /** How many there are, shown or not. */
  readonly total: number;
  /** Requests: of more than 500 the oldest. */
  readonly open: readonly OpenRequestReport[];
}

/**
 * What `GET /api/events` sends: by the name of an event, the JSON of its data.
 *
 * @category Watching
 */
export interface WatchEvents {
  /** Once a second. */
  report: HubReport;
  /**
   * Once a second; of very many clients as seldom as it takes not to spend more
   * than about a hundredth of the hub's time on it, but every three seconds.
   */
  clients: ClientsReport;
  /** With `clients`. */
  edges: EdgesReport;
  /** With `clients`. */
  open: OpenReport;
  /**
   * Up to five times a second, up to 50 rows, in a cluster 50 more of the other
   * hubs; with `?tail=1` or `?name=`.
   */
  tail: TailBatch;
  /** Up to five times a second. */
  presence: PresenceBatch;
  /** When a problem is first seen. */
  problem: Problem;
  /** Every other second, in a cluster only. */
  elsewhere: ElsewhereReport;
}

/**
 * Clients of the other hubs of a cluster.
 *
 * @category Watching
 */
export interface ElsewhereReport {
  /** How many names the other hubs have. */
  readonly total: number;
  /** Clients: up to 500. */
  readonly clients: readonly ClientReport[];
  /** The hubs that did not say who is there. */
  readonly silent: readonly string[];
}

/**
 * One hub of a cluster.
 *
 * @category Watching
 */
export interface NodeReport {
  /** Its id, which each start makes anew. */
  readonly id: string;
  /** What people call it; with the end of the id if others have the same. */
  readonly label: string;
  /** When it was started. */
  readonly since: number;
  /** Whether it is the hub that says so. */
  readonly here: boolean;
  /**
   * What it last said of itself, some seconds ago: `clients`; `requests`,
   * `informs` and `errors` since its start; and the means of the last seconds,
   * `requestsPerSecond`, `informsPerSecond` and `errorsPerSecond`. A request
   * between two hubs counts at both.
   */
  readonly figures: Readonly<Record<string, number>>;
}

/**
 * The cluster that a hub is part of.
 *
 * @category Watching
 */
export interface ClusterReport {
  /** Whether the other hubs can be reached. */
  readonly state: "open" | "waiting" | "fenced" | "closed";
  /** Since when. */
  readonly since: number;
  /** Why they cannot be reached, if so. */
  readonly reason?: string;
  /** The engine that joins them: its version and address. */
  readonly engine?: string;
  /** Its hubs. */
  readonly nodes: readonly NodeReport[];
  /** How many names other hubs have. */
  readonly namesElsewhere: number;
  /** Whether some are missing, because this hub still reads who has which. */
  readonly reading?: boolean;
}

/**
 * A hub in the last ten minutes: of each number a list, a value a second, the
 * oldest first. While nobody is connected there are none.
 *
 * @category Watching
 */
export interface HistoryReport {
  /** When. */
  readonly at: readonly number[];
  /** Clients that have a name. */
  readonly clients: readonly number[];
  /** Requests within the second. */
  readonly requests: readonly number[];
  /** Information within the second, as often as it was sent. */
  readonly informs: readonly number[];
  /** Requests that ended with an error within the second. */
  readonly errors: readonly number[];
  /** How long half of the answers took at most. */
  readonly p50: readonly number[];
  /** How long 99 of 100 answers took at most. */
  readonly p99: readonly number[];
  /** How late the event loop was. */
  readonly lag: readonly number[];
}

/**
 * A hub, now.
 *
 * @category Watching
 */
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
  /** The protocols that its clients may speak, such as `"winerp"`. */
  readonly protocols: readonly string[];
  /** Other pages of this hub: their titles, and where they are. */
  readonly pages: readonly { readonly title: string; readonly path: string }[];
  /** What it has passed on. */
  readonly traffic: Traffic;
  /** From a request to its answer, as the hub sees it. */
  readonly roundTrip: Latency;
  /** How long the hub takes to pass a request on. */
  readonly hubTime: Latency;
  /** How late the hub's event loop is, in milliseconds: now, and worst. */
  readonly lag: { readonly now: number; readonly worst: number };
  /**
   * How many clients have a name, wait for one, have none yet, and are to have
   * none.
   */
  readonly clients: {
    readonly active: number;
    readonly held: number;
    readonly unverified: number;
    readonly nameless: number;
  };
  /** How many requests are not answered yet. */
  readonly open: number;
  /** The names that nobody may take, and until when. */
  readonly blocked: readonly {
    readonly name: string;
    readonly until: number;
  }[];
  /** Until when messages are recorded with their payloads. */
  readonly recordingPayloadsUntil?: number;
  /** The cluster that it is part of. */
  readonly cluster?: ClusterReport;
  /** Its limits. */
  readonly limits: readonly LimitReport[];
}
