// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Random programs of all protocols in one hub, without a network, against a model
 * of the hub: who has which name, who waits for it, and how each call ends.
 */

import { assert, assertEquals } from "@std/assert";
import { fullPass, Hub } from "@wirekit/hub";
import {
  httpDoor,
  jsonRpcDoor,
  type OpenedDoor,
  wsrpcDoor,
} from "@wirekit/switchboard";
import { Gateway, GatewaySimulator } from "@wirekit/openwebnet";
import { mcpDoor } from "@wirekit/switchboard/mcp";
import { gatewayDoor } from "@wirekit/switchboard/openwebnet";
import { pair } from "@wirekit/transport/pair";
import type { Transport } from "@wirekit/transport/transport";
import { Random } from "../../wsrpc/testdata/random.ts";
import { Assistant } from "./_assistant.ts";
import { type Ended, type Speaker, speakHttp, speakOn } from "./_speakers.ts";

const PROTOCOLS = ["winerp", "JSON-RPC", "wsrpc", "HTTP"] as const;
const NAMES = ["a", "b", "c"];
const DATA = [
  "{}",
  '{"n":18446744073709551615,"x":1.0}',
  '{"a":[1,{"b":null}]}',
];

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** The end of a client: it reads and writes texts. */
class TextEnd implements Transport {
  readonly #bytes: Transport<Uint8Array<ArrayBuffer>>;

  constructor(bytes: Transport<Uint8Array<ArrayBuffer>>) {
    this.#bytes = bytes;
  }

