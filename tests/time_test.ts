// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Every time that a user of any package can give: NaN, -1 and, where it means
 * nothing, 0 are refused by the name that the user wrote; 1 is taken, and 2^31,
 * 2^32 and Infinity are kept, which platforms take for one millisecond.
 */

import { assert, assertEquals } from "@std/assert";
import * as hub from "@wirekit/hub";
import { connectNats } from "@wirekit/hub/nats";
import { settled } from "@wirekit/internal/clock";
import * as jsonrpc from "@wirekit/jsonrpc";
import * as openwebnet from "@wirekit/openwebnet";
import { discoverGateways } from "@wirekit/openwebnet/discovery";
import { connectMqtt } from "@wirekit/openwebnet/mqtt";
import { GatewaySimulator } from "@wirekit/openwebnet/simulator";
import * as switchboard from "@wirekit/switchboard";
import { mcpDoor } from "@wirekit/switchboard/mcp";
import * as transport from "@wirekit/transport";
import { type MiniOptions, miniSession } from "@wirekit/transport/mini";
import { SignIn } from "@wirekit/transport/pages";
import * as wsrpc from "@wirekit/wsrpc";
import { symbolsOf, textOf } from "./_house.ts";
import { PACKAGES } from "./_packages.ts";

/** Does something that takes a time, and fails if that is refused. */
type Use = (ms: number) => unknown;

/** An option of a public type. */
interface Time {
  use: Use;
  /** The option as a user writes it, if not by its last word. */
  name?: string;
  /** Whether 0 means something. */
  zero?: boolean;
  /** What else is refused. */
  refuses?: number[];
}

/** Numbers that are a time, by their names; others say that they are. */
const TIME_REGEXP =
  /(timeout|interval|delay|uptime|downtime|expiry|window|pacing|lockout|lease|travel)$/i;

/** Types that a program is given, and does not give. */
const GIVEN_REGEXP =
  /(State|Profile|Events)$|^(Member|Flow|NodeStatus|NodeReport|TailReport|CaptureEntry)$/;

const never = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason))
  );

/** Closes what it is given once it is there. */
async function open(made: Promise<AsyncDisposable>): Promise<void> {
  await using _ = await made;
}

async function close(made: AsyncDisposable): Promise<void> {
  await using _ = made;
}

function hubClient(options: hub.ClientOptions): Promise<void> {
  return close(new hub.Client("a", { transport: never, ...options }));
}

/** A client that is connected to a hub. */
async function withHub(
  use: (client: hub.Client, other: hub.Client) => unknown,
): Promise<void> {
  await using server = await hub.serve({ port: 0 });
  const url = server.urls[0];
  await using client = new hub.Client("a", { url });
  await using other = new hub.Client("b", { url });
  other.route("greet", () => "hello");
  other.route(
    "account",
    () => new hub.SharedObject({}, { deposit: (amount: number) => amount }),
  );
  await client.connect();
  await other.connect();
  await use(client, other);
}

async function withPeers(
  use: (peer: jsonrpc.Peer) => unknown,
): Promise<void> {
  const [near, far] = transport.pair();
  const methods = new jsonrpc.Methods()
    .add("sum", () => 3)
    .add("count", async function* () {
      yield 1;
    });
  await using _far = new jsonrpc.Peer(far, { methods });
  await using peer = new jsonrpc.Peer(near);
  await use(peer);
}

async function withGateway(
  use: (gateway: openwebnet.Gateway) => unknown,
): Promise<void> {
  await using simulator = new GatewaySimulator();
  await using gateway = new openwebnet.Gateway({
    transport: () => simulator.connect(),
  });
  await use(gateway);
}

function gateway(options: Partial<openwebnet.GatewayOptions>): Promise<void> {
  return close(new openwebnet.Gateway({ transport: never, ...options }));
}

/** A shutter that knows how long it moves. */
async function shutter(times: openwebnet.TravelTimes): Promise<void> {
  await withGateway((gateway) =>
    close(
      new openwebnet.TimedShutter(gateway, "31", times),
    )
  );
}

/** A small client. */
async function mini(options: MiniOptions): Promise<void> {
  const setup = { receive() {}, ping() {} };
  await miniSession("ws://127.0.0.1:1", options, setup).close();
}

