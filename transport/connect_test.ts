// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { connect } from "./connect.ts";
import { reasonOf } from "./opening/_not_connected.ts";
import { NewlineFramer } from "./stream/newline_framer.ts";
import { listenTcp } from "./tcp.ts";
import { listenUnix } from "./unix.ts";
import { acceptWebSocket } from "./websocket.ts";

const framer = () => new NewlineFramer();

async function greet(
  listener: AsyncIterable<{
    send(message: string): Promise<void>;
    close(): Promise<void>;
  }>,
): Promise<void> {
  for await (const transport of listener) {
    await transport.send("hello");
    await transport.close();
    break;
  }
}

Deno.test("connect() opens a WebSocket for ws:", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      const authorization = request.headers.get("authorization")!;
      const { response, transport } = acceptWebSocket(request);
      transport.send(authorization);
      return response;
    },
  );
  const { port } = server.addr;
  await using transport = await connect(`ws://a:b@127.0.0.1:${port}/x?y=z`);
  for await (const message of transport) {
    assertEquals(message, "Basic YTpi");
    break;
  }
});

Deno.test("connect() reads lines from tcp:", async () => {
  await using listener = await listenTcp({ port: 0 }, framer);
  const greeted = greet(listener);
  const transport = await connect(`tcp://127.0.0.1:${listener.addr.port}`, {
    format: "utf8",
  });
  const received: Uint8Array[] = await Array.fromAsync(transport);
  assertEquals(received, [new TextEncoder().encode("hello")]);
  await greeted;
});

Deno.test("connect() reads lines from tcp: on IPv6", async () => {
  let listener;
  try {
    listener = await listenTcp({ hostname: "::1", port: 0 }, framer);
  } catch {
    return; // A machine without IPv6.
  }
  await using _ = listener;
  const greeted = greet(listener);
  const transport = await connect(`tcp://[::1]:${listener.addr.port}`);
  assertEquals(await Array.fromAsync(transport), ["hello"]);
  await greeted;
});

Deno.test("connect() reads lines from unix:", async () => {
  const directory = await Deno.makeTempDir();
  await using listener = await listenUnix(
    { path: `${directory}/a b.sock` },
    framer,
  );
  const greeted = greet(listener);
  const transport = await connect(`unix:${directory}/a%20b.sock`);
  assertEquals(await Array.fromAsync(transport), ["hello"]);
  await greeted;
  await Deno.remove(directory, { recursive: true });
});

Deno.test("connect() encrypts for tls: and wss:", async () => {
  const file = (name: string) => new URL(`./testdata/${name}`, import.meta.url);
  const tls = {
    cert: Deno.readTextFileSync(file("localhost.crt")),
    key: Deno.readTextFileSync(file("localhost.key")),
  };
  await using listener = await listenTcp({ port: 0, tls }, framer);
  const { port } = listener.addr;
  await using server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen() {},
    ...tls,
  }, (request) => {
    const { response, transport } = acceptWebSocket(request);
    transport.send("hello");
    transport.close();
    return response;
  });
  const urls = [
    `tls://127.0.0.1:${port}`,
    `wss://127.0.0.1:${server.addr.port}`,
  ];
  for (const url of urls) await assertRejects(() => connect(url));

  // What a process trusts is fixed when it starts.
  const greeted = greet(listener);
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-lock",
      "--allow-net=127.0.0.1",
      "--cert",
      fromFileUrl(file("ca.crt")),
      file("connect_all.ts").href,
      ...urls,
    ],
  }).output();
  assertEquals(new TextDecoder().decode(stdout), "hello\nhello\n");
  await greeted;
});

/** The path of a file URL without odd characters. */
function fromFileUrl(url: URL): string {
  return decodeURIComponent(url.pathname);
}

Deno.test("connect() says what is wrong with a URL, and no secret of it", async () => {
  for (
    const [url, message] of [
      ["http://x:secret@127.0.0.1:1", "the scheme must be ws:, wss:,"],
      ["tcp://127.0.0.1", "must be tcp://host:port"],
      ["tls://", "must be tls://host:port"],
      ["tcp://x:secret@127.0.0.1:1", "carries no credentials"],
      ["unix://host/path", "must be unix:/path"],
      ["unix:", "must be unix:/path"],
    ] as const
  ) {
    const error = await assertRejects(() => connect(url), TypeError, message);
    assert(!error.message.includes("secret"));
  }
  await assertRejects(
    () => connect("unix:/a", { format: "binary" }),
    TypeError,
    "carries text only",
  );
});

Deno.test("A write that a peer has refused is told as a closed connection, whatever it is called", () => {
  const codes = ["EPIPE", "ECONNRESET", "EPERM"];
  const said = codes.map((code) =>
    reasonOf(Object.assign(new Error(`write ${code}`), { code }))
  );
  assertEquals(new Set(said).size, 1);
  assertMatch(said[0]!, /closed the connection/);
});
