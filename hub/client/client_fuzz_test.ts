// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import { Random } from "@wirekit/internal/testing";
import { Client } from "../client.ts";
import { NotConnectedError, RemoteError, TimeoutError } from "../errors.ts";
import {
  connected,
  type FakeConnection,
  FakeHub,
  type Wire,
} from "./testdata/fake_hub.ts";

/** Numbers from 0 up to `n` that a seed decides. */
function randomFrom(seed: number): (n: number) => number {
  const random = new Random(seed);
  return (n) => random.below(n);
}

Deno.test("Client ends every call exactly once, with its own outcome", async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const random = randomFrom(seed);
  const hub = new FakeHub();
  const maxInFlight = 50;
  const client = new Client("alpha", {
    transport: hub.transport,
    reconnect: { minDelay: 0.1, maxDelay: 1 },
    maxInFlight,
  });
  const ready = client.connect();
  let connection = await hub.next();
  await connection.accept();
  await ready;

  const outcomes: Promise<void>[] = [];
  const counts = { answered: 0, failed: 0 };
  const open: Wire[] = [];
  let asked = 0;
  const ask = async () => {
    const n = asked++;
    const controller = new AbortController();
    const answer = client.request("beta", "echo", { n }, {
      timeout: random(8) === 0 ? 1 : 5_000,
      signal: controller.signal,
    });
    outcomes.push(answer.then(
      (answered) => {
        counts.answered++;
        assertEquals(answered, n, `seed ${seed}`);
      },
      (error) => {
        counts.failed++;
        assert(error === n || isExpected(error), `seed ${seed}`);
      },
    ));
    if (random(10) === 0) controller.abort(n);
    // It was sent all the same.
    if (client.state === "open") open.push(await connection.read());
  };
  const answer = async () => {
    const [question] = open.splice(random(open.length), 1);
    if (!question) return;
    const { n } = question.data;
    if (random(6) === 0) await connection.send({ ...question, type: 4 });
    else await connection.answer(question, n);
    if (random(6) === 0) await connection.answer(question, "twice");
  };
  for (let step = 0; step < 1500; step++) {
    const dice = random(200);
    if (dice < 95 && open.length < maxInFlight - 1) await ask();
    else if (dice < 199) await answer();
    else {
      await connection.transport.close();
      open.length = 0;
      const back = client.waitFor("ready");
      connection = await hub.next();
      await connection.accept();
      await back;
    }
  }
  // Nothing is left of what has ended: there is room for all again.
  await connection.transport.close();
  const back = client.waitFor("ready");
  connection = await hub.next();
  await connection.accept();
  await back;
  await Promise.all(outcomes);
  assertEquals(counts.answered + counts.failed, asked, `seed ${seed}`);
  assert(counts.answered > 100 && counts.failed > 10, `seed ${seed}`);
  const full = Array.from({ length: maxInFlight }, () => client.ping());
  const ended = Promise.allSettled(full);
  await client.close();
  for (const { status } of await ended) assertEquals(status, "rejected");
});

Deno.test("Client takes any garbage without an end of its connection", async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const random = randomFrom(seed);
  const { client, connection } = await connected();
  client.route("greet", () => "hello");
  let disconnects = 0;
  client.addEventListener("disconnect", () => disconnects++);
  const values = [
    "null",
    "true",
    "0",
    "-1.5e300",
    "12345678901234567890",
    '""',
    '"alpha"',
    '"greet"',
    '"Already authorized."',
    "[]",
    '[["x"]]',
    "{}",
    '{"__proto__":{"a":1}}',
    '{"__uuid__":"u","__func__":"f","__args__":{},"__kwargs__":[]}',
    '{"__name__":"","__uuid__":"","__attr__":{},"__func__":{}}',
    "[".repeat(300) + "]".repeat(300),
  ];
  const keys = ["id", "route", "data", "uuid", "destination", "pseudo_object"];
  for (let i = 0; i < 3000; i++) {
    const members = keys.filter(() => random(3) > 0).map((key) =>
      `"${key}":${values[random(values.length)]}`
    );
    members.push(`"type":${random(12) - 1}`);
    let text = `{${members}}`;
    if (random(5) === 0) text = text.slice(0, random(text.length));
    await connection.send(text);
  }
  await drained(connection, client);
  assertEquals([client.state, disconnects], ["open", 0], `seed ${seed}`);
  await client.close();
});

/** Reads what the client answered, up to a ping of its own. */
async function drained(
  connection: FakeConnection,
  client: Client,
): Promise<void> {
  const pong = client.ping();
  for (;;) {
    const message = await connection.read();
    assert(Number.isInteger(message.type));
    if (message.type !== 5) continue;
    await connection.send({ ...message, data: { success: true } });
    if (await pong) return;
  }
}

function isExpected(error: unknown): boolean {
  return error instanceof NotConnectedError ||
    error instanceof RemoteError || error instanceof TimeoutError;
}
