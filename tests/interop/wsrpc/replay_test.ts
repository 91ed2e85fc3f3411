// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The recorded session of wsrpc-aiohttp 4.0.4 against our server: the Python and
 * the JavaScript client say what they said, and have to hear what they heard.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { deadline } from "@std/async/deadline";
import type { Transport } from "@wirekit/transport/transport";
import { connectWebSocket } from "@wirekit/transport/websocket";
import { type JsonObject, proxy, Route } from "@wirekit/wsrpc";
import { RouteError } from "@wirekit/wsrpc";
import { startOurs } from "./_server.ts";

/** One line of the recording. */
interface Line {
  conn: number;
  dir: "C>S" | "S>C";
  kind: string;
  data: string;
}

const LINES: Line[] = (await Deno.readTextFile(
  new URL("wsrpc-4.0.4-session.jsonl", import.meta.url),
)).trim().split("\n").map((line) => JSON.parse(line));

/** What we say in place of what the original said, and why. */
const DIFFERENCES: Record<string, { says: JsonObject; why: string }> = {
  "1:18": {
    says: notImplemented(18, "_under"),
    why: "a name that begins with an underscore is private",
  },
  "1:20": {
    says: { result: true, id: 20 },
    why: "init has run, as the documentation of 4.0.4 has it",
  },
  "1:22": {
    says: { result: null, id: 22 },
    why: "the alias runs an init that is not decorated, as documented",
  },
  "1:60": nested(60, "client side"),
  "1:62": nested(
    62,
    'Callback function "<RPCWebsocket: 8773909536701 (waiting)>" not implemented',
  ),
  "2:35": nested(35, "The peer did not say what went wrong"),
  "2:14": nested(
    37,
    "plain string",
    "a call whose error is a text is answered",
  ),
  "2:39": nested(39, "obj"),
  "2:43": nested(43, "am"),
  "2:47": nested(47, "sync throw in async route", "an error is no result"),
  "2:51": nested(51, "Route not found", "an error is no result"),
  "2:30": nested(
    53,
    "The peer did not say what went wrong",
    "a call whose error is null is answered",
  ),
  "1:78": { says: { result: null, id: 78 }, why: "NaN is no JSON" },
  "2:59": { says: { result: null, id: 59 }, why: "NaN is no JSON" },
};

function notImplemented(id: number, name: string): JsonObject {
  const message = `Callback function "${name}" not implemented`;
  return { error: { type: "NotImplementedError", message }, id };
}

function nested(
  id: number,
  message: string,
  why = "the error of a nested call keeps its text, not Python's repr of it",
) {
  return { says: { error: { type: "WsrpcError", message }, id }, why };
}

/** The documented class: its init is not decorated. */
class Documented extends Route {
  #internal!: Map<string, unknown>;

  init(): void {
    this.#internal = new Map();
  }

  @proxy
  set({ key, value }: { key: string; value: unknown }): boolean {
    this.#internal.set(key, value);
    return true;
  }
}

/** Speaks one recorded connection. */
class Replay {
  readonly #conn: number;
  readonly #transport: Transport;
  readonly #reader: AsyncIterator<string>;
  /** Our ids of the calls that the original had other ids for. */
  readonly #ids = new Map<unknown, unknown>();
  /** What has come and is no answer in its turn. */
  compared = 0;
  differences: string[] = [];

  constructor(conn: number, transport: Transport) {
    this.#conn = conn;
    this.#transport = transport;
    this.#reader = transport[Symbol.asyncIterator]();
  }

