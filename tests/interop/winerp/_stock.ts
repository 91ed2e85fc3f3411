// Copyright 2026 the Wirekit authors. MIT license.

/** What stock clients rely on, checked on the real server and on our hub alike. */

import { assertEquals, assertRejects } from "@std/assert";
import { until } from "../../_driver.ts";
import {
  type ClientOptions,
  type Server,
  type WinerpClient,
  WinerpProcess,
} from "./_peer.ts";

/** A server, a Python process and two clients in it. */
interface Two extends AsyncDisposable {
  winerp: WinerpProcess;
  port: number;
  alpha: WinerpClient;
  beta: WinerpClient;
}

async function two(
  startServer: () => Promise<Server>,
  options: ClientOptions = {},
): Promise<Two> {
  await using stack = new AsyncDisposableStack();
  const { port } = stack.use(await startServer());
  const winerp = stack.use(new WinerpProcess());
  const alpha = await winerp.client("alpha", { port, ...options });
  const beta = await winerp.client("beta", { port, ...options });
  const rest = stack.move();
  return {
    winerp,
    port,
    alpha,
    beta,
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

/** Why a result cannot be written: what orjson says of it. */
const UNSERIALISABLE = {
  object: "Type is not JSON serializable: object",
  integer: "Integer exceeds 64-bit range",
  key: "Dict key must be str",
  recursion: "Recursion limit reached",
  surrogate: "str is not valid UTF-8: surrogates not allowed",
};

/**
 * Registers the tests.
 *
 * @param subject What is tested, as the first words of each name.
 * @param startServer Starts it.
 */
export function testStock(
  subject: string,
  startServer: () => Promise<Server>,
): void {
  Deno.test(`${subject} carries requests in both directions`, async () => {
    await using set = await two(startServer);
    const { alpha, beta } = set;
    await beta.route("greet", "greet");
    await alpha.route("source", "source");

    assertEquals(
      await alpha.request("beta", "greet", { name: "zoë" }),
      "hello zoë",
    );
    assertEquals(await beta.request("alpha", "source"), "beta");
    assertEquals(await beta.ran("greet"), 1);
  });

  Deno.test(`${subject} carries keyword arguments, known or not`, async () => {
    await using set = await two(startServer);
    const { alpha, beta } = set;
    await beta.route("strict", "strict");

    assertEquals(await alpha.request("beta", "strict", { name: "n" }), "n");
    await assertRejects(
      () => alpha.request("beta", "strict", { name: "n", x: 1 }),
      Error,
      "got an unexpected keyword argument 'x'",
    );
  });

  Deno.test(`${subject} carries numbers, text and order as they are`, async () => {
    await using set = await two(startServer);
    const { alpha, beta } = set;
    await beta.route("echo", "echo");

    const text = '{"id":9007199254740993,"min":-9223372036854775808,' +
      '"max":18446744073709551615,"one":1.0,"zero":-0.0,"10":1,"2":2,' +
      '"text":"\\"\\\\ \\u0001 zoë 😀","deep":[[[{"a":null}]]]}';
    assertEquals(await alpha.requestText("beta", "echo", text), text);
  });

  Deno.test(`${subject} carries falsy answers`, async () => {
    await using set = await two(startServer);
    const { alpha, beta } = set;

    for (const falsy of ["0", '""', "[]", "{}", "null", "false", "0.0"]) {
      await beta.route(falsy, "constant", falsy);
      assertEquals(await alpha.requestText("beta", falsy), falsy);
    }
  });

  Deno.test(`${subject} carries the error of a route`, async () => {
    await using set = await two(startServer);
    const { alpha, beta } = set;
    await beta.route("raise", "raise");

    await assertRejects(
      () => alpha.request("beta", "raise"),
      Error,
      "ClientRuntimeError: kaput",
    );
    await alpha.event("error", { text: "kaput" });
    await beta.event("error", { text: "kaput" });
  });

  Deno.test(`${subject} carries why a result cannot be written`, async () => {
    await using set = await two(startServer);
    const { alpha, beta } = set;

    for (const [kind, reason] of Object.entries(UNSERIALISABLE)) {
      await beta.route(kind, "unserialisable", JSON.stringify(kind));
      await assertRejects(
        () => alpha.request("beta", kind),
        Error,
        `ClientRuntimeError: ${reason}`,
      );
    }
  });

  Deno.test(`${subject} refuses a request to nobody and to oneself`, async () => {
    await using set = await two(startServer);
    const { alpha } = set;

    await assertRejects(
      () => alpha.request("nobody", "greet"),
      Error,
      "ClientRuntimeError: Destination not found.",
    );
    await assertRejects(
      () => alpha.request("alpha", "greet"),
      Error,
      "ClientRuntimeError: Source and destination are the same.",
    );
  });

  Deno.test(`${subject} refuses what a held client sends`, async () => {
    await using set = await two(startServer);
    const { winerp, port } = set;
    const held = await winerp.client("alpha", {
      port,
      key: "held",
      wait: false,
    });

    await held.raw('{"type":2,"route":"r","destination":"beta","uuid":"u"}');
    await held.event("error", { text: "Not authorized." });
    assertEquals((await held.state()).onHold, true);
  });

  Deno.test(`${subject} lets routes answer in the order that they finish`, async () => {
    await using set = await two(startServer);
    const { alpha, beta, winerp } = set;
    await beta.route("gated", "gated", '"late"');
    await beta.route("echo", "echo");

    const late = alpha.request("beta", "gated");
    await winerp.event({ event: "run", route: "gated" });
    assertEquals(await alpha.request("beta", "echo", { a: 1 }), { a: 1 });
    await beta.openGate("gated");
    assertEquals(await late, "late");
  });

  Deno.test(`${subject} informs those who are named`, async () => {
    await using set = await two(startServer);
    const { alpha, beta, winerp, port } = set;
    const gamma = await winerp.client("gamma", { port });

    await alpha.inform({ k: [1, 2, 3] }, ["beta", "nobody"]);
    const { data, source } = await beta.event("information");
    assertEquals([data, source], ['{"k":[1,2,3]}', "alpha"]);
    await alpha.inform("second", ["gamma"]);
    assertEquals((await gamma.event("information"))["data"], '"second"');
  });

  Deno.test(`${subject} informs everyone but the sender`, async () => {
    await using set = await two(startServer);
    const { alpha, beta, winerp, port } = set;
    const gamma = await winerp.client("gamma", { port });

    await alpha.inform("to everyone");
    await beta.event("information", { data: '"to everyone"' });
    await gamma.event("information", { data: '"to everyone"' });
    // A message of its own to itself would arrive before this answer.
    assertEquals(await alpha.ping(), true);
    assertEquals(winerp.takeEvents("information"), []);
  });

  Deno.test(`${subject} keeps the order of 200 informs`, async () => {
    await using set = await two(startServer);
    const { alpha, beta } = set;

    for (let n = 1; n <= 200; n++) void alpha.inform(n, ["beta"]);
    for (let n = 1; n <= 200; n++) {
      assertEquals((await beta.event("information"))["data"], `${n}`);
    }
  });

  Deno.test(`${subject} answers pings of itself and of names`, async () => {
    await using set = await two(startServer);
    const { alpha } = set;

    assertEquals(await alpha.ping(), true);
    assertEquals(await alpha.ping("beta"), true);
    assertEquals(await alpha.ping("alpha"), true);
    assertEquals(await alpha.ping("nobody"), false);
  });

  Deno.test(`${subject} transfers an object whose methods can be called`, async () => {
    await using set = await two(startServer);
    const { alpha, beta } = set;
    await beta.route("thing", "object");

    assertEquals(await alpha.fetch("beta", "thing"), {
      name: "Thing",
      x: 1,
      words: ["a", "b"],
    });
    assertEquals(await alpha.twice(21), 42);
  });

  Deno.test(`${subject} carries that an object has expired`, async () => {
    await using set = await two(startServer);
    const { alpha, beta, winerp } = set;
    await beta.route("thing", "object", "0.05");
    await alpha.fetch("beta", "thing");

    // Expiry is a timer in the other program: call until it has run.
    await assertRejects(
      () => until(async () => await alpha.twice(1) !== 2),
      Error,
      "ClientRuntimeError: The called function has either expired or has never been registered",
    );
    winerp.takeEvents("error");
  });

  Deno.test(`${subject} holds a second client of a name until the first has left`, async () => {
    await using set = await two(startServer, { reconnect: false });
    const { alpha, beta, winerp, port } = set;
    await beta.route("source", "source");
    const second = await winerp.client("alpha", {
      port,
      key: "second",
      wait: false,
    });
    // The real server notes a held client only after it has told it so. It
    // takes one message of a client after the other: an answer shows that it has.
    await second.raw('{"type":5}');
    await second.event("error", { text: "Not authorized." });

    await alpha.drop();
    await second.event("ready");
    assertEquals(await second.request("beta", "source"), "alpha");
  });
}
