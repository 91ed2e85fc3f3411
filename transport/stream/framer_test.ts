// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { Random } from "@wirekit/internal/testing";
import { ContentLengthFramer } from "./content_length_framer.ts";
import type { Framer } from "./framer.ts";
import { LengthPrefixFramer } from "./length_prefix_framer.ts";
import { NewlineFramer } from "./newline_framer.ts";
import { CloseError } from "../transport.ts";

const MAX = 64;

const MAKERS: Record<
  string,
  (format: "text" | "utf8", malformed?: string) => Framer<string | Uint8Array>
> = {
  NewlineFramer: (format, malformed) =>
    new NewlineFramer({ format, malformed, maxMessageBytes: MAX }) as Framer<
      string | Uint8Array
    >,
  ContentLengthFramer: (format, malformed) =>
    new ContentLengthFramer({
      format,
      malformed,
      maxMessageBytes: MAX,
    }) as Framer<
      string | Uint8Array
    >,
  LengthPrefixFramer: (format, malformed) =>
    new LengthPrefixFramer({
      format,
      malformed,
      maxMessageBytes: MAX,
    }) as Framer<
      string | Uint8Array
    >,
};

function seeded(seed: number): () => number {
  const random = new Random(seed);
  return () => random.next();
}

function concat(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const ALPHABET = [...'ab {}"\r\u0000é€\u{1f600}\ufeff\u2028:0'];

for (const [name, make] of Object.entries(MAKERS)) {
  Deno.test(`${name} gives the same messages under any chunking`, () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const random = seeded(seed);
    for (let round = 0; round < 300; round++) {
      const format = random() < 0.5 ? "text" : "utf8";
      const messages = Array.from({ length: Math.floor(random() * 8) }, () => {
        const length = Math.floor(random() * 16);
        const text = Array.from(
          { length },
          () => ALPHABET[Math.floor(random() * ALPHABET.length)],
        ).join("") + (length === 0 ? "" : ".");
        return format === "text" ? text : new TextEncoder().encode(text);
      });
      const writer = make(format);
      const bytes = concat(messages.map((message) => writer.encode(message)));
      const reader = make(format);
      const received: unknown[] = [];
      // One buffer for all chunks, so that a kept reference would show.
      const buffer = new Uint8Array(bytes.length);
      for (let at = 0; at < bytes.length;) {
        const size = Math.floor(random() * random() * 20);
        const chunk = bytes.subarray(at, at + size);
        buffer.set(chunk);
        at += size;
        received.push(...reader.decode(buffer.subarray(0, chunk.length)));
        buffer.fill(0xff);
      }
      assertEquals(received, messages, `seed ${seed}, round ${round}`);
      assertEquals(reader.pending, 0, `seed ${seed}, round ${round}`);
    }
  });

  Deno.test(`${name} throws nothing but a CloseError for any bytes`, () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const random = seeded(seed);
    for (let round = 0; round < 500; round++) {
      const framer = make("text");
      const valid = concat([framer.encode("one"), framer.encode("two")]);
      const bytes = valid.map((byte) =>
        random() < 0.1 ? Math.floor(random() * 256) : byte
      );
      try {
        for (const message of framer.decode(bytes)) {
          assert(new TextEncoder().encode(message as string).length <= MAX);
        }
      } catch (error) {
        assert(error instanceof CloseError, `seed ${seed}, round ${round}`);
      }
    }
  });

  Deno.test(`${name} yields the messages before a bad one`, () => {
    const framer = make("text");
    const bytes = concat([
      framer.encode("good"),
      framer.encode("xbad"),
    ]);
    bytes[bytes.indexOf(0x78)] = 0xff;
    const received: unknown[] = [];
    const error = assertThrows(() => {
      for (const message of framer.decode(bytes)) received.push(message);
    }, CloseError);
    assertEquals([received, error.code], [["good"], 1007]);
  });

  Deno.test(`${name} goes on after what is not UTF-8 if something may stand for it`, () => {
    const writer = make("text");
    const stream = concat(
      ["good", "b\x00d", "\x00", "größe"].map((text) =>
        writer.encode(text).map((byte, at, all) =>
          // The length of a prefix has zeros of its own.
          byte === 0 && at >= all.length - text.length - 1 ? 0xff : byte
        )
      ),
    );
    for (const chunk of [1, 3, 1_000]) {
      const framer = make("text", "?");
      const received: unknown[] = [];
      for (let at = 0; at < stream.length; at += chunk) {
        received.push(...framer.decode(stream.slice(at, at + chunk)));
      }
      assertEquals(received, ["good", "?", "?", "größe"]);
    }
  });

  Deno.test(`${name} takes a message of the limit, and none above`, () => {
    for (const chunk of [1, 1_000]) {
      for (const format of ["text", "utf8"] as const) {
        for (const length of [MAX, MAX + 1]) {
          const text = "é".repeat(MAX / 2) + "a".repeat(length - MAX);
          const message = format === "text"
            ? text
            : new TextEncoder().encode(text);
          const framer = make(format);
          const bytes = framer.encode(message);
          const read = () => {
            for (let at = 0; at < bytes.length; at += chunk) {
              for (const got of framer.decode(bytes.slice(at, at + chunk))) {
                assertEquals(got, message);
              }
            }
          };
          if (length === MAX) read();
          else assertEquals(assertThrows(read, CloseError).code, 1009);
        }
      }
    }
  });

  Deno.test(`${name} counts the bytes of an unfinished message`, () => {
    const framer = make("text");
    const bytes = framer.encode("hello");
    assertEquals(framer.pending, 0);
    for (let at = 0; at < bytes.length; at++) {
      for (const _ of framer.decode(bytes.subarray(at, at + 1)));
      assertEquals(framer.pending, at + 1 === bytes.length ? 0 : at + 1);
    }
  });

  Deno.test(`${name} refuses to send bytes that are no text`, () => {
    assertThrows(
      () => make("utf8").encode(new Uint8Array([0xc3])),
      TypeError,
      "not valid UTF-8",
    );
  });
}

