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
  const remove = (request: OpenRequest) => {
    assertEquals(open.delete(request), true, what);
    assertEquals(open.delete(request), false, what);
    all.splice(all.indexOf(request), 1);
  };
  for (let step = 0; step < 40_000; step++) {
    // Some times many are open, and some times few.
    const most = step % 10_000 < 5_000 ? 400 : 6;
    const uuid = `"${random.below(most)}"`;
    const [asker, asked] = [random.pick(parties), random.pick(parties)];
    if (all.length < most && random.below(2)) {
      all.push(open.add(uuid, asker, asked, step));
    }
    // Most answers need no search, and many requests are never searched for.
    const isQuiet = step % 2_000 < 1_000 && random.below(20) > 0;
    const first = all.find(({ responder }) => responder === asked);
    assertStrictEquals(asked.firstAsked, first, what);
    assertEquals(open.size, all.length, what);
    if (isQuiet) {
      const gone = random.below(9) ? first : all.at(-1);
      if (gone && random.below(2)) remove(gone);
      continue;
    }
    const given = random.below(2) ? asker : undefined;
    const expected = all.find((each) =>
      each.uuid === uuid && each.responder === asked &&
      (given === undefined || each.requester === given)
    );
    const found = open.find(asked, uuid, given);
    assertStrictEquals(found, expected, what);
    const gone = found ?? (all.length > most ? random.pick(all) : undefined);
    if (gone) remove(gone);
    const left = new Set(all).symmetricDifference(new Set(open.all()));
    assertEquals(left.size, 0, what);
  }
});