  /** Says what the client said. */
  async say(text: string): Promise<void> {
    const message = tolerant(text);
    if (!("method" in message) && this.#ids.has(message.id)) {
      text = JSON.stringify({ ...message, id: this.#ids.get(message.id) });
    }
    await this.#transport.send(text);
  }

  /** Compares what we say with what the server said. */
  async hear(recorded: string): Promise<void> {
    const theirs = tolerant(recorded);
    const { done, value } = await deadline(this.#reader.next(), 5_000);
    assert(!done, `closed before ${recorded}`);
    const ours = JSON.parse(value);
    const key = `${this.#conn}:${theirs.id}`;
    const difference = "method" in theirs ? undefined : DIFFERENCES[key];
    if (difference) {
      assertEquals(ours, difference.says, `${recorded}: ${difference.why}`);
      assert(ours.id === theirs.id || difference.says.id !== theirs.id);
      this.differences.push(key);
      return;
    }
    this.compared++;
    if (typeof theirs.method === "string") return this.#call(ours, theirs);
    const [text, wanted] = [message(ours), message(theirs)];
    if (wanted === undefined) return assertEquals(ours, masked(ours, theirs));
    assertEquals({ ...ours, error: 0 }, { ...theirs, error: 0 });
    assertEquals(type(ours), type(theirs));
    // Texts of Python itself, and with the names of connections, are accidents.
    if (/^Callback function/.test(wanted)) {
      assertMatch(text!, /not implemented/);
    } else if (!/required keyword|serialize/.test(wanted)) {
      assertEquals(text, wanted);
    }
  }

  /** Waits until the server closes, cleanly. */
  async end(): Promise<void> {
    const { done } = await deadline(this.#reader.next(), 5_000);
    assert(done);
    await this.#transport.close();
  }

  async leave(): Promise<void> {
    await this.#transport.close();
  }

  #call(ours: JsonObject, theirs: JsonObject): void {
    this.#ids.set(theirs.id, ours.id);
    assertEquals(ours.method, theirs.method);
    if (theirs.method === "ping") {
      const { seq } = ours.params as JsonObject;
      assertEquals(typeof seq, "number");
    } else assertEquals(ours.params, theirs.params);
    assertEquals(Number(ours.id) % 2, 1);
  }
}

function tolerant(text: string): JsonObject {
  return JSON.parse(text.replace('"result": NaN', '"result": null'));
}

function message(answer: JsonObject): string | undefined {
  return (answer.error as JsonObject | undefined)?.message as string;
}

function type(answer: JsonObject): unknown {
  return (answer.error as JsonObject | undefined)?.type;
}

/** What counts the original's own tables is its own. */
function masked(ours: JsonObject, theirs: JsonObject): JsonObject {
  const { result } = theirs;
  const counts = typeof result === "object" && result !== null &&
    "rss_kb" in result;
  return counts ? ours : theirs;
}

Deno.test("Server says in the recorded session what wsrpc-aiohttp said", async () => {
  await using ours = await startOurs();
  const { router } = ours.wsrpc;
  router.remove("add");
  router.add("add", (_peer, { a, b }) => {
    if (b !== undefined) return a + b;
    throw new RouteError("b is missing", { type: "TypeError" });
  });
  router.remove("kv");
  router.add("kv", Documented);
  router.add("nan", () => NaN);
  router.add("big", () => 9223372036854775809n);
  router.add("unser", () => {
    throw new RouteError("Cannot serialize", { type: "ValueError" });
  });
  router.add("stats", (peer) => ({ pending: peer.calls }));

  const differences: string[] = [];
  let compared = 0;
  for (const conn of [1, 2, 3, 4]) {
    const transport = await connectWebSocket(ours.url);
    const replay = new Replay(conn, transport);
    let closed = false;
    for (const { dir, kind, data } of LINES.filter((l) => l.conn === conn)) {
      if (kind === "text" && dir === "C>S") await replay.say(data);
      else if (kind === "text") await replay.hear(data);
      else if (kind === "close" && dir === "S>C") {
        await replay.end();
        closed = true;
      }
    }
    if (!closed) await replay.leave();
    differences.push(...replay.differences);
    compared += replay.compared;
  }
  assertEquals(differences.sort(), Object.keys(DIFFERENCES).sort());
  assertEquals(
    compared,
    LINES.filter(({ dir, kind }) => dir === "S>C" && kind === "text").length -
      differences.length,
  );
});
