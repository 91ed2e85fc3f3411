// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A hub under random operations, against a plain model of what has to come out:
 * for one node, or for several that are one.
 */

import { assert, assertEquals } from "@std/assert";
import { Random } from "@wirekit/internal/testing";
import type { Router } from "../_router.ts";

const utf8 = new TextEncoder();
const ALL_MEMBERS = {
  id: null,
  type: null,
  route: null,
  traceback: null,
  data: null,
  uuid: null,
  destination: null,
  pseudo_object: null,
};
const NAMES = ["a", "b", "c", "d"];

/** What is tested. */
export interface Net {
  /** The nodes. */
  readonly routers: readonly Router[];
  /** Whether all members are in each message. */
  readonly isWhole?: boolean;
  /** Lets all arrive that is on the way between them. */
  settle(): void;
}

/** A connection in the model: what it wants, asked and was asked. */
interface Client {
  readonly node: Router;
  readonly participant: ReturnType<Router["connect"]>;
  /** The name that it has or waits for. */
  name: string | undefined;
  readonly received: Record<string, unknown>[];
  /** The questions that came to it and are not answered. */
  readonly asked: { uuid: string; destination: string }[];
}

/** Random numbers from 0 to 1 that a seed repeats. */
export function randomFrom(seed: number): () => number {
  const random = new Random(seed);
  return () => random.next();
}

