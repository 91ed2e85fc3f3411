// Copyright 2026 the Wirekit authors. MIT license.
import { assertEquals } from "@std/assert";
import { FakeTime } from "@wirekit/internal/testing";
import { Exchange } from "../exchange/exchange.ts";
import { randomFrom } from "../winerp/testdata/model.ts";
import { MemoryEngine } from "./memory.ts";
import { CONTENT, Party } from "./testdata/party.ts";

const NODES = 3;
const NAMES = ['"a"', '"b"', '"c"', '"d"'];

async function run(
  random: () => number,
  time: FakeTime,
): Promise<void> {
  const pick = <T>(items: readonly T[]): T =>
    items[Math.floor(random() * items.length)]!;
  const links = new Map<string, (() => void)[]>();
  const engine = new MemoryEngine({
    carry: (deliver, link) => {
      if (!links.has(link)) links.set(link, []);
      links.get(link)!.push(deliver);
    },
  });
  let lossy = 0;
  const planes = Array.from({ length: NODES }, (_, i) => {
    const plane = engine.node(`node${i}`);
    const publish = plane.publish.bind(plane);
    plane.publish = (...message) =>
      random() < lossy ? undefined : publish(...message);
    return plane;
  });
  const exchanges = planes.map((backplane) => new Exchange({ backplane }));
  let seconds = 0;
  const tick = async () => {
    seconds++;
    for (const exchange of exchanges) exchange.tick(seconds * 1_000);
    await time.tick(1_000);
  };
  /** Lets some arrive, or all. */
  const deliver = (most: number) => {
    for (let n = 0; n < most; n++) {
      const busy = [...links.values()].filter(({ length }) => length > 0);
      if (busy.length === 0) return;
      pick(busy).shift()!();
    }
  };
  const parties: Party[] = [];
  let uuids = 0;
  const open = new Map<string, Party>();

  const steps: (() => unknown)[] = [
    () => {
      if (parties.length < 8) {
        parties.push(new Party(pick(exchanges), pick(NAMES)));
      }
    },
    () => {
      const party = parties.length > 0 && pick(parties);
      const to = party && party.exchange.find(pick(NAMES));
      if (!party || !to || to === party.member) return;
      const uuid = `"${uuids++}"`;
      const { exchange, member } = party;
      const refusal = exchange.ask(member, to, uuid, "request", {
        ...CONTENT,
        data: uuid,
      });
      if (!refusal) open.set(uuid, party);
    },
    () => {
      if (parties.length > 0) pick(parties).reply(1);
    },
    () => {
      if (random() > 0.2 || parties.length === 0) return;
      const [party] = parties.splice(
        Math.floor(random() * parties.length),
        1,
      );
      party!.exchange.leave(party!.member);
      for (const [uuid, asker] of open) if (asker === party) open.delete(uuid);
    },
    () => random() < 0.1 && pick(planes).cut(),
    () => pick(planes).heal(),
    () => lossy = random() < 0.2 ? 0.3 : 0,
    () => deliver(Math.floor(10 * random())),
    () => random() < 0.2 && tick(),
  ];
  for (let n = 0; n < 300; n++) {
    await pick(steps)();
    for (const { ended } of parties) {
      for (const [uuid, times] of ended) assertEquals(times, 1, uuid);
    }
  }

  // All heals, and everybody answers what it was asked.
  lossy = 0;
  for (const plane of planes) plane.heal();
  for (let n = 0; n < 12; n++) {
    deliver(Infinity);
    for (const party of parties) party.reply();
    deliver(Infinity);
    await tick();
  }
  deliver(Infinity);
  for (const [uuid, party] of open) {
    assertEquals(party.ended.get(uuid), 1, `Question ${uuid}`);
  }
  for (const name of NAMES) {
    const owners = parties.filter(({ member }) =>
      member.active && member.name === name
    );
    const wanted = parties.some(({ member }) => member.name === name);
    assertEquals(owners.length, wanted ? 1 : 0, `Owners of ${name}`);
  }
  for (const party of parties) party.exchange.leave(party.member);
  deliver(Infinity);
  await tick();
}

Deno.test("Every question across nodes ends once, whatever is cut off or lost, and names heal", async () => {
  const first = crypto.getRandomValues(new Uint32Array(1))[0]!;
  const seeds = Array.from({ length: 200 }, (_, n) => (first + n) >>> 0);
  // These have failed once.
  for (const seed of [1459489271, 1997996967, ...seeds]) {
    using time = new FakeTime();
    try {
      await run(randomFrom(seed), time);
    } catch (cause) {
      throw new Error(`Failed with seed ${seed}`, { cause });
    }
  }
});
