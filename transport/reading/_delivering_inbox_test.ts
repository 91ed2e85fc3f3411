// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Random } from "@wirekit/internal/testing";
import { setImmediate } from "../_node.ts";
import { countTurns, work } from "../testdata/turns.ts";
import { CloseError } from "../transport.ts";
import { DeliveringInbox } from "./_delivering_inbox.ts";

/** A step of what happens to an inbox. */
type Step = { push: string[] } | "turn" | { end: number };

function random(seed: number): (below: number) => number {
  const numbers = new Random(seed);
  return (below) => numbers.below(below);
}

function steps(pick: (below: number) => number, isSlow: boolean): Step[] {
  let count = 0;
  const padding = "x".repeat(pick(3) ? 0 : 20_000);
  const most = isSlow ? 3 : 70;
  const made = Array.from({ length: pick(isSlow ? 90 : 12) }, (): Step => {
    if (pick(3) === 0) return "turn";
    const push = Array.from(
      { length: pick(most) },
      () => `${count++}${padding}`,
    );
    return { push };
  });
  const code = [1000, 1001, 1006, 1011][pick(4)]!;
  // Something may still come; nobody sees it.
  return [...made, { end: code }, { push: ["late"] }];
}

async function play(
  inbox: DeliveringInbox<string>,
  steps: Step[],
): Promise<void> {
  for (const step of steps) {
    if (step === "turn") await turn();
    else if ("push" in step) {
      for (const message of step.push) inbox.push(message);
      inbox.flush();
    } else inbox.end(new CloseError(step.end));
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** What a reader sees: each message, where it waits, and how it ends. */
type Read = (
  inbox: DeliveringInbox<string>,
  receive: (message: string) => Promise<void> | void,
) => Promise<void>;

const LOOP: Read = async (inbox, receive) => {
  for await (const message of { [Symbol.asyncIterator]: () => inbox }) {
    const waits = receive(message);
    if (waits) await waits;
  }
};

const DELIVERED: Read = (inbox, receive) =>
  new Promise((resolve, reject) =>
    inbox.deliver({
      receive,
      ended: (error) => error === undefined ? resolve() : reject(error),
    })
  );

Deno.test("DeliveringInbox.deliver() shows a receiver what a loop sees", async () => {
  for (let seed = 1; seed <= 300; seed++) {
    const seen = await Promise.all([LOOP, DELIVERED].map(async (read) => {
      const pick = random(seed);
      const inbox = new DeliveringInbox<string>(pick(2) ? 500 : 65_536);
      const list = steps(pick, seed % 2 === 0);
      const before = pick(list.length);
      const [waitsAt, failsAt] = [pick(100), pick(400)];
      await play(inbox, list.slice(0, before));
      const log: string[] = [];
      const reading = read(inbox, (message) => {
        log.push(message);
        if (log.length === failsAt) throw new Error("receiver");
        return log.length % 100 === waitsAt ? turn() : undefined;
      }).then(() => log.push("over"), (error) => log.push(`${error}`));
      await play(inbox, list.slice(before));
      await reading;
      return log;
    }));
    assertEquals(seen[1], seen[0], `seed ${seed}`);
  }
});

Deno.test("DeliveringInbox.deliver() leaves turns to the others", async () => {
  const inbox = new DeliveringInbox<string>(65_536);
  for (let i = 0; i < 400; i++) inbox.push(`${i}`);
  inbox.end(new CloseError(1000));
  const counted = countTurns();
  await DELIVERED(inbox, () => work(0.1));
  const turns = counted();
  assert(turns >= 4, `${turns} turns`);
});

Deno.test("DeliveringInbox.deliver() leaves turns to others between heavy messages, however many have some", async () => {
  const seen: number[] = [];
  const counted = countTurns();
  await Promise.all([1, 2, 3].map((n) => {
    const inbox = new DeliveringInbox<string>(65_536);
    for (let i = 0; i < 3; i++) inbox.push("x".repeat(5_000));
    inbox.end(new CloseError(1000));
    return DELIVERED(inbox, () => {
      seen.push(n);
      work(4);
    });
  }));
  const turns = counted();
  assert(turns >= 8, `${turns} turns`);
  // Each had its turn before another had its second.
  assertEquals(seen.slice(0, 3).toSorted(), [1, 2, 3]);
});

Deno.test("DeliveringInbox.deliver() lets heavy messages that wait go before others that come", async () => {
  const seen: string[] = [];
  const busy = (name: string) => {
    seen.push(name);
    work(4);
  };
  const inboxes = [1, 2].map(() => new DeliveringInbox<string>(65_536));
  const [first, second] = inboxes as [typeof inboxes[0], typeof inboxes[0]];
  const push = (inbox: typeof first) => {
    inbox.push("x".repeat(5_000));
    inbox.flush();
  };
  const over = Promise.withResolvers<void>();
  const firstOver = DELIVERED(first, () => {
    busy("first");
    // Its peer asks again as soon as it is answered.
    if (seen.length < 20) setImmediate(() => push(first));
    else over.resolve();
  });
  const secondOver = DELIVERED(second, () => busy("second"));
  push(first);
  push(second);
  await over.promise;
  for (const inbox of inboxes) inbox.end(new CloseError(1000));
  await Promise.all([firstOver, secondOver]);
  const turns = seen.indexOf("second");
  assert(turns > 0 && turns < 4, seen.join());
});

Deno.test("DeliveringInbox makes room while it hands over, and has one reader", async () => {
  const inbox = new DeliveringInbox<string>(20);
  inbox.push("one");
  inbox.push("two");
  assert(inbox.full);
  const room = inbox.room();
  const log: string[] = [];
  const reading = DELIVERED(inbox, (message) => void log.push(message));
  await room;
  await assertRejects(() => inbox.next(), TypeError, "another reader");
  inbox.push("three");
  inbox.push("four");
  assertEquals(inbox.bytes >= 20, true);
  assertEquals(inbox.full, false); // They are handed over in a moment.
  inbox.end(new CloseError(1000));
  await reading;
  assertEquals(log, ["one", "two", "three", "four"]);
});

Deno.test("DeliveringInbox leaves promises their turn", async () => {
  const inbox = new DeliveringInbox<string>(65_536);
  for (let i = 0; i < 1_000; i++) inbox.push(`${i}`);
  inbox.end(new CloseError(1000));
  let [running, most, done] = [0, 0, 0];
  await DELIVERED(inbox, () => {
    most = Math.max(most, ++running);
    Promise.resolve().then(() => {
      running--;
      done++;
    });
  });
  await turn();
  assertEquals(done, 1_000);
  assertEquals(most, 64);
});

/** Whether each of some messages, one in a turn, is handed over within its read. */
async function oneByOne(
  inbox: DeliveringInbox<string>,
  log: string[],
  turns: number,
): Promise<boolean[]> {
  const seen: boolean[] = [];
  for (let i = 0; i < turns; i++) {
    log.length = 0;
    inbox.push("alone");
    inbox.flush();
    seen.push(log.length === 1);
    await turn();
    assertEquals(log, ["alone"]);
  }
  return seen;
}

/** An inbox with a receiver, and what that has received. */
function logged(log: string[] = []) {
  const inbox = new DeliveringInbox<string>(65_536);
  inbox.deliver({ receive: (message) => void log.push(message), ended() {} });
  return { inbox, log };
}

const [AT_ONCE, LATER] = [true, false].map((is) => Array(8).fill(is));

Deno.test("DeliveringInbox hands over within its read what comes alone turn after turn", async () => {
  const { inbox, log } = logged();
  await oneByOne(inbox, log, 9);
  assertEquals(await oneByOne(inbox, log, 8), AT_ONCE);
  log.length = 0;
  for (const message of ["1", "2"]) inbox.push(message);
  inbox.flush();
  assertEquals(log, []);
  await turn();
  assertEquals(log, ["1", "2"]);
  assertEquals(await oneByOne(inbox, log, 8), LATER);
  assertEquals(await oneByOne(inbox, log, 8), AT_ONCE);
});

Deno.test("DeliveringInbox waits for the other reads of a turn once there are some", async () => {
  const log: string[] = [];
  const [one, two] = [logged(log).inbox, logged(log).inbox];
  await oneByOne(one, log, 9);
  log.length = 0;
  for (const inbox of [one, two, one]) {
    inbox.push("one of three");
    inbox.flush();
  }
  assertEquals(log.length, 1);
  await turn();
  assertEquals(log.length, 3);
  assertEquals(await oneByOne(one, log, 8), LATER);
});

Deno.test("DeliveringInbox hands over large messages within their read, and no small ones", async () => {
  const { inbox, log } = logged();
  const large = "x".repeat(20_000);
  const read = (messages: string[]) => {
    for (const message of messages) inbox.push(message);
    inbox.flush();
    return log.splice(0).length;
  };
  assertEquals(read([large, "small", large]), 0); // Small on average.
  await turn();
  assertEquals(log.splice(0), [large, "small", large]);
  assertEquals(read([large, large]), 2);
  assertEquals(read(Array(100).fill("x".repeat(200))), 0);
  await turn();
  assertEquals(log.length, 100);
});

Deno.test("DeliveringInbox hands over no message while its receiver has another", async () => {
  const begin = async (count: number, endsAt: number, isQueued: boolean) => {
    const inbox = new DeliveringInbox<string>(65_536);
    let isReceiving = false;
    const received: string[] = [];
    const receive = (message: string) => {
      assert(!isReceiving, `${count} messages, the end at ${endsAt}`);
      isReceiving = true;
      received.push(message);
      if (received.length === endsAt) inbox.end(new CloseError(1000));
      isReceiving = false;
    };
    const { inbox: other } = logged();
    for (let i = 0; i < 12; i++) { // So many that the next may be alone, too.
      other.push("alone");
      other.flush();
      await turn();
    }
    let reading = isQueued ? undefined : DELIVERED(inbox, receive);
    const padding = "x".repeat(20_000);
    const sent = Array.from({ length: count }, (_, i) => `${i} ${padding}`);
    for (const message of sent) inbox.push(message);
    inbox.flush();
    reading ??= DELIVERED(inbox, receive);
    await reading;
    assertEquals(received, sent);
  };
  for (const isQueued of [false, true]) {
    for (const count of [2, 3, 66, 100]) {
      for (
        const endsAt of new Set([1, count - 1, count, Math.min(64, count)])
      ) {
        await begin(count, endsAt, isQueued);
      }
    }
  }
});

Deno.test("DeliveringInbox reports that its receiver fails, whatever it throws", async () => {
  for (const error of [new Error("no"), "no", undefined]) {
    for (const late of [false, true]) {
      const inbox = new DeliveringInbox<string>(64);
      inbox.push("message");
      const reading = DELIVERED(inbox, () => {
        if (late) return Promise.reject(error);
        throw error;
      });
      const seen = await reading.then(() => "nothing", (error) => error);
      if (error !== undefined) assertEquals(seen, error);
      else assert(seen instanceof Error);
    }
  }
});

Deno.test("DeliveringInbox.deliver() lets others have their turn though its receiver waits for what is over", async () => {
  const inbox = new DeliveringInbox<string>(65_536);
  for (let i = 0; i < 400; i++) inbox.push("x");
  inbox.end(new CloseError(1006));
  let received = 0;
  const over = Promise.withResolvers<unknown>();
  inbox.deliver({
    receive() {
      received++;
      const start = performance.now();
      while (performance.now() - start < 0.5);
      return Promise.resolve();
    },
    ended: over.resolve,
  });
  await turn();
  assert(received < 200, `${received} were received in one turn`);
  await over.promise;
  assertEquals(received, 400);
});
