// Copyright 2026 the Wirekit authors. MIT license.

/** What is told to many, and what the router answers itself. */

import { assertEquals } from "@std/assert";
import { join, type Message, type RouterClass, three } from "./wires.ts";

/** Registers these tests. */
export function testInformation(subject: string, Router: RouterClass): void {
  Deno.test(`${subject} informs all but the sender, or those listed, in order`, () => {
    const [_, a, b, c] = three(Router);
    const take = () => [a, b, c].map((wire) => wire.take().length);
    for (const route of [[], null, ""]) {
      a.send({ id: "a", type: 6, route, data: "x" });
      assertEquals(take(), [0, 1, 1]);
    }
    a.send({ type: 6, data: "x" });
    assertEquals(take(), [0, 1, 1]);
    a.send({ type: 6, route: ["b", "nobody", "a", "b"], data: 1 });
    assertEquals(take(), [1, 2, 0]);
    a.send({ id: "a", type: 6, route: ["c"], data: { k: [1] }, uuid: "u" });
    assertEquals(c.take(), [
      {
        id: "a",
        type: 6,
        route: ["c"],
        data: { k: [1] },
        uuid: "u",
        destination: "c",
      },
    ]);
    for (let n = 0; n < 200; n++) a.send({ type: 6, route: ["b"], data: n });
    assertEquals(
      b.take().map(({ data }) => data),
      Array.from(Array(200).keys()),
    );
  });

  Deno.test(`${subject} does not let one information fill an outbox`, () => {
    const router = new Router({ maxMessageBytes: 1000 });
    const [a, b] = join(router, "a", "b");
    a!.send({ type: 6, route: Array(100).fill("b"), data: 1 });
    assertEquals(b!.take().length, 1);
  });

  Deno.test(`${subject} answers a ping itself`, () => {
    const [_, a, b] = three(Router);
    const answers: [Message, boolean][] = [
      [{}, true],
      [{ destination: null }, true],
      [{ destination: "b" }, true],
      [{ destination: "a" }, true],
      [{ destination: "nobody" }, false],
      [{ destination: "" }, false],
      [{ destination: ["b"] }, false],
    ];
    for (const [ping, success] of answers) {
      a.send({ id: "a", type: 5, data: {}, uuid: "p", ...ping });
      assertEquals(a.take()[0]!.data, { success }, JSON.stringify(ping));
    }
    a.send({ type: 5 });
    assertEquals(a.take(), [{ id: "a", type: 5, data: { success: true } }]);
    assertEquals(b.take(), []);
  });

  Deno.test(`${subject} ignores unknown types from a verified client`, () => {
    const [_, a] = three(Router);
    for (const type of ["2", null, 99, -1, 0, true]) {
      a.send({ type, uuid: "1" });
    }
    assertEquals(a.take(), []);
    assertEquals(a.closed, undefined);
  });
}
