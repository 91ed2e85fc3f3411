// Copyright 2026 the Wirekit authors. MIT license.
import { assertEquals } from "@std/assert";
import { randomFrom } from "../../../winerp/testdata/model.ts";
import { Splitter, type Taker } from "./_splitter.ts";

const utf8 = new TextEncoder();
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

const unbroken = () => {
  throw new Error("It takes that for nothing that a server sends");
};

/** What each part of a stream is, and whose. */
const PARTS: { bytes: string; taken?: string }[] = [
  { bytes: 'INFO {"a":"MSG x 1 3"}\r\n' },
  { bytes: "PING\r\n" },
  { bytes: "PONG\r\n" },
  { bytes: "+OK\r\n" },
  { bytes: "-ERR 'Slow Consumer'\r\n" },
  {
    bytes: "MSG hub.all 1 hub.node.x 5\r\nhello\r\n",
    taken: "1 hub.node.x hello",
  },
  { bytes: "MSG hub.n.a 12 hub.node.x.7 0\r\n\r\n", taken: "12 hub.node.x.7 " },
  { bytes: "MSG hub.all 1 4\r\na\r\nb\r\n", taken: "1  a\r\nb" },
  { bytes: "MSG $KV.x 3 8\r\nMSG a 1 \r\n" },
  { bytes: "MSG _INBOX.x.y 3 r.e.p 12\r\nPONG\r\n+OK\r\nx\r\n" },
  { bytes: "HMSG hub.node.x.7 1 16 16\r\nNATS/1.0 503\r\n\r\n\r\n" },
  {
    bytes: `MSG hub.all 1 hub.node.y 20000\r\n${"z".repeat(20_000)}\r\n`,
    taken: `1 hub.node.y ${"z".repeat(20_000)}`,
  },
];

Deno.test("A Splitter gives each its own, however the stream is cut", () => {
  for (let seed = 0; seed < 50; seed++) {
    const random = randomFrom(seed);
    const parts = Array.from(
      { length: 20 },
      () => PARTS[Math.floor(random() * PARTS.length)]!,
    );
    const taken: string[] = [];
    let rest = "";
    const takers = new Map([1, 12].map((sid): [number, Taker] => [
      sid,
      (message, reply) => taken.push(`${sid} ${text(reply)} ${text(message)}`),
    ]));
    const splitter = new Splitter(
      takers,
      (bytes) => rest += text(bytes),
      unbroken,
    );
    const stream = utf8.encode(parts.map(({ bytes }) => bytes).join(""));
    const step = [1, 7, 100, 70_000, 1_000_000][seed % 5]!;
    for (let at = 0; at < stream.length;) {
      const end = at + 1 + Math.floor(random() * step);
      splitter.push(stream.slice(at, end));
      at = end;
    }
    assertEquals(
      taken,
      parts.flatMap(({ taken }) => taken === undefined ? [] : [taken]),
    );
    assertEquals(
      rest,
      parts.map(({ bytes, taken }) => taken === undefined ? bytes : "").join(
        "",
      ),
    );
  }
});

Deno.test("A Splitter throws at no bytes, and keeps no more than a line", () => {
  const random = randomFrom(1);
  const words = ["MSG ", "HMSG", " 1 ", "\r\n", "9", "x", "\n", "-", " "];
  for (let n = 0; n < 2_000; n++) {
    const takers = new Map<number, Taker>([[1, () => {}]]);
    const splitter = new Splitter(takers, () => {}, () => {});
    for (let k = 0; k < 20; k++) {
      const word = words[Math.floor(random() * words.length)]!;
      splitter.push(utf8.encode(word));
    }
  }
});

Deno.test("A Splitter says once what no server sends, and reads no further", () => {
  for (
    const line of [
      "SPAM eggs",
      "MSG a 1 x",
      "MSG a 1 999999999",
      "MSG",
      "HMSG a",
    ]
  ) {
    let broken = 0;
    let rest = "";
    const splitter = new Splitter(
      new Map(),
      (bytes) => rest += text(bytes),
      () => broken++,
    );
    splitter.push(utf8.encode("PING\r\n"));
    for (const part of [...line, "\r\n", "PONG\r\n"]) {
      splitter.push(utf8.encode(part));
    }
    assertEquals([broken, rest], [1, "PING\r\n"], line);
  }
});
