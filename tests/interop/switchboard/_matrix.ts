// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Real programs, without a library of ours, in one hub: winerp, wsrpc-aiohttp and
 * wsjsonrpc in Python; `@wsrpc/client` of npm and in Chromium, `vscode-jsonrpc`
 * and `rpc-websockets` of npm; the official client of MCP; curl; and ours. Each that
 * can ask asks each that can be asked: at one hub, or at two that are one.
 */

import { assertEquals, assertMatch } from "@std/assert";
import type { Backplane, Hub } from "@wirekit/hub";
import { httpDoor, jsonRpcDoor, serve, wsrpcDoor } from "@wirekit/switchboard";
import { mcpDoor } from "@wirekit/switchboard/mcp";
import { installPython } from "../../_python.ts";
import { ASKS_ONLY, FOREIGN, startForeign } from "./_foreign.ts";
import { SimulatedHome } from "./_home.ts";
import { ourJsonRpc, ourWinerp, ourWsrpc } from "./_ours.ts";
import { Page } from "./_page.ts";
import type { Information, Program } from "./_program.ts";

/** Hubs that are one: where those who ask are, and where those who are asked. */
export interface Net extends AsyncDisposable {
  readonly hubs: readonly [Hub, Hub];
  readonly ports: readonly [number, number];
}

/** Starts a hub with all doors. */
export async function openHub(page: Page, backplane?: Backplane) {
  return await serve({
    port: 0,
    allowedOrigins: [page.origin],
    open: [httpDoor(), jsonRpcDoor(), wsrpcDoor(), mcpDoor({ allow: ["*"] })],
    ...(backplane && { backplane }),
  });
}

type Make = (port: number, name: string) => Promise<Program>;

/** What makes each program. */
function makersOf(page: Page): Record<string, Make> {
  const foreign = Object.keys(FOREIGN).map((kind): [string, Make] => [
    kind,
    (port, name) => startForeign(kind, port, name),
  ]);
  return {
    ...Object.fromEntries(foreign),
    "our winerp": ourWinerp,
    "our JSON-RPC": ourJsonRpc,
    "our wsrpc": ourWsrpc,
    "@wsrpc/client in Chromium": (port, name) => page.enter(port, name),
  };
}

/** What no JavaScript number holds. */
const EXACT = '{"id":9223372036854775807,"one":1.5}';

/** What is asked, and comes back. */
const VALUES = [
  "{}",
  '{"a":null,"b":true,"c":"zoë \\u2028 😀","d":[1,[2]],"e":{"g":1.5}}',
  // A param of wsjsonrpc cannot be called f.
  '{"a":"","b":[],"c":{},"d":false,"e":0,"g":-1.0,"h":[null,"",[],{}]}',
  '{"max":9007199254740991,"min":-9007199254740991}',
  `{"long":"${"ë x".repeat(60_000)}"}`,
];

/** Results that are no objects, or empty. */
const RESULTS = [
  ...["null", "false", "true", "0", "-1.5", '""', '"zoë"', "[]", "{}"],
  ...['[1,"2",null,[],{"a":0}]', "9007199254740991"],
];

const isFalsy = (json: string) => !JSON.parse(json);

/** `@wsrpc/client` writes null for a result that is falsy. */
const sendsFalsyAsNull = ({ kind }: Program) =>
  kind.startsWith("@wsrpc/client");

const NOBODY = /Destination not found|Nobody has the name/;
const LEFT = /-32021|disconnected before it answered/;
const NO_ROUTE =
  /-32601|Route not found|Method not found|not implemented|Unhandled method/;