/** Waits for a small client, which nobody lets in. */
async function miniReady(timeout: number): Promise<void> {
  const session = miniSession("ws://127.0.0.1:1", {}, {
    receive() {},
    ping() {},
  });
  session.first.catch(() => {});
  const waiting = session.ready({ timeout });
  const closing = Promise.resolve().then(() => session.close());
  await waiting.catch((error) => {
    if (error instanceof RangeError) throw error;
  });
  await closing;
}

function framer(): transport.NewlineFramer {
  return new transport.NewlineFramer();
}

/** Each time, by its package, type and name. */
const TIMES: Record<string, Time> = {};

/** Enters what a package has. */
function times(folder: string, uses: Record<string, Use | Time>): void {
  for (const [name, use] of Object.entries(uses)) {
    const time = typeof use === "function" ? { use } : use;
    TIMES[`${folder}: ${name}`] = time;
  }
}

times("transport", {
  "SignInOptions.idleTimeout": (idleTimeout) =>
    new SignIn({
      isOpen: false,
      idleTimeout,
      find: () => undefined,
      credentials: () => [],
      granted: () => ({}),
      describe: () => ({}),
    }),
  "AdmissionOptions.handshakeTimeout": (handshakeTimeout) =>
    open(transport.listenWebSocket({ port: 0, handshakeTimeout })),
  "ListenWebSocketOptions.idleTimeout": (idleTimeout) =>
    open(transport.listenWebSocket({ port: 0, idleTimeout })),
  "AcceptWebSocketOptions.idleTimeout": (idleTimeout) =>
    upgraded((request) => transport.acceptWebSocket(request, { idleTimeout })),
  "ListenTcpOptions.handshakeTimeout": (handshakeTimeout) =>
    open(transport.listenTcp({ port: 0, handshakeTimeout }, framer)),
  "ConnectTcpOptions.connectTimeout": async (connectTimeout) => {
    await using listener = await transport.listenTcp({ port: 0 }, framer);
    const { port } = listener.addr;
    await open(transport.connectTcp({ port, connectTimeout }, framer()));
  },
  "ConnectUnixOptions.connectTimeout": async (connectTimeout) => {
    const folder = await Deno.makeTempDir();
    const path = `${folder}/socket`;
    await using _ = await transport.listenUnix({ path }, framer);
    await open(transport.connectUnix({ path, connectTimeout }, framer()))
      .finally(() => Deno.remove(folder, { recursive: true }));
  },
  "ConnectWebSocketOptions.connectTimeout": (connectTimeout) =>
    connected({ connectTimeout }),
  "ConnectWebSocketOptions.idleTimeout": (idleTimeout) =>
    connected({ idleTimeout }),
  "MiniOptions.timeout": (timeout) => mini({ timeout }),
  "MiniOptions.connectTimeout": (connectTimeout) => mini({ connectTimeout }),
  "MiniWaitOptions.timeout": miniReady,
  "ReconnectOptions.minDelay": {
    use: (minDelay) => close(transport.reconnect(never, { minDelay })),
    name: "reconnect.minDelay",
    zero: true,
  },
  "ReconnectOptions.maxDelay": {
    use: (maxDelay) => close(transport.reconnect(never, { maxDelay })),
    name: "reconnect.maxDelay",
    zero: true,
  },
  "ReconnectOptions.minUptime": {
    use: (minUptime) => close(transport.reconnect(never, { minUptime })),
    name: "reconnect.minUptime",
    zero: true,
  },
});

/** Lets one client of `Deno.serve` in. */
async function upgraded(
  accept: (request: Request) => transport.AcceptedWebSocket<"text">,
): Promise<void> {
  const done = Promise.withResolvers<void>();
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      try {
        const { response } = accept(request);
        done.resolve();
        return response;
      } catch (error) {
        done.reject(error);
        return new Response(null, { status: 500 });
      }
    },
  );
  const url = `ws://127.0.0.1:${server.addr.port}`;
  const [result] = await Promise.allSettled([
    done.promise,
    open(transport.connectWebSocket(url)).catch(() => {}),
  ]);
  if (result.status === "rejected") throw result.reason;
}

/** Connects to a server for a moment. */
async function connected(
  options: transport.ConnectWebSocketOptions,
): Promise<void> {
  await using listener = await transport.listenWebSocket({ port: 0 });
  const url = `ws://127.0.0.1:${listener.addr.port}`;
  await open(transport.connectWebSocket(url, options));
}

