// Copyright 2026 the Wirekit authors. MIT license.

/** Random interleavings on a simulated clock: each call has one outcome. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { pair } from "@wirekit/transport/pair";
import { FakeTime, Random as Numbers } from "@wirekit/internal/testing";
import {
  type Batch,
  ClosedError,
  JsonRpcError,
  LimitError,
  MalformedResponseError,
  Methods,
  Peer,
  TimeoutError,
} from "./mod.ts";
import { engineOf } from "./peer.ts";
import { decodeCommon } from "./wire/_common.ts";
import { decodeJson, encodeJson, idOf, kindOf } from "./wire/message.ts";
import { faulty } from "./testing.ts";

/** How a call may fail. */
const ENDS = [
  ClosedError,
  DOMException,
  JsonRpcError,
  LimitError,
  MalformedResponseError,
  TimeoutError,
];

/** Random numbers that a seed repeats. */
class Random extends Numbers {
  chance(share: number): boolean {
    return this.next() < share;
  }
}

/** Runs a test with many seeds, and names the one that fails. */
async function withSeeds(
  count: number,
  test: (random: Random) => void | Promise<void>,
): Promise<void> {
  const first = Math.floor(Math.random() * 2 ** 31);
  for (let seed = first; seed < first + count; seed++) {
    try {
      await test(new Random(seed));
    } catch (cause) {
      throw new Error(`It fails with the seed ${seed}`, { cause });
    }
  }
}

function server(random: Random): Methods {
  const pause = () =>
    new Promise<void>((resolve) => setTimeout(resolve, random.below(200)));
  return new Methods()
    .add("now", (_call, x) => x)
    .add("later", async (_call, x) => {
      await pause();
      return x;
    })
    .add("stop", async (call) => {
      await pause();
      call.signal.throwIfAborted();
      return "went on";
    })
    .add("fail", async () => {
      await pause();
      throw new JsonRpcError(1, "failed");
    })
    .add("never", () => new Promise(() => {}))
    .add("back", async (call, x) => await call.peer.request("now", [x]));
}

/** How a call ended, and that it did so once. */
class Outcomes {
  readonly ends = new Map<number, string[]>();
  #count = 0;

