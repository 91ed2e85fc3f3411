// Copyright 2026 the Wirekit authors. MIT license.

import { ContentLengthFramer } from "@wirekit/transport/framers";
import type { Framer } from "@wirekit/transport/stream";
import { LengthPrefixFramer } from "@wirekit/transport";
import { NewlineFramer } from "@wirekit/transport/framers";
import {
  connectTcp,
  type ConnectTcpOptions,
  listenTcp,
  type ListenTcpOptions,
} from "@wirekit/transport/tcp";
import type { Format, Limits, Transport } from "@wirekit/transport/transport";
import {
  accept,
  conformance,
  type Ends,
  ends,
  type Message,
} from "./conformance.ts";

type MakeFramer = (format: Format, limits: Limits) => Framer<Message>;

const testdata = (name: string) =>
  Deno.readTextFileSync(
    new URL(`../../transport/testdata/${name}`, import.meta.url),
  );

async function connect(
  client: Omit<ConnectTcpOptions, "port">,
  server: Omit<ListenTcpOptions, "port">,
  makeFramer: () => Framer<Message>,
): Promise<Ends> {
  await using listener = await listenTcp({ ...server, port: 0 }, makeFramer);
  const { port } = listener.addr;
  const near = await connectTcp({ ...client, port }, makeFramer());
  return ends(near, await accept(listener));
}

/** An end whose peer is a bare connection, in the hands of the test. */
async function bare(
  makeFramer: () => Framer<Message>,
): Promise<{ near: Transport<Message>; peer: Deno.TcpConn } & AsyncDisposable> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const near = await connectTcp({ port: listener.addr.port }, makeFramer());
  const peer = await listener.accept();
  return {
    near,
    peer,
    async [Symbol.asyncDispose]() {
      await near.close();
      peer.close();
    },
  };
}

const FRAMERS: [string, Format[], MakeFramer][] = [
  [
    "NewlineFramer",
    ["text", "utf8"],
    (format, limits) =>
      new NewlineFramer({
        format: format as "text",
        ...limits,
      }) as Framer<Message>,
  ],
  [
    "ContentLengthFramer",
    ["text", "utf8"],
    (format, limits) =>
      new ContentLengthFramer({ format, ...limits }) as Framer<Message>,
  ],
  [
    "LengthPrefixFramer",
    ["text", "binary"],
    (format, limits) =>
      new LengthPrefixFramer({ format, ...limits }) as Framer<Message>,
  ],
];

for (const [name, formats, makeFramer] of FRAMERS) {
  for (const format of formats) {
    conformance(
      `TCP with ${name}`,
      (limits) => connect({}, {}, () => makeFramer(format, limits)),
      {
        format,
        seen: { near: 1000, far: 1000 },
        backpressure: true,
        frozen: () => bare(() => makeFramer(format, {})),
        async truncated() {
          const end = await bare(() => makeFramer(format, {}));
          const framer = makeFramer(format, {});
          const message = (text: string) =>
            format === "text" ? text : new TextEncoder().encode(text);
          await end.peer.write(framer.encode(message("whole")));
          await end.peer.write(
            framer.encode(message("half")).subarray(0, -1),
          );
          await end.peer.closeWrite();
          return end;
        },
      },
    );
  }
}

const tls = { cert: testdata("localhost.crt"), key: testdata("localhost.key") };
const ca = testdata("ca.crt");

conformance(
  "TLS",
  ({ maxMessageBytes = 16_777_216 }) =>
    connect(
      { tls: { ca } },
      { tls },
      () => new NewlineFramer({ maxMessageBytes }) as Framer<Message>,
    ),
  { format: "text", seen: { near: 1000, far: 1000 }, backpressure: true },
);