  send(text: string): Promise<void> {
    return this.#bytes.send(encoder.encode(text));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string, void, void> {
    for await (const bytes of this.#bytes) yield decoder.decode(bytes);
  }

  close(error?: Error): Promise<void> {
    return this.#bytes.close(error);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** A hub with all doors, which clients enter without a network. */
class House {
  readonly hub = new Hub();
  readonly simulator = new GatewaySimulator();
  #doors: OpenedDoor[] = [];

  async open(): Promise<this> {
    const home = new Gateway({ transport: () => this.simulator.connect() });
    const makers = [
      httpDoor(),
      jsonRpcDoor(),
      wsrpcDoor(),
      mcpDoor({ allow: ["*/*"] }),
      gatewayDoor({ home }),
    ];
    for (const make of makers) this.#doors.push(await make(this.hub));
    return this;
  }

  /** Lets an assistant come in. */
  assist(): Promise<Assistant> {
    const send = this.#send(this.#doors[3]!);
    return Assistant.connect("ws://127.0.0.1", "assistant", send);
  }

  #send(door: OpenedDoor): typeof fetch {
    const remoteAddr = { transport: "tcp", hostname: "127.0.0.1" };
    return async (input, init) => {
      const request = new Request(input as string, init);
      const { signal } = init ?? {};
      return (await door.fetch!(request, {
        remoteAddr,
        ...(signal && { signal }),
      }))!;
    };
  }

  enter(protocol: typeof PROTOCOLS[number], name: string): Speaker {
    if (protocol === "HTTP") {
      return speakHttp(name, this.#send(this.#doors[0]!));
    }
    const [near, far] = pair<Uint8Array<ArrayBuffer>>();
    const pass = fullPass("open");
    if (protocol === "winerp") void this.hub.accept(far, { pass });
    else {
      const path = protocol === "wsrpc" ? "wsrpc/" : "jsonrpc";
      const request = new Request(`http://127.0.0.1/${path}`);
      const taken = this.#doors.some((door) =>
        door.accept?.({ transport: far, request, pass })
      );
      assert(taken);
    }
    return speakOn(protocol, new TextEnd(near), name);
  }

  async close(): Promise<void> {
    await Promise.all(this.#doors.map((door) => door.close?.()));
    await this.hub.close();
    await this.simulator.close();
  }
}

/** A client, and what the model knows of it. */
interface Client {
  readonly speaker: Speaker;
  /** Its calls that nobody answers. */
  readonly open: Set<{ to: Client; ended: Promise<Ended> }>;
}

/** Waits until something holds. */
async function until(what: string, holds: () => boolean): Promise<void> {
  for (let n = 0; !holds(); n++) {
    if (n > 2_000) throw new Error(`Waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

const PENDING = Symbol("pending");

/** Checks that a call has not ended. */
async function isOpen(ended: Promise<Ended>): Promise<boolean> {
  return await Promise.race([ended, Promise.resolve(PENDING)]) === PENDING;
}

async function program(random: Random): Promise<void> {
  const house = await new House().open();
  /** Who has a name, and then who waits for it, in their order. */
  const queues = new Map<string, Client[]>(NAMES.map((name) => [name, []]));
  const holderOf = (name: string) => queues.get(name)![0];
  const holders = () =>
    NAMES.map(holderOf).filter((each): each is Client => each !== undefined);
  const log: string[] = [];
  const assistant = await house.assist();
  /** The lights of the home that are on. */
  const lit = new Set<string>();

  const act: Record<string, () => Promise<void>> = {
    async join() {
      const name = random.pick(NAMES);
      const queue = queues.get(name)!;
      const protocol = random.pick(PROTOCOLS);
      // HTTP does not wait for a name.
      if (queue.length > 3 || protocol === "HTTP" && queue.length > 0) return;
      log.push(`${protocol} joins as ${name}`);
      const speaker = house.enter(protocol, name);
      queue.push({ speaker, open: new Set() });
      if (queue.length === 1) await speaker.ready;
      else {
        await until("hold", () => {
          const held = [...house.hub.exchange.members].filter((each) =>
            each.name === JSON.stringify(name)
          );
          return held.length === queue.length;
        });
      }
    },

    async leave() {
      const name = random.pick(NAMES);
      const queue = queues.get(name)!;
      if (queue.length === 0) return;
      const index = random.below(queue.length);
      const [gone] = queue.splice(index, 1);
      log.push(`${index} of ${name} leaves`);
      await gone!.speaker.leave();
      // Those that wait for its answers are told now.
      for (const { open } of holders()) {
        for (const call of open) {
          if (call.to !== gone) continue;
          open.delete(call);
          const { message } = await call.ended;
          assertEquals(
            message,
            "The destination disconnected before it answered.",
          );
        }
      }
      // Its own calls end once, too.
      await Promise.all(Array.from(gone!.open, ({ ended }) => ended));
      const heir = index === 0 ? queue[0] : undefined;
      if (heir) await heir.speaker.ready;
      await until("leave", () => {
        const left = [...house.hub.exchange.members].filter((each) =>
          each.name === JSON.stringify(name)
        );
        return left.length === queue.length;
      });
    },

    /** Several at once, in any order. */
    async ask() {
      const all = holders();
      if (all.length === 0) return;
      await Promise.all(
        Array.from({ length: 1 + random.below(8) }, async () => {
          const from = random.pick(all);
          const name = random.pick([...NAMES, "nobody"]);
          const to = name === "nobody" ? undefined : holderOf(name);
          if (to === from) return; // winerp refuses that; the others do not.
          const route = random.pick(["echo", "fail", "none"]);
          const data = random.pick(DATA);
          log.push(`${from.speaker.name} asks ${name} for ${route}`);
          const { data: result, message } = await from.speaker.ask(
            name,
            route,
            data,
          );
          if (!to) assert(/Nobody has|not found/.test(message!), message);
          else if (route === "echo") assertEquals(result, data);
          else {assertEquals(
              message,
              route === "fail" ? "kaput" : "Route not found",
            );}
        }),
      );
    },

    /** An assistant asks, and lists what it may ask. */
    async assist() {
      const name = random.pick([...NAMES, "nobody"]);
      const to = name === "nobody" ? undefined : holderOf(name);
      const route = random.pick(["echo", "fail", "none"]);
      const sent = random.pick(DATA);
      log.push(`the assistant asks ${name} for ${route}`);
      const { data, message } = await assistant.ask(name, route, sent);
      if (!to) assertEquals(message, `Nobody has the name "${name}".`);
      else if (route !== "echo") {
        assertEquals(message, route === "fail" ? "kaput" : "Route not found");
      } else assertEquals(JSON.parse(data!), JSON.parse(sent));
      const tools = await assistant.tools();
      const owners = new Set(tools.map((tool) => tool.split("/")[0]!));
      const here = ["home", "hub", ...NAMES.filter(holderOf)];
      for (const owner of owners) assert(here.includes(owner), owner);
      assert(tools.includes("home/light.on"));
      if (to && route === "echo") assert(tools.includes(`${name}/echo`));
    },

    /** Anybody switches lights of the home, and reads them. */
    async light() {
      const from = random.pick([
        ...holders().map((each) => each.speaker),
        assistant,
      ]);
      const where = random.pick(["11", "12"]);
      const route = random.pick(["light.on", "light.off", "light.none"]);
      log.push(`${from.name} asks home for ${route} ${where}`);
      const what = JSON.stringify({ where });
      const { data, message } = await from.ask("home", route, what);
      if (route === "light.none") assert(/Route not found/.test(message!));
      else assertEquals([data, message], ["null", undefined]);
      if (route === "light.on") lit.add(where);
      else if (route === "light.off") lit.delete(where);
      const status = await from.ask("home", "light.status", what);
      assertEquals(JSON.parse(status.data!), [{ where, on: lit.has(where) }]);
    },

    /** What is not answered stays open. */
    async wait() {
      const all = holders();
      const from = all[0];
      const to = all.at(-1);
      if (!from || !to || from === to || from.open.size > 5) return;
      log.push(`${from.speaker.name} waits for ${to.speaker.name}`);
      const before = to.speaker.asked.length;
      const ended = from.speaker.ask(to.speaker.name, "never", "{}");
      from.open.add({ to, ended });
      await until("asked", () => to.speaker.asked.length > before);
      for (const { open } of holders()) {
        for (const call of open) assert(await isOpen(call.ended));
      }
    },

    async inform() {
      const all = holders();
      if (all.length === 0) return;
      const from = random.pick(all);
      const name = random.pick([...NAMES, undefined]);
      const data = random.pick(DATA);
      log.push(`${from.speaker.name} tells ${name ?? "all"}`);
      await from.speaker.inform(data, name);
      for (const to of all) {
        const isTold = name === undefined
          ? to !== from
          : to.speaker.name === name;
        if (!isTold) continue;
        assertEquals(await to.speaker.told.next(), [from.speaker.name, data]);
      }
    },
  };

  try {
    for (let n = 0; n < 40; n++) {
      await random.pick([
        act.join!,
        act.join!,
        act.leave!,
        act.ask!,
        act.ask!,
        act.wait!,
        act.inform!,
        act.assist!,
        act.light!,
      ])();
      const taken = house.hub.names.filter((name) => NAMES.includes(name));
      const expected = NAMES.filter((name) => holderOf(name));
      assertEquals([...taken].sort(), expected);
      for (const { speaker } of holders()) assertEquals(speaker.told.size, 0);
    }
    // Nothing is left of all that, but the home.
    await assistant.leave();
    for (const queue of queues.values()) {
      for (const { speaker } of queue.splice(0)) await speaker.leave();
    }
    await until("empty", () => house.hub.names.join() === "home");
    assertEquals(house.hub.exchange.openQuestions, 0);
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${log.join("\n")}`, {
      cause: error,
    });
  } finally {
    await assistant.leave();
    for (const queue of queues.values()) {
      for (const { speaker } of queue) await speaker.leave();
    }
    await house.close();
  }
}

Deno.test("A hub with doors does what the model says, whatever programs do", async () => {
  for (let n = 0; n < 25; n++) await Random.test(program);
});
