// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import { createSocket } from "node:dgram";
import {
  discoverGateways,
  type DiscoverOptions,
  type FoundGateway,
} from "./discovery.ts";
import { Gateway } from "./gateway.ts";
import { discoverItems } from "./inventory.ts";
import { GatewaySimulator } from "./simulator/simulator.ts";

const DESCRIPTION = `<?xml version="1.0"?>
<root xmlns="urn:schemas-upnp-org:device-1-0"><device>
  <deviceType>urn:schemas-upnp-org:device:Basic:1</deviceType>
  <friendlyName>Casa &amp; giardino</friendlyName>
  <manufacturer>BTicino S.p.A.</manufacturer>
  <modelName>MH201</modelName><modelNumber>1.2.3</modelNumber>
  <serialNumber>42</serialNumber>
  <UDN>uuid:pnp-webserver-0003500123</UDN>
</device></root>`;

interface FakeGateway extends AsyncDisposable {
  port: number;
  queries: string[];
}

/** What answers a search on loopback. */
async function announce(
  answers: (http: number) => string[],
  serve: (request: Request) => Response,
): Promise<FakeGateway> {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    serve,
  );
  const socket = createSocket("udp4");
  const queries: string[] = [];
  socket.on("message", (bytes, { address, port }) => {
    queries.push(bytes.toString());
    for (const answer of answers(server.addr.port)) {
      socket.send(answer, port, address);
    }
  });
  await new Promise<void>((resolve) =>
    socket.bind(0, "127.0.0.1", () => resolve())
  );
  return {
    port: socket.address().port,
    queries,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => socket.close(() => resolve()));
      await server.shutdown();
    },
  };
}

function answer(usn: string, location: string): string {
  return [
    "HTTP/1.1 200 OK",
    "CACHE-CONTROL: max-age=1800",
    "ST: upnp:rootdevice",
    `USN: ${usn}::upnp:rootdevice`,
    `Location:  ${location} `,
    "\r\n",
  ].join("\r\n");
}

function discover(
  { port }: FakeGateway,
  options: DiscoverOptions = {},
): Promise<FoundGateway[]> {
  return discoverGateways({
    hostname: "127.0.0.1",
    port,
    timeout: 150,
    ...options,
  });
}

Deno.test("discoverGateways() reads the description and the port of a gateway", async () => {
  const actions: (string | null)[] = [];
  await using fake = await announce(
    (http) => {
      const location = `http://127.0.0.1:${http}/device.xml`;
      const text = answer("uuid:pnp-webserver-0003500123", location);
      return [text, text, answer("uuid:a-printer", location)];
    },
    (request) => {
      if (request.method === "GET") return new Response(DESCRIPTION);
      actions.push(request.headers.get("SOAPAction"));
      return new Response(
        "<s:Envelope><s:Body><u:r><Port>20001</Port></u:r></s:Body></s:Envelope>",
      );
    },
  );
  const [found, ...others] = await discover(fake);
  assertEquals(others, []);
  const { location: _, profile, ...rest } = found!;
  assertEquals(rest, {
    hostname: "127.0.0.1",
    port: 20001,
    friendlyName: "Casa & giardino",
    manufacturer: "BTicino S.p.A.",
    modelName: "MH201",
    modelNumber: "1.2.3",
    serialNumber: "42",
    udn: "uuid:pnp-webserver-0003500123",
  });
  assertEquals(profile.name, "MH201");
  assertEquals(actions, [
    '"urn:schemas-bticino-it:service:openserver:1#getopenserverPort"',
  ]);
  assert(fake.queries[0]!.startsWith("M-SEARCH * HTTP/1.1\r\n"));
  assert(fake.queries[0]!.includes('MAN: "ssdp:discover"\r\n'));
});

Deno.test("discoverGateways() reads attributes, CDATA, prefixes, entities and a comment", async () => {
  const xml = `\r\n<?xml version="1.0"?>
<!-- <modelName>MH202</modelName> -->
<d:root xmlns:d="urn:schemas-upnp-org:device-1-0"><d:device kind="x>y">
  <d:friendlyName lang="it"><![CDATA[Casa <1> & giardino]]></d:friendlyName>
  <d:manufacturer>BTicino &#83;.p.&#x41;.</d:manufacturer>
  <d:modelName   >F454</d:modelName>
  <d:modelNumber/>
  <d:UDN>uuid:pnp-webserver-&nbsp;1</d:UDN>
</d:device></d:root>`;
  await using fake = await announce(
    (http) => [
      answer("uuid:pnp-webserver-1", `http://127.0.0.1:${http}/device.xml`),
    ],
    (request) =>
      request.method === "GET"
        ? new Response(xml)
        : new Response("<a><r:Port xmlns:r='x' k=\"1\">20002</r:Port></a>"),
  );
  const [found] = await discover(fake);
  assertEquals(found?.friendlyName, "Casa <1> & giardino");
  assertEquals(found?.manufacturer, "BTicino S.p.A.");
  assertEquals(found?.modelName, "F454");
  assertEquals(found?.modelNumber, "");
  assertEquals(found?.profile.name, "F454");
  assertEquals(found?.port, 20002);
});

