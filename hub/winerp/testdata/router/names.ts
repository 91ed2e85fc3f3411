// Copyright 2026 the Wirekit authors. MIT license.

/** Who has which name, who waits for it, and who is let in. */

import { assertEquals } from "@std/assert";
import { fullPass } from "../../../access/pass.ts";
import * as Text from "../../../exchange/_text.ts";
import * as MessageType from "../../_message_type.ts";
import { error, join, type RouterClass, three, Wire } from "./wires.ts";

/** Registers these tests. */
export function testNames(subject: string, Router: RouterClass): void {
  Deno.test(`${subject} answers Not authorized. on hold`, () => {
    const router = new Router();
    join(router, "a");
    const held = new Wire(router);
    const message = {
      id: "A",
      type: 2,
      route: "r",
      uuid: "u2",
      destination: "B",
    };
    held.send({ type: 1, id: "a", uuid: "v" });
    assertEquals(held.take(), [{ id: "a", ...error(Text.alreadyAuthorized) }]);
    held.send(message);
    assertEquals(held.take(), [{ ...message, ...error(Text.notAuthorized) }]);
    assertEquals(held.closed, undefined);
  });

  Deno.test(`${subject} ends who says anything before its verification`, () => {
    const firsts: [string, string][] = [
      [
        '{"type":2,"route":"r","uuid":"u","destination":"a","data":{}}',
        "Its first message was not a verification",
      ],
      ['{"type":6,"data":1}', "Its first message was not a verification"],
      ['{"type":5,"uuid":"p"}', "Its first message was not a verification"],
      [
        '{"type":3,"uuid":"u","destination":"a","data":NaN}',
        "Its first message was not a verification",
      ],
      ['{"type":"1","id":"b"}', "Its first message was not a verification"],
      ["{}", "Its first message was not a verification"],
      ["hello", "Its first message cannot be read"],
      ["", "Its first message cannot be read"],
      ["[1]", "Its first message cannot be read"],
      ["POST /a HTTP/1.1", "It spoke HTTP, as a web page or a browser does"],
      ["OPTIONS * HTTP/1.1", "It spoke HTTP, as a web page or a browser does"],
    ];
    for (const [first, reason] of firsts) {
      const [router, a] = three(Router);
      const page = new Wire(router);
      page.send(first);
      assertEquals(page.take().map(({ type }) => type), [4], first);
      assertEquals([page.closed?.code, page.closed?.reason], [1008, reason]);
      page.send('{"type":1,"id":"page"}');
      page.send('{"type":6,"data":"told"}');
      assertEquals([page.take(), a.take()], [[], []]);
      assertEquals(router.names, ['"a"', '"b"', '"c"']);
    }
  });

  Deno.test(`${subject} keeps its own name, and takes a sign of life for no answer`, () => {
    const [router, a] = three(Router);
    const thief = new Wire(router);
    thief.send({ type: 1, id: "@hub", uuid: "v" });
    assertEquals(thief.take()[0]!.data, 'The name "@hub" is the hub\'s own.');
    const held = new Wire(router);
    held.send({ type: 1, id: "a" });
    held.take();
    for (const wire of [a, held]) {
      wire.send({
        uuid: "heartbeat",
        destination: "@hub",
        ...error("expired"),
      });
      assertEquals(wire.take(), []);
    }
  });

  Deno.test(`${subject} releases held clients in the order they came`, () => {
    const router = new Router();
    const [first] = join(router, "a");
    const held = [1, 2, 3].map(() => {
      const wire = new Wire(router);
      wire.send({ type: 1, id: "a", uuid: "v" });
      assertEquals(wire.take(), [{
        id: "a",
        ...error(Text.alreadyAuthorized),
      }]);
      return wire;
    });
    // Asking again does not cost the first its place.
    held[0]!.send({ type: 1, id: "a", uuid: "w" });
    held[0]!.take();
    held[1]!.leave();

    first!.leave();
    assertEquals(held[0]!.received, [
      '{"id":null,"type":0,"route":null,"data":"Authorized.","traceback":null,' +
      '"uuid":null,"destination":null,"pseudo_object":null}',
    ]);
    assertEquals(held[2]!.take(), []);
    held[0]!.leave();
    assertEquals(held[2]!.take(), [{ type: 0, data: "Authorized." }]);
    held[2]!.leave();
    assertEquals(router.names, []);
  });

  Deno.test(`${subject} lets a held client take another name`, () => {
    const router = new Router();
    const [first] = join(router, "a");
    const held = new Wire(router);
    held.send({ type: 1, id: "a" });
    held.take();
    held.send({ type: 1, id: "b" });
    assertEquals(held.take(), [{ id: "b", type: 0, data: "Authorized." }]);
    first!.leave();
    assertEquals(held.take(), []);
    assertEquals(router.names, ['"b"']);
  });

  Deno.test(`${subject} answers a second verification, and ignores one of another name`, () => {
    const [router, a] = three(Router);
    a.send({ type: 1, id: "a", uuid: "again" });
    assertEquals(a.take(), [
      { id: "a", type: 0, data: "Authorized.", uuid: "again" },
    ]);
    a.send({ type: 1, id: "other" });
    assertEquals(a.take(), []);
    a.leave();
    assertEquals(router.names, ['"b"', '"c"']);
  });

  Deno.test(`${subject} takes the names that a real server takes, up to a limit`, () => {
    const router = new Router({ maxNameBytes: 12 });
    const [_, number] = join(router, "", 12345678901, true);
    new Wire(router).send({ type: 1, id: "zoë" });
    assertEquals(router.names, ['""', "12345678901", "true", '"zoë"']);

    const asker = new Wire(router);
    asker.send({ type: 1, id: "q" });
    asker.take();
    asker.send('{"type":2,"data":{},"uuid":1,"destination":12345678901}');
    assertEquals(number!.take(), [
      { id: 12345678901, type: 2, data: {}, uuid: 1, destination: "q" },
    ]);
    asker.send('{"type":5,"uuid":2,"destination":"zo\\u00eb"}');
    assertEquals(asker.take()[0]!.data, { success: true });

    for (
      const [id, text] of [
        [null, "The name must be a string."],
        [["a"], "The name must be a string."],
        [{}, "The name must be a string."],
        ["a".repeat(11), "The name is longer than 12 bytes of JSON text."],
      ]
    ) {
      const wire = new Wire(router);
      wire.send({ type: 1, id, uuid: "v" });
      assertEquals(wire.take()[0]!.data, text);
      assertEquals(wire.closed, undefined);
    }
  });

  Deno.test(`${subject} never believes the id in a message`, () => {
    const [_, a, b, c] = three(Router);
    a.send({ id: "c", type: 2, data: {}, uuid: "1", destination: "b" });
    a.send({ id: "c", type: 6, route: ["b"], data: 1 });
    a.send({ id: "c", type: 7, data: {}, uuid: "2", destination: "b" });
    const [request, information, call] = b.take();
    assertEquals([request!.destination, information!.id, call!.id], [
      "a",
      "a",
      "a",
    ]);
    b.send({ id: "c", type: 3, data: 1, uuid: "1", destination: "a" });
    assertEquals(a.take(), [
      { id: "b", type: 3, data: 1, uuid: "1", destination: "a" },
    ]);
    assertEquals(c.take(), []);
  });

  Deno.test(`${subject} asks for a token where the connection has shown none`, () => {
    const router = new Router();
    const admit = (token?: string) =>
      token === "s3cret" ? fullPass("token") : undefined;
    const good = new Wire(router, { admit });
    good.send({ type: 1, id: "a", token: "s3cret" });
    assertEquals(good.take()[0]!.type, MessageType.success);
    for (const token of ["wrong", undefined, 5]) {
      const bad = new Wire(router, { admit });
      bad.send({ type: 1, id: "b", uuid: "v", token });
      assertEquals(bad.take()[0]!.data, Text.notAuthorized);
      assertEquals(bad.closed?.code, 1008);
    }
    assertEquals(router.names, ['"a"']);
  });

  Deno.test(`${subject} hears nothing more from who has left`, () => {
    const [router, a, b] = three(Router);
    b.leave();
    b.leave();
    b.send({ type: 1, id: "b" });
    b.send({ type: 6, data: 1 });
    assertEquals([a.take(), b.take()], [[], []]);
    assertEquals(router.names, ['"a"', '"c"']);
  });
}