// The options of a small client are where it is imported from.
for (const folder of ["hub", "jsonrpc", "wsrpc"]) {
  times(folder, {
    "MiniOptions.timeout": (timeout) => mini({ timeout }),
    "MiniOptions.connectTimeout": (connectTimeout) => mini({ connectTimeout }),
    "MiniWaitOptions.timeout": miniReady,
  });
}

times("hub", {
  "ClientOptions.connectTimeout": (connectTimeout) =>
    hubClient({ connectTimeout }),
  "ClientOptions.timeout": (timeout) => hubClient({ timeout }),
  "ClientOptions.holdTimeout": (holdTimeout) => hubClient({ holdTimeout }),
  "ClientHeartbeat.interval": {
    use: (interval) => hubClient({ heartbeat: { interval } }),
    name: "heartbeat.interval",
  },
  "ClientHeartbeat.timeout": {
    use: (timeout) => hubClient({ heartbeat: { timeout } }),
    name: "heartbeat.timeout",
  },
  "ReadyOptions.timeout": (timeout) =>
    withHub((client) => client.ready({ timeout })),
  "RequestOptions.timeout": (timeout) =>
    withHub((client) => client.request("b", "greet", {}, { timeout })),
  "PingOptions.timeout": (timeout) =>
    withHub((client) => client.ping("a", { timeout })),
  "WaitForOptions.timeout": (timeout) =>
    withHub(async (client, other) => {
      const waits = client.waitFor("information", { timeout });
      await other.inform("hello", ["a"]);
      return await waits;
    }),
  "SharedObjectOptions.expiry": (expiry) =>
    new hub.SharedObject({}, {}, { expiry }),
  "CallOptions.timeout": (timeout) =>
    withHub(async (client) => {
      const account = await client.request("b", "account");
      await (account as hub.RemoteObject).call("deposit", [1], { timeout });
    }),
  "NatsOptions.connectTimeout": (connectTimeout) =>
    connectNats({ servers: "nats://127.0.0.1:1", connectTimeout }).catch(
      (error) => {
        if (!(error instanceof hub.NotConnectedError)) throw error;
      },
    ),
  "NatsOptions.lease": {
    use: (lease) =>
      connectNats({ servers: "nats://127.0.0.1:1", lease }).catch((error) => {
        if (!(error instanceof hub.NotConnectedError)) throw error;
      }),
    // A name whose hub is gone must become free, but not while one is busy.
    refuses: [1, 2 ** 31, 2 ** 32, Infinity],
  },
  "HubOptions.handshakeTimeout": (handshakeTimeout) =>
    close(new hub.Hub({ handshakeTimeout })),
  "HubOptions.idleTimeout": (idleTimeout) =>
    close(new hub.Hub({ idleTimeout })),
  "Exchange.block.ms": {
    use: async (ms) => {
      await using made = new hub.Hub();
      made.exchange.block('"a"', ms);
    },
    zero: true,
  },
  "ExchangeOptions.requestTimeout": (requestTimeout) =>
    close(new hub.Hub({ requestTimeout })),
});

times("jsonrpc", {
  "PeerOptions.timeout": (timeout) => peer({ timeout }),
  "PeerOptions.idleTimeout": (idleTimeout) => peer({ idleTimeout }),
  "HeartbeatOptions.interval": {
    use: (interval) => peer({ heartbeat: { interval } }),
    name: "heartbeat.interval",
  },
  "HeartbeatOptions.timeout": {
    use: (timeout) => peer({ heartbeat: { timeout } }),
    name: "heartbeat.timeout",
  },
  "CallOptions.timeout": (timeout) =>
    withPeers((peer) => peer.request("sum", [], { timeout })),
  "CallOptions.totalTimeout": (totalTimeout) =>
    withPeers((peer) => peer.request("sum", [], { totalTimeout })),
  "StreamOptions.timeout": (timeout) =>
    withPeers(async (peer) => {
      const pieces = jsonrpc.readStream(peer, "count", [], { timeout });
      for await (const _ of pieces);
    }),
  "ClientOptions.connectTimeout": async (connectTimeout) => {
    await using server = await jsonrpc.serve({ port: 0 });
    await open(jsonrpc.connect(server.urls[0], { connectTimeout }));
  },
  "ServeOptions.idleTimeout": (idleTimeout) =>
    open(jsonrpc.serve({ port: 0, idleTimeout })),
  "FetchHandlerOptions.idleTimeout": (idleTimeout) =>
    jsonrpc.fetchHandler({ idleTimeout }),
  "ServePeersOptions.idleTimeout": async (idleTimeout) => {
    const listener = await transport.listenTcp({ port: 0 }, framer);
    try {
      await close(jsonrpc.servePeers(listener, { idleTimeout }));
    } finally {
      await listener.close();
    }
  },
});

