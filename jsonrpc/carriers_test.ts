// Copyright 2026 the Wirekit authors. MIT license.

/** The same calls over each carrier. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { ContentLengthFramer } from "@wirekit/transport/content-length-framer";
import type { Framer } from "@wirekit/transport/framer";
import { NewlineFramer } from "@wirekit/transport/newline-framer";
import { pair } from "@wirekit/transport/pair";
import { PortTransport } from "@wirekit/transport/port";
import { connectTcp, listenTcp } from "@wirekit/transport/tcp";
import type { Transport } from "@wirekit/transport/transport";
import { connectUnix, listenUnix } from "@wirekit/transport/unix";
import {
  acceptWebSocket,
  connectWebSocket,
} from "@wirekit/transport/websocket";
import {
  ClosedError,
  type ExitStatus,
  JsonRpcError,
  Methods,
  Peer,
  spawn,
} from "./mod.ts";
import { msgpackCodec } from "./msgpack.ts";
import { exampleMethods } from "./_test_util.ts";

/** Two ends of a carrier, and what ends the rest of it. */
type Carrier = (stack: AsyncDisposableStack) => Promise<[Transport, Transport]>;

async function first(listener: AsyncIterable<Transport>): Promise<Transport> {
  for await (const transport of listener) return transport;
  throw new Error("The listener has ended");
}

function tcp(framer: () => Framer<string>): Carrier {
  return async (stack) => {
    const listener = stack.use(listenTcp({ port: 0 }, framer));
    const { port } = listener.addr;
    return [await connectTcp({ port }, framer()), await first(listener)];
  };
}

const carriers: Record<string, Carrier> = {
  pair: () => Promise.resolve(pair()),
  "TCP with lines": tcp(() => new NewlineFramer()),
  "TCP with Content-Length": tcp(() => new ContentLengthFramer()),
  "a Unix socket": async (stack) => {
    const path = `${await Deno.makeTempDir()}/rpc.sock`;
    const framer = () => new NewlineFramer();
    const listener = stack.use(await listenUnix({ path }, framer));
    return [await connectUnix({ path }, framer()), await first(listener)];
  },
  "a MessagePort": () => {
    const { port1, port2 } = new MessageChannel();
    return Promise.resolve([
      new PortTransport(port1),
      new PortTransport(port2),
    ]);
  },
  WebSocket: async (stack) => {
    const accepted = Promise.withResolvers<Transport>();
    const server = Deno.serve({ port: 0, onListen() {} }, (request) => {
      const { response, transport } = acceptWebSocket(request);
      accepted.resolve(transport);
      return response;
    });
    stack.defer(() => server.shutdown());
    const url = `ws://127.0.0.1:${server.addr.port}`;
    return [await connectWebSocket(url), await accepted.promise];
  },
};

for (const [name, carrier] of Object.entries(carriers)) {
  Deno.test(`Peer calls and is called over ${name}`, async () => {
    await using stack = new AsyncDisposableStack();
    const [near, far] = await carrier(stack);
    const methods = exampleMethods().add("back", async (call, x) => {
      return [await call.peer.request("sum", [x, 1])];
    });
    const server = stack.use(new Peer(far, { methods }));
    const client = stack.use(new Peer(near, { methods: exampleMethods() }));

    assertEquals(await client.request("back", [1]), [2]);
    assertEquals(await server.request("sum", [1, 2]), 3);
    await assertRejects(() => client.request("none"), JsonRpcError);
    const batch = client.batch();
    for (let i = 0; i < 100; i++) void batch.request("sum", [i, 1]);
    const values = (await batch.send()).map((outcome) =>
      outcome.status === "fulfilled" && outcome.value
    );
    assertEquals(values, Array.from({ length: 100 }, (_, i) => i + 1));
    const large = "é\n😀".repeat(50_000);
    assertEquals(await client.request("echo", [large]), [large]);
    const many = Array.from(
      { length: 500 },
      (_, i) => client.request("sum", [i]),
    );
    assertEquals((await Promise.all(many)).at(-1), 499);
    await client.close();
    assertEquals(await server.closed, undefined);
    await assertRejects(() => server.request("sum"), ClosedError);
  });
}

Deno.test("Peer speaks MessagePack where both ends know it", async () => {
  const [near, far] = pair<Uint8Array<ArrayBuffer>>();
  const methods = exampleMethods().add("five", () => {
    throw new JsonRpcError(5, "five", { data: new Date(0) });
  });
  await using _server = new Peer(far, { methods, codec: msgpackCodec });
  await using client = new Peer(near, { codec: msgpackCodec });
  assertEquals(await client.request("sum", [1, 2]), 3);
  assertEquals(await client.request("nothing"), null);
  await client.notify("update", { x: undefined });
  const failure = await assertRejects(
    () => client.request("five"),
    JsonRpcError,
  );
  assertEquals(failure.data, new Date(0));
  await far.send(new Uint8Array([0xc1]));
  assertEquals(await client.request("sum", [1]), 1);
});

Deno.test("spawn() talks to a child process, and ends it", async () => {
  const program = new URL("testdata/child.ts", import.meta.url).pathname;
  for (const framing of ["newline", "content-length"] as const) {
    let status: Promise<ExitStatus>;
    {
      await using child = spawn(Deno.execPath(), {
        args: ["run", "--quiet", program, framing],
        framing,
        env: { NO_COLOR: "1" },
        cwd: ".",
        methods: new Methods().add("name", () => "Ada"),
        timeout: 20_000,
      });
      status = child.status;
      assert(child.pid > 0);
      assertEquals(await child.peer.request("greet"), "Hello Ada");
    }
    assertEquals((await status).code, 0);
  }
});

Deno.test("spawn() ends a child process that does not end by itself", async () => {
  const child = spawn(Deno.execPath(), {
    args: ["eval", "setInterval(() => {}, 1000)"],
    stderr: "null",
  });
  await child[Symbol.asyncDispose]();
  assertEquals((await child.status).signal, "SIGKILL");
});
