// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { Random } from "@wirekit/internal/testing";
import { OpenRequests } from "../exchange/_open_requests.ts";
import { type OpenRequest, Party } from "../exchange/_party.ts";
import type { Participant } from "../exchange/participant.ts";
import { Envelope } from "./_envelope.ts";
import { nextQuestion } from "./_next_question.ts";

const PARTICIPANT: Participant = {
  ask: () => undefined,
  answer: () => undefined,
  fail: () => {},
  tell: () => undefined,
  admit: () => {},
  end: () => {},
};

/** What a client may take for a uuid, in several spellings. */
const UUIDS = [
  '"5f0c2a36-5b53-4a35-8d2b-0f6c1c0d9a11"',
  '"5f0c2a36-5b53-4a35-8d2b-0f6c1c0d9a12"',
  '"a"',
  '"\\u0061"',
  '"é"',
  '"Ã©"', // Its characters have the codes of the bytes of the one before.
  '"\\u00e9"',
  "1",
  "1.0",
  "null",
  "true",
  '{"a":[1]}',
];

const NAMES = ['"a"', '"b"', '"é"'];

function envelopeOf(destination: string, uuid: string): Envelope {
  const envelope = new Envelope();
  envelope.read(new TextEncoder().encode(
    `{"id":"r","type":3,"route":null,"traceback":null,"data":1,"uuid":${uuid},` +
      `"destination":${destination},"pseudo_object":null}`,
  ));
  return envelope;
}

const random = new Random();

Deno.test(`nextQuestion() finds the question that a search finds, or none (seed ${random.seed})`, () => {
  const open = new OpenRequests();
  const responder = new Party(0, PARTICIPANT);
  const requesters = NAMES.map((name, n) => {
    const party = new Party(n + 1, PARTICIPANT);
    party.call(name);
    return party;
  });
  const asked: OpenRequest[] = [];
  let found = 0;
  for (let step = 0; step < 20_000; step++) {
    if (asked.length < 8) {
      asked.push(
        open.add(random.pick(UUIDS), random.pick(requesters), responder, 0),
      );
    }
    const next = random.next() < 0.5 ? asked[0]! : random.pick(asked);
    const name = random.next() < 0.8
      ? next.requester.name!
      : random.pick(NAMES);
    const uuid = random.next() < 0.8 ? next.uuid : random.pick(UUIDS);
    const envelope = envelopeOf(name, uuid);
    const quick = nextQuestion(responder, envelope);
    const searched = open.find(responder, envelope.text("uuid"));
    if (quick) {
      found++;
      assertStrictEquals(quick, searched);
      assert(envelope.isFor(quick.requester.nameBytes));
    }
    if (!searched) continue;
    open.delete(searched);
    asked.splice(asked.indexOf(searched), 1);
  }
  assert(found > 1_000, `It was found ${found} times`);
});

Deno.test("nextQuestion() finds each answer that comes in the order of the questions", () => {
  const open = new OpenRequests();
  const responder = new Party(0, PARTICIPANT);
  const requester = new Party(1, PARTICIPANT);
  requester.call('"a"');
  const uuids = Array.from(
    { length: 64 },
    () => JSON.stringify(crypto.randomUUID()),
  );
  for (const uuid of uuids) open.add(uuid, requester, responder, 0);
  for (const uuid of uuids) {
    const found = nextQuestion(responder, envelopeOf('"a"', uuid));
    assertEquals(found?.uuid, uuid);
    open.delete(found!);
  }
  assertEquals(open.size, 0);
});

Deno.test("Envelope.hasUuid() is sure of what it says", () => {
  for (const uuid of UUIDS) {
    for (const other of UUIDS) {
      const has = envelopeOf('"a"', uuid).hasUuid(other);
      assert(!has || uuid === other, `${uuid} is not ${other}`);
    }
    // deno-lint-ignore no-control-regex -- that is what ASCII is.
    const isAscii = /^[\x00-\x7f]*$/.test(uuid);
    assertEquals(envelopeOf('"a"', uuid).hasUuid(uuid), isAscii);
  }
});
