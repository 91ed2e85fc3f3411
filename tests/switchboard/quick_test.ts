// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The short way of common messages through a door, against the plain way: what
 * comes out is the same, whatever comes in.
 */

import { assert, assertEquals } from "@std/assert";
import { fullPass, Hub, type Member } from "@wirekit/hub";
import { QuickReader } from "../../switchboard/_quick_reader.ts";
import { type Id, splice } from "../../switchboard/_splice.ts";
import { JsonRpcSession } from "../../switchboard/jsonrpc/_session.ts";
import { WsrpcSession } from "../../switchboard/_wsrpc_session.ts";
import { Random } from "../../wsrpc/testdata/random.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const SMALL = 700;

const VALUES = [
  "{}",
  "[]",
  '{"n":18446744073709551615,"x":1.0}',
  '{ "a" : [ 1 , {"b":null} ] }',
  '{"a":"zoë \\ud83d\\ude00"}',
  '[1,-0.0,1e5,"x"]',
  "null",
  "1.50",
  '"text"',
  "true",
];
const ODD = [
  "1e400",
  '"\\ud800"',
  '{"a":1',
  "[1,]",
  '{"a":\n1}',
  '{"a":\r1}',
  '{"a":\t1}',
  "",
  "tru",
  "01",
  `"${"x".repeat(SMALL)}"`,
  `{"x":"${"é".repeat(SMALL / 3)}"}`,
  ...[248, 249, 250, 251].map((n) => "[".repeat(n) + "]".repeat(n)),
];
const IDS = [
  "0",
  "7",
  "123456789012345",
  "1234567890123456789",
  "-1",
  "1.0",
  "1e2",
  '"x"',
  '"\\u0078"',
  '"ë"',
  '"hub.discover"',
  "null",
  "true",
  "[]",
  `"${"i".repeat(300)}"`,
];
const METHODS = {
  "JSON-RPC": [
    "b/echo",
    "c/echo",
    "self/echo",
    "own/echo",
    "own/fail",
    "nobody/x",
    "b/hub.ready",
    "b/$/x",
    "%62/echo",
    "b%2Fc/echo",
    "b/",
    "/echo",
    "echo",
    "$/cancelRequest",
    "$/x",
    "hub/x",
    "s/echo",
    "hub.join",
    "hub.request",
    "hub.discover",
    "@hub/nothing",
    "b/zoë",
    'b/\\"',
    "b\\u002fecho",
    `b/${"r".repeat(300)}`,
  ],
  "wsrpc": [
    "b.echo",
    "c.echo",
    "self.echo",
    "own.echo",
    "own.fail",
    "nobody.x",
    "b.hub.ready",
    "b.$/x",
    "%62.echo",
    "b.",
    ".echo",
    "ping",
    "hub.x",
    "s.echo",
    "hub.join",
    "hub.request",
    "@hub.nothing",
    "b.zoë",
    'b.\\"',
    "b\\u002eecho",
  ],
} as const;

type Protocol = keyof typeof METHODS;

/** Clients by name; the last one waits for the name of another. */
const CLIENTS: Record<string, Protocol> = {
  self: "JSON-RPC",
  b: "JSON-RPC",
  c: "wsrpc",
  s: "JSON-RPC",
  // They may be called as the hub's own methods begin.
  hub: "wsrpc",
  $: "JSON-RPC",
  "%62": "JSON-RPC",
  held: "wsrpc",
};

const NOTHING = { route: "null", traceback: "null", pseudoObject: "null" };

/** A hub and its clients; what each was sent, and why it was ended. */
class House {
  readonly #hub = new Hub({ maxMessageBytes: SMALL, watch: false });
  readonly #own: Member;
  #asked = 0;
  readonly #sessions = new Map<string, JsonRpcSession | WsrpcSession>();
  readonly sent: string[] = [];
  /** The ids of questions by who was asked. */
  readonly asked = new Map<string, string[]>();

