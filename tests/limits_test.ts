// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Every limit that a user of any package can give: what is no number, as of a
 * variable that is not set, is refused by its name where it is given. It would
 * be no limit at all.
 */

import { assertRejects } from "@std/assert";
import * as hub from "@wirekit/hub";
import { connectNats } from "@wirekit/hub/nats";
import { checkLimits } from "@wirekit/internal/limits";
import * as jsonrpc from "@wirekit/jsonrpc";
import * as openwebnet from "@wirekit/openwebnet";
import { connectMqtt } from "@wirekit/openwebnet/mqtt";
import { mcpDoor } from "@wirekit/switchboard/mcp";
import * as transport from "@wirekit/transport";
import * as wsrpc from "@wirekit/wsrpc";
import { Client as MiniHub } from "@wirekit/hub/mini";
import { Client as MiniJsonRpc } from "@wirekit/jsonrpc/mini";
import { Client as MiniWsrpc } from "@wirekit/wsrpc/mini";

type Limits = Record<string, number>;

const never = () => new Promise<never>(() => {});
const methods = new jsonrpc.Methods();
const gateway = () => new openwebnet.Gateway({ transport: never });

/** Each place that takes limits, and some of those that it takes. */
const PLACES: [string, (limits: Limits) => unknown, string[]][] = [
  ["pair", (limits) => transport.pair(limits), ["maxMessageBytes"]],
  ["NewlineFramer", (limits) => new transport.NewlineFramer(limits), [
    "maxMessageBytes",
  ]],
  [
    "ContentLengthFramer",
    (limits) => new transport.ContentLengthFramer(limits),
    [
      "maxMessageBytes",
    ],
  ],
  ["LengthPrefixFramer", (limits) => new transport.LengthPrefixFramer(limits), [
    "maxMessageBytes",
  ]],
  ["PortTransport", (limits) => {
    const { port1, port2 } = new MessageChannel();
    try {
      return new transport.PortTransport(port1, limits);
    } finally {
      port1.close();
      port2.close();
    }
  }, ["maxMessageBytes", "maxInboxBytes"]],
  [
    "connectWebSocket",
    (limits) => transport.connectWebSocket("ws://127.0.0.1:1", limits),
    [
      "maxMessageBytes",
      "maxInboxBytes",
      "maxOutboxBytes",
    ],
  ],
  [
    "listenWebSocket",
    (limits) => transport.listenWebSocket({ port: 0, ...limits }),
    [
      "maxMessageBytes",
      "maxOutboxBytes",
      "maxConnections",
      "maxHeaderBytes",
    ],
  ],
  ["listenTcp", (limits) =>
    transport.listenTcp(
      { port: 0, ...limits },
      () => new transport.NewlineFramer(),
    ), ["maxOutboxBytes"]],
  ["hub.serve", (limits) => hub.serve({ port: 0, ...limits }), [
    "maxMessageBytes",
    "maxOutboxBytes",
    "maxRequests",
    "maxNameBytes",
    "maxConnections",
  ]],
  [
    "connectNats",
    (limits) => connectNats({ servers: "nats://127.0.0.1:1", ...limits }),
    ["maxOutboxBytes"],
  ],
  ["mcpDoor", (limits) => mcpDoor(limits), ["maxSessions"]],
  ["hub.Client", (limits) => new hub.Client("a", limits), [
    "maxInFlight",
    "maxHandlers",
    "maxSentBytes",
  ]],
  [
    "jsonrpc.serve",
    (limits) => jsonrpc.serve({ port: 0, methods, ...limits }),
    [
      "maxMessageBytes",
      "maxRequestBytes",
      "maxResponseBytes",
      "maxBatchItems",
      "maxHandlers",
      "maxQueuedCalls",
      "maxInFlight",
      "maxWaitingBytes",
      "maxSubscriptions",
      "maxConnections",
    ],
  ],
  ["jsonrpc.Peer", (limits) => new jsonrpc.Peer(transport.pair()[0], limits), [
    "maxInFlight",
  ]],
  [
    "jsonrpc.HttpClient",
    (limits) => new jsonrpc.HttpClient("http://127.0.0.1:1", limits),
    ["maxResponseBytes"],
  ],
  [
    "the small client of the hub",
    (limits) => new MiniHub("ws://127.0.0.1:1", { name: "a", ...limits }),
    ["maxInFlight", "maxHandlers", "maxSentBytes", "maxOutboxBytes"],
  ],
  [
    "the small client of JSON-RPC",
    (limits) => new MiniJsonRpc("ws://127.0.0.1:1", limits),
    ["maxInFlight", "maxHandlers", "maxMessageBytes", "maxOutboxBytes"],
  ],
  [
    "the small client of wsrpc",
    (limits) => new MiniWsrpc("ws://127.0.0.1:1", limits),
    ["maxInFlight", "maxHandlers", "maxSentBytes", "maxOutboxBytes"],
  ],
  ["wsrpc.Server", (limits) => new wsrpc.Server(limits), [
    "maxInFlight",
    "maxHandlers",
    "maxQueuedBytes",
    "maxSentBytes",
    "maxOutboxBytes",
    "maxConnections",
  ]],
  [
    "Gateway",
    (limits) => new openwebnet.Gateway({ transport: never, ...limits }),
    [
      "maxQueue",
      "maxReplies",
      "maxEvents",
    ],
  ],
  [
    "connectMqtt",
    (limits) =>
      connectMqtt(gateway(), { url: "mqtt://127.0.0.1:1", ...limits }),
    [
      "maxDevices",
    ],
  ],
  ["States", (limits) => new openwebnet.States(gateway(), limits), [
    "maxDevices",
  ]],
];

