// Copyright 2026 the Wirekit authors. MIT license.

/** A hub that takes bytes does what one does that reads all as texts. */

import { assert, assertEquals } from "@std/assert";
import { Random } from "@wirekit/internal/testing";
import { Router } from "../winerp/_router.ts";
import type { Member } from "../exchange/participant.ts";
import type {
  Address,
  Backplane,
  BackplaneReceiver,
  BackplaneStatus,
} from "./backplane.ts";
import type { BytesReceiver } from "./_quick.ts";
import type { BytesPlane } from "./_whole.ts";

const utf8 = new TextEncoder();
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const NAMES = ["one", "two", "ünï", "a\\nb"];
const MOVING = ["here", "there"];
const FAR = ["far", "fär", "away"];
const NODES = ["node1", "node2", "node3"];

/** A hub with its clients, and what has come of all that it was told. */
class Hub {
  readonly log: string[] = [];
  readonly router: Router;
  readonly #clients = new Map<string, ReturnType<Router["connect"]>>();
  readonly #isQuick: boolean;
  #receiver!: BackplaneReceiver & BytesReceiver;
  /** The questions that were sent, by their numbers. */
  readonly asked = new Map<string, string>();
  /** How many messages were taken as bytes. */
  quick = 0;
  readonly #lost: string[] = [];
  #program: Member | undefined;

  constructor(isQuick: boolean) {
    this.#isQuick = isQuick;
    const status: BackplaneStatus = {
      node: "node0",
      state: "open",
      since: 0,
      maxMessageBytes: 1e6,
      nodes: [],
      names: new Map(),
    };
    const publish = (to: Address, message: string, ref?: number) => {
      const [, number = "", , , , text = ""] = message.split("\0");
      if (ref !== undefined) this.asked.set(number, text);
      this.log.push(`${JSON.stringify(to)} ${message} ${ref}`);
      return undefined;
    };
    const backplane: Backplane = {
      claim: () => true,
      release() {},
      publish: (to, message, ref) => publish(addressOf(to), message, ref),
      onMessage: (receiver) => {
        this.#receiver = receiver as BackplaneReceiver & BytesReceiver;
      },
      status: () => status,
      close: () => Promise.resolve(),
    };
    const asBytes: BytesPlane = {
      publishBytes(to, message, ref) {
        const bytes = new Uint8Array(message.size);
        message.writeInto(bytes, 0);
        return publish(addressOf(to), textOf(bytes), ref);
      },
    };
    this.router = new Router({
      backplane: isQuick ? Object.assign(backplane, asBytes) : backplane,
    });
  }

  /** A client comes or, if it is there, leaves. */
  toggle(name: string): void {
    const client = this.#clients.get(name);
    this.#clients.delete(name);
    if (client) return client.leave();
    const receiver = {
      send: (bytes: Uint8Array) =>
        void this.log.push(`${name} < ${textOf(bytes)}`),
      close: () => {},
      count() {},
    };
    const next = this.router.connect(receiver);
    this.#clients.set(name, next);
    next.receive(messageOf({ id: name, type: 1 }));
  }

  /** A client sends something. */
  send(name: string, message: Uint8Array<ArrayBuffer>): void {
    this.#clients.get(name)?.receive(message.slice());
  }

  /** Some messages come together from another node. */
  hear(node: string, messages: Uint8Array[]): void {
    const bytes = new Uint8Array(messages.flatMap((each) => [...each, 7]));
    const isText = textOf(bytes).includes("\ufffd") === false;
    const quick = this.#isQuick && isText
      ? this.#receiver.quickly(bytes, node)
      : undefined;
    let at = 0;
    for (const message of messages) {
      const end = at + message.length;
      if (quick?.take(at, end)) this.quick++;
      else this.#receiver.message(bytes.slice(at, end), node);
      at = end + 1;
    }
    bytes.fill(0);
  }

  /** A participant that is no client of winerp takes another name. */
  move(name: string): void {
    const { exchange } = this.router;
    const asked = this.#program ??= exchange.enter({
      ask: ({ uuid }) => void this.log.push(`program is asked ${uuid}`),
      answer: () => undefined,
      fail() {},
      tell: () => undefined,
      admit() {},
      end() {},
    });
    exchange.claim(asked, JSON.stringify(name));
  }

  /** Other nodes take a name, and give it back. */
  lose(name: string): void {
    this.#receiver.lost(JSON.stringify(name));
    this.#lost.push(name);
  }

  winAll(): void {
    for (const name of this.#lost) this.#receiver.won(JSON.stringify(name));
    this.#lost.length = 0;
  }

  gone(node: string): void {
    this.#receiver.gone(node);
  }
}

/** What of an address counts. */
function addressOf(to: Address): Address {
  if (to === "all") return to;
  return "node" in to ? { node: to.node } : { name: to.name };
}

function messageOf(members: object): Uint8Array<ArrayBuffer> {
  return utf8.encode(JSON.stringify({
    id: null,
    type: 2,
    route: "r",
    traceback: null,
    data: { d: 1 },
    uuid: "u",
    destination: null,
    pseudo_object: null,
    ...members,
  }));
}

