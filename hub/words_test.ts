// Copyright 2026 the Wirekit authors. MIT license.

/** The full client and the small one say the same of the same fault. */

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStringIncludes,
} from "@std/assert";
import { listenWebSocket } from "@wirekit/transport/listen-websocket";
import { Client as Full } from "./client.ts";
import { NotConnectedError, OnHoldError, RouteError } from "./errors.ts";
import { Client as Mini } from "./mini.ts";
import { serve } from "./serve.ts";

type Options = Record<string, unknown>;

/** What both have. */
type Client = Pick<
  Mini,
  "ready" | "request" | "ping" | "inform" | "close" | "state"
>;

const makers: ((name: string, url: string, options?: Options) => Client)[] = [
  (name, url, options) => new Full(name, { url, ...options }),
  (name, url, options) => new Mini(url, { name, ...options }),
];

/** Runs the same with both; returns what each said. */
async function wordsOf(
  fault: (make: (typeof makers)[number]) => Promise<unknown>,
): Promise<string[]> {
  const said: string[] = [];
  for (const make of makers) {
    const error = await fault(make).then(() => "nothing", (error) => error);
    assert(error instanceof Error, `${error} was not thrown`);
    said.push(`${error.constructor.name}: ${error.message}`);
  }
  return said;
}

async function same(
  words: string,
  fault: (make: (typeof makers)[number]) => Promise<unknown>,
): Promise<void> {
  assertEquals(await wordsOf(fault), [words, words]);
}

Deno.test("the clients of the hub say the same of a call that fails", async () => {
  await using hub = await serve({ port: 0, token: "secret" });
  const url = hub.urls[0];
  await using beta = new Mini(url, {
    name: "beta",
    token: "secret",
    routes: {
      never: () => new Promise(() => {}),
      refuse: () => {
        throw new RouteError("Not today");
      },
      fail: () => {
        throw new Error("inner");
      },
    },
  });
  await beta.ready();
  const with_ = (
    options: Options,
    act: (client: Client) => Promise<unknown>,
  ) =>
  async (make: (typeof makers)[number]) => {
    const client = make("alpha", url, { token: "secret", ...options });
    try {
      await client.ready();
      await act(client);
    } finally {
      await client.close();
    }
  };
  const faults: [string, Options, (client: Client) => Promise<unknown>][] = [
    [
      'TimeoutError: No answer from "beta" to "never" within 30 ms',
      { timeout: 5_000 },
      (client) => client.request("beta", "never", {}, { timeout: 30 }),
    ],
    [
      "RemoteError: Destination not found.",
      {},
      (client) => client.request("nobody", "never"),
    ],
    [
      "RemoteError: Route not found",
      {},
      (client) => client.request("beta", "absent"),
    ],
    [
      "RemoteError: Not today",
      {},
      (client) => client.request("beta", "refuse"),
    ],
    [
      "RemoteError: Route failed",
      {},
      (client) => client.request("beta", "fail"),
    ],
    [
      "LimitError: Message is larger than 200 bytes",
      { maxSentBytes: 200 },
      (client) => client.request("beta", "fail", { long: "x".repeat(200) }),
    ],
    [
      "LimitError: Cannot call: 1 calls wait already (maxInFlight)",
      { maxInFlight: 1 },
      async (client) => {
        client.request("beta", "never").catch(() => {});
        await client.request("beta", "never");
      },
    ],
    [
      "TypeError: Data must be an object",
      {},
      (client) => client.request("beta", "fail", 5 as never),
    ],
    [
      "RangeError: Cannot send NaN: JSON has no such number",
      {},
      (client) => client.request("beta", "fail", { a: NaN }),
    ],
    [
      "RangeError: timeout must be more than 0 milliseconds, or Infinity: got 0",
      {},
      (client) => client.request("beta", "fail", {}, { timeout: 0 }),
    ],
    [
      "NotConnectedError: Not connected: the client is closed",
      {},
      async (client) => {
        await client.close();
        await client.request("beta", "fail");
      },
    ],
    [
      "NotConnectedError: Not connected: the client is closed",
      {},
      async (client) => {
        const asking = client.request("beta", "never");
        asking.catch(() => {});
        await client.close();
        await asking;
      },
    ],
    [
      "NotConnectedError: Not connected: the client is closed",
      {},
      async (client) => {
        await client.close();
        await client.ready();
      },
    ],
  ];
  for (const [words, options, act] of faults) {
    await same(words, with_(options, act));
  }
  // The full one says besides which of the names it is.
  const [full = "", mini] = await wordsOf(
    with_({}, (client) => client.request("beta", 7 as never)),
  );
  assertEquals(mini, "TypeError: A name must be a non-empty string: got 7");
  assertEquals(full, `${mini} as the route`);
});