  watch(call: Promise<unknown>): void {
    const ends: string[] = [];
    this.ends.set(this.#count++, ends);
    call.then(() => ends.push("result"), (error) => {
      assert(
        ENDS.some((End) => error instanceof End),
        String(error),
      );
      ends.push(error.name);
    });
  }
}

Deno.test("Peer gives each call exactly one outcome, whatever happens in whatever order", async () => {
  await withSeeds(60, async (random) => {
    using time = new FakeTime();
    const [near, far] = pair();
    const ids = new Set<unknown>();
    const lossy = random.chance(0.5);
    const noted = faulty(near, {
      send: (text) => {
        const messages = [JSON.parse(text)].flat();
        for (const { id, method } of messages) {
          if (id === undefined || method === undefined) continue;
          assert(!ids.has(id), `id ${id} is used twice`);
          ids.add(id);
        }
        return [text];
      },
      receive: (text) => {
        if (lossy && random.chance(0.1)) return [];
        return random.chance(0.1) ? [text, text] : [text];
      },
    });
    const options = {
      maxInFlight: random.pick([1, 3, 100]),
      maxHandlers: random.pick([1, 2, Infinity]),
      autoBatch: random.chance(0.3),
      timeout: 300,
    };
    const methods = server(random);
    const peers = [
      new Peer(noted, { ...options, methods }),
      new Peer(far, { ...options, methods }),
    ];
    const outcomes = new Outcomes();
    const names = ["now", "later", "stop", "fail", "never", "back", "none"];
    const call = (target: Peer | Batch) => {
      const controller = new AbortController();
      if (random.chance(0.3)) {
        setTimeout(() => controller.abort(), random.below(250));
      }
      outcomes.watch(target.request(random.pick(names), [random.below(9)], {
        signal: controller.signal,
        awaitCancel: random.chance(0.3),
      }));
    };
    for (let step = 0; step < 40; step++) {
      const peer = peers[random.below(2)]!;
      if (random.chance(0.2)) {
        const batch = peer.batch();
        for (let n = random.below(5); n > 0; n--) call(batch);
        if (random.chance(0.3)) batch.notify("now");
        if (random.chance(0.2)) batch.cancel();
        else void batch.send();
      } else call(peer);
      if (random.chance(0.3)) await time.tick(random.below(60));
      if (random.chance(0.01)) await peer.close();
    }
    await time.tick(2_000);
    for (const [index, ends] of outcomes.ends) {
      assertEquals(ends.length, 1, `call ${index} ended by ${ends}`);
    }
    for (const peer of peers) {
      assert(engineOf(peer).sender.idle, "a call that ended is kept");
    }
    await Promise.all(peers.map((peer) => peer.close()));
    await time.tick(300);
    assertEquals(time.timers, 0);
  });
});

/** Any JSON value. */
function anyValue(random: Random, depth = 3): unknown {
  switch (random.below(depth > 0 ? 7 : 5)) {
    case 0:
      return random.pick([null, true, false]);
    case 1:
      return random.below(1e6) - 5e5;
    case 2:
      return random.next() * 10 ** random.below(20);
    case 3:
    case 4:
      return random.pick(["", "2.0", "sum", '"\\\u0000\n', "é😀", "__proto__"]);
    case 5:
      return Array.from(
        { length: random.below(4) },
        () => anyValue(random, depth - 1),
      );
    default:
      return Object.fromEntries(Array.from({ length: random.below(5) }, () => [
        random.pick([
          "jsonrpc",
          "id",
          "method",
          "params",
          "result",
          "error",
          "x",
          "__proto__",
        ]),
        anyValue(random, depth - 1),
      ]));
  }
}

Deno.test("decodeJson() after encodeJson() is the identity", async () => {
  await withSeeds(500, (random) => {
    const id = random.pick<string | number | bigint | null>([
      1,
      0,
      -1.5,
      "x",
      "",
      null,
      2n ** 53n + 1n,
    ]);
    const params = { value: anyValue(random) };
    const wanted = JSON.parse(JSON.stringify(params));
    const call = decodeJson(encodeJson({ method: "m", id, params }));
    assertEquals(call, { jsonrpc: "2.0", method: "m", id, params: wanted });
    assertEquals(kindOf(call), "request");
    const result = decodeJson(encodeJson({ id, result: params }));
    assertEquals(result, { jsonrpc: "2.0", id, result: wanted });
    assertEquals(kindOf(result), "response");
  });
});

Deno.test("decodeJson() reads common messages, and what is near them, as JSON.parse does", async () => {
  const call = '{"jsonrpc":"2.0","method":"sum","id":12,"params":[1,"ab",30]}';
  const common = [
    call,
    '{"jsonrpc":"2.0","id":12,"result":3}',
    '{"jsonrpc":"2.0","method":"now","id":0}',
    `[${call},{"jsonrpc":"2.0","id":7,"result":0}]`,
  ];
  for (const text of common) assertEquals(decodeJson(text), JSON.parse(text));
  await withSeeds(20_000, (random) => {
    let text = random.pick(common);
    do {
      const at = random.below(text.length + 1);
      const put = random.chance(0.7)
        ? random.pick([...'"\\{}[]:,01-.e \na\u2028'])
        : "";
      text = text.slice(0, at) + put + text.slice(at + random.below(2));
    } while (random.chance(0.3));
    let wanted: unknown;
    try {
      wanted = JSON.parse(text);
    } catch {
      assertThrows(() => decodeJson(text), SyntaxError);
      return;
    }
    assertEquals(decodeJson(text), wanted);
  });
});

/** A call or a result as this package writes it, with any value in it. */
function anyMessage(random: Random): string {
  const id = random.pick([0, 7, 42, 1e14, 1e15, 2 ** 53, -1, 1.5, "x", null]);
  const short = () => random.pick(["", "a", "sum", "é😀", "\u2028", '"', "\n"]);
  const value = random.chance(0.5)
    ? Array.from(
      { length: random.below(5) },
      () => random.chance(0.5) ? random.below(1e6) : short(),
    )
    : anyValue(random);
  const message = random.pick<Record<string, unknown>>([
    { jsonrpc: "2.0", id, result: value },
    { jsonrpc: "2.0", id, result: random.below(1e6) },
    { jsonrpc: "2.0", method: short(), id },
    { jsonrpc: "2.0", method: short(), id, params: value },
  ]);
  // What the fast reader must not overlook.
  if (random.chance(0.1)) message[random.pick(["x", "error"])] = value;
  return JSON.stringify(message);
}

/** Changes that keep JSON, change what it says, or spoil it. */
function changed(random: Random, text: string): string {
  const at = random.below(text.length + 1);
  const [head, tail] = [text.slice(0, at), text.slice(at)];
  const { length } = tail;
  switch (random.below(7)) {
    case 0:
      return head + random.pick([...'"\\{}[]:,0123456789-+.eE \t\n\0\ufeff']) +
        tail;
    case 1:
      return head + tail.slice(random.below(3));
    case 2:
      return head + tail.slice(random.below(length + 1));
    case 3:
      return text.replaceAll(random.pick([",", ":", "]", "}"]), (c) => ` ${c}`);
    case 4: // A member twice: the last counts.
      return text.replace(/\}$/, ',"id":3,"result":[4]}');
    case 5: // Digits that are too many, or none that JSON allows.
      return text.replace(/\d+/, random.pick(["00", "01", "1234567890123456"]));
    default:
      return text.replace(/"(\w)/, '"\\u0061$1');
  }
}

Deno.test("decodeCommon() reads calls and results as JSON.parse does, or leaves them to it", async () => {
  let [read, left] = [0, 0];
  await withSeeds(20_000, (random) => {
    let text = random.chance(0.3)
      ? `[${Array.from({ length: random.below(4) }, () => anyMessage(random))}]`
      : anyMessage(random);
    while (random.chance(0.4)) text = changed(random, text);
    const fast = decodeCommon(text);
    if (fast === undefined) left++;
    else {
      read++;
      // Throws for what is no JSON.
      assertEquals(fast, JSON.parse(text), text);
    }
  });
  assert(read > 2_000, `only ${read} were read by hand`);
  assert(left > 2_000, `only ${left} were left to JSON.parse`);
});

Deno.test("decodeCommon() reads as JSON.parse does around its limits", () => {
  const call = (size: number) => {
    const [head, tail] = [
      '{"jsonrpc":"2.0","method":"a","id":1,"params":["',
      '"]}',
    ];
    return head + "x".repeat(size - head.length - tail.length) + tail;
  };
  for (const size of [255, 256, 257]) {
    const fast = decodeCommon(call(size));
    assertEquals(fast, size > 256 ? undefined : JSON.parse(call(size)));
  }
  for (const size of [65_535, 65_536, 65_537]) {
    const text = `[${call(size - 2)}]`;
    const fast = decodeCommon(text);
    assertEquals(fast, size > 65_536 ? undefined : JSON.parse(text));
  }
  for (const id of [999_999_999_999_999, 1_000_000_000_000_000]) {
    const text = `{"jsonrpc":"2.0","id":${id},"result":${id}}`;
    assertEquals(decodeCommon(text) ?? JSON.parse(text), JSON.parse(text));
  }
});

Deno.test("kindOf() and idOf() take anything", async () => {
  await withSeeds(2_000, (random) => {
    const value = anyValue(random);
    assert(
      ["request", "notification", "response", "invalid"].includes(
        kindOf(value),
      ),
    );
    assert(["string", "number", "object"].includes(typeof idOf(value)));
  });
});

Deno.test("Peer lives through any text, and answers calls after it", async () => {
  const methods = new Methods().add("now", (_call, x) => x);
  const [near, far] = pair();
  await using peer = new Peer(far, { methods });
  const messages = near[Symbol.asyncIterator]();
  let next = 0;
  await withSeeds(300, async (random) => {
    const text = JSON.stringify(anyValue(random));
    const cut = random.chance(0.3)
      ? text.slice(random.below(text.length))
      : text;
    await near.send(cut);
    const id = `mark ${next++}`;
    await near.send(
      `{"jsonrpc":"2.0","method":"now","params":[1],"id":"${id}"}`,
    );
    for (let answered = false; !answered;) {
      const { value } = await messages.next();
      const answer = JSON.parse(value!);
      answered = answer.id === id;
    }
  });
  assertEquals(await Promise.race([peer.closed, "open"]), "open");
});
