// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Every port that a user of any package can give: what is no port is refused
 * where it is given, by its name and with its value, before anything listens.
 */

import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import * as hub from "@wirekit/hub";
import { connect as connectMiniHub } from "@wirekit/hub/mini";
import { connectNats } from "@wirekit/hub/nats";
import * as jsonrpc from "@wirekit/jsonrpc";
import { connect as connectMiniJsonRpc } from "@wirekit/jsonrpc/mini";
import * as openwebnet from "@wirekit/openwebnet";
import { discoverGateways } from "@wirekit/openwebnet/discovery";
import { connectMqtt } from "@wirekit/openwebnet/mqtt";
import { servePage } from "@wirekit/openwebnet/page";
import * as switchboard from "@wirekit/switchboard";
import { jsonRpcDoor } from "@wirekit/switchboard/jsonrpc";
import * as transport from "@wirekit/transport";
import * as wsrpc from "@wirekit/wsrpc";
import { connect as connectMiniWsrpc } from "@wirekit/wsrpc/mini";

type Ports = { port: number } | { tcpPort: number };
type Port = { port: number };

const methods = new jsonrpc.Methods();
const never = () => new Promise<never>(() => {});
const gateway = () => new openwebnet.Gateway({ transport: never });
const framer = () => new transport.NewlineFramer();

/** Each place to listen; the names of its ports. */
const LISTENING: [string, string[], (ports: Ports) => unknown][] = [
  [
    "transport.serve",
    ["port", "tcpPort"],
    (ports) => transport.serve({ port: 0, ...ports }, () => {}),
  ],
  [
    "listenWebSocket",
    ["port"],
    (ports) => transport.listenWebSocket({ port: 0, ...ports }),
  ],
  [
    "listenTcp",
    ["port"],
    (ports) => transport.listenTcp({ port: 0, ...ports }, framer),
  ],
  [
    "hub.serve",
    ["port", "tcpPort"],
    (ports) => hub.serve({ port: 0, ...ports }),
  ],
  [
    "jsonrpc.serve",
    ["port", "tcpPort"],
    (ports) => jsonrpc.serve({ port: 0, methods, ...ports }),
  ],
  [
    "wsrpc.serve",
    ["port", "tcpPort"],
    (ports) => wsrpc.serve(new wsrpc.Server(), { port: 0, ...ports }),
  ],
  [
    "openwebnet.serve",
    ["port", "tcpPort"],
    (ports) => openwebnet.serve({ port: 0, tcpPort: 0, ...ports }),
  ],
  ["servePage", ["port"], (ports) => servePage({}, { port: 0, ...ports })],
  [
    "switchboard.serve",
    ["port", "tcpPort"],
    (ports) => switchboard.serve({ port: 0, ...ports }),
  ],
  [
    "jsonRpcDoor",
    ["tcpPort"],
    (ports) => jsonRpcDoor(ports as { tcpPort: number }),
  ],
];

/** Each place to connect to. */
const CONNECTING: [string, (port: Port) => unknown][] = [
  ["connectTcp", (port) => transport.connectTcp(port, framer())],
  ["tcpGateway", (port) => openwebnet.tcpGateway("127.0.0.1", port)],
  ["openwebnet.connect", (port) => openwebnet.connect("127.0.0.1", port)],
  [
    "discoverGateways",
    (port) => discoverGateways({ hostname: "127.0.0.1", ...port }),
  ],
];

for (const [place, names, listen] of LISTENING) {
  for (const name of names) {
    Deno.test(`${place} refuses a ${name} that is no port`, async () => {
      await refuses(
        name,
        [-1, 65_536, 70_000, 1.5, NaN, Infinity],
        (port) => listen({ [name]: port } as Ports),
      );
      for (const port of ["80", null] as unknown as number[]) {
        await refuses(
          name,
          [port],
          (port) => listen({ [name]: port } as Ports),
        );
      }
    });
  }
}

