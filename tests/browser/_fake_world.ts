// Copyright 2026 the Wirekit authors. MIT license.

/**
 * What a hub that is none tells of: clients, traffic and faults that would take
 * a real one hours or a thousand programs.
 */

import type {
  EdgeReport,
  OpenRequestReport,
  RouteReport,
} from "../../hub/watch/reports/calls.ts";
import type {
  ClientReport,
  PresenceReport,
} from "../../hub/watch/reports/clients.ts";
import type {
  ClusterReport,
  ElsewhereReport,
} from "../../hub/watch/reports/cluster.ts";
import type { HistoryReport } from "../../hub/watch/reports/figures.ts";
import type {
  HubReport,
  LimitReport,
  Problem,
} from "../../hub/watch/reports/hub.ts";
import type { TailReport } from "../../hub/watch/reports/tail.ts";

/** What the hub is to look like. */
export interface FakeOptions {
  /** How many clients it has. */
  clients: number;
  /** Whether some of them are in trouble. */
  faults?: boolean;
  /** The token that it asks for. */
  token?: string;
  /** Whether it is one of three. */
  cluster?: boolean;
}

const NAMES = [
  "shop",
  "greeter",
  "payments",
  "stock",
  "mailer",
  "discord-bot",
  "dashboard",
  "search",
  "reports",
  "backup",
];

const HUBS = ["cellar", "attic", "hall"];

const ROUTES = ["greet", "order.create", "price", "find", "send", "status"];

/** A random number that is the same in each run. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

/** What there is to tell. */
export class FakeWorld {
  readonly clients: ClientReport[];
  readonly edges: EdgeReport[];
  readonly #options: FakeOptions;
  readonly #port: number;
  readonly #random = dice(7);
  readonly #start = Date.now() - 93_784_000;
  #requests = 8_412_336;
  #errors = 1204;
  #tail = 0;

  /** Makes it, for a hub at a port. */
  constructor(options: FakeOptions, port: number) {
    this.#options = options;
    this.#port = port;
    this.clients = this.#makeClients();
    this.edges = this.#makeEdges();
  }