  constructor() {
    const { exchange } = this.#hub;
    const own = this.#own = exchange.enter({
      ask(question, _kind, { route, data }) {
        const kind = route === '"fail"' ? "error" : "response";
        exchange.answer(question, kind, { ...NOTHING, data });
        return undefined;
      },
      answer: (_question, kind, { data }) => {
        this.sent.push(`own gets ${kind} ${data}`);
        return undefined;
      },
      fail: (_question, { text }) => void this.sent.push(`own gets ${text}`),
      tell: () => undefined,
      admit() {},
      end() {},
    });
    exchange.claim(own, '"own"');
    for (const [name, protocol] of Object.entries(CLIENTS)) {
      this.#enter(name, protocol);
    }
    const join = '{"jsonrpc":"2.0","method":"hub.join","id":1,"params":';
    this.say("s", `${join}{"name":"s","source":"n"}}`);
  }

  /** Asks as a winerp client does, with data that stands in a message, or not. */
  ask(to: string, data: string, stands: boolean): void {
    const { exchange } = this.#hub;
    const bytes = encoder.encode(`--${data}--`);
    const span = { bytes, start: 2, end: bytes.length - 2 };
    const content = { ...NOTHING, route: '"r"', data };
    const refused = exchange.ask(
      this.#own,
      exchange.find(JSON.stringify(to))!,
      `"${this.#asked++}"`,
      "request",
      stands ? { ...content, span } : content,
    );
    if (refused) this.sent.push(`own is refused: ${refused.text}`);
  }

  #enter(name: string, protocol: Protocol): void {
    this.asked.set(name, []);
    const receiver = {
      ...{ messagesIn: 0, bytesIn: 0, messagesOut: 0, bytesOut: 0 },
      ...{ outboxBytes: 0, outboxPeak: 0, slowed: 0, lastSeen: 0 },
      send: (message: Uint8Array) => {
        const text = decoder.decode(message);
        assert(!/[\r\n]/.test(text), text);
        this.sent.push(`${name} gets ${text}`);
        const { id, method } = JSON.parse(text);
        if (method !== undefined && id !== undefined) {
          this.asked.get(name)!.push(JSON.stringify(id));
        }
      },
      close: ({ message }: Error) => {
        this.sent.push(`${name} ends: ${message}`);
      },
    };
    const Kind = protocol === "wsrpc" ? WsrpcSession : JsonRpcSession;
    const pass = fullPass("open");
    const carrier = "WebSocket";
    this.#sessions.set(
      name,
      new Kind({
        ...{ hub: this.#hub, receiver, pass, carrier },
        ...(name !== "s" && { name: name === "held" ? "b" : name }),
      }),
    );
  }

  say(name: string, text: string): void {
    this.#sessions.get(name)!.receive(encoder.encode(text));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const session of this.#sessions.values()) session.leave();
    await this.#hub.close();
  }
}

/** Writes a message: mostly in order, sometimes not even JSON. */
function write(
  random: Random,
  protocol: Protocol,
  asked: readonly string[],
): string {
  const often = <T>(usual: readonly T[], odd: readonly T[]) =>
    random.pick(random.below(12) > 0 ? usual : odd);
  const value = () => often(VALUES, ODD);
  const members: [string, string][] = [];
  const add = (name: string, text: string) => {
    if (random.below(40) > 0) members.push([name, text]);
    if (random.below(60) === 0) members.push([name, text]);
  };
  if (protocol === "JSON-RPC") add("jsonrpc", often(['"2.0"'], IDS));
  if (random.below(5) > 1) {
    add("id", random.pick(IDS));
    add("method", `"${random.pick(METHODS[protocol])}"`);
    add("params", value());
  } else {
    add("id", often(asked.length > 0 ? asked : IDS, IDS));
    if (random.below(6) > 0) add("result", value());
    else add("error", '{"code":-32050,"message":"m","data":{"from":"x"}}');
  }
  if (random.below(20) === 0) {
    add(random.pick(["result", "error", "method", "idea", "x", ""]), value());
  }
  if (random.below(4) === 0) {
    members.sort(() => random.below(3) - 1);
  }
  const [comma, colon] = random.pick([[",", ":"], [", ", ": "], [",", ":"], [
    " ,",
    " : ",
  ]]);
  const text = `{${
    members.map(([name, each]) => `"${name}"${colon}${each}`).join(comma)
  }}`;
  if (random.below(15) > 0) return text;
  const at = random.below(text.length + 1);
  const more = random.pick(["", " ", "\n", '"', "}", "x", "\\", "["]);
  return text.slice(0, at) + more + text.slice(at + random.below(2));
}

/** What is said of the message of the other house, which is one byte longer. */
function alike(sent: string): string {
  return sent.replace(/at position (\d+)/, "at position #");
}

Deno.test("What goes the short way comes out as by the plain way", async () => {
  await Random.test(async (random) => {
    await using quick = new House();
    await using plain = new House();
    await new Promise((resolve) => setTimeout(resolve));
    const [asking, answering] = [["self", "b", "c"], Object.keys(CLIENTS)];
    for (let n = 0; n < 4_000; n++) {
      const who = random.pick(random.below(3) > 0 ? asking : answering);
      const text = write(random, CLIENTS[who]!, quick.asked.get(who)!);
      assertEquals(quick.asked, plain.asked);
      if (random.below(10) > 0) {
        quick.say(who, text);
        // No program begins so, and so it is read in the plain way.
        plain.say(who, ` ${text}`);
      } else if (who !== "held") {
        const data = random.pick([...VALUES, `"${"x".repeat(SMALL)}"`]);
        quick.ask(who, data, true);
        plain.ask(who, data, false);
      }
      const [short, long] = [quick, plain].map(({ sent }) =>
        sent.splice(0).map(alike)
      );
      assertEquals(short, long, `${who} says ${text}`);
      for (const ids of [...quick.asked.values(), ...plain.asked.values()]) {
        if (ids.length > 20) ids.splice(0, 10);
      }
    }
  });
});

