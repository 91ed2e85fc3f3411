// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { exactCodec } from "./_exact_codec.ts";
import { written } from "./_written.ts";

interface Response {
  id: unknown;
  result: unknown;
}

function decode(result: string, id = "1"): Response {
  const text = `{"jsonrpc":"2.0","id":${id},"result":${result}}`;
  return exactCodec.decode(text) as Response;
}

Deno.test("exactCodec keeps numbers as they were written, to be shown", () => {
  const numbers = [
    ...["1.0", "1.50", "0.10", "-0", "-0.0", "1e3", "1E400", "-1e400"],
    ...["0.0000001", "9223372036854775807", "0.1000000000000000055511151"],
    ...["12345678.123456789", "1", "1.5", "-2", "1000", "0.1", "1.05"],
  ];
  for (const number of numbers) {
    const all = [number, `[${number}]`, `{"a":[{"b":${number}}],"c":"1.0"}`];
    for (const text of all) {
      assertEquals(written(decode(text).result), text);
    }
  }
});

Deno.test("exactCodec reads numbers as numbers, and ids that can be compared", () => {
  const { id, result } = decode('{"line":1.0,"n":[2e1]}', "7.0");
  assertEquals([id, result], [7, { line: 1, n: [20] }]);
  const text = '[{"id":1.0,"result":3.0},{"id":2,"result":4}]';
  const [first, second] = exactCodec.decode(text) as Response[];
  assertEquals([first?.id, second?.id], [1, 2]);
  assertEquals(written(first?.result), "3.0");
  assertEquals(second?.result, 4);
});