/** Runs random operations. */
export function run(random: () => number, steps: number, net: Net): void {
  const { routers } = net;
  const pick = <T>(items: T[]): T | undefined =>
    items[Math.floor(random() * items.length)];
  const clients: Client[] = [];
  /** For each name who wants it, the holder first. */
  const queues = new Map(NAMES.map((name) => [name, [] as Client[]]));
  /** The requests that are open, in their order; some have one uuid. */
  const open: { uuid: string; requester: Client; responder: Client }[] = [];
  const close = (at: number) => at < 0 ? undefined : open.splice(at, 1)[0];
  let uuids = 0;

  const holder = (name: string) => queues.get(name)?.[0];
  const isActive = (client: Client) =>
    client.name !== undefined && holder(client.name) === client;

  /** Takes what came to the clients since the last step. */
  const collect = (): [Client, Record<string, unknown>][] => {
    net.settle();
    return clients.flatMap((client) =>
      client.received.splice(0).map((message) =>
        [client, message] as [Client, Record<string, unknown>]
      )
    );
  };
  const send = (client: Client, message: object) => {
    const all = net.isWhole ? { ...ALL_MEMBERS, ...message } : message;
    client.participant.receive(utf8.encode(JSON.stringify(all)));
  };
  /** Whether a message ends its sender: the first has to be a verification. */
  const isLast = (client: Client) => {
    if (client.name !== undefined) return false;
    clients.splice(clients.indexOf(client), 1);
    return true;
  };

  const leave = (client: Client) => {
    clients.splice(clients.indexOf(client), 1);
    const queue = queues.get(client.name ?? "");
    const place = queue?.indexOf(client) ?? -1;
    queue?.splice(place, 1);
    client.participant.leave();
    const came = collect();
    if (place === 0 && queue!.length > 0) {
      const released = came.filter(([_, { type }]) => type === 0);
      assertEquals(released.length, 1);
      const [[heir]] = released as [[Client, unknown]];
      // First come, first served within a node, and those beside the last owner
      // before others.
      const beside = queue!.find(({ node }) => node === client.node);
      const first = queue!.find(({ node }) => node === heir.node);
      assert(heir === (beside ?? first));
      queue!.splice(queue!.indexOf(heir), 1);
      queue!.unshift(heir);
    }
    for (const request of [...open]) {
      const { uuid, requester, responder } = request;
      if (requester !== client && responder !== client) continue;
      open.splice(open.indexOf(request), 1);
      if (requester === client) continue;
      const at = came.findIndex(([to, message]) =>
        to === requester && message.type === 4 && message.uuid === uuid
      );
      assert(at >= 0, `No error of ${uuid}`);
      came.splice(at, 1);
    }
    assertEquals(came.filter(([_, { type }]) => type === 4), []);
  };

  const operations: (() => void)[] = [
    () => {
      if (clients.length >= 8) return;
      const received: Client["received"] = [];
      const node = pick([...routers])!;
      const participant = node.connect({
        send: (bytes) =>
          received.push(JSON.parse(new TextDecoder().decode(bytes))),
        close: () => {},
      });
      clients.push({ node, participant, received, name: undefined, asked: [] });
    },
    () => {
      const client = pick(clients);
      const name = pick(NAMES)!;
      if (!client || isActive(client)) return;
      if (client.name !== name) {
        const queue = queues.get(client.name ?? "");
        queue?.splice(queue.indexOf(client), 1);
        queues.get(name)!.push(client);
        client.name = name;
      }
      send(client, { type: 1, id: name, uuid: "v" });
      const [answer, ...more] = collect();
      assertEquals(more.length, 0);
      assertEquals(answer![1].type, holder(name) === client ? 0 : 4);
    },
    () => {
      const client = pick(clients);
      if (!client) return;
      const uuid = `u${random() < 0.3 ? Math.max(uuids - 1, 0) : uuids++}`;
      const destination = pick(NAMES)!;
      send(client, { type: 2, id: "lie", data: {}, uuid, destination });
      const to = holder(destination);
      const came = collect();
      assertEquals(came.length, 1);
      const [receiver, message] = came[0]!;
      if (isActive(client) && to && to !== client) {
        assert(receiver === to);
        assertEquals(message.destination, client.name);
        open.push({ uuid, requester: client, responder: to });
        to.asked.push({ uuid, destination: client.name! });
      } else {
        assert(receiver === client);
        assertEquals([message.type, message.uuid], [4, uuid]);
        isLast(client);
      }
    },
    () => {
      const client = pick(clients);
      const question = pick(client?.asked ?? []);
      if (!client || !question) return;
      client.asked.splice(client.asked.indexOf(question), 1);
      const type = random() < 0.5 ? 3 : 4;
      for (let times = random() < 0.2 ? 2 : 1; times > 0; times--) {
        const expected = close(
          open.findIndex(({ uuid, ...each }) =>
            each.responder === client && uuid === question.uuid &&
            each.requester === holder(question.destination)
          ),
        );
        send(client, { type, data: 1, ...question });
        const answers = collect().filter(([_, message]) =>
          message.uuid === question.uuid && message.data === 1
        );
        assertEquals(answers.length, expected ? 1 : 0);
        if (expected) assert(answers[0]![0] === expected.requester);
      }
    },
    () => {
      // Forged: nobody asked this one for it.
      const client = pick(clients);
      const { uuid } = pick(open) ?? {};
      if (!client || !uuid) return;
      if (
        open.some((each) => each.uuid === uuid && each.responder === client)
      ) {
        return;
      }
      send(client, { type: 3, data: "forged", uuid, destination: pick(NAMES) });
      assertEquals(collect().filter(([_, { data }]) => data === "forged"), []);
      isLast(client);
    },
    () => {
      const client = pick(clients);
      if (!client || !isActive(client)) return;
      send(client, { type: 6, route: [], data: 1 });
      const told = collect().map(([to]) => to.name).sort();
      const others = NAMES.filter((name) =>
        holder(name) && name !== client.name
      );
      assertEquals(told, others);
    },
    () => {
      const client = pick(clients);
      if (client && random() < 0.5) leave(client);
    },
  ];

  for (let step = 0; step < steps; step++) {
    pick(operations)!();
    const taken = NAMES.filter(holder);
    net.settle();
    const names = () => routers.flatMap((router) => router.names);
    assertEquals(names().map((name) => JSON.parse(name)).sort(), taken);
  }
  while (clients.length > 0) leave(clients[0]!);
  assertEquals(routers.flatMap((router) => router.names), []);
  assertEquals(open, []);
}

/** Does it with many seeds; an error says which. */
export function runMany(
  runs: number,
  steps: number,
  net: (random: () => number) => Net,
): void {
  const first = crypto.getRandomValues(new Uint32Array(1))[0]!;
  for (let n = 0; n < runs; n++) {
    const seed = (first + n) >>> 0;
    const random = randomFrom(seed);
    try {
      run(random, steps, net(random));
    } catch (cause) {
      throw new Error(`Failed with seed ${seed}`, { cause });
    }
  }
}
