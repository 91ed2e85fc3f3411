// Copyright 2026 the Wirekit authors. MIT license.

/**
 * What strangers publish on the subjects of a cluster reaches no client unless
 * it is what a hub sends, and harms no hub. The seed of a run is printed;
 * `SEED=1 deno test …` repeats it.
 */

import { assert, assertEquals } from "@std/assert";
import { Client, serve } from "@wirekit/hub";
import { connectNats } from "@wirekit/hub/nats";
import { keyOf } from "../../hub/cluster/nats/_keys.ts";
import { connect, Kvm } from "../../hub/cluster/testdata/nats.ts";
import { randomFrom } from "../../hub/winerp/testdata/model.ts";
import { until } from "../_driver.ts";
import { say } from "./_record.ts";
import { Engine } from "./_servers.ts";

const COUNT = 20_000;

const utf8 = new TextEncoder();

/** Messages as hubs write them, to be spoilt. */
const GOOD = [
  'q\x007\x003\x00"stranger"\x00"u"\x00"beta"\x00"echo"\x00null\x00null\x00\x00{"d":1}',
  'c\x007\x003\x00\x00"u"\x00"beta"\x00null\x00null\x00null\x00\x00[1]',
  'r\x004194304\x00null\x00null\x00null\x00\x00{"a":1}',
  'e\x004194304\x00"t"\x00"t"\x00null\x00{"code":-32000,"data":"[1]"}\x00"no"',
  "f\x004194304\x00-32020\x00Nobody.",
  'w\x007\x003\x00"stranger"',
  'a\x003\x00"stranger"\x00[]\x00null\x00null\x00\x00{"va":1}',
  't\x003\x00"stranger"\x00"beta"\x00[]\x00null\x00null\x00\x00"hello"',
  'p\x007\x00"beta"',
  "h\x007",
  "o\x007\x008\x009",
  "u\x007\x008\x009",
  'b\x00["wants",true]',
  'b\x00["hello",true,true,[["\\"nobody\\"",5]]]',
  'b\x00["routes","\\"stranger\\"","{\\"r\\":{}}"]',
  'b\x00["ask",1,"clients",{},"me"]',
  'b\x00["say",1,[]]',
  'b\x00["presence",{"events":[{"at":1,"event":"join","name":"x"}],"left":0}]',
];

/** What no client may ever get. */
const BAD = [
  '1}},"x":{"y":{"z":1',
  "1e999",
  '"\\ud800"',
  "[".repeat(400) + "]".repeat(400),
  "{",
  "",
  "undefined",
  "NaN",
  '"a\nb"',
  '"@hub"',
  "null null",
  "-1",
  "99999999999999999999",
  '{"__proto__":1}',
  "toString",
  '["ask",1,"drain",{"on":1},"a\\nb"]',
  '["ask",1,"__proto__",{},""]',
  '["hello",1]',
  '["routes","x","{"]',
  '["presence",{"events":[{}]}]',
  "x".repeat(5_000),
];

/** A client that keeps the texts that it gets. */
class Ear implements AsyncDisposable {
  readonly texts: string[] = [];
  readonly #socket: WebSocket;
  readonly #greeted = Promise.withResolvers<void>();
  /** Resolves when it has its name. */
  readonly greeted = this.#greeted.promise;

  constructor(url: string, name: string) {
    this.#socket = new WebSocket(url);
    this.#socket.onopen = () =>
      this.#socket.send(JSON.stringify({ type: 1, id: name, uuid: "v" }));
    this.#socket.onmessage = async ({ data }) => {
      this.texts.push(typeof data === "string" ? data : await data.text());
      this.#greeted.resolve();
    };
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#socket.onclose = resolve);
    this.#socket.close();
    await closed;
  }
}

