// Copyright 2026 the Wirekit authors. MIT license.
import { assertEquals } from "@std/assert";
import type { Participant } from "./participant.ts";
import { OpenRequests } from "./_open_requests.ts";
import { type OpenRequest, Party } from "./_party.ts";

const PARTICIPANT: Participant = {
  ask: () => undefined,
  answer: () => undefined,
  fail: () => {},
  tell: () => undefined,
  admit: () => {},
  end: () => {},
};
let parties = 0;

function makeParty(): Party {
  return new Party(parties++, PARTICIPANT);
}

/** The uuids that a responder has to answer, in their order. */
function askedOf(party: Party): string[] {
  const uuids: string[] = [];
  for (let each = party.firstAsked; each; each = each.after) {
    uuids.push(each.uuid);
  }
  return uuids;
}

Deno.test("OpenRequests finds each of 100 000 requests, and is empty after them", () => {
  const open = new OpenRequests();
  const [a, b] = [makeParty(), makeParty()];
  const uuids = Array.from({ length: 100_000 }, (_, n) => `"${n}"`);
  for (const uuid of uuids) open.add(uuid, a, b, 0);
  assertEquals(a.asking, uuids.length);
  assertEquals(askedOf(b), uuids);
  for (const uuid of uuids) {
    const request = open.find(b, uuid)!;
    assertEquals(request.uuid, uuid);
    open.delete(request);
    assertEquals(open.find(b, uuid), undefined);
  }
  assertEquals([a.asking, a.oldest, a.newest], [0, undefined, undefined]);
  assertEquals([b.firstAsked, b.lastAsked], [undefined, undefined]);
});

Deno.test("OpenRequests tells requests with one uuid apart by who asks and who is asked", () => {
  const open = new OpenRequests();
  const [a, b, c, d] = [makeParty(), makeParty(), makeParty(), makeParty()];
  open.add("1", a, c, 10);
  open.add("1", b, c, 20);
  open.add("1", a, d, 30);
  const since = (request?: OpenRequest) => request?.since;
  assertEquals(since(open.find(c, "1")), 10);
  assertEquals(since(open.find(c, "1", b)), 20);
  assertEquals(since(open.find(d, "1", a)), 30);
  assertEquals(open.find(d, "1", b), undefined);

  // The same question again is another one, after the first.
  open.add("1", a, c, 40);
  assertEquals([a.asking, b.asking], [3, 1]);
  for (const time of [10, 40]) {
    const request = open.find(c, "1", a)!;
    assertEquals(request.since, time);
    open.delete(request);
  }
  assertEquals(open.find(c, "1", a), undefined);
  assertEquals(since(open.find(c, "1")), 20);
});

Deno.test("OpenRequests takes no longer for many requests with one uuid", () => {
  const open = new OpenRequests();
  const [a, b, c] = [makeParty(), makeParty(), makeParty()];
  const count = 100_000; // To look at each for each would take minutes.
  for (let n = 0; n < count; n++) {
    open.add("null", a, b, n);
    open.add("null", a, c, n);
  }
  for (let n = 0; n < count; n++) {
    for (const responder of [b, c]) {
      const request = open.find(responder, "null")!;
      assertEquals(request.since, n);
      open.delete(request);
    }
  }
  assertEquals(a.asking, 0);
});

Deno.test("OpenRequests compares uuids by value", () => {
  const open = new OpenRequests();
  const [a, b] = [makeParty(), makeParty()];
  const spellings = [
    ['"a/b"', String.raw`"a\/b"`],
    [String.raw`"\u00e9"`, '"é"'],
    ["2", "2.0"],
    ["1e1", "10"],
    ['{"a":1}', '{ "a": 1 }'],
    ["null", "null"],
  ];
  for (const [asked, answered] of spellings) {
    open.add(asked!, a, b, 0);
    const request = open.find(b, answered!)!;
    assertEquals(request?.uuid, asked);
    open.delete(request);
  }
  open.add("9007199254740993", a, b, 0);
  assertEquals(open.find(b, "9007199254740992"), undefined);
});