Deno.test("What is taken as bytes has come of it what comes of texts", () => {
  let quick = 0;
  let taken = 0;
  for (let seed = 0; seed < 100; seed++) {
    const random = new Random(seed);
    const below = (end: number) => Math.floor(end * random.next());
    const pick = <T>(list: readonly T[]) => list[below(list.length)]!;
    const hubs = [new Hub(true), new Hub(false)] as const;
    const [first] = hubs;
    let serial = 0;
    const question = (node: string) => {
      const kind = pick(["Q", "Q", "Q", "C"]);
      const id = below(8) > 0 ? FAR[NODES.indexOf(node)] : pick(FAR);
      const to = pick([...NAMES, ...MOVING]);
      const text = textOf(messageOf({
        id,
        type: kind === "Q" ? 2 : 7,
        uuid: pick([`u${serial}`, "same", "ü"]),
        destination: to,
        data: pick([1, { d: "é" }, "x".repeat(300), null]),
      }));
      const number = pick([
        `${serial++}`,
        `${serial}`,
        `${2 ** 40 + serial}`,
        pick(["", "0", "01", "123456789012345", "9999999999999999", "1e1"]),
      ]);
      const asker = pick(["5", "5", "5", "6"]);
      const fields = [JSON.stringify(id), JSON.stringify(to)].join("\0");
      return `${kind}\0${number}\0${asker}\0${fields}\0${text}`;
    };
    const answer = () => {
      const numbers = [...first.asked.keys()];
      const number = numbers.length > 0 ? pick(numbers) : "1";
      const asked = first.asked.get(number) ?? "";
      const { id = "x", uuid = "u", destination = "y" } = asked[0] === "{"
        ? JSON.parse(asked)
        : {};
      const kind = pick(["R", "R", "E"]);
      const text = textOf(messageOf({
        id: destination,
        type: kind === "R" ? 3 : 4,
        uuid: below(20) > 0 ? uuid : "other",
        destination: id,
      }));
      return `${kind}\0${number}\0${text}`;
    };
    const spoil = (bytes: Uint8Array) => {
      const bad = pick([0, 1, 0x22, 0x2c, 0x30, 0x39, 0x7d, 0x80, 0xff]);
      const at = below(2) > 0 ? below(Math.min(40, bytes.length)) : undefined;
      if (below(3) === 0) return bytes.slice(0, below(bytes.length));
      bytes[at ?? below(bytes.length)] = bad;
      return bytes;
    };
    for (let step = 0; step < 200; step++) {
      const act = below(20);
      if (step < NAMES.length || act === 0) {
        const name = NAMES[step] ?? pick(NAMES);
        for (const hub of hubs) hub.toggle(name);
      } else if (act < 6) {
        const name = pick(NAMES);
        const message = messageOf({
          id: name,
          type: pick([2, 2, 7]),
          uuid: pick([`v${serial++}`, "same", "ö"]),
          destination: pick(FAR),
        });
        for (const hub of hubs) hub.send(name, message);
      } else if (act < 9) {
        const name = pick(NAMES);
        const message = messageOf({
          id: name,
          type: pick([3, 3, 4]),
          uuid: pick([`u${below(serial + 1)}`, "same", "ü"]),
          destination: pick(FAR),
        });
        for (const hub of hubs) hub.send(name, message);
      } else if (act === 9 && below(5) === 0) {
        const node = pick(NODES);
        for (const hub of hubs) hub.gone(node);
      } else if (act === 10) {
        const ticks = below(6);
        for (const hub of hubs) {
          for (let n = 0; n < ticks; n++) hub.router.tick(1_000 * step + n);
        }
      } else if (act === 11) {
        const name = pick(MOVING);
        for (const hub of hubs) hub.move(name);
      } else if (act === 12) {
        const name = pick(NAMES);
        const isLost = below(3) === 0;
        for (const hub of hubs) isLost ? hub.lose(name) : hub.winAll();
      } else {
        const node = pick(NODES);
        const messages = Array.from({ length: 1 + below(5) }, () => {
          const act = below(12);
          const text = act > 3
            ? question(node)
            : act > 0
            ? answer()
            : `w\0${below(serial + 1)}\x005\0"${FAR[NODES.indexOf(node)]}"`;
          const message = utf8.encode(text);
          return below(6) === 0 ? spoil(message) : message;
        });
        for (const hub of hubs) hub.hear(node, messages);
        taken += messages.length;
      }
      assertEquals(hubs[0].log, hubs[1].log, `seed ${seed}, step ${step}`);
      for (const hub of hubs) hub.log.length = 0;
    }
    quick += first.quick;
  }
  assert(quick > taken / 20, `${quick} of ${taken} were taken as bytes`);
});

Deno.test("A participant of another node that was forgotten meanwhile is found anew", () => {
  for (const isQuick of [true, false]) {
    const hub = new Hub(isQuick);
    hub.toggle("one");
    const ask = (ref: number) => {
      const text = textOf(messageOf({ id: "far", destination: "one" }));
      const message = `Q\0${ref}\x005\0"far"\0"one"\0${text}`;
      hub.hear("node1", [utf8.encode(message)]);
    };
    const answer = messageOf({ id: "one", type: 3, destination: "far" });
    ask(1);
    hub.send("one", answer);
    for (let n = 1; n < 8; n++) hub.router.tick(1_000 * n);
    ask(2);
    assertEquals(hub.router.exchange.openQuestions, 1);
    hub.gone("node1");
    assertEquals(hub.router.exchange.openQuestions, 0);
  }
});