Deno.test("discoverGateways() finds a gateway whose description is no XML", async () => {
  await using fake = await announce(
    (http) => [
      answer("uuid:pnp-webserver-1", `http://127.0.0.1:${http}/device.xml`),
    ],
    () => new Response("<root><modelName>F454</root>"),
  );
  const [found] = await discover(fake);
  assertEquals(found?.hostname, "127.0.0.1");
  assertEquals(found?.port, 20000);
  assertEquals(found?.modelName, "");
});

Deno.test("discoverGateways() takes the usual port if the gateway tells one that is none", async () => {
  for (const port of ["20000.5", "1e-3", "65536", "-1", "0x", ""]) {
    await using fake = await announce(
      (http) => [
        answer("uuid:pnp-webserver-1", `http://127.0.0.1:${http}/device.xml`),
      ],
      () => new Response(`<a><Port>${port}</Port></a>`),
    );
    const [found] = await discover(fake);
    assertEquals(found?.port, 20_000, port);
  }
});

Deno.test("discoverGateways() takes the usual port if the gateway does not tell", async () => {
  await using fake = await announce(
    (http) => [
      answer(
        "uuid:pnp-scheduler201-1",
        `http://127.0.0.1:${http}/device.xml`,
      ),
    ],
    (request) =>
      request.method === "GET"
        ? new Response(
          "<root><UDN>uuid:pnp-scheduler-1</UDN><modelName>?</modelName></root>",
        )
        : new Response("no", { status: 500 }),
  );
  const [found] = await discover(fake);
  assertEquals(found?.port, 20_000);
  assertEquals(found?.profile.name, "MH202");
});

Deno.test("discoverGateways() believes nobody who points elsewhere or says too much", async () => {
  await using fake = await announce(
    (http) => [
      answer("uuid:pnp-webserver-1", "http://127.0.0.2:1/device.xml"),
      answer("uuid:pnp-webserver-1", "file:///etc/passwd"),
      answer("uuid:pnp-webserver-1", "not a URL"),
      answer("uuid:pnp-webserver-1", `http://127.0.0.1:${http}/redirect`),
      answer("uuid:pnp-webserver-1", `http://127.0.0.1:${http}/long`),
      "nonsense",
      "",
      "LOCATION: ",
    ],
    (request) =>
      request.url.endsWith("/redirect")
        ? Response.redirect("http://127.0.0.1:1/device.xml")
        : new Response("x".repeat(100_000)),
  );
  assertEquals(await discover(fake), []);
});

Deno.test("discoverGateways() ends when it is aborted", async () => {
  await using fake = await announce(() => [], () => new Response());
  const start = performance.now();
  const signal = AbortSignal.timeout(10);
  assertEquals(await discover(fake, { timeout: 10_000, signal }), []);
  assert(performance.now() - start < 5000);
  const aborted = AbortSignal.abort();
  assertEquals(await discover(fake, { timeout: 10_000, signal: aborted }), []);
});

Deno.test("discoverItems() finds what answers, and knows a dimmer that is dimmed", async () => {
  await using simulator = new GatewaySimulator({
    plant: { zones: { 1: 20 }, scenes: [], amplifiers: [], auxiliaries: [1] },
  });
  await using gateway = new Gateway({
    transport: () => simulator.connect(),
    pacing: 0,
  });
  await gateway.send("*1*5*21##");
  const items = await discoverItems(gateway);
  assertEquals(items.map(({ who, where, kind }) => `${who} ${where} ${kind}`), [
    "1 11 light",
    "1 12 light",
    "1 0311 light",
    "1 21 dimmer",
    "1 22 light",
    "2 31 automation",
    "2 32 automation",
    "4 1 zone",
    "5 #1 alarm",
    "5 #2 alarm",
    "9 1 auxiliary",
    "25 31 contact",
    "25 32 contact",
    "18 51 meter",
    "18 52 meter",
    "18 71#0 actuator",
  ]);
});
