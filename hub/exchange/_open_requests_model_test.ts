// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals, assertStrictEquals } from "@std/assert";
import { Random } from "@wirekit/internal/testing";
import { OpenRequests } from "./_open_requests.ts";
import { type OpenRequest, Party } from "./_party.ts";
import type { Participant } from "./participant.ts";

const PARTICIPANT: Participant = {
  ask: () => undefined,
  answer: () => undefined,
  fail: () => {},
  tell: () => undefined,
  admit: () => {},
  end: () => {},
};

Deno.test("OpenRequests finds, in the order in which they were asked, what a list of all would", () => {
  const random = new Random();
  const open = new OpenRequests();
  const parties = Array.from(
    { length: 4 },
    (_, n) => new Party(n, PARTICIPANT),
  );
  const all: OpenRequest[] = [];
  const what = `seed ${random.seed}`;
  for (let step = 0; step < 40_000; step++) {
    // Some times many are open, and some times few.
    const most = step % 10_000 < 5_000 ? 400 : 6;
    const uuid = `"${random.below(most)}"`;
    const [asker, asked] = [random.pick(parties), random.pick(parties)];
    if (all.length < most && random.below(2)) {
      all.push(open.add(uuid, asker, asked, step));
    }
    const given = random.below(2) ? asker : undefined;
    const expected = all.find((each) =>
      each.uuid === uuid && each.responder === asked &&
      (given === undefined || each.requester === given)
    );
    const found = open.find(asked, uuid, given);
    assertStrictEquals(found, expected, what);
    assertEquals(open.size, all.length, what);
    const first = all.find(({ responder }) => responder === asked);
    assertStrictEquals(asked.firstAsked, first, what);
    const gone = found ?? (all.length > most ? random.pick(all) : undefined);
    if (!gone) continue;
    open.delete(gone);
    all.splice(all.indexOf(gone), 1);
  }
});
