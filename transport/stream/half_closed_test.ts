// Copyright 2026 the Wirekit authors. MIT license.

/** Peers that end their own direction and still read, on real sockets. */

import { assertEquals, assertRejects } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { FakeTime } from "@wirekit/internal/testing";
import type { TransportListener } from "../listener.ts";
import { listenTcp } from "../tcp.ts";
import { CloseError, deliverMessages, type Transport } from "../transport.ts";
import { listenUnix } from "../unix.ts";
import { NewlineFramer } from "./newline_framer.ts";
import { StreamTransport } from "./stream.ts";

const PATIENCE = 5_000;

const framer = () => new NewlineFramer();

interface Ends extends AsyncDisposable {
  readonly transport: Transport;
  readonly peer: Deno.Conn;
}

async function accepted<A>(
  listener: TransportListener<string, A>,
  peer: Deno.Conn,
): Promise<Ends> {
  const { value } = await listener[Symbol.asyncIterator]().next();
  const transport = value as Transport;
  return {
    transport,
    peer,
    async [Symbol.asyncDispose]() {
      try {
        peer.close();
      } catch {
        // The test has closed it.
      }
      await transport.close();
      await listener.close();
    },
  };
}

const carriers: Record<string, () => Promise<Ends>> = {
  async TCP() {
    const listener = await listenTcp({ port: 0 }, framer);
    const { port } = listener.addr;
    return await accepted(listener, await Deno.connect({ port }));
  },
  async TLS() {
    const pem = (name: string) =>
      Deno.readTextFile(new URL(`../testdata/${name}`, import.meta.url));
    const tls = {
      cert: await pem("localhost.crt"),
      key: await pem("localhost.key"),
    };
    const listener = await listenTcp({ port: 0, tls }, framer);
    const { port } = listener.addr;
    const caCerts = [await pem("ca.crt")];
    const hostname = "localhost";
    return await accepted(
      listener,
      await Deno.connectTls({ hostname, port, caCerts }),
    );
  },
  async Unix() {
    const path = `${await Deno.makeTempDir()}/half.sock`;
    const listener = await listenUnix({ path }, framer);
    return await accepted(
      listener,
      await Deno.connect({ transport: "unix", path }),
    );
  },
};

/** Says something as the last thing, as `nc -N` does. */
async function lastWords(peer: Deno.Conn, text: string): Promise<void> {
  await peer.write(new TextEncoder().encode(text));
  await peer.closeWrite();
}

/** Everything that a peer gets until this end has ended its direction too. */
function heard(peer: Deno.Conn): Promise<string> {
  return deadline(new Response(peer.readable).text(), PATIENCE);
}

/** Receives as a program that still has something to say after the end. */
function finishing(transport: Transport) {
  const received: string[] = [];
  const finished = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<unknown>();
  deliverMessages(transport, {
    receive: (message) => void received.push(message),
    finish: finished.resolve,
    ended: ended.resolve,
  });
  return {
    received,
    finished: () => deadline(finished.promise, PATIENCE),
    ended: () => deadline(ended.promise, PATIENCE),
  };
}

