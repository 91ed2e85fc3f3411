// Copyright 2026 the Wirekit authors. MIT license.

/** What cannot be read, is too large, too much or too late. */

import { assertEquals } from "@std/assert";
import { error, join, type RouterClass, three, Wire } from "./wires.ts";

/** Registers these tests. */
export function testLimits(subject: string, Router: RouterClass): void {
  Deno.test(`${subject} answers what it cannot read, and goes on`, () => {
    const [_, a, b] = three(Router);
    for (
      const bad of [
        "",
        "nonsense",
        "[1]",
        '{"type":2',
        '{"type":2,"data":1e999}',
      ]
    ) {
      a.send(bad);
      const [answer] = a.take();
      assertEquals(answer!.type, 4, bad);
      assertEquals(
        String(answer!.data).startsWith("Cannot read message: "),
        true,
      );
    }
    a.send({ type: 2, data: {}, uuid: "1", destination: "b" });
    assertEquals(b.take().length, 1);
    assertEquals(a.closed, undefined);
  });

  Deno.test(`${subject} fails at once what it cannot relay`, () => {
    const [_, a, b] = three(Router);
    const bad = [
      "NaN",
      "[1e999]",
      '{"x":-Infinity}',
      String.raw`"\ud800"`,
      "[".repeat(252) + "]".repeat(252),
      String.raw`{"s":"a\"}{","n":NaN}`,
    ];
    for (const data of bad) {
      a.send(
        `{"id":"a","type":2,"route":"r","traceback":null,"data":${data},` +
          '"uuid":"1","destination":"b","pseudo_object":null}',
      );
      const [refusal, ...more] = a.take();
      assertEquals([refusal!.type, refusal!.uuid, more], [4, "1", []], data);
      assertEquals(
        String(refusal!.data).startsWith("Cannot read message: "),
        true,
      );

      a.send({ type: 2, data: {}, uuid: "2", destination: "b" });
      assertEquals(b.take().length, 1);
      b.send(`{"uuid":"2","data":${data},"destination":"a","type":3}`);
      const [failure] = a.take();
      assertEquals([failure!.type, failure!.uuid], [4, "2"], data);
      assertEquals(
        String(failure!.data).startsWith("The answer cannot be read: "),
        true,
      );
      assertEquals(b.take(), []);
    }
    // A second look does not mend what is no message at all.
    for (
      const text of ['{"type":2,"uuid":"1"', '{"type":2 "uuid":"1"}', "NaN"]
    ) {
      a.send(text);
      assertEquals(a.take().map(({ type, uuid }) => [type, uuid]), [
        [4, undefined],
      ]);
    }
  });

  Deno.test(`${subject} answers what is too large once, and in a few words`, () => {
    const router = new Router({ maxMessageBytes: 20_000 });
    const names = Array.from({ length: 150 }, (_, n) => `bot-${n}`);
    const [sender, ...bots] = join(router, "sender", ...names);
    const data = "x".repeat(30_000);
    const long = Array(3_000).fill("bot-1");
    for (
      const message of [
        { type: 6, route: names, data },
        { type: 6, route: [], data },
        { type: 6, route: long, data },
        { type: 2, route: "x".repeat(30_000), uuid: "u", destination: "bot-1" },
        { type: 7, data, uuid: "u", destination: "bot-1" },
      ]
    ) {
      sender!.send(message);
      const [text, ...more] = sender!.received.splice(0);
      assertEquals(more, []);
      assertEquals(JSON.parse(text!).type, 4);
      assertEquals(text!.length < 3_000, true, `${text!.length} bytes`);
    }
    // With the receiver's name it would be too large for a stock client.
    const size = JSON.stringify({ type: 6, data: "" }).length;
    sender!.send({ type: 6, data: "x".repeat(20_000 - size) });
    assertEquals(sender!.take().length, 1);
    for (const bot of bots) assertEquals(bot.received, []);
  });

  Deno.test(`${subject} refuses what is larger than a stock client takes`, () => {
    const router = new Router({ maxMessageBytes: 500 });
    const [a, b] = join(router, "a", "b");
    const data = { x: "x".repeat(500) };
    a!.send({ type: 2, data, uuid: "1", destination: "b" });
    a!.send({ type: 6, data });
    assertEquals(b!.take(), []);
    assertEquals(a!.take().map(({ type, uuid }) => [type, uuid]), [[4, "1"], [
      4,
      undefined,
    ]]);

    a!.send({ type: 2, data: {}, uuid: "2", destination: "b" });
    b!.send({ type: 3, data, uuid: "2", destination: "a" });
    assertEquals(a!.take(), [{
      id: "a",
      uuid: "2",
      destination: "b",
      ...error("The answer is larger than the hub passes on."),
    }]);
  });

  Deno.test(`${subject} bounds the requests that one client has open`, () => {
    const router = new Router({ maxRequests: 2 });
    const [a, b, c] = join(router, "a", "b", "c");
    for (const uuid of ["1", "2", "3"]) {
      a!.send({ type: 2, data: {}, uuid, destination: "b" });
    }
    assertEquals(a!.take().map(({ uuid }) => uuid), ["3"]);
    c!.send({ type: 2, data: {}, uuid: "4", destination: "b" });
    assertEquals(b!.take().map(({ uuid }) => uuid), ["1", "2", "4"]);
    b!.send({ type: 3, data: 1, uuid: "1", destination: "a" });
    a!.send({ type: 2, data: {}, uuid: "5", destination: "b" });
    assertEquals(b!.take().map(({ uuid }) => uuid), ["5"]);
    a!.send({ type: 2, data: {}, uuid: "x".repeat(300), destination: "b" });
    assertEquals(b!.take(), []);
  });

  Deno.test(`${subject} ends requests and connections that have waited too long`, () => {
    const router = new Router({ requestTimeout: 5000, handshakeTimeout: 1000 });
    router.tick(10_000);
    const [a, b] = join(router, "a", "b");
    const silent = new Wire(router);
    a!.send({ type: 2, data: {}, uuid: "1", destination: "b" });
    router.tick(10_999);
    assertEquals(silent.closed, undefined);
    router.tick(11_000);
    assertEquals(silent.closed?.code, 1008);
    assertEquals(a!.take(), []);
    router.tick(15_000);
    assertEquals(a!.take().map(({ type, uuid }) => [type, uuid]), [[4, "1"]]);
    b!.take();
    b!.send({ type: 3, data: 1, uuid: "1", destination: "a" });
    assertEquals([a!.take(), b!.take()], [[], []]);
  });
}
