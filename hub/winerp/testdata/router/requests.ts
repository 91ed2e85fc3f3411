// Copyright 2026 the Wirekit authors. MIT license.

/** What is asked, and who gets the answer. */

import { assertEquals } from "@std/assert";
import * as Text from "../../../exchange/_text.ts";
import { error, type RouterClass, three } from "./wires.ts";

/** Registers these tests. */
export function testRequests(subject: string, Router: RouterClass): void {
  Deno.test(`${subject} swaps id and destination in requests, and in nothing else`, () => {
    const [_, a, b] = three(Router);
    a.send({
      id: "a",
      type: 2,
      route: "r",
      data: {},
      uuid: "1",
      destination: "b",
    });
    assertEquals(b.take(), [
      { id: "b", type: 2, route: "r", data: {}, uuid: "1", destination: "a" },
    ]);
    b.send({
      id: "b",
      type: 3,
      route: "r",
      data: 0,
      uuid: "1",
      destination: "a",
    });
    assertEquals(a.take(), [
      { id: "b", type: 3, route: "r", data: 0, uuid: "1", destination: "a" },
    ]);
    a.send({
      id: "a",
      type: 7,
      data: { __func__: "f" },
      uuid: "2",
      destination: "b",
    });
    assertEquals(b.take(), [
      {
        id: "a",
        type: 7,
        data: { __func__: "f" },
        uuid: "2",
        destination: "b",
      },
    ]);
    b.send({
      type: 4,
      data: "kaput",
      traceback: "T",
      uuid: "2",
      destination: "a",
    });
    assertEquals(a.take(), [{
      id: "b",
      type: 4,
      data: "kaput",
      traceback: "T",
      uuid: "2",
      destination: "a",
    }]);
  });

  Deno.test(`${subject} relays a 64-bit id unchanged`, () => {
    const [_, a, b] = three(Router);
    const data =
      '{"user":18446744073709551615,"f":1.0,"z":-0.0,"10":1,"2":"\\u00eb"}';
    a.send(`{"type":2,"data":${data},"uuid":"1","destination":"b"}`);
    assertEquals(b.received[0]!.includes(`"data":${data},`), true);
  });

  Deno.test(`${subject} answers each error with its exact text`, () => {
    const [_, a] = three(Router);
    a.send({
      type: 2,
      id: "a",
      route: "r",
      uuid: "1",
      destination: "nobody",
      data: {},
    });
    a.send({ type: 2, id: "a", route: "r", uuid: "2", destination: "a" });
    a.send({ type: 2, id: "a", uuid: "3" });
    a.send({ type: 7, id: "a", uuid: "4", destination: "nobody" });
    a.send({ type: 3, id: "a", uuid: "5", destination: "nobody", data: 1 });
    // The route is in it where the message is still at hand; no client reads it.
    assertEquals(a.take().map(({ route: _, ...rest }) => rest), [
      {
        id: "a",
        uuid: "1",
        destination: "nobody",
        ...error(Text.noDestination),
      },
      { id: "a", uuid: "2", destination: "a", ...error(Text.sameName) },
      { id: "a", uuid: "3", ...error(Text.noDestination) },
      { id: "a", uuid: "4", destination: "nobody", ...error(Text.noRequester) },
      { id: "a", uuid: "5", destination: "nobody", ...error(Text.noRequester) },
    ]);
    assertEquals(a.closed, undefined);
  });

  Deno.test(`${subject} takes an answer only from who was asked`, () => {
    const [_, a, b, c] = three(Router);
    a.send({ type: 2, data: {}, uuid: "1", destination: "b" });
    c.send({ type: 3, data: "forged", uuid: "1", destination: "a" });
    assertEquals(a.take(), []);
    b.send({ type: 3, data: "true", uuid: "1", destination: "a" });
    assertEquals(a.take().map(({ data }) => data), ["true"]);
  });

  Deno.test(`${subject} ignores late and second answers, and cuts nobody off`, () => {
    const [_, a, b] = three(Router);
    a.send({ type: 2, data: {}, uuid: "1", destination: "b" });
    b.take();
    b.send({ type: 3, data: 1, uuid: "1", destination: "a" });
    b.send({ type: 3, data: 2, uuid: "1", destination: "a" });
    assertEquals(a.take().map(({ data }) => data), [1]);
    a.send({ type: 2, data: {}, uuid: "2", destination: "b" });
    b.take();
    a.leave();
    b.send({ type: 3, data: 1, uuid: "2", destination: "a" });
    assertEquals(b.take(), [
      { id: "b", uuid: "2", destination: "a", ...error(Text.noRequester) },
    ]);
    assertEquals(b.closed, undefined);
  });

  Deno.test(`${subject} tells requesters at once when their responder leaves`, () => {
    const [_, a, b, c] = three(Router);
    a.send({ type: 2, route: "r", data: {}, uuid: "1", destination: "b" });
    c.send({ type: 7, data: {}, uuid: "2", destination: "b" });
    b.leave();
    assertEquals(a.take(), [
      { id: "a", uuid: "1", destination: "b", ...error(Text.responderLeft) },
    ]);
    assertEquals(c.take(), [
      { id: "c", uuid: "2", destination: "b", ...error(Text.responderLeft) },
    ]);
  });

  Deno.test(`${subject} keeps equal uuids of different requesters apart`, () => {
    const [_, a, b, c] = three(Router);
    for (const wire of [a, c]) {
      wire.send({ type: 2, data: {}, uuid: 1, destination: "b" });
    }
    b.send({ type: 3, data: "for c", uuid: 1, destination: "c" });
    b.send({ type: 3, data: "for a", uuid: 1, destination: "a" });
    assertEquals(a.take().map(({ data }) => data), ["for a"]);
    assertEquals(c.take().map(({ data }) => data), ["for c"]);
  });

  Deno.test(`${subject} sends Route not found to the requester, and closes the deaf client`, () => {
    const [router, a, b] = three(Router);
    a.send({ type: 2, route: "x", data: {}, uuid: "1", destination: "b" });
    b.take();
    // What stock winerp 1.5.0 sends: its own name as the destination.
    b.send({ id: "b", uuid: "1", destination: "b", ...error(Text.noRoute) });
    assertEquals(a.take(), [
      { id: "b", uuid: "1", destination: "a", ...error(Text.noRoute) },
    ]);
    assertEquals(b.closed?.code, 1011);
    assertEquals(router.names, ['"a"', '"c"']);
  });

  Deno.test(`${subject} leaves a client alone that answers Route not found rightly`, () => {
    const [_, a, b] = three(Router);
    a.send({ type: 2, route: "x", data: {}, uuid: "1", destination: "b" });
    b.send({ uuid: "1", destination: "a", ...error(Text.noRoute) });
    assertEquals(a.take()[0]!.data, Text.noRoute);
    assertEquals(b.closed, undefined);
  });

  Deno.test(`${subject} serves winerp-client-node, which answers without uuid and destination`, () => {
    const [_, a, b, c] = three(Router);
    a.send({ type: 2, route: "r", data: {}, uuid: "1", destination: "b" });
    b.send({ type: 3, id: "b", data: 5 });
    assertEquals(a.take(), [
      { id: "b", type: 3, data: 5, uuid: "1", destination: "a" },
    ]);
    a.send({ type: 2, route: "r", data: {}, uuid: "1", destination: "b" });
    b.send({ type: 3, id: "b", data: 5, uuid: null, destination: null });
    assertEquals(a.take(), [
      { id: "b", type: 3, data: 5, uuid: "1", destination: "a" },
    ]);
    // Of two it cannot be known.
    a.send({ type: 2, data: {}, uuid: "2", destination: "b" });
    c.send({ type: 2, data: {}, uuid: "3", destination: "b" });
    b.send({ type: 3, id: "b", data: 6 });
    assertEquals([a.take(), c.take()], [[], []]);
  });

  Deno.test(`${subject} answers two requests with one uuid in their order`, () => {
    for (const uuid of ["u", null, 5, "é"]) {
      const [_, a, b] = three(Router);
      for (const n of [1, 2]) {
        a.send({ type: 2, data: { n }, uuid, destination: "b" });
      }
      assertEquals(b.take().length, 2);
      for (const n of [1, 2]) {
        b.send({ type: 3, data: n, uuid, destination: "a" });
      }
      assertEquals(a.take().map(({ data }) => data), [1, 2]);
      a.send({ type: 2, data: {}, uuid, destination: "b" });
      a.send({ type: 2, data: {}, uuid, destination: "b" });
      b.leave();
      assertEquals(a.take().map(({ data }) => data), [
        Text.responderLeft,
        Text.responderLeft,
      ]);
    }
  });

  Deno.test(`${subject} knows a uuid however an answer spells it`, () => {
    const [_, a, b] = three(Router);
    const spellings = [
      ['"a/b"', String.raw`"a\/b"`],
      ['"é"', String.raw`"\u00e9"`],
      [String.raw`"\u00e9"`, '"é"'],
      ["1", "1.0"],
    ];
    for (const [asked, answered] of spellings) {
      a.send(`{"type":2,"data":{},"uuid":${asked},"destination":"b"}`);
      b.take();
      b.send(`{"type":3,"data":1,"uuid":${answered},"destination":"a"}`);
      assertEquals(a.take().map(({ data }) => data), [1], answered);
    }
  });

  Deno.test(`${subject} gives an answer to nobody but who was to get it`, () => {
    const [_, a, b, c] = three(Router);
    for (const wire of [a, c]) {
      wire.send({ type: 2, data: {}, uuid: null, destination: "b" });
    }
    b.take();
    a.leave();
    b.send({ type: 3, data: "for a", uuid: null, destination: "a" });
    assertEquals(c.take(), []);
    b.send({ type: 3, data: "for c", uuid: null, destination: "c" });
    assertEquals(c.take().map(({ data }) => data), ["for c"]);
  });
}