Deno.test({
  name:
    "Messages of strangers are refused and counted, and no client gets them",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const seed = Number(Deno.env.get("SEED")) ||
      crypto.getRandomValues(new Uint32Array(1))[0]!;
    say(`SEED=${seed}`);
    const random = randomFrom(seed);
    const pick = <T>(all: readonly T[]): T =>
      all[Math.floor(random() * all.length)]!;

    await using engine = await Engine.start(1);
    const join = async (label: string) =>
      await serve({
        port: 0,
        backplane: await connectNats({ servers: engine.urls, label }),
      });
    await using one = await join("one");
    await using two = await join("two");
    await using alpha = new Client("alpha", { url: one.urls[0] });
    await alpha.connect();
    await using beta = new Client("beta", { url: two.urls[0] });
    beta.route("echo", (data) => data);
    await beta.connect();
    await using ear = new Ear(two.urls[0], "ear");
    await using other = new Ear(one.urls[0], "other");
    await other.greeted;

    const ids = one.hub.exchange.cluster!.nodes.map(({ id }) => id);
    assertEquals(ids.length, 2);
    const stranger = await connect({ servers: engine.urls });
    const subjects = [
      "hub.all",
      ...["beta", "ear", "other", "alpha"].map((name) =>
        `hub.n.${keyOf(JSON.stringify(name))}`
      ),
      ...ids.map((id) => `hub.node.${id}`),
      ...ids.map((id) => `hub.node.${id}.x`),
    ];
    // Nodes that are there, that are not, and what is no node.
    const sources = [
      ...ids.map((id) => `hub.node.${id}`),
      "hub.node.01a2b3c4-0000",
      "hub.node.$*",
      `hub.node.${"x".repeat(200)}`,
      "elsewhere",
      "",
    ];
    /** A message with one part that is not as it was. */
    const spoil = (): Uint8Array => {
      const fields = pick(GOOD).split("\0");
      const how = random();
      if (how < 0.6) {
        fields[Math.floor(random() * fields.length)] = pick(BAD);
      } else if (how < 0.7) fields.push(pick(BAD));
      else if (how < 0.8) fields.pop();
      const bytes = utf8.encode(fields.join("\0"));
      if (how > 0.95) {
        bytes[Math.floor(random() * bytes.length)] = Math.floor(256 * random());
      }
      return bytes;
    };
    /** Several in a packet, some of whose headers are spoilt too. */
    const pack = (): Uint8Array => {
      const parts = Array.from({ length: 1 + 4 * random() }, spoil);
      const sizes = parts.map(({ length }) =>
        random() < 0.1 ? pick(BAD) : length
      );
      const head = utf8.encode(`+${sizes}\0`);
      return Uint8Array.from([head, ...parts].flatMap((part) => [...part]));
    };
    let calls = 0;
    for (let n = 0; n < COUNT; n++) {
      const reply = pick(sources);
      const how = random();
      const payload = how < 0.02
        ? Uint8Array.from({ length: 50 }, () => 256 * random())
        : how < 0.3
        ? pack()
        : spoil();
      stranger.publish(pick(subjects), payload, reply ? { reply } : {});
      if (n % 500 > 0) continue;
      await stranger.flush();
      // A question has one outcome, though a forged one may come first.
      await alpha.request("beta", "echo", { n }).catch(() => {});
      calls++;
    }
    await stranger.flush();
    const names = await new Kvm(stranger).open("hub-names");
    for (const name of ["x", '"a\nb"', "{}", '"\\u0061"', "null"]) {
      await names.put(keyOf(name), JSON.stringify({ node: ids[0] }));
    }
    await stranger.close();

    // All is as before, for those who are there.
    await until(async () => {
      const answer = await alpha.request("beta", "echo", { ok: calls })
        .catch(() => undefined);
      return JSON.stringify(answer) === JSON.stringify({ ok: calls });
    });
    assert(ear.isOpen && other.isOpen, "A client was disconnected");
    assert(ear.texts.length > 10, "What is as a hub sends it arrives");
    for (const text of [...ear.texts, ...other.texts]) {
      const { id, data } = JSON.parse(text);
      assert(text.isWellFormed() && !text.includes("1e999"), text);
      assert(typeof id !== "object" || id === null, text);
      assert(JSON.stringify(data ?? null).isWellFormed(), text);
    }
    const { nodes } = one.hub.exchange.cluster!;
    assertEquals(nodes.length, 2);
    for (const { hub } of [one, two]) {
      const { node, nodes } = hub.exchange.cluster!;
      const self = nodes.find(({ id }) => id === node)!;
      const refused = self.figures["refused"] ?? 0;
      say(`${self.label} has refused ${refused} of ${COUNT}`);
      assert(refused > COUNT / 20, `${refused} were refused`);
    }
    assertEquals(
      [...one.hub.exchange.cluster!.names.keys()].filter((name) =>
        !/^"(beta|ear)"$/.test(name)
      ),
      [],
    );
  },
});