Deno.test("NewlineFramer refuses to send a newline", () => {
  const text = new NewlineFramer();
  const utf8 = new NewlineFramer({ format: "utf8" });
  for (const message of ["a\nb", "\n", "a\r"]) {
    assertThrows(() => text.encode(message), TypeError, "newline");
    assertThrows(
      () => utf8.encode(new TextEncoder().encode(message)),
      TypeError,
      "newline",
    );
  }
});

Deno.test("NewlineFramer takes a carriage return before the newline", () => {
  const framer = new NewlineFramer({ maxMessageBytes: 3 });
  const bytes = new TextEncoder().encode("one\r\ntwo\n\r\n\n");
  const received: string[] = [];
  for (const byte of bytes) {
    received.push(...framer.decode(new Uint8Array([byte])));
  }
  assertEquals(received, ["one", "two", "", ""]);
});

Deno.test("NewlineFramer bounds a line that never ends", () => {
  const framer = new NewlineFramer({ maxMessageBytes: 1_000 });
  const chunk = new Uint8Array(100).fill(97);
  const error = assertThrows(() => {
    for (let i = 0; i < 100; i++) for (const _ of framer.decode(chunk));
  }, CloseError);
  assertEquals([error.code, framer.pending], [1009, 1_000]);
});

Deno.test("ContentLengthFramer takes other headers, and any case", () => {
  const framer = new ContentLengthFramer();
  const bytes = new TextEncoder().encode(
    "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\n" +
      "CONTENT-LENGTH:2\r\n\r\n{}content-length: 0 \r\n\r\n",
  );
  assertEquals([...framer.decode(bytes)], ["{}", ""]);
});

Deno.test("ContentLengthFramer refuses headers that are none", () => {
  for (
    const [header, code] of [
      ["\r\n\r\n", 1002],
      ["Content-Type: x\r\n\r\n", 1002],
      ["Content-Length: x\r\n\r\n", 1002],
      ["Content-Length: -1\r\n\r\n", 1002],
      ["Content-Length: 0x10\r\n\r\n", 1002],
      ["Content-Length: 1\r\nContent-Length: 1\r\n\r\n", 1002],
      ["GET / HTTP/1.1\r\nHost: x\r\n\r\n", 1002],
      ["Content-Length: 99999999999999999999999\r\n\r\n", 1009],
      ["x".repeat(5_000), 1009],
    ] as const
  ) {
    const framer = new ContentLengthFramer();
    const bytes = new TextEncoder().encode(header);
    const error = assertThrows(() => [...framer.decode(bytes)], CloseError);
    assertEquals(error.code, code, header);
  }
});

Deno.test("LengthPrefixFramer refuses a length before it takes memory", () => {
  const framer = new LengthPrefixFramer();
  const error = assertThrows(
    () => [...framer.decode(new Uint8Array([255, 255, 255, 255]))],
    CloseError,
  );
  assertEquals([error.code, framer.pending], [1009, 4]);
});

Deno.test("LengthPrefixFramer writes the least byte first if asked to", () => {
  const framer = new LengthPrefixFramer({
    format: "binary",
    littleEndian: true,
  });
  const bytes = framer.encode(new Uint8Array([7, 8]));
  assertEquals(bytes, new Uint8Array([2, 0, 0, 0, 7, 8]));
  assertEquals([...framer.decode(bytes)], [new Uint8Array([7, 8])]);
});