function peer(options: jsonrpc.PeerOptions): Promise<void> {
  return close(new jsonrpc.Peer(transport.pair()[0], options));
}

times("switchboard", {
  "McpDoorOptions.timeout": (timeout) => mcpDoor({ timeout }),
  "McpDoorOptions.idleTimeout": (idleTimeout) => mcpDoor({ idleTimeout }),
  "HttpDoorOptions.timeout": (timeout) => switchboard.httpDoor({ timeout }),
  "JsonRpcDoorOptions.timeout": (timeout) =>
    switchboard.jsonRpcDoor({ timeout }),
});

times("wsrpc", {
  "ClientOptions.connectTimeout": (connectTimeout) =>
    close(new wsrpc.Client("ws://127.0.0.1:1", { connectTimeout })),
  "ReadyOptions.timeout": async (timeout) => {
    await using client = new wsrpc.Client("ws://127.0.0.1:1", {
      transport: () => Promise.resolve(transport.pair()[0]),
    });
    await client.ready({ timeout });
  },
  "CallingOptions.timeout": (timeout) => wsrpcPeer({ timeout }),
  "PeerHeartbeat.interval": {
    use: (interval) => wsrpcPeer({ heartbeat: { interval } }),
    name: "heartbeat.interval",
  },
  "PeerHeartbeat.timeout": {
    use: (timeout) => wsrpcPeer({ heartbeat: { timeout } }),
    name: "heartbeat.timeout",
  },
  "CallOptions.timeout": async (timeout) => {
    const [near, far] = transport.pair();
    await using _far = new wsrpc.Peer(far, { routes: { sum: () => 3 } });
    await using peer = new wsrpc.Peer(near);
    await peer.call("sum", {}, { timeout });
  },
  "CarrierLimits.idleTimeout": (idleTimeout) =>
    close(new wsrpc.Server({ idleTimeout })),
  "ServerOptions.idleTimeout": (idleTimeout) =>
    close(new wsrpc.Server({ idleTimeout })),
});

function wsrpcPeer(options: wsrpc.CallingOptions): Promise<void> {
  return close(new wsrpc.Peer(transport.pair()[0], options));
}

times("openwebnet", {
  "GatewayOptions.timeout": (timeout) => gateway({ timeout }),
  "GatewayOptions.queueTimeout": (queueTimeout) => gateway({ queueTimeout }),
  "GatewayOptions.idleTimeout": (idleTimeout) => gateway({ idleTimeout }),
  "GatewayOptions.quietTimeout": (quietTimeout) => gateway({ quietTimeout }),
  "GatewayOptions.pacing": { use: (pacing) => gateway({ pacing }), zero: true },
  "DialOptions.lockout": {
    use: (lockout) => gateway({ lockout }),
    zero: true,
  },
  "EventHeartbeat.interval": {
    use: (interval) => gateway({ heartbeat: { interval } }),
    name: "heartbeat.interval",
  },
  "EventHeartbeat.timeout": {
    use: (timeout) => gateway({ heartbeat: { timeout } }),
    name: "heartbeat.timeout",
  },
  "CommandOptions.queueTimeout": (queueTimeout) =>
    withGateway((gateway) => gateway.request("*#1*11##", { queueTimeout })),
  "CommandFault.delay": {
    use: (delay) =>
      close(
        new GatewaySimulator({
          faults: [{ at: "command", fault: "late", delay }],
        }),
      ),
    zero: true,
  },
  "PlantOptions.travel": {
    use: (travel) => close(new GatewaySimulator({ plant: { travel } })),
    zero: true,
  },
  "TravelTimes.upTime": (upTime) => shutter({ upTime }),
  "TravelTimes.downTime": (downTime) => shutter({ upTime: 9, downTime }),
  "GatewayOptions.connectTimeout": (connectTimeout) =>
    gateway({ connectTimeout }),
  "HandshakeOptions.connectTimeout": async (connectTimeout) => {
    await using simulator = new GatewaySimulator();
    await using transport = await simulator.connect();
    await openwebnet.openSession(transport, {
      session: "command",
      connectTimeout,
    });
  },
  "CommandOptions.timeout": (timeout) =>
    withGateway((gateway) => gateway.request("*#1*11##", { timeout })),
  "StatesOptions.refreshDelay": {
    use: (refreshDelay) =>
      withGateway((gateway) =>
        close(new openwebnet.States(gateway, { refreshDelay }))
      ),
    zero: true,
  },
  "DiscoverOptions.timeout": (timeout) =>
    givenUp((signal) =>
      discoverGateways({ hostname: "127.0.0.1", timeout, signal })
    ),
  "MqttOptions.connectTimeout": (connectTimeout) =>
    // Nobody is there, which is found out at once or in time.
    withGateway((gateway) =>
      connectMqtt(gateway, { url: "mqtt://127.0.0.1:1", connectTimeout })
        .catch((error) => {
          if (error instanceof RangeError) throw error;
        })
    ),
  "ScanOptions.window": (window) =>
    withGateway((gateway) =>
      givenUp((signal) =>
        openwebnet.scanDevices(gateway, 1001, { window, signal })
      )
    ),
  "ZigbeeOptions.window": (window) =>
    // One without a supervisor of Zigbee, which refuses to scan in time.
    withGateway((gateway) =>
      givenUp((signal) => openwebnet.scanZigbee(gateway, { window, signal }))
        .catch((error) => {
          if (!(error instanceof openwebnet.NackError)) throw error;
        })
    ),
});