for (const [place, connect] of CONNECTING) {
  Deno.test(`${place} refuses a port that nobody can listen on`, () =>
    refuses(
      "port",
      [0, -1, 65_536, 1.5, NaN, Infinity],
      (port) => connect({ port }),
    ));
}

Deno.test("an error of a port shows the value as it was written", async () => {
  const port = "8080" as unknown as number;
  const { message } = await assertRejects(
    () => hub.serve({ port }),
    RangeError,
  );
  assertEquals(message, 'port must be an integer from 0 to 65535: got "8080"');
});

/** Each place that takes the URL of a server, by one of its schemes. */
const URLS: [string, string, (url: string) => Promise<unknown>][] = [
  ["connectWebSocket", "ws", (url) => transport.connectWebSocket(url)],
  ["transport.connect", "ws", (url) => transport.connect(url)],
  ["transport.connect", "tcp", (url) => transport.connect(url)],
  ["transport.connect", "tls", (url) => transport.connect(url)],
  ["hub.connect", "wss", (url) => hub.connect("a", { url })],
  ["hub.connect", "tcp", (url) => hub.connect("a", { url })],
  ["jsonrpc.connect", "ws", (url) => jsonrpc.connect(url)],
  ["wsrpc.connect", "ws", (url) => wsrpc.connect(url)],
  ["connectNats", "nats", (servers) => connectNats({ servers })],
  ["connectMqtt", "mqtt", (url) => connectMqtt(gateway(), { url })],
];

for (const [place, scheme, connect] of URLS) {
  Deno.test(`${place} refuses a ${scheme} URL whose port is none`, async () => {
    for (const port of [0, 65_536, 70_000]) {
      await assertRejects(
        () => connect(`${scheme}://127.0.0.1:${port}/x?token=s3cret`),
        TypeError,
      ).then(({ message }) => assertEquals(message.includes("s3cret"), false));
    }
  });
}

Deno.test("an error of a URL says what is wrong with its port", async () => {
  const { message } = await assertRejects(
    () => wsrpc.connect("ws://zoë:s3cret@[::1]:70000/path/s3cret"),
    TypeError,
  );
  assertEquals(
    message,
    '"ws://…" is not a valid URL: its port must be from 1 to 65535, not 70000',
  );
});

Deno.test("a small client refuses a URL whose port is none", async () => {
  const url = "ws://127.0.0.1:70000";
  const connects = [
    () => connectMiniHub(url, { name: "a" }),
    () => connectMiniJsonRpc(url),
    () => connectMiniWsrpc(url),
  ];
  for (const connect of connects) {
    await assertRejects(connect, TypeError, "not a valid ws: or wss: URL");
  }
});

Deno.test("what is given in place of an address is refused as such", async () => {
  const text = "127.0.0.1:13254" as never;
  const framer = new transport.NewlineFramer();
  const mistakes: [() => Promise<unknown>, RegExp][] = [
    [() => transport.connectTcp(text, framer), /^port must be an integer/],
    [() => transport.connectUnix(text, framer), /^A Unix socket needs a path/],
    [() => transport.connectUnix({ path: "" }, framer), /needs a path: got ""/],
    [() => connectNats(text), /^servers must be URLs/],
    [() => jsonrpc.connect(undefined as never), /^Cannot make client: give a /],
    [() => openwebnet.connect("tcp://u:s3cret@gateway:1"), /^The host has to/],
  ];
  for (const [connect, words] of mistakes) {
    const { message } = await assertRejects(connect);
    assertMatch(message, words);
    assertEquals(message.includes("s3cret"), false);
  }
});

async function refuses(
  name: string,
  ports: number[],
  use: (port: number) => unknown,
): Promise<void> {
  for (const port of ports) {
    const used = async () => await use(port);
    await assertRejects(used, RangeError, `${name} must be an integer`);
  }
}
