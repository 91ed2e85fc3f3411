// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals, assertRejects } from "@std/assert";
import { NewlineFramer } from "./newline_framer.ts";
import { type ByteStream, StreamTransport } from "./stream.ts";
import { CloseError } from "../transport.ts";

/** A stream whose other end the test plays, write by write. */
function played(write: (text: string) => void | Promise<void> = () => {}) {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const readable = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given;
    },
  });
  const writable = new WritableStream<Uint8Array<ArrayBuffer>>({
    write: (bytes) => write(new TextDecoder().decode(bytes)),
    close: () => end(),
  });
  const end = () => {
    try {
      controller.close();
    } catch {
      // It was closed already.
    }
  };
  return {
    stream: { readable, writable } satisfies ByteStream,
    receive: (text: string) =>
      controller.enqueue(new TextEncoder().encode(text)),
    end,
    fail: (error: Error) => controller.error(error),
  };
}

Deno.test("StreamTransport writes all messages of a turn at once", async () => {
  const writes: string[] = [];
  const { stream, receive } = played((text) => void writes.push(text));
  await using transport = new StreamTransport(stream, new NewlineFramer());
  for (let i = 0; i < 5; i++) transport.send(String(i));
  receive("a\nb\nc\n");
  let count = 0;
  for await (const message of transport) {
    transport.send(message);
    if (++count === 3) break;
  }
  await transport.close();
  assertEquals(writes.join(""), "0\n1\n2\n3\n4\na\nb\nc\n");
  assertEquals(writes[0], "0\n1\n2\n3\n4\n");
});

Deno.test("StreamTransport flushes before it closes", async () => {
  const writes: string[] = [];
  const { stream } = played(async (text) => {
    await Promise.resolve();
    writes.push(text);
  });
  const transport = new StreamTransport(stream, new NewlineFramer());
  transport.send("one");
  transport.send("two");
  await transport.close();
  assertEquals(writes, ["one\ntwo\n"]);
});

Deno.test("StreamTransport refuses a message that its framer cannot carry, and goes on", async () => {
  const { stream } = played();
  await using transport = new StreamTransport(stream, new NewlineFramer());
  await assertRejects(() => transport.send("a\nb"), TypeError, "newline");
  await transport.send("ab");
});

Deno.test("StreamTransport closes a sender that does not wait with code 1013", async () => {
  const blocked = Promise.withResolvers<void>();
  const { stream } = played(() => blocked.promise);
  const transport = new StreamTransport(stream, new NewlineFramer(), {
    maxOutboxBytes: 100,
  });
  for (let i = 0; i < 10; i++) transport.send("x".repeat(9));
  const error = await assertRejects(() => transport.send("x"), CloseError);
  assertEquals([error.code, error.reason], [1013, "outbox is full"]);
  blocked.resolve();
  await transport.close();
});

Deno.test("StreamTransport rejects a waiting sender at its close", async () => {
  const blocked = Promise.withResolvers<void>();
  const { stream } = played(() => blocked.promise);
  const transport = new StreamTransport(stream, new NewlineFramer());
  const sent = transport.send("x".repeat(1_048_576));
  const closed = transport.close();
  await assertRejects(() => sent, CloseError, "1000");
  blocked.resolve();
  await closed;
});

Deno.test("StreamTransport ends with code 1006 when reading or writing fails", async () => {
  const reading = played();
  const one = new StreamTransport(reading.stream, new NewlineFramer());
  reading.receive("last\n");
  reading.fail(new RangeError("reset"));
  const writing = played(() => Promise.reject(new RangeError("reset")));
  const two = new StreamTransport(writing.stream, new NewlineFramer());
  await two.send("x");
  writing.receive("last\n");
  for (const transport of [one, two]) {
    const received: string[] = [];
    const error = await assertRejects(async () => {
      for await (const message of transport) received.push(message);
    }, CloseError);
    assertEquals([error.code, received], [1006, ["last"]]);
    assertEquals((error.cause as Error).message, "reset");
    await assertRejects(() => transport.send("x"), CloseError, "1006");
  }
});