/** Waits a moment for what may go on for ever. */
async function givenUp(
  begin: (signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const stop = new AbortController();
  const reason = new Error("enough");
  const done = begin(stop.signal).catch((error) => {
    if (error !== reason) throw error;
  });
  await settled(done, 50);
  stop.abort(reason);
  await done;
}

/** The times of public types, as the documentation has them. */
async function documented(): Promise<string[]> {
  const found: string[] = [];
  for (const member of PACKAGES) {
    for (const { name: type, declarations } of await symbolsOf(member)) {
      if (GIVEN_REGEXP.test(type)) continue;
      for (const { kind, def } of declarations) {
        if (kind !== "interface") continue;
        for (const { name, tsType, jsDoc } of def.properties ?? []) {
          if (!/^number( \| undefined)?$/.test(textOf(tsType))) continue;
          const doc = jsDoc?.doc ?? "";
          const isTime = TIME_REGEXP.test(name) ||
            /millisecond/i.test(doc) && !doc.includes("since 1970");
          if (isTime) found.push(`${member.folder}: ${type}.${name}`);
        }
      }
    }
  }
  return found;
}

Deno.test("Each time that a user can give is in the table of this test", async () => {
  const unknown = (await documented()).filter((name) => !(name in TIMES));
  assertEquals(unknown, []);
});

for (
  const [
    key,
    { use, name = key.replace(/^.*\./, ""), zero, refuses = [] },
  ] of Object.entries(TIMES)
) {
  for (const ms of [NaN, -1, ...zero ? [] : [0], ...refuses]) {
    Deno.test(`${key} refuses ${ms}, and names what the user wrote`, async () => {
      const error = await (async () => await use(ms))().then(() => undefined, (
        error: unknown,
      ) => error);
      assert(error instanceof RangeError, `${error}`);
      assert(error.message.startsWith(`${name} must be `), error.message);
      assert(error.message.endsWith(`${ms}`), error.message);
    });
  }

  for (const ms of zero ? [0, 1] : [1]) {
    if (refuses.includes(ms)) continue;
    Deno.test(`${key} takes ${ms}`, async () => {
      // It may be over before anything is done, which is another error.
      const done = (async () => await use(ms))().catch((error: unknown) => {
        assert(!(error instanceof RangeError), `${error}`);
      });
      assert(await settled(done, 20_000), "It hangs");
      await done;
    });
  }

  for (const ms of [2 ** 31, 2 ** 32, Infinity]) {
    if (refuses.includes(ms)) continue;
    Deno.test(`${key} keeps ${ms}`, async () => {
      const done = (async () => await use(ms))();
      assert(await settled(done, 20_000), "It hangs");
      await done;
    });
  }
}