async function until(what: string, holds: () => unknown): Promise<void> {
  const end = performance.now() + 20_000;
  while (!await holds()) {
    if (performance.now() > end) throw new Error(`Waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function reasonOf(call: Promise<string>): Promise<string> {
  return await call.then(
    (value) => {
      throw new Error(`It answered ${value}`);
    },
    (error: Error) => error.message,
  );
}

/** All programs, and the hubs. */
class Stage implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  readonly askers: Program[] = [];
  readonly answerers: Program[] = [];

  private constructor(readonly net: Net, readonly page: Page) {}

  static async open(
    openNet: (page: Page) => Promise<Net>,
  ): Promise<Stage> {
    await using stack = new AsyncDisposableStack();
    const page = stack.use(await Page.create());
    const net = stack.use(await openNet(page));
    const stage = new Stage(net, page);
    stage.#stack.use(stack.move());
    try {
      const kinds = Object.keys(makersOf(page));
      const asked = kinds.filter((kind) => !ASKS_ONLY.includes(kind));
      const [askers, answerers] = await Promise.all([
        Promise.all(kinds.map((kind) => stage.start(kind, 0, "asks"))),
        Promise.all(asked.map((kind) => stage.start(kind, 1, "answers"))),
      ]);
      stage.askers.push(...askers);
      stage.answerers.push(...answerers);
      return stage;
    } catch (error) {
      await stage[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Starts one program at one of the hubs. */
  async start(kind: string, at: 0 | 1, does: string): Promise<Program> {
    const make = makersOf(this.page)[kind]!;
    const name = `${kind.replace(/\W/g, "-")}-${does}`;
    return this.#stack.use(await make(this.net.ports[at], name));
  }

  asker(kind: string): Program {
    return this.askers.find((each) => each.kind === kind)!;
  }

  /** How many questions somebody has not answered. */
  openAt({ name }: Program): number {
    const [, hub] = this.net.hubs;
    return hub.exchange.find(JSON.stringify(name))?.answering ?? 0;
  }

  /** How many questions are open at all. */
  get open(): number {
    const hubs = new Set(this.net.hubs);
    return [...hubs].reduce((sum, hub) => sum + hub.exchange.openQuestions, 0);
  }

  /** Who has a name, or waits for it. */
  membersOf(name: string) {
    return [...new Set(this.net.hubs)].flatMap((hub) =>
      [...hub.exchange.members].filter((member) =>
        member.name === JSON.stringify(name)
      )
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

let informed = 0;

/** Waits for what it is told; passes over what others have told all. */
async function nextOf(
  program: Program,
  is: (information: Information) => boolean,
): Promise<Information> {
  for (;;) {
    const information = await program.told!();
    if (is(information)) return information;
  }
}

/** All that one asks of another, and tells it. */
async function converse(a: Program, b: Program): Promise<void> {
  for (const data of VALUES) {
    const answer = await a.ask(b.name, "echo", data);
    assertEquals(JSON.parse(answer), JSON.parse(data), data.slice(0, 80));
  }
  for (const value of RESULTS) {
    const answer = await a.ask(b.name, "give", `{"v":${value}}`);
    const expected = isFalsy(value) && sendsFalsyAsNull(b) ? "null" : value;
    assertEquals(JSON.parse(answer), JSON.parse(expected), value);
  }
  if (a.isExact && b.isExact) {
    const answer = await a.ask(b.name, "echo", EXACT);
    assertEquals(answer.replaceAll(" ", ""), EXACT);
    const given = await a.ask(b.name, "give", `{"v":${2n ** 63n - 1n}}`);
    assertEquals(given, `${2n ** 63n - 1n}`);
  }
  const failure = await reasonOf(a.ask(b.name, "fail", "{}"));
  // wsjsonrpc does not tell what was thrown.
  assertMatch(failure, b.kind === "wsjsonrpc" ? /Internal error/ : /kaput/);
  const nobody = await reasonOf(a.ask("nobody", "echo", "{}"));
  assertMatch(nobody, NOBODY);
  for (const to of [b.name, undefined]) {
    const data = { on: true, number: ++informed };
    await a.inform(JSON.stringify(data), to);
    const told = await nextOf(b, ({ data }) => data.number === informed);
    const source = a.name || (b.kind === "our winerp" ? "" : null);
    assertEquals(told, { source, data });
  }
}

async function asksHome(a: Program, { simulator }: SimulatedHome) {
  const where = '{"where":"12"}';
  assertEquals(await a.ask("home", "light.on", where), "null");
  const states = JSON.parse(await a.ask("home", "light.status", where));
  assertEquals(states, [{ where: "12", on: true }]);
  const bad = await reasonOf(a.ask("home", "light.on", "{}"));
  // wsjsonrpc knows its own texts of such codes.
  assertMatch(bad, /where has to be a string|Invalid params/);
  const missing = await reasonOf(a.ask("home", "nothing", "{}"));
  assertMatch(missing, /Route not found|Method not found/);
  await a.ask("home", "light.off", where);
  if (!a.told) return; // Without a name it cannot be told events.
  await a.ask("home", "subscribe", where);
  simulator.publish("*1*1*12##");
  const { data } = await nextOf(a, ({ source }) => source === "home");
  assertEquals(data.where, "12");
  await a.ask("home", "unsubscribe", "{}");
}

/** Each kind gives a name to each kind. */
async function givesOn(stage: Stage, one: string, other: string) {
  const name = `held-${one}-${other}`.replace(/[^\w-]/g, "-");
  const enter = async (kind: string, at: 0 | 1, tag: string) => {
    if (kind === "MyHOME") {
      return await SimulatedHome.enter(stage.net.hubs[at], name);
    }
    const programs = at === 0 ? stage.askers : stage.answerers;
    return await programs.find((each) => each.kind === kind)!
      .enter!(name, tag);
  };
  const asker = stage.asker("our JSON-RPC");
  // The gateway has no such route.
  const whoHas = () =>
    asker.ask(name, "who", "{}").catch(({ message }: Error) =>
      message.startsWith("Route not found: there are") ? "MyHOME" : message
    );
  const tags = { one: `"${one} 1"`, other: `"${other} 2"` };
  if (one === "MyHOME") tags.one = one;
  if (other === "MyHOME") tags.other = other;
  const first = await enter(one, 0, `${one} 1`);
  await until(`${name} is taken`, async () => await whoHas() === tags.one);
  const second = await enter(other, 1, `${other} 2`);
  // A reader of events has been refused, and comes again.
  if (other !== "curl") {
    await until(
      `${name} is waited for`,
      () => stage.membersOf(name).some(({ held }) => held),
    );
  }
  assertEquals(await whoHas(), tags.one);
  await first[Symbol.asyncDispose]();
  await until(`${name} is given on`, async () => await whoHas() === tags.other);
  assertEquals(
    stage.membersOf(name).filter(({ held }) => held).length,
    0,
    name,
  );
  await second[Symbol.asyncDispose]();
}

/**
 * Registers the test.
 *
 * @param where The last words of its name.
 * @param openNet Starts the hubs.
 * @param options What else the test has.
 */
export function testPrograms(
  where: string,
  openNet: (page: Page) => Promise<Net>,
  options: Partial<Deno.TestDefinition> = {},
): void {
  Deno.test({
    name: `Real programs of all protocols call each other by name ${where}`,
    ...options,
    async fn(t) {
      await installPython(new URL("./", import.meta.url));
      await using stage = await Stage.open(openNet);
      const { askers, answerers, net } = stage;
      for (const a of askers) {
        await t.step(`${a.kind} asks and tells all others`, async () => {
          for (const b of answerers) {
            try {
              await converse(a, b);
            } catch (cause) {
              throw new Error(`${a.kind} asks ${b.kind}`, { cause });
            }
          }
        });
      }

      await using home = await SimulatedHome.enter(net.hubs[1], "home");
      await t.step("each asks a simulated home", async () => {
        const asker = stage.asker("our JSON-RPC");
        await until(
          "the home is known at the other hub",
          () =>
            asker.ask("home", "light.status", '{"where":"12"}')
              .then(() => true, () => false),
        );
        for (const a of askers) await asksHome(a, home);
      });

      await t.step("each gives a name to each that waits", async () => {
        const holders = [...answerers.map(({ kind }) => kind), "MyHOME"];
        for (const one of holders) {
          await Promise.all(
            holders.map((other) => givesOn(stage, one, other)),
          );
        }
      });

      await t.step("who leaves while it waits for all", async () => {
        const leaving = await Promise.all(
          askers.map(({ kind }) => stage.start(kind, 0, "leaves")),
        );
        const calls = leaving.map((a) =>
          answerers.map(({ name }) =>
            a.ask(name, "never", "{}").then(
              () => "answered",
              () => "failed",
            )
          )
        );
        for (let left = leaving.length; left > 0; left--) {
          await until(
            `all are asked by ${left}`,
            () => answerers.every((each) => stage.openAt(each) === left),
          );
          const gone = leaving[left - 1]!;
          await gone[Symbol.asyncDispose]();
          for (const call of calls[left - 1]!) {
            assertEquals(await call, "failed", gone.kind);
          }
        }
        await until("nothing is open", () => stage.open === 0);
      });

      await t.step("an unknown route is an error everywhere", async () => {
        const winerp = answerers.find(({ kind }) => kind === "winerp")!;
        for (const a of askers) {
          for (const b of answerers) {
            // It makes a client of stock winerp deaf: here are more of them.
            const name = b === winerp ? `deaf-for-${a.name}` : b.name;
            const deaf = b === winerp
              ? await winerp.enter!(name, "deaf")
              : undefined;
            await until(
              `${name} is there`,
              () => stage.membersOf(name).some(({ active }) => active),
            );
            const reason = await reasonOf(a.ask(name, "nothing", "{}"));
            assertMatch(reason, NO_ROUTE, `${a.kind} asks ${b.kind}`);
            await deaf?.[Symbol.asyncDispose]();
          }
        }
      });

      await t.step("who leaves ends what all have asked it", async () => {
        const frame = "*1*1*12##";
        const times = askers.length;
        home.simulator.fail({ at: "command", frame, fault: "silent", times });
        const lights = askers.map((a) =>
          reasonOf(a.ask("home", "light.on", '{"where":"12"}'))
        );
        await until(
          "the home is asked by all",
          () =>
            net.hubs[1].exchange.find('"home"')?.answering === askers.length,
        );
        await home.leave();
        for (const reason of await Promise.all(lights)) {
          assertMatch(reason, LEFT);
        }
        for (const b of answerers) {
          const calls = askers.map((a) =>
            reasonOf(a.ask(b.name, "never", "{}"))
          );
          await until(
            `${b.kind} is asked by all`,
            () => stage.openAt(b) === askers.length,
          );
          await b[Symbol.asyncDispose]();
          for (const [n, reason] of (await Promise.all(calls)).entries()) {
            assertMatch(reason, LEFT, `${askers[n]!.kind} asked ${b.kind}`);
          }
        }
        assertEquals(stage.open, 0);
      });
    },
  });
}