Deno.test("Framers take time in proportion to the bytes, however cut", () => {
  // A quadratic one would need minutes for this: 4 MiB in chunks of 64 bytes.
  const message = "x".repeat(4_194_304);
  for (
    const framer of [
      new NewlineFramer(),
      new ContentLengthFramer(),
      new LengthPrefixFramer(),
    ]
  ) {
    const bytes = framer.encode(message);
    let received = 0;
    for (let at = 0; at < bytes.length; at += 64) {
      for (const got of framer.decode(bytes.subarray(at, at + 64))) {
        received += got.length;
      }
    }
    assertEquals(received, message.length);
  }
});

Deno.test("NewlineFramer.encodeInto() writes what encode() returns, and refuses the same", () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  const random = seeded(seed);
  const alphabet = [...ALPHABET, "\n", "x", "y", "z"];
  for (let round = 0; round < 4_000; round++) {
    const format = random() < 0.5 ? "text" : "utf8";
    const most = random() < 0.2 ? 400 : 20;
    const text = Array.from({ length: Math.floor(random() * most) }, () => {
      const rare = random() < 0.9 ? "plain".length : alphabet.length;
      return alphabet[Math.floor(random() * rare)];
    }).join("");
    const bytes = new TextEncoder().encode(text);
    // Perhaps a character that is cut off.
    const cut = random() < 0.1 ? bytes.slice(0, -1) : bytes;
    const framer = make(format);
    const message = format === "text" ? text : cut;
    const start = Math.floor(random() * 9);
    const target = new Uint8Array(4 * Math.ceil((start + 3 * most + 16) / 4));
    const into = outcome(() => {
      const end = framer.encodeInto!(message, {
        bytes: target,
        words: new Int32Array(target.buffer),
        length: start,
      });
      return target.slice(start, end);
    });
    const plain = outcome(() => framer.encode(message));
    assertEquals(into, plain, `seed ${seed}, ${JSON.stringify(text)}`);
    assertEquals(target.subarray(0, start), new Uint8Array(start));
  }

  function make(format: "text" | "utf8"): Framer<string | Uint8Array> {
    return MAKERS["NewlineFramer"]!(format);
  }
});

function outcome(work: () => Uint8Array): Uint8Array | string {
  try {
    return work();
  } catch (error) {
    return `${error}`;
  }
}

Deno.test("NewlineFramer reads large lines as it reads small ones, and sends what encode() returns", () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  const random = seeded(seed);
  const text = (most: number) => {
    const word = random() < 0.3 ? "é€" : "plain \r";
    return word.repeat(Math.floor(random() * most / word.length)) + ".";
  };
  for (let round = 0; round < 100; round++) {
    const format = random() < 0.3 ? "text" : "utf8";
    const messages = Array.from(
      { length: 12 },
      () => text(random() < 0.5 ? 40 : 80_000),
    ).map((each) => format === "text" ? each : new TextEncoder().encode(each));
    // A large line first, and perhaps one that is not UTF-8.
    messages.unshift(format === "text" ? text(80_000) : large(random() < 0.5));
    const isBad = format === "utf8" && random() < 0.2;
    const framer = new NewlineFramer({ format });
    const bytes = concat(messages.map((message) => {
      const plain = framer.encode(message as never);
      assertEquals(concat(framer.encodeParts(message as never)), plain);
      return plain;
    }));
    if (isBad) {
      const inLast = Math.floor(random() * messages.at(-1)!.length);
      bytes[bytes.length - 2 - inLast] = 0xff;
    }
    const received: unknown[] = [];
    const buffer = new Uint8Array(65_536 + 3);
    let code = 0;
    try {
      for (let at = 0; at < bytes.length;) {
        const most = random() < 0.5 ? 65_536 : 1 + Math.floor(random() * 9_000);
        const chunk = bytes.subarray(at, at + most);
        const offset = Math.floor(random() * 4);
        buffer.set(chunk, offset);
        at += chunk.length;
        const lent = buffer.subarray(offset, offset + chunk.length);
        for (const message of framer.decode(lent)) {
          received.push(message);
        }
      }
    } catch (error) {
      code = (error as CloseError).code;
    }
    assertEquals(code, isBad ? 1007 : 0, `seed ${seed}`);
    const expected = isBad ? messages.slice(0, -1) : messages;
    assertEquals(received.length, expected.length, `seed ${seed}`);
    received.forEach((message, i) => assertEquals(message, expected[i]));
  }

  function large(isAscii: boolean): Uint8Array<ArrayBuffer> {
    return new TextEncoder().encode((isAscii ? "x" : "é").repeat(40_000));
  }
});

Deno.test("NewlineFramer.encodeParts() refuses what encode() does", () => {
  const framer = new NewlineFramer({ format: "utf8" });
  for (const bad of ["\n", "a\nb", "a\r", "aaaaaaaaa\n", "\xff"]) {
    const bytes = Uint8Array.from(bad, (char) => char.charCodeAt(0));
    assertEquals(
      outcome(() => concat(framer.encodeParts(bytes))),
      outcome(() => framer.encode(bytes)),
    );
  }
});
