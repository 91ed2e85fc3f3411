// Copyright 2026 the Wirekit authors. MIT license.

/** Clients that end their own direction and wait for the answers, as `nc -N`. */

import {
  assertEquals,
  assertLess,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { deadline } from "@std/async/deadline";
import { listenTcp } from "@wirekit/transport/tcp";
import { listenUnix } from "@wirekit/transport/unix";
import { ClosedError, connect, framerOf, Methods, servePeers } from "./mod.ts";

const PATIENCE = 10_000;

/** Methods that take longer than the read of the end does. */
function slowMethods() {
  const aborted = Promise.withResolvers<void>();
  const events: string[] = [];
  const pause = (ms: number) => new Promise((go) => setTimeout(go, ms));
  const methods = new Methods()
    .add("slow", async (_call, ms: number) => {
      await pause(ms);
      return `after ${ms}`;
    })
    .add("fast", (_call, x: number) => x)
    .add("deaf", () => new Promise(() => {}))
    .add("steps", async (call) => {
      for (let i = 0; i < 3; i++) {
        await pause(10);
        await call.report(i);
      }
      return "done";
    })
    .add("ask", async (call) => {
      await pause(50);
      return await call.peer.request("name").catch((error) => error.message);
    })
    .add("waiting", async (call) => {
      return await call.peer.request("name").catch((error) => error.message);
    })
    .add("note", async (_call, text: string) => {
      await pause(50);
      events.push(text);
    })
    .add("flood", async (call) => {
      while (!call.signal.aborted) {
        await call.report("x".repeat(1_000));
        await pause(1);
      }
      aborted.resolve();
    });
  return {
    methods,
    events,
    aborted: () => deadline(aborted.promise, PATIENCE),
  };
}

const carriers: Record<
  string,
  (methods: Methods) => Promise<AsyncDisposable & { peer: Deno.Conn }>
> = {
  async TCP(methods) {
    const listener = await listenTcp({ port: 0 }, () => framerOf("newline"));
    const server = servePeers(listener, { methods });
    const peer = await Deno.connect({ port: listener.addr.port });
    return { peer, [Symbol.asyncDispose]: () => ended(peer, server, listener) };
  },
  async Unix(methods) {
    const path = `${await Deno.makeTempDir()}/half.sock`;
    const listener = await listenUnix({ path }, () => framerOf("newline"));
    const server = servePeers(listener, { methods });
    const peer = await Deno.connect({ transport: "unix", path });
    return { peer, [Symbol.asyncDispose]: () => ended(peer, server, listener) };
  },
};

async function ended(
  peer: Deno.Conn,
  ...ends: { close(): Promise<void> }[]
): Promise<void> {
  try {
    peer.close();
  } catch {
    // The test has closed it, or read it to its end.
  }
  await Promise.all(ends.map((end) => end.close()));
}

async function say(peer: Deno.Conn, ...messages: object[]): Promise<void> {
  const lines = messages.map((each) => {
    const message = Array.isArray(each) ? each : { jsonrpc: "2.0", ...each };
    return `${JSON.stringify(message)}\n`;
  });
  const bytes = new TextEncoder().encode(lines.join(""));
  for (let at = 0; at < bytes.length;) {
    at += await peer.write(bytes.subarray(at));
  }
}

/** What the server says until it ends, too. */
async function heard(peer: Deno.Conn): Promise<Record<string, unknown>[]> {
  const text = await deadline(new Response(peer.readable).text(), PATIENCE);
  return text.split("\n").filter(Boolean).map((line) => JSON.parse(line));
}

for (const [name, open] of Object.entries(carriers)) {
  Deno.test(`A client over ${name} that sends no more gets all its answers`, async () => {
    const { methods, events } = slowMethods();
    await using client = await open(methods);
    const { peer } = client;
    await say(
      peer,
      { id: 1, method: "slow", params: [200] },
      { id: 2, method: "slow", params: [20] },
      { method: "note", params: ["heard"] },
      { id: 3, method: "fast", params: [7] },
    );
    await peer.closeWrite();
    assertEquals((await heard(peer)).map(({ id, result }) => [id, result]), [
      [3, 7],
      [2, "after 20"],
      [1, "after 200"],
    ]);
    assertEquals(events, ["heard"]);
  });

  Deno.test(`A client over ${name} may send thousands of calls as its last words`, async () => {
    const { methods } = slowMethods();
    await using client = await open(methods);
    const { peer } = client;
    const ids = Array.from({ length: 5_000 }, (_, i) => i);
    const hearing = heard(peer);
    await say(
      peer,
      ...ids.map((id) => ({ id, method: "fast", params: [id] })),
    );
    await peer.closeWrite();
    assertEquals((await hearing).map(({ result }) => result), ids);
  });

  Deno.test(`A client over ${name} that sends no more gets what a call of it reports`, async () => {
    const { methods } = slowMethods();
    await using client = await open(methods);
    const { peer } = client;
    await say(peer, {
      id: 1,
      method: "steps",
      params: { _meta: { progressToken: 5 }, workDoneToken: 5 },
    });
    await peer.closeWrite();
    const said = await heard(peer);
    assertEquals(said.map(({ method }) => method).slice(0, 3), [
      "$/progress",
      "$/progress",
      "$/progress",
    ]);
    assertEquals(said[3]!.result, "done");
  });

  Deno.test(`A client over ${name} that sends no more gets the answers to what it has cancelled, although that still runs`, async () => {
    const { methods } = slowMethods();
    const cancel = { method: "$/cancelRequest", params: { id: 1 } };
    const never = { id: 1, method: "deaf" };
    const slow = { id: 2, method: "slow", params: [50] };
    const jsonrpc = "2.0";
    const asBatch = [never, slow].map((each) => ({ jsonrpc, ...each }));
    const cancelled = [1, -32800];
    const done = [2, "after 50"];
    const cases: [object[], unknown[]][] = [
      [[never], [cancelled]],
      [[never, slow], [cancelled, done]],
      [[asBatch], [cancelled, done]],
    ];
    for (const [calls, answers] of cases) {
      await using client = await open(methods);
      const { peer } = client;
      await say(peer, ...calls, cancel);
      await peer.closeWrite();
      const said = (await heard(peer)).flat();
      assertEquals(
        said.map(({ id, result, error }) => [id, result ?? Object(error).code]),
        answers,
      );
    }
  });

  Deno.test(`A client over ${name} that sends no more gets one answer to what it has cancelled, although that ends later`, async () => {
    const { methods } = slowMethods();
    const { promise, resolve } = Promise.withResolvers<void>();
    methods.add("held", () => promise);
    methods.add("last", async () => {
      await new Promise((go) => setTimeout(go, 50));
      resolve();
      await new Promise((go) => setTimeout(go, 1));
    });
    await using client = await open(methods);
    const { peer } = client;
    await say(
      peer,
      { id: 1, method: "held" },
      { id: 2, method: "last" },
      { method: "$/cancelRequest", params: { id: 1 } },
    );
    await peer.closeWrite();
    assertEquals((await heard(peer)).map(({ id }) => id), [1, 2]);
  });

  Deno.test(`A client over ${name} that sends no more leaves no stream of what it has cancelled`, async () => {
    const { methods } = slowMethods();
    const gate = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    methods.add("file", async () => {
      await gate.promise;
      return new ReadableStream({ cancel: () => ended.resolve() });
    });
    await using client = await open(methods);
    const { peer } = client;
    await say(
      peer,
      { id: 1, method: "file" },
      { method: "$/cancelRequest", params: { id: 1 } },
    );
    await peer.closeWrite();
    assertEquals((await heard(peer)).map(({ id }) => id), [1]);
    gate.resolve();
    await deadline(ended.promise, PATIENCE);
  });

  Deno.test(`A client over ${name} that sends no more cannot be asked`, async () => {
    const { methods } = slowMethods();
    await using client = await open(methods);
    const { peer } = client;
    await say(
      peer,
      { id: 1, method: "ask" },
      { id: 2, method: "waiting" },
    );
    await peer.closeWrite();
    const said = await heard(peer);
    for (const id of [1, 2]) {
      const answer = said.find((each) => each.id === id && "result" in each);
      assertEquals(
        answer?.result,
        'Cannot call "name": the connection is closed: the other end sends no more, so it cannot answer',
      );
    }
  });

  Deno.test(`A client over ${name} that has gone ends its calls once it is told something`, async () => {
    const { methods, aborted } = slowMethods();
    await using client = await open(methods);
    const { peer } = client;
    await say(peer, {
      id: 1,
      method: "flood",
      params: { _meta: { progressToken: 5 }, workDoneToken: 5 },
    });
    await peer.closeWrite();
    await peer.read(new Uint8Array(10));
    peer.close();
    await aborted();
  });
}

Deno.test("A client that closes ends its calls at the other end at once", async () => {
  const { methods, aborted } = slowMethods();
  await using listener = await listenTcp(
    { port: 0 },
    () => framerOf("newline"),
  );
  await using _server = servePeers(listener, { methods });
  const client = await connect(`tcp://127.0.0.1:${listener.addr.port}`);
  const begun = Promise.withResolvers<unknown>();
  const onProgress = begun.resolve;
  const flood = client.request("flood", undefined, { onProgress });
  const refused = assertRejects(() => flood, ClosedError);
  await begun.promise;
  const start = performance.now();
  await client.close();
  await refused;
  await aborted();
  assertLess(performance.now() - start, 900);
});

for (const framing of ["newline", "content-length"]) {
  Deno.test(`jsonrpc serve --stdio ${framing} answers what runs when its input ends`, async () => {
    const file = await Deno.makeTempFile({ suffix: ".ts" });
    await Deno.writeTextFile(
      file,
      `export async function slow(ms: number) {
         await new Promise((go) => setTimeout(go, ms));
         return "after " + ms;
       }`,
    );
    const flag = framing === "newline" ? [] : ["--lsp"];
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", "--no-check", new URL("cli.ts", import.meta.url).href],
        ...["serve", file, "--stdio", ...flag],
      ],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    for (const [id, ms] of [[1, 300], [2, 10]]) {
      const text = JSON.stringify({
        jsonrpc: "2.0",
        id,
        method: "slow",
        params: [ms],
      });
      const head = `Content-Length: ${text.length}\r\n\r\n`;
      const message = framing === "newline" ? `${text}\n` : `${head}${text}`;
      await writer.write(new TextEncoder().encode(message));
    }
    await writer.close();
    const { code, stdout } = await deadline(child.output(), 2 * PATIENCE);
    const said = new TextDecoder().decode(stdout);
    assertStringIncludes(said, "after 10");
    assertStringIncludes(said, "after 300");
    assertEquals(code, 0);
  });
}
