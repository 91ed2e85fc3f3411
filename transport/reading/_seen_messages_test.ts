// Copyright 2026 the Wirekit authors. MIT license.

/** Large messages are not looked through again where they are sent on. */

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { lastUse } from "@wirekit/internal/bytes";
import { connect } from "../connect.ts";
import { NewlineFramer } from "../stream/newline_framer.ts";
import { listenWebSocket } from "../listen_websocket.ts";
import { connectTcp, listenTcp } from "../tcp.ts";
import type { Transport } from "../transport.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Both ends of a connection. */
type Ends = [client: Transport, server: Transport<Bytes>];

const carriers: Record<string, (stack: AsyncDisposableStack) => Promise<Ends>> =
  {
    async WebSocket(stack) {
      const listener = await listenWebSocket({ port: 0, format: "utf8" });
      stack.defer(() => listener.close());
      const client = connect(`ws://127.0.0.1:${listener.addr.port}`);
      for await (const { transport } of listener) {
        return [await client, transport];
      }
      throw new Error("Nobody came");
    },
    async TCP(stack) {
      const framer = () => new NewlineFramer<"utf8">({ format: "utf8" });
      const listener = await listenTcp({ port: 0 }, framer);
      stack.defer(() => listener.close());
      const { port } = listener.addr;
      const client = connectTcp({ port }, new NewlineFramer<"text">());
      for await (const transport of listener) return [await client, transport];
      throw new Error("Nobody came");
    },
  };

for (const [name, open] of Object.entries(carriers)) {
  Deno.test(`${name}: a large message is sent if it is text, whoever has changed it`, async () => {
    await using stack = new AsyncDisposableStack();
    const [client, server] = await open(stack);
    stack.use(client);
    stack.use(server);
    const messages = server[Symbol.asyncIterator]();
    const next = async (text: string) => {
      await client.send(text);
      return (await messages.next()).value!;
    };
    for (const size of [10, 5_000, 20_000, 66_000, 300_000]) {
      const text = "é".repeat(size / 2);
      const changed = await next(text);
      changed[7] = 0xff;
      await assertRejects(() => server.send(changed), TypeError, "UTF-8");
      const answers = client[Symbol.asyncIterator]();
      await server.send(await next(text));
      assertEquals((await answers.next()).value, text);
      const last = lastUse(await next(text));
      last[0] = last[1] = 0x21;
      await server.send(last);
      assertEquals((await answers.next()).value, `!!${text.slice(1)}`);
    }
  });
}

Deno.test("TCP: a large line that has got a newline, or ends with a carriage return, is not sent", async () => {
  await using stack = new AsyncDisposableStack();
  const [client, server] = await carriers.TCP!(stack);
  stack.use(client);
  stack.use(server);
  await client.send("x".repeat(66_000));
  const { value: message } = await server[Symbol.asyncIterator]().next();
  message![9] = 0x0a;
  await assertRejects(() => server.send(message!), TypeError, "newline");
  const framer = new NewlineFramer({ format: "utf8" });
  const bytes = new TextEncoder().encode(`${"x".repeat(66_000)}\r\r\n`);
  const [line] = framer.decode(bytes);
  const last = lastUse(line as Bytes);
  assertThrows(() => framer.encodeParts(last), TypeError, "newline");
});
