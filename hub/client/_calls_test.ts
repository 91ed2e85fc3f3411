// Copyright 2026 the Wirekit authors. MIT license.
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { AskedCalls } from "./_calls.ts";
import { makePath } from "./_path.ts";

const PATH = makePath('"a"', 2, "b", "r");
const UUID_REGEXP =
  /^,"uuid":"([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-)[0-9a-f]{12}$/;

Deno.test("AskedCalls makes uuids of which no part but the last tells the next", () => {
  const calls = new AskedCalls();
  const leads: string[] = [];
  for (let n = 0; n < 1_000; n++) {
    const call = calls.make(PATH, 1_000);
    const [, lead] = UUID_REGEXP.exec(calls.uuidOf(call))!;
    leads.push(lead!);
  }
  assertEquals(new Set(leads).size, leads.length);
  // Each of the 72 bits is about as often set as not, and as often like the one
  // before as not: 6.7 times the standard deviation is allowed.
  const bits = leads.map((lead) => {
    const digits = lead.replaceAll("-", "");
    return [...(digits.slice(0, 12) + digits.slice(13, 16) + digits.slice(17))]
      .flatMap((digit) =>
        [...Number.parseInt(digit, 16).toString(2).padStart(4, "0")].map(Number)
      );
  });
  assertEquals(bits[0]!.length, 72);
  for (let place = 0; place < 72; place++) {
    let set = 0;
    let same = 0;
    for (const [n, each] of bits.entries()) {
      set += each[place]!;
      if (n > 0 && bits[n - 1]![place] === each[place]) same++;
    }
    assert(Math.abs(set - 500) < 106, `Bit ${place} is set ${set} times`);
    assert(Math.abs(same - 500) < 106, `Bit ${place} stays ${same} times`);
  }
});

Deno.test("AskedCalls finds a call by its whole uuid only", () => {
  const calls = new AskedCalls();
  const [first, second] = [calls.make(PATH, 1_000), calls.make(PATH, 1_000)];
  for (const call of [first, second]) calls.open(call, 60_000);
  const uuid = calls.uuidOf(second);
  assertEquals(calls.find(uuid, uuid.length), second);
  // The best guess at the second of somebody who knows the first.
  const guess = calls.uuidOf(first).slice(0, -12) + uuid.slice(-12);
  assertNotEquals(guess, uuid);
  assertEquals(calls.find(guess, guess.length), undefined);
  assertEquals(calls.find(uuid.toUpperCase(), uuid.length), undefined);
  assertEquals(calls.find("", 0), undefined);
  calls.endAll(() => {});
});
