// Copyright 2026 the Wirekit authors. MIT license.

/** Our client beside a stock one, at the real server and at our hub alike. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  Client,
  RemoteError,
  type RemoteObject,
  SharedObject,
} from "@wirekit/hub/client";
import { type Server, type WinerpClient, WinerpProcess } from "./_peer.ts";

/** A server with a client of ours and a stock one. */
interface Pair extends AsyncDisposable {
  port: number;
  winerp: WinerpProcess;
  ours: Client;
  stock: WinerpClient;
}

async function connect(port: number, name: string): Promise<Client> {
  const client = new Client(name, { url: `ws://127.0.0.1:${port}` });
  await client.connect();
  return client;
}

async function pair(startServer: () => Promise<Server>): Promise<Pair> {
  await using stack = new AsyncDisposableStack();
  const { port } = stack.use(await startServer());
  const winerp = stack.use(new WinerpProcess());
  const stock = await winerp.client("stock", { port });
  const ours = stack.use(await connect(port, "ours"));
  const rest = stack.move();
  return {
    port,
    winerp,
    ours,
    stock,
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

/**
 * Registers the tests.
 *
 * @param where What the clients are connected to, as the last words of each name.
 * @param startServer Starts it.
 */
export function testClient(
  where: string,
  startServer: () => Promise<Server>,
): void {
  Deno.test(`Client asks a stock client ${where}`, async () => {
    await using set = await pair(startServer);
    const { ours, stock } = set;
    await stock.route("echo", "echo");
    await stock.route("source", "source");

    assertEquals(await ours.request("stock", "source"), "ours");
    const data = { id: 9007199254740993n, text: "zoë 😀", list: [1.5, null] };
    assertEquals(await ours.request("stock", "echo", data), data);
  });

  Deno.test(`Client is asked by a stock client ${where}`, async () => {
    await using set = await pair(startServer);
    const { ours, stock } = set;
    ours.route("greet", ({ name }, { source }) => `${source} is ${name}`);
    ours.route("echo", (data) => data);

    assertEquals(
      await stock.request("ours", "greet", { name: "zoë" }),
      "stock is zoë",
    );
    const text = '{"id":9007199254740993,"min":-9223372036854775808}';
    assertEquals(await stock.requestText("ours", "echo", text), text);
  });

  Deno.test(`Client and a stock client exchange falsy answers ${where}`, async () => {
    await using set = await pair(startServer);
    const { ours, stock } = set;

    for (const falsy of [0, "", [], {}, null, false]) {
      const name = JSON.stringify(falsy);
      await stock.route(name, "constant", name);
      ours.route(name, () => falsy);
      assertEquals(await ours.request("stock", name), falsy);
      assertEquals(await stock.request("ours", name), falsy);
    }
  });

  Deno.test(`Client learns what the route of a stock client raised ${where}`, async () => {
    await using set = await pair(startServer);
    const { ours, stock } = set;
    await stock.route("raise", "raise");

    await assertRejects(
      () => ours.request("stock", "raise"),
      RemoteError,
      "kaput",
    );
    await assertRejects(
      () => ours.request("nobody", "raise"),
      RemoteError,
      "Destination not found.",
    );
  });

  Deno.test(`Client tells a stock client that a route is unknown or has failed ${where}`, async () => {
    await using set = await pair(startServer);
    const { ours, stock } = set;
    ours.route("fail", () => {
      throw new Error("a secret of ours");
    });

    await assertRejects(
      () => stock.request("ours", "nothing"),
      Error,
      "ClientRuntimeError: Route not found",
    );
    const error = await assertRejects(
      () => stock.request("ours", "fail"),
      Error,
      "ClientRuntimeError",
    );
    assert(!error.message.includes("secret"));
    assertEquals(await stock.ping("ours"), true);
  });

  Deno.test(`Client and a stock client inform each other ${where}`, async () => {
    await using set = await pair(startServer);
    const { ours, stock } = set;

    const heard = ours.waitFor("information");
    await stock.inform({ k: [1, 2] }, ["ours"]);
    assertEquals(await heard, { data: { k: [1, 2] }, source: "stock" });
    for (let n = 1; n <= 100; n++) void ours.inform(n, "stock");
    for (let n = 1; n <= 100; n++) {
      assertEquals((await stock.event("information"))["data"], `${n}`);
    }
  });

  Deno.test(`Client pings the server and names ${where}`, async () => {
    await using set = await pair(startServer);
    const { ours } = set;

    assertEquals(await ours.ping(), true);
    assertEquals(await ours.ping("stock"), true);
    assertEquals(await ours.ping("nobody"), false);
  });

  Deno.test(`Client and a stock client hand objects to each other ${where}`, async () => {
    await using set = await pair(startServer);
    const { ours, stock } = set;
    await stock.route("thing", "object");
    ours.route("thing", () =>
      new SharedObject(
        { x: 1, words: ["a", "b"] },
        { twice: (n: number) => n * 2 },
        { name: "Thing" },
      ));

    const thing = await ours.request("stock", "thing") as RemoteObject;
    assertEquals(thing.name, "Thing");
    assertEquals(thing.attributes, { x: 1, words: ["a", "b"] });
    assertEquals(await thing.call("twice", [21]), 42);
    assertEquals(await stock.fetch("ours", "thing"), {
      name: "Thing",
      x: 1,
      words: ["a", "b"],
    });
    assertEquals(await stock.twice(21), 42);
  });

  Deno.test(`Client waits for its name while a stock client has it ${where}`, async () => {
    await using set = await pair(startServer);
    const { port, winerp } = set;
    const first = await winerp.client("same", { port, reconnect: false });

    await using second = new Client("same", {
      url: `ws://127.0.0.1:${port}`,
    });
    const held = second.waitFor("hold");
    const connected = second.connect();
    await held;
    // winerp's server notes that a client waits after it has told it to.
    assertEquals(await first.ping(), true);
    await first.drop();
    await connected;
    assertEquals(await second.ping("same"), true);
  });

  Deno.test(`Client gives its name free for a stock client ${where}`, async () => {
    await using set = await pair(startServer);
    const { ours, port, winerp } = set;
    const held = await winerp.client("ours", { port, wait: false });
    await held.raw('{"type":5}');
    await held.event("error", { text: "Not authorized." });

    await ours.close();
    await held.event("ready");
    assertEquals(await held.ping(), true);
  });
}