  /** The hub as a whole. */
  report(): HubReport {
    const now = Date.now();
    const { faults, token } = this.#options;
    const active = this.clients.filter(({ state }) => state === "active");
    const problems = faults ? this.#problems() : [];
    const wave = 1 + 0.4 * Math.sin(now / 4000) + 0.2 * this.#random();
    return {
      version: "0.1.0",
      since: this.#start,
      at: now,
      urls: [
        `ws://127.0.0.1:${this.#port}`,
        "tcp://127.0.0.1:13255",
      ],
      lock: token === undefined ? "open" : "token",
      health: problems.length > 0 ? "bad" : "good",
      problems,
      pages: [],
      protocols: ["winerp", "HTTP", "JSON-RPC", "wsrpc", "MCP"],
      traffic: {
        requests: this.#requests,
        errors: this.#errors,
        informs: Math.floor(this.#requests / 6),
        bytesIn: this.#requests * 300,
        bytesOut: this.#requests * 320,
      },
      roundTrip: {
        count: 900,
        p50: 1.8 * wave,
        p95: 9 * wave,
        p99: 21 * wave,
      },
      hubTime: { count: 900, p50: 0.05, p95: 0.1, p99: 0.3 },
      lag: { now: 0.8 * wave, worst: 34 },
      clients: {
        active: active.length,
        held: this.clients.length - active.length,
        unverified: 0,
        nameless: 0,
      },
      ...(this.#options.cluster && { cluster: this.#cluster(active.length) }),
      open: 12,
      blocked: faults ? [{ name: "crawler", until: now + 412_000 }] : [],
      limits: [
        limit("maxConnections", 10_000, this.clients.length, 1204, 0),
        limit("maxMessageBytes", 2_097_152, 0, 1_204_224, 0),
        limit("maxOutboxBytes", 16_777_216, 11_400_000, 12_900_000, 0),
        limit("maxRequests", 16_384, 12, 310, 0),
        limit("maxNameBytes", 256, 12, 41, 0),
        limit("requestTimeout", 3_600_000, 0, 0, 2),
        limit("handshakeTimeout", 10_000, 0, 0, 0),
        limit("idleTimeout", 300_000, 0, 0, 1),
      ],
    };
  }

  #cluster(clients: number): ClusterReport {
    const nodes = HUBS.map((label, index) => ({
      id: `01938a-${label}`,
      label,
      since: this.#start + index * 3_600_000,
      here: index === 0,
      figures: {
        clients: Math.round(clients / (1 + index)),
        requests: Math.round(this.#requests / (1 + index)),
        informs: Math.round(this.#requests / 6),
        requestsPerSecond: Math.round(412 * (1 + this.#random()) / (1 + index)),
        informsPerSecond: 31,
        errorsPerSecond: index === 2 ? 0.4 : 0,
      },
    }));
    return {
      state: "open",
      since: this.#start,
      engine: "nats-server 2.14.8 at 10.0.0.1:4222",
      nodes,
      namesElsewhere: clients,
    };
  }

  /** Clients of the other hubs. */
  elsewhere(): ElsewhereReport {
    const clients = this.clients.map((client, index) => ({
      ...client,
      name: `${client.name}-${index % 2 + 2}`,
      node: HUBS[1 + index % 2]!,
    }));
    return { total: clients.length, clients, edges: [], silent: [] };
  }

  #problems(): Problem[] {
    const since = Date.now() - 480_000;
    return [
      {
        id: "deaf:shop",
        severity: "error",
        since,
        count: 1,
        text: `"shop" has been deaf since 12:03.`,
        cure:
          "Its program has to call start() again: stock winerp stops reading when asked for a route that it does not have.",
      },
      {
        id: "origin:localhost",
        severity: "warning",
        since,
        count: 14,
        text: "14 pages of http://localhost:3000 were refused.",
        cure:
          "If they are yours, allow them with --allow-origin http://localhost:3000.",
      },
    ];
  }

  /** Lets a second pass. */
  tick(): void {
    const seconds = 1;
    for (const [index, edge] of this.edges.entries()) {
      const rate = index % 9 === 8 ? 0 : Math.ceil(240 / (1 + index % 23));
      const some = Math.floor(rate * seconds * (0.7 + 0.6 * this.#random()));
      const bad = this.#options.faults && index % 11 === 3
        ? Math.ceil(some / 30)
        : 0;
      this.edges[index] = {
        ...edge,
        requests: edge.requests + some,
        errors: edge.errors + bad,
      };
      this.#requests += some;
      this.#errors += bad;
    }
    const now = Date.now();
    for (const [index, client] of this.clients.entries()) {
      if (client.trouble) continue;
      const more = Math.floor(30 * this.#random() * (1 + index % 7));
      const add = <T extends ClientReport["sent"]>(traffic: T) => ({
        ...traffic,
        requests: traffic.requests + more,
        errors: traffic.errors + (this.#options.faults && index === 4 ? 1 : 0),
      });
      this.clients[index] = {
        ...client,
        lastSeen: now - Math.floor(this.#random() * 900),
        sent: add(client.sent),
        received: add(client.received),
      };
    }
  }

  /** Requests that nobody has answered. */
  open(): OpenRequestReport[] {
    const now = Date.now();
    return this.edges.slice(0, 12).map(({ from, to }, index) => ({
      from,
      to,
      route: ROUTES[index % ROUTES.length]!,
      since: now - 4000 * (index + 1) ** 2,
      expires: now - 4000 * (index + 1) ** 2 + 600_000,
    }));
  }

  /** Some messages, with their data if that is wanted. */
  rows(payload: boolean): TailReport[] {
    const many = Math.min(4, this.edges.length);
    return Array.from({ length: many }, () => {
      const id = ++this.#tail;
      const edge = this.edges[
        Math.floor(this.#random() * this.edges.length)
      ]!;
      const fails = Boolean(this.#options.faults) && id % 9 === 0;
      const informs = id % 5 === 0;
      const data = '{"name":"zoë","id":123456789012345678}';
      return {
        id,
        at: Date.now(),
        kind: informs ? "inform" as const : "request" as const,
        from: edge.from,
        ...(informs ? { receivers: 3 } : {
          to: edge.to,
          route: ROUTES[id % ROUTES.length]!,
          took: 0.4 + 30 * this.#random() ** 4,
          answerBytes: 96,
          outcome: fails ? "error" as const : "answer" as const,
        }),
        ...(fails && !informs && { reason: "Route failed" }),
        bytes: 80 + Math.floor(3000 * this.#random() ** 3),
        ...(payload && { data, answer: '"hello zoë"' }),
      };
    });
  }

  /** The routes of a client. */
  routes(name: string): RouteReport[] {
    return ROUTES.slice(0, 4).map((route, index) => ({
      name,
      route,
      announced: false,
      count: 40_000 >> index,
      errors: index === 2 ? 38 : 0,
      latency: {
        count: 100,
        p50: 1.2 + index,
        p95: 6 + index,
        p99: 19 + index,
      },
      last: Date.now() - 700 * (1 + index * 9),
    }));
  }

  /** Ten minutes, quieter at first. */
  history(): HistoryReport {
    const end = Date.now();
    const at = Array.from({ length: 600 }, (_, i) => end - 1000 * (600 - i));
    const { clients, faults } = this.#options;
    const base = this.edges.length * 72;
    const wave = (part: number, noise: number) =>
      at.map((_, i) =>
        part * (0.55 + 0.3 * Math.sin(i / 70) + 0.25 * (i / 600)) *
        (1 + noise * (this.#random() - 0.5))
      );
    return {
      at,
      clients: at.map((_, i) => i > 400 ? clients : Math.round(clients * 0.9)),
      requests: wave(base, 0.2),
      informs: wave(base / 6, 0.3),
      errors: faults
        ? at.map((_, i) => i % 97 < 9 || i > 560 ? 3 * this.#random() : 0)
        : at.map(() => 0),
      p50: wave(2, 0.4),
      p99: wave(22, 0.6),
      lag: wave(0.8, 0.8),
    };
  }

  /** Who came and went. */
  presence(): PresenceReport[] {
    const now = Date.now();
    const names = this.clients.map(({ name }) => name!);
    if (names.length < 5) return [];
    return [
      {
        at: now - 70_000,
        event: "leave" as const,
        name: names[4]!,
        reason: "the connection ended (code 1006)",
      },
      { at: now - 64_000, event: "join" as const, name: names[4]! },
      { at: now - 9_000, event: "hold" as const, name: names[2]! },
    ];
  }

  #makeClients(): ClientReport[] {
    const { clients, faults } = this.#options;
    const now = Date.now();
    return Array.from({ length: clients }, (_, index) => {
      const kind = NAMES[index % NAMES.length]!;
      const name = clients > NAMES.length ? `${kind}-${index + 1}` : kind;
      const held = Boolean(faults) && clients > 3 && index === 2;
      const deaf = Boolean(faults) && index === 0;
      const slow = Boolean(faults) && clients > 6 && index === 6;
      const total = Math.floor(this.#random() * 90_000);
      const traffic = {
        requests: total,
        errors: Math.floor(total / 900),
        informs: Math.floor(total / 7),
        messages: total * 2,
        bytes: total * 340,
      };
      return {
        id: index + 1,
        name: held ? "greeter" : name,
        state: held ? "held" as const : "active" as const,
        protocol: [
          "winerp",
          "winerp",
          "winerp",
          "JSON-RPC",
          "wsrpc",
        ][index % 5]!,
        carrier: ["WebSocket", "WebSocket", "TCP", "Unix"][index % 4]!,
        address: index % 4 === 3 ? "" : `10.0.${index % 7}.${20 + index % 200}`,
        pass: ["token", "bots", "admin"][index % 3]!,
        ...(this.#options.cluster && { node: HUBS[0]! }),
        since: now - Math.floor(this.#random() * 90_000_000),
        lastSeen: now - (deaf ? 312_000 : Math.floor(this.#random() * 2500)),
        sent: traffic,
        received: { ...traffic, requests: Math.floor(total * 0.8) },
        asking: index % 4,
        asked: deaf ? 7 : index % 3,
        outbox: slow
          ? { bytes: 11_400_000, peak: 12_900_000 }
          : { bytes: 0, peak: 41_000 },
        ...(deaf && {
          trouble: "deaf since 12:03: it does not read what it is sent",
        }),
        ...(slow && { trouble: "reads too slowly: 10.9 MiB wait for it" }),
        ...(index === 1 && {
          lastEnd: "the connection ended (code 1006)",
          lastEndAt: now - 7_200_000,
        }),
      };
    });
  }

  #makeEdges(): EdgeReport[] {
    const names = this.clients.filter(({ state }) => state === "active")
      .map(({ name }) => name!);
    if (names.length < 2) return [];
    const edges = new Map<string, EdgeReport>();
    const hubs = names.slice(0, Math.max(2, Math.ceil(names.length / 12)));
    for (const from of names) {
      const many = names.length > 100 ? 1 : 1 + Math.floor(this.#random() * 2);
      for (let i = 0; i < many; i++) {
        const to = hubs[Math.floor(this.#random() * hubs.length)]!;
        if (from === to) continue;
        edges.set(`${from} ${to}`, {
          from,
          to,
          requests: 100,
          errors: 0,
          informs: 0,
        });
      }
    }
    return [...edges.values()];
  }
}

function limit(
  option: string,
  limit: number,
  now: number,
  peak: number,
  hits: number,
): LimitReport {
  return { option, limit, default: limit, now, peak, hits };
}