for (const [place, use, names] of PLACES) {
  Deno.test(`${place} takes no limit that is no number`, async () => {
    for (const name of names) {
      for (const value of [NaN, -1, "5", null]) {
        await assertRejects(
          async () => await use({ [name]: value as number }),
          RangeError,
          name,
        );
      }
    }
  });
}

Deno.test("checkLimits() takes 0, Infinity, and what is no limit", () => {
  const options = { maxA: 0, maxB: Infinity, maxC: undefined, maximum: "x" };
  checkLimits(options);
});

type Groups = Record<string, never>;

/** Each place that takes groups of options, and which. */
const GROUPS: [string, (options: Groups) => unknown, string[]][] = [
  ["hub.Client", (options) => new hub.Client("a", options), [
    "reconnect",
    "heartbeat",
  ]],
  [
    "jsonrpc.Client",
    (options) => new jsonrpc.Client("ws://127.0.0.1:1", options),
    ["reconnect", "heartbeat"],
  ],
  [
    "jsonrpc.Peer",
    (options) => new jsonrpc.Peer(transport.pair()[0], options),
    ["heartbeat"],
  ],
  [
    "jsonrpc.serve",
    (options) => jsonrpc.serve({ port: 0, methods, ...options }),
    ["heartbeat"],
  ],
  [
    "wsrpc.connect",
    (options) => wsrpc.connect("ws://127.0.0.1:1", options),
    ["reconnect", "heartbeat"],
  ],
  ["wsrpc.Client", (options) => new wsrpc.Client("ws://127.0.0.1:1", options), [
    "reconnect",
    "heartbeat",
  ]],
  [
    "the small client of wsrpc",
    (options) => new MiniWsrpc("ws://127.0.0.1:1", options),
    ["reconnect", "heartbeat"],
  ],
  [
    "the small client of the hub",
    (options) => new MiniHub("ws://127.0.0.1:1", { name: "a", ...options }),
    ["reconnect", "heartbeat"],
  ],
  [
    "the small client of JSON-RPC",
    (options) => new MiniJsonRpc("ws://127.0.0.1:1", options),
    ["reconnect", "heartbeat"],
  ],
  ["wsrpc.Server", (options) => new wsrpc.Server(options), ["heartbeat"]],
  [
    "Gateway",
    (options) => new openwebnet.Gateway({ transport: never, ...options }),
    ["reconnect", "heartbeat"],
  ],
];

/** What is wrong in a group. */
const WRONG: Record<string, [string, number][]> = {
  heartbeat: [["interval", 0], ["interval", NaN], ["timeout", NaN]],
  reconnect: [
    ["minDelay", NaN],
    ["maxDelay", -1],
    ["minUptime", NaN],
    ["maxAttempts", NaN],
    ["maxAttempts", 0],
  ],
};

for (const [place, use, names] of GROUPS) {
  Deno.test(`${place} takes nothing wrong in a group of options`, async () => {
    for (const name of names) {
      for (const [option, value] of WRONG[name]!) {
        await assertRejects(
          async () => await use({ [name]: { [option]: value } } as Groups),
          RangeError,
          `${name}.${option} must be`,
        );
      }
    }
  });

  Deno.test(`${place} takes no group of options that is none`, async () => {
    for (const name of names) {
      const wrong = [
        5,
        "5",
        true,
        null,
        ...name === "heartbeat" ? [false] : [],
      ];
      for (const value of wrong) {
        await assertRejects(
          async () => await use({ [name]: value } as Groups),
          TypeError,
          `${name} must be`,
        );
      }
    }
  });
}

Deno.test("hub.Client names what is no name of a client or a route", async () => {
  await using server = await hub.serve({ port: 0 });
  await using client = new hub.Client("a", { url: server.urls[0] });
  await client.connect();
  const cases: [() => Promise<unknown>, string][] = [
    [() => client.request(5 as never, "x"), "got 5 as the target"],
    [() => client.request(undefined as never, "x"), "got undefined as the"],
    [() => client.request("a", null as never), "got null as the route"],
    [() => client.inform(1, [{}] as never), "got {} as the target"],
    [() => client.ping(["a"] as never), 'got ["a"] as the target'],
  ];
  for (const [call, text] of cases) {
    await assertRejects(call, TypeError, text);
  }
});

Deno.test("listeners take a handshakeTimeout of less than a millisecond, and of parts of one", async () => {
  for (const handshakeTimeout of [0.5, 1.5, 99.9]) {
    const options = { port: 0, handshakeTimeout };
    await (await transport.listenWebSocket(options)).close();
    await (await hub.serve({ ...options, tcpPort: 0 })).close();
  }
});
