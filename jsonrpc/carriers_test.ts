// Copyright 2026 the Wirekit authors. MIT license.

/** The same calls over each carrier. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { serveSockets } from "@wirekit/internal/testing";
import { deadline } from "@std/async/deadline";
import { delay } from "@std/async/delay";
import { ContentLengthFramer } from "@wirekit/transport/framers";
import type { Framer } from "@wirekit/transport/stream";
import { NewlineFramer } from "@wirekit/transport/framers";
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
  connect,
  type ExitStatus,
  fetchHandler,
  framerOf,
  JsonRpcError,
  Methods,
  Peer,
  serve,
  servePeers,
  spawn,
} from "./mod.ts";
import { msgpackCodec } from "./wire/msgpack.ts";
import { exampleMethods, type Received } from "./_test_util.ts";

/** Two ends of a carrier, and what ends the rest of it. */
type Carrier = (stack: AsyncDisposableStack) => Promise<[Transport, Transport]>;

async function first(listener: AsyncIterable<Transport>): Promise<Transport> {
  for await (const transport of listener) return transport;
  throw new Error("The listener has ended");
}

function tcp(framer: () => Framer<string>): Carrier {
  return async (stack) => {
    const listener = stack.use(await listenTcp({ port: 0 }, framer));
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

for (const framing of ["newline", "content-length"] as const) {
  Deno.test(`What is not UTF-8 is answered with -32700, and the connection kept: ${framing}`, async () => {
    await using listener = await listenTcp(
      { port: 0 },
      () => framerOf(framing),
    );
    await using _server = servePeers(listener, { methods: exampleMethods() });
    const { port } = listener.addr;
    using socket = await Deno.connect({ port });
    const framer = framerOf(framing);
    const received: Received[] = [];
    const receive = async (count: number) => {
      const chunk = new Uint8Array(4_096);
      while (received.length < count) {
        const length = await deadline(socket.read(chunk), 5_000);
        for (const text of framer.decode(chunk.subarray(0, length!))) {
          received.push(JSON.parse(text));
        }
      }
    };
    for (const [index, byte] of [0xff, 0xc3, 0x80].entries()) {
      const request = { jsonrpc: "2.0", method: "sum", id: index, params: [1] };
      const good = framer.encode(JSON.stringify(request));
      const bad = framer.encode(
        JSON.stringify({ ...request, params: ["_"] }),
      ).map((code) => code === 0x5f ? byte : code);
      await socket.write(bad);
      await socket.write(good);
      await receive(2 * index + 2);
    }
    assertEquals(
      received.map(({ id, result, error }) => [id, result, error?.code]),
      [0, 1, 2].flatMap((
        id,
      ) => [[null, undefined, -32700], [id, 1, undefined]]),
    );
  });
}

Deno.test("JSON text in a binary frame is read, and answered in text", async () => {
  const methods = exampleMethods();
  await using own = await serve({ port: 0, methods });
  await using deno = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    fetchHandler({ methods }),
  );
  for (const port of [own.addr.port, deno.addr.port]) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    socket.binaryType = "arraybuffer";
    const closed = new Promise((resolve) => socket.onclose = resolve);
    await new Promise((resolve) => socket.onopen = resolve);
    for (const method of ["sum", "größe"]) {
      const answer = new Promise<unknown>((resolve, reject) => {
        socket.onmessage = ({ data }) => resolve(data);
        socket.onclose = () => reject(new Error("closed"));
      });
      const request = { jsonrpc: "2.0", method, id: 1, params: [1, 2] };
      socket.send(new TextEncoder().encode(JSON.stringify(request)));
      const { result, error } = JSON.parse(await answer as string);
      assertEquals(result ?? error.code, method === "sum" ? 3 : -32601);
    }
    socket.onclose = null;
    socket.close();
    await Promise.race([closed, delay(1_000)]);
  }
});

Deno.test("connect() reads a server that answers in binary frames", async () => {
  await using server = serveSockets((socket) => {
    socket.onmessage = ({ data }) => {
      const { id } = JSON.parse(data);
      const text = JSON.stringify({ jsonrpc: "2.0", id, result: "größe" });
      socket.send(new TextEncoder().encode(text));
    };
  });
  await using client = await connect(server.url);
  assertEquals(await client.request("size"), "größe");
});