Deno.test("A call that went the short way is cancelled by its id", async () => {
  await using house = new House();
  await new Promise((resolve) => setTimeout(resolve));
  house.sent.length = 0;
  const call = (id: string) =>
    `{"jsonrpc":"2.0","id":${id},"method":"b/wait","params":{}}`;
  const cancel = (id: string) =>
    `{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":${id}}}`;
  for (const id of ["1", '"two"', "3"]) house.say("self", call(id));
  house.sent.length = 0;
  const ended = (id: string) =>
    `self gets {"jsonrpc":"2.0","id":${id},"error":{"code":-32800,` +
    '"message":"The call was cancelled."}}';
  house.say("self", cancel('"two"'));
  house.say("self", cancel("1"));
  house.say("self", cancel("1"));
  house.say("self", cancel("9"));
  house.say("self", call("4"));
  house.say("self", cancel("4"));
  assertEquals(house.sent.filter((each) => each.startsWith("self")), [
    ended('"two"'),
    ended("1"),
    ended("4"),
  ]);
  const told = house.sent.filter((each) => each.includes("$/cancelRequest"));
  assertEquals(told.length, 3);
});

Deno.test("What common programs write goes the short way, and nothing that is odd", () => {
  const seen: unknown[] = [];
  const sender = {
    asks: (target: { name: string; json: string }, id: Id, content: {
      data: string;
    }) => {
      seen.push([target.name, target.json, id, content.data]);
      return true;
    },
    answers: (id: number, content: { data: string }) => {
      seen.push([id, content.data]);
    },
  };
  const reading = { separator: "/", versioned: true };
  const reader = new QuickReader(sender, SMALL, reading);
  const read = (text: string) => reader.read(encoder.encode(text));
  const common: [text: string, unknown[]][] = [
    ['{"jsonrpc":"2.0","method":"b/e","id":1,"params":{"d":"x"}}', [
      '"b"',
      '"e"',
      1,
      '{"d":"x"}',
    ]],
    ['{"jsonrpc": "2.0", "id": "u-1", "method": "b/e/f", "params": [1, 2]}', [
      '"b"',
      '"e/f"',
      '"u-1"',
      "[1, 2]",
    ]],
    ['{"params":{},"method":"zoë/ë","jsonrpc":"2.0","id":-1}', [
      '"zoë"',
      '"ë"',
      "-1",
      "{}",
    ]],
    ['{"jsonrpc":"2.0","id":7,"result":null}', [7, "null"]],
    ['{"id": 7, "result": 1.0}', [7, "1.0"]],
  ];
  for (const [text, expected] of common) {
    for (let n = 0; n < 2; n++) {
      assert(read(text), text);
      assertEquals(seen.pop(), expected);
    }
  }
  const odd = [
    "",
    "{",
    "{}",
    "[]",
    '{"',
    '{"i',
    '{"id":1}',
    '{"id":1,"id":2,"result":1}',
    '{"id":1,"result":1,"error":null}',
    '{"id":1,"result":1} ',
    '{"id":1,"result":1}}',
    '{"id":1,"result":1,}',
    '{"id":1,"result":1,"x":1}',
    '{"i\\u0064":1,"result":1}',
    '{"id":1.0,"result":1}',
    '{"id":"1","result":1}',
    '{"jsonrpc":"2.0","id":1,"method":"b/e"}',
    '{"jsonrpc":"2.0","method":"b/e","params":{}}',
    '{"jsonrpc":"1.0","id":1,"method":"b/e","params":{}}',
    '{"id":1,"method":"b/e","params":{}}',
    '{"jsonrpc":"2.0","id":1,"method":"b/e","params":1}',
    '{"jsonrpc":"2.0","id":null,"method":"b/e","params":{}}',
    '{"jsonrpc":"2.0","id":1,"method":"$/e","params":{}}',
    '{"jsonrpc":"2.0","id":1,"method":"b%2F/e","params":{}}',
    '{"jsonrpc":"2.0","id":1,"method":"b/e","params":{\n}}',
    `{"id":1,"result":"${"x".repeat(SMALL)}"}`,
  ];
  for (const text of odd) assert(!read(text), text);
  assertEquals(seen, []);
});

Deno.test("splice() writes ids digit by digit", () => {
  const head = encoder.encode("<");
  const middle = encoder.encode(">");
  for (const data of ["1", "x".repeat(95), "x".repeat(5_000)]) {
    const bytes = encoder.encode(`--${data}--`);
    const span = { bytes, start: 2, end: 2 + data.length };
    const ids: Id[] = [0, 1, 9, 10, 99, 100, 2 ** 31, 999_999_999_999_999];
    for (const id of [...ids, '"ab"', "-0.5e1"]) {
      const text = decoder.decode(splice(head, id, middle, span));
      assertEquals(text, `<${id}>${data}}`);
      const last = decoder.decode(splice(head, id, middle, span, true));
      assertEquals(last, `<${data}>${id}}`);
    }
  }
});
