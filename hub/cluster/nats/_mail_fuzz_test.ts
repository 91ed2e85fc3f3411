// Copyright 2026 the Wirekit authors. MIT license.

/** What goes out as packets comes in as it was sent, however the stream is cut. */

import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { randomFrom } from "../../winerp/testdata/model.ts";
import { Whole } from "../_whole.ts";
import { Mail } from "./_mail.ts";
import { unpack } from "./_packets.ts";
import { Splitter, type Taker } from "./connection/_splitter.ts";
import type { SafeConnection } from "./connection/_connection.ts";

const utf8 = new TextEncoder();
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

type Callback = (error: unknown, message: unknown) => void;

/** A server between nodes, whose bytes come in pieces of any length. */
class Server {
  readonly sizes: number[] = [];
  readonly #nodes: Node[] = [];
  readonly random: () => number;

  constructor(random: () => number) {
    this.random = random;
  }

  add(node: Node): void {
    this.#nodes.push(node);
  }

  take(from: Node, bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      const line = bytes.indexOf(10, at) + 1;
      const [verb, subject = "", reply = "", size = ""] = textOf(
        bytes.subarray(at, line - 2),
      ).split(" ");
      assertEquals(verb, "PUB");
      const end = line + Number(size);
      assertEquals(textOf(bytes.subarray(end, end + 2)), "\r\n");
      this.sizes.push(Number(size));
      this.#publish(from, subject, reply, bytes.subarray(line, end));
      at = end + 2;
    }
  }

  #publish(from: Node, subject: string, reply: string, body: Uint8Array) {
    let count = 0;
    for (const node of this.#nodes) {
      const sid = node === from ? undefined : node.sidOf(subject);
      if (sid === undefined) continue;
      count++;
      node.write(`MSG ${subject} ${sid} ${reply} ${body.length}\r\n`, body);
    }
    if (count > 0) return;
    const sid = from.sidOf(reply)!;
    from.write(`HMSG ${reply} ${sid} 16 16\r\n`, utf8.encode(NOBODY));
  }

  /** Delivers what is on its way, cut anywhere. */
  deliver(): void {
    for (const node of this.#nodes) node.read(this.random);
  }
}

const NOBODY = "NATS/1.0 503\r\n\r\n";

/** One node, as far as its mail goes. */
class Node {
  readonly got: string[] = [];
  readonly undelivered: number[] = [];
  readonly mail: Mail;
  refused = 0;
  /** What was sent and is still being written. */
  readonly kept: { bytes: Uint8Array; as: Uint8Array }[] = [];
  readonly #takers = new Map<number, Taker>();
  readonly #subjects = new Map<string, { sid: number; callback: Callback }>();
  readonly #splitter: Splitter;
  #pongs: (() => void)[] = [];
  #stream: Uint8Array[] = [];
  #sids = 0;