for (const [name, connect] of Object.entries(carriers)) {
  Deno.test(`A loop over ${name} can answer all that came before the peer ended its direction`, async () => {
    await using ends = await connect();
    const { transport, peer } = ends;
    const texts = Array.from({ length: 100 }, (_, i) => `${i}\n`).join("");
    await lastWords(peer, texts);
    const hearing = heard(peer);
    for await (const message of transport) {
      await new Promise((resolve) => setTimeout(resolve));
      await transport.send(message);
    }
    await assertRejects(() => transport.send("late"), CloseError);
    assertEquals(await hearing, texts);
  });

  Deno.test(`The end over ${name} stands for the newline after a whole object of JSON`, async () => {
    await using ends = await connect();
    const { transport, peer } = ends;
    await lastWords(peer, '{"id":1}\n{"id":2}');
    const hearing = heard(peer);
    for await (const message of transport) await transport.send(message);
    assertEquals(await hearing, '{"id":1}\n{"id":2}\n');
  });

  Deno.test(`The end over ${name} leaves it to the reader to say what is wrong inside of a last list`, async () => {
    await using ends = await connect();
    const { transport, peer } = ends;
    await lastWords(peer, "[1,]");
    const hearing = heard(peer);
    for await (const message of transport) await transport.send(message);
    assertEquals(await hearing, "[1,]\n");
  });

  for (const cut of ['{"id":', "[1,[2]", "12", '"a', "word"]) {
    Deno.test(`The end over ${name} in ${cut} is the end inside of a message`, async () => {
      await using ends = await connect();
      const { transport, peer } = ends;
      await lastWords(peer, `{"id":1}\n${cut}`);
      const received: string[] = [];
      await assertRejects(
        async () => {
          for await (const message of transport) received.push(message);
        },
        CloseError,
        "the stream ended in a message",
      );
      assertEquals(received, ['{"id":1}']);
    });
  }

  Deno.test(`A receiver over ${name} that finishes can answer later, and closes`, async () => {
    await using ends = await connect();
    const { transport, peer } = ends;
    const { received, finished, ended } = finishing(transport);
    await lastWords(peer, "question\n");
    const hearing = heard(peer);
    await finished();
    assertEquals(received, ["question"]);
    await transport.send("answer");
    await transport.close();
    assertEquals(await hearing, "answer\n");
    assertEquals(await ended(), undefined);
    await assertRejects(() => transport.send("late"), CloseError);
  });

  Deno.test(`A receiver over ${name} that does not finish is told the end at once`, async () => {
    await using ends = await connect();
    const { transport, peer } = ends;
    const ended = Promise.withResolvers<unknown>();
    deliverMessages(transport, { receive() {}, ended: ended.resolve });
    await lastWords(peer, "question\n");
    assertEquals(await heard(peer), "");
    assertEquals(await ended.promise, undefined);
  });

  Deno.test(`A receiver over ${name} learns that its peer has gone when it answers`, async () => {
    await using ends = await connect();
    const { transport, peer } = ends;
    const { finished, ended } = finishing(transport);
    await lastWords(peer, "question\n");
    await finished();
    peer.close();
    const sending = (async () => {
      for (;;) {
        await transport.send("answer");
        await new Promise((resolve) => setTimeout(resolve));
      }
    })();
    await assertRejects(() => sending, CloseError);
    // It had ended cleanly, whatever it did not wait for.
    assertEquals(await ended(), undefined);
  });

  Deno.test(`A stream over ${name} that ends in a message is not half closed`, async () => {
    await using ends = await connect();
    const { transport, peer } = ends;
    const { ended } = finishing(transport);
    await lastWords(peer, "whole\nhal");
    assertEquals(await heard(peer), "");
    assertEquals((await ended() as CloseError).code, 1006);
  });
}

/** A transport whose peer has ended its direction, after one message. */
function halfClosed() {
  const said: string[] = [];
  const gone = Promise.withResolvers<void>();
  const readable = ReadableStream.from([new TextEncoder().encode("last\n")]);
  const writable = new WritableStream<Uint8Array<ArrayBuffer>>({
    write: (bytes) => void said.push(new TextDecoder().decode(bytes)),
    close: gone.resolve,
  });
  const transport = new StreamTransport({ readable, writable }, framer());
  return { transport, said, gone: gone.promise };
}

Deno.test("A half-closed stream ends after a minute in which nothing is sent", async () => {
  using time = new FakeTime();
  const { transport, said, gone } = halfClosed();
  const { finished, ended } = finishing(transport);
  await finished();
  await time.tick(50_000);
  await transport.send("at work");
  await time.tick(50_000);
  await transport.send("still");
  await time.tick(59_000);
  await transport.send("done");
  await time.settle();
  assertEquals(said, ["at work\n", "still\n", "done\n"]);
  await time.tick(120_000);
  await gone;
  const error = await ended() as CloseError;
  assertEquals(error.code, 1006);
  assertEquals(
    error.reason,
    "the peer sends no more, and was sent nothing for 60 s",
  );
});

Deno.test("A half-closed stream whose loop does not go on ends after a minute", async () => {
  using time = new FakeTime();
  const { transport, gone } = halfClosed();
  const reader = transport[Symbol.asyncIterator]();
  assertEquals((await reader.next()).value, "last");
  await time.tick(59_000);
  await transport.send("at work");
  await time.tick(120_000);
  await gone;
  await assertRejects(() => transport.send("late"), CloseError, "60 s");
});

Deno.test("A half-closed stream ends at once if its loop is left, or none was begun", async () => {
  for (const isRead of [true, false]) {
    using time = new FakeTime();
    const { transport, gone } = halfClosed();
    if (isRead) {
      for await (const message of transport) {
        await time.settle(); // The end has come.
        await transport.send(message);
        break;
      }
    }
    await time.settle();
    await gone;
    await assertRejects(() => transport.send("late"), CloseError, "1000");
  }
});