Deno.test("the clients of the hub say the same of a connection that is not, and is no longer", async () => {
  const closed = "ws://127.0.0.1:9";
  await same(
    'TypeError: A name must be a non-empty string: got ""',
    // deno-lint-ignore require-await -- what it throws is a rejection
    async (make) => make("", closed),
  );
  await same(
    `NotConnectedError: Not connected to ${closed}`,
    async (make) => {
      const client = make("alpha", closed);
      const asking = client.request("beta", "fail");
      await asking.finally(() => client.close());
    },
  );
  await using mute = await listenWebSocket({ port: 0 });
  const url = `ws://127.0.0.1:${mute.addr.port}`;
  await same(
    `TimeoutError: No connection within 20 ms to ${url}`,
    async (make) => {
      const client = make("alpha", url);
      await client.ready({ timeout: 20 }).finally(() => client.close());
    },
  );
  await using locked = await serve({ port: 0, token: "secret" });
  // Over HTTP the hub answers with 401, which a page is not told.
  const said = await wordsOf(async (make) => {
    const client = make("alpha", locked.urls[0], { reconnect: false });
    await client.ready().finally(() => client.close());
  });
  for (const words of said) {
    assertStringIncludes(words, "Not connected: Cannot connect to ");
  }

  for (const make of makers) {
    await using hub = await serve({ port: 0 });
    await using beta = new Mini(hub.urls[0], {
      name: "beta",
      routes: { never: () => new Promise(() => {}) },
    });
    using way = cutWay(hub.addr.port);
    const client = make("alpha", way.url);
    await Promise.all([beta.ready(), client.ready()]);
    const asking = client.request("beta", "never").catch((error) => error);
    await client.ping();
    way.cut();
    const error = await asking;
    await client.close();
    assertInstanceOf(error, NotConnectedError);
    const words = `The connection to ${way.url} has ended: `;
    assertStringIncludes(error.message, words);
  }
});

/** A way to a port of this machine that can be cut. */
function cutWay(port: number) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const ends: Deno.Conn[] = [];
  (async () => {
    for await (const conn of listener) {
      const other = await Deno.connect({ hostname: "127.0.0.1", port });
      ends.push(conn, other);
      conn.readable.pipeTo(other.writable).catch(() => {});
      other.readable.pipeTo(conn.writable).catch(() => {});
    }
  })();
  const cut = () => {
    for (const end of ends.splice(0)) {
      try {
        end.close();
      } catch {
        // Its other half has closed it.
      }
    }
  };
  return {
    url: `ws://127.0.0.1:${listener.addr.port}`,
    cut,
    [Symbol.dispose]() {
      listener.close();
      cut();
    },
  };
}

Deno.test("the clients of the hub say the same of a name that another has", async () => {
  await using hub = await serve({ port: 0 });
  await using first = new Mini(hub.urls[0], { name: "alpha" });
  await first.ready();
  const { message } = new OnHoldError();
  await same(`NotConnectedError: Not connected: ${message}`, async (make) => {
    const client = make("alpha", hub.urls[0], {
      holdTimeout: 50,
      reconnect: false,
    });
    try {
      await client.ready();
    } finally {
      await client.close();
    }
  });
});