  constructor(readonly id: string, server: Server, max: number) {
    server.add(this);
    const connection = {
      info: { max_payload: max },
      subscribe: (subject: string, { callback }: { callback: Callback }) => {
        const sid = ++this.#sids;
        this.#subjects.set(subject, { sid, callback });
        return {
          getID: () => sid,
          unsubscribe: () => this.#subjects.delete(subject),
        };
      },
      flush: () => {
        this.write("PONG\r\n");
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#pongs.push(resolve);
        return promise;
      },
    };
    const line = {
      connection,
      takers: this.#takers,
      send: (bytes: Uint8Array) => {
        server.take(this, bytes);
        const isKept = server.random() < 0.3;
        if (isKept) this.kept.push({ bytes, as: bytes.slice() });
        else bytes.fill(0);
        return isKept;
      },
    } as unknown as SafeConnection;
    const options = { prefix: "hub", maxOutboxBytes: Infinity };
    this.mail = new Mail(line, options, {
      id,
      receive: (packet, from) => {
        const isOne = unpack(packet, (message, text) => {
          const own = textOf(message);
          if (text !== undefined) assertEquals(text, own);
          this.got.push(`${from} ${own}`);
        }, {
          take: (start, end) => {
            const isTaken = server.random() < 0.5;
            const own = textOf(packet.subarray(start, end));
            if (isTaken) this.got.push(`${from} ${own}`);
            return isTaken;
          },
        });
        assert(isOne);
      },
      refuse: () => this.refused++,
      undelivered: (ref) => this.undelivered.push(ref),
    });
    this.#splitter = new Splitter(
      this.#takers,
      (bytes) => this.#hear(textOf(bytes)),
      () => assert(false),
    );
    this.mail.open();
  }

  sidOf(subject: string): number | undefined {
    const any = subject.replace(/[^.]*$/, "*");
    return (this.#subjects.get(subject) ?? this.#subjects.get(any))?.sid;
  }

  write(line: string, body?: Uint8Array): void {
    this.#stream.push(utf8.encode(line));
    if (body) this.#stream.push(body.slice(), utf8.encode("\r\n"));
  }

  read(random: () => number): void {
    const stream = new Uint8Array(Buffer.concat(this.#stream));
    this.#stream = [];
    const step = 10 ** (2 + Math.floor(4 * random()));
    for (let at = 0; at < stream.length;) {
      const end = at + 1 + Math.floor(step * random());
      this.#splitter.push(stream.slice(at, end));
      at = end;
    }
  }

  /** What is for the client of NATS. */
  #hear(text: string): void {
    const found = /HMSG (\S+) (\d+)|PONG/g;
    for (const [all, subject, sid] of text.matchAll(found)) {
      if (all === "PONG") this.#pongs.shift()!();
      for (const { sid: one, callback } of this.#subjects.values()) {
        const headers = { code: 503 };
        if (one === Number(sid)) callback(null, { headers, subject });
      }
    }
  }
}

const WORDS = [
  "a",
  "hello",
  '{"d":1}',
  "é",
  "漢字",
  "👍",
  "\r\n",
  "+2,1\0",
  "\0",
];

Deno.test("What is sent in packets comes as it was, in order, and once", async () => {
  for (let seed = 0; seed < 15; seed++) {
    const random = randomFrom(seed);
    const below = (end: number) => Math.floor(end * random());
    const server = new Server(random);
    const max = [200_000, 50_000, 1_000][seed % 3]!;
    const nodes = ["x", "y", "z"].map((id) => new Node(id, server, max));
    /** By receiver. */
    const sent = new Map(nodes.map(({ id }) => [id, [] as string[]]));
    const lost = new Map(nodes.map(({ id }) => [id, [] as number[]]));
    const owners = new Map<string, Node>();
    let refs = 0;
    for (let turn = 0; turn < 30; turn++) {
      for (const name of ["alpha", "beta", "gamma"]) {
        if (below(4) > 0) continue;
        // What comes later for a name that was given up is dropped.
        server.deliver();
        const owner = below(4) > 0 ? nodes[below(3)] : undefined;
        owners.get(name)?.mail.shutName(name);
        owners.delete(name);
        if (!owner) continue;
        owner.mail.openName(name);
        owners.set(name, owner);
      }
      const from = nodes[below(3)]!;
      const others = nodes.filter((node) => node !== from);
      const target = below(8);
      for (let n = below([3, 70, 1_200][below(3)]!); n >= 0; n--) {
        const way = below(5) > 0 ? target : below(8);
        let message = `${turn} ${n} ${WORDS[below(WORDS.length)]}`;
        if (below(40) === 0) message += "z".repeat(below(max / 2 - 50));
        else if (n === 0) message = message.repeat(1 + below(30));
        const ref = below(2) > 0 || way < 5 ? undefined : refs++;
        const name = ["alpha", "beta", "gamma"][way % 3]!;
        const owner = owners.get(name);
        const receivers = way === 0
          ? others
          : way < 5
          ? [others[way % 2]!]
          : owner && owner !== from
          ? [owner]
          : [];
        const to = way === 0
          ? "all" as const
          : way < 5
          ? { node: receivers[0]!.id }
          : { name };
        const body = utf8.encode(message);
        const whole = below(2) > 0
          ? new Whole(0x52, turn * 4_194_304, new Uint8Array(1), body)
          : undefined;
        if (whole) message = `R\0${turn * 4_194_304}\0${message}`;
        const size = whole?.size ?? body.length;
        const letter = { to, message: whole ?? message, size, ref };
        assertEquals(from.mail.refusal(letter), undefined);
        from.mail.send(letter);
        for (const { id } of receivers) {
          sent.get(id)!.push(`${from.id} ${message}`);
        }
        if (receivers.length === 0 && ref !== undefined) {
          lost.get(from.id)!.push(ref);
        }
      }
      from.mail.endTurn();
      if (below(2) > 0) server.deliver();
      await undefined;
    }
    server.deliver();
    await new Promise((resolve) => setTimeout(resolve));
    for (const node of nodes) {
      assertEquals(node.got, sent.get(node.id), `seed ${seed}`);
      assertEquals(node.undelivered, lost.get(node.id), `seed ${seed}`);
      assertEquals(node.refused, 0);
      for (const { bytes, as } of node.kept) assertEquals(bytes, as);
    }
    assert(server.sizes.every((size) => size <= max), `seed ${seed}`);
  }
});

/** The parts of a packet, read in the plainest way. */
function partsOf(bytes: Uint8Array): string[] | undefined {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  if (!text.startsWith("+")) return [text];
  const [head, list] = /^\+([1-9]\d*(?:,[1-9]\d*)+)\0/.exec(text) ?? [];
  if (head === undefined || text.length > 65_536) return undefined;
  const sizes = list!.split(",").map(Number);
  const sum = sizes.reduce((a, b) => a + b);
  if (sum !== text.length - head.length || sizes.length > 1_000) {
    return undefined;
  }
  let at = head.length;
  return sizes.map((size) => text.slice(at, at += size));
}

Deno.test("A packet that no hub sends is refused as a whole", () => {
  const random = randomFrom(7);
  const below = (end: number) => Math.floor(end * random());
  const bytesOf = "+,0123456789\0az\r\n\xff".split("").map((char) =>
    char.charCodeAt(0)
  );
  let refused = 0;
  for (let n = 0; n < 20_000; n++) {
    const parts = Array.from(
      { length: 2 + below(n % 500 ? 4 : 1_200) },
      () => "x".repeat(1 + below(20)) + WORDS[below(WORDS.length)],
    ).map((part) => utf8.encode(part));
    const head = utf8.encode(`+${parts.map(({ length }) => length)}\0`);
    let bytes = Uint8Array.from([head, ...parts].flatMap((part) => [...part]));
    for (let spoil = below(3); spoil > 0; spoil--) {
      const at = below(2) > 0 ? below(head.length) : below(bytes.length);
      const how = below(4);
      if (how > 1) bytes[at] = bytesOf[below(bytesOf.length)]!;
      else if (how > 0) bytes = bytes.slice(0, at);
      else bytes = Uint8Array.from([...bytes, ...bytes.subarray(at)]);
    }
    const taken: string[] = [];
    const isOne = unpack(bytes, (message, text) => {
      if (text !== undefined) assertEquals(text.length, message.length);
      taken.push(String.fromCharCode(...message));
    });
    const plain = partsOf(bytes);
    assertEquals(isOne, plain !== undefined);
    assertEquals(taken, plain ?? []);
    if (!isOne) refused++;
  }
  assert(refused > 2_000 && refused < 18_000, `${refused} were refused`);
});
