// Copyright 2026 the Wirekit authors. MIT license.

/**
 * What a router does for winerp clients, whether it is one or many that are one.
 */

import { assertEquals } from "@std/assert";
import type { CloseError } from "@wirekit/transport/transport";
import { fullPass } from "../../access/pass.ts";
import * as MessageType from "../_message_type.ts";
import * as Text from "../../exchange/_text.ts";
import type { ConnectOptions } from "../../exchange/participant.ts";
import type { Router as OneRouter, RouterOptions } from "../_router.ts";

const utf8 = new TextEncoder();

/** What the tests need of a router. */
export type TestedRouter = Pick<OneRouter, "connect" | "tick" | "names">;

/** A message as the tests write and read it. */
type Message = Record<string, unknown>;

/** One connection, and what came to it. */
class Wire {
  readonly received: string[] = [];
  closed: CloseError | undefined;
  readonly #participant;

  constructor(router: TestedRouter, options?: ConnectOptions) {
    this.#participant = router.connect({
      send: (message) => this.received.push(new TextDecoder().decode(message)),
      close: (error) => this.closed = error,
    }, options);
  }

  send(message: Message | string): void {
    this.#participant.receive(utf8.encode(
      typeof message === "string" ? message : JSON.stringify(message),
    ));
  }

  leave(): void {
    this.#participant.leave();
  }

  /** Returns what came since the last call, without the members that are null. */
  take(): Message[] {
    return this.received.splice(0).map((text) =>
      Object.fromEntries(
        Object.entries(JSON.parse(text)).filter(([_, value]) => value !== null),
      )
    );
  }
}

function join(router: TestedRouter, ...names: unknown[]): Wire[] {
  return names.map((id) => {
    const wire = new Wire(router);
    wire.send({ type: 1, id, uuid: "v" });
    assertEquals(wire.take(), [
      { id, type: 0, data: "Authorized.", uuid: "v" },
    ]);
    return wire;
  });
}

const error = (text: string) => ({ type: 4, data: text, traceback: text });

/**
 * Registers the tests.
 *
 * @param subject What is tested, as the first words of each name.
 * @param Router Makes what is tested.
 */
export function testRouter(
  subject: string,
  Router: new (options?: RouterOptions) => TestedRouter,
): void {
  function three(): [TestedRouter, Wire, Wire, Wire] {
    const router = new Router();
    const [a, b, c] = join(router, "a", "b", "c");
    return [router, a!, b!, c!];
  }

  Deno.test(`${subject} swaps id and destination in requests, and in nothing else`, () => {
    const [_, a, b] = three();
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
    const [_, a, b] = three();
    const data =
      '{"user":18446744073709551615,"f":1.0,"z":-0.0,"10":1,"2":"\\u00eb"}';
    a.send(`{"type":2,"data":${data},"uuid":"1","destination":"b"}`);
    assertEquals(b.received[0]!.includes(`"data":${data},`), true);
  });

  Deno.test(`${subject} answers each error with its exact text`, () => {
    const [_, a] = three();
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
      const [router, a] = three();
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
    const [router, a] = three();
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
    const [router, a] = three();
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
    const [_, a, b, c] = three();
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

  Deno.test(`${subject} takes an answer only from who was asked`, () => {
    const [_, a, b, c] = three();
    a.send({ type: 2, data: {}, uuid: "1", destination: "b" });
    c.send({ type: 3, data: "forged", uuid: "1", destination: "a" });
    assertEquals(a.take(), []);
    b.send({ type: 3, data: "true", uuid: "1", destination: "a" });
    assertEquals(a.take().map(({ data }) => data), ["true"]);
  });

  Deno.test(`${subject} ignores late and second answers, and cuts nobody off`, () => {
    const [_, a, b] = three();
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
    const [_, a, b, c] = three();
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
    const [_, a, b, c] = three();
    for (const wire of [a, c]) {
      wire.send({ type: 2, data: {}, uuid: 1, destination: "b" });
    }
    b.send({ type: 3, data: "for c", uuid: 1, destination: "c" });
    b.send({ type: 3, data: "for a", uuid: 1, destination: "a" });
    assertEquals(a.take().map(({ data }) => data), ["for a"]);
    assertEquals(c.take().map(({ data }) => data), ["for c"]);
  });

  Deno.test(`${subject} sends Route not found to the requester, and closes the deaf client`, () => {
    const [router, a, b] = three();
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
    const [_, a, b] = three();
    a.send({ type: 2, route: "x", data: {}, uuid: "1", destination: "b" });
    b.send({ uuid: "1", destination: "a", ...error(Text.noRoute) });
    assertEquals(a.take()[0]!.data, Text.noRoute);
    assertEquals(b.closed, undefined);
  });

  Deno.test(`${subject} serves winerp-client-node, which answers without uuid and destination`, () => {
    const [_, a, b, c] = three();
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

  Deno.test(`${subject} informs all but the sender, or those listed, in order`, () => {
    const [_, a, b, c] = three();
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
    const [_, a, b] = three();
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
    const [_, a] = three();
    for (const type of ["2", null, 99, -1, 0, true]) {
      a.send({ type, uuid: "1" });
    }
    assertEquals(a.take(), []);
    assertEquals(a.closed, undefined);
  });

  Deno.test(`${subject} answers what it cannot read, and goes on`, () => {
    const [_, a, b] = three();
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
    const [_, a, b] = three();
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

  Deno.test(`${subject} answers two requests with one uuid in their order`, () => {
    for (const uuid of ["u", null, 5, "é"]) {
      const [_, a, b] = three();
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
    const [_, a, b] = three();
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
    const [_, a, b, c] = three();
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
    const [router, a, b] = three();
    b.leave();
    b.leave();
    b.send({ type: 1, id: "b" });
    b.send({ type: 6, data: 1 });
    assertEquals([a.take(), b.take()], [[], []]);
    assertEquals(router.names, ['"a"', '"c"']);
  });
}
