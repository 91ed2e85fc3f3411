// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertLess } from "@std/assert";
import { acceptWebSocket } from "@wirekit/transport/accept-websocket";
import { ROOT } from "../_packages.ts";
import { bundleOf, FLAGS, run, weightOf } from "./_bundle.ts";

/** How many bytes a page may download: minified, and after gzip. */
type Ceiling = readonly [minified: number, gzip: number];

/**
 * The entries that a page may import, whole, and what they may weigh: what was
 * measured and a hundredth, so that a mend has room. README.md beside this file
 * says what is in each.
 */
const ENTRIES: Record<string, Ceiling> = {
  "transport/connect.ts": [11_000, 4_850],
  "transport/reconnect.ts": [3_800, 1_750],
  "transport/websocket.ts": [16_900, 7_100],
  "transport/websocket/mini.ts": [7_300, 3_400],
  "hub/mini.ts": [14_000, 6_000],
  "hub/client.ts": [43_900, 16_700],
  "jsonrpc/call/client.ts": [49_300, 17_850],
  "jsonrpc/call/http_client.ts": [16_200, 6_400],
  "jsonrpc/call/mini.ts": [14_000, 5_900],
  "jsonrpc/peer.ts": [30_500, 11_350],
  "wsrpc/mini.ts": [14_350, 6_000],
  "wsrpc/client.ts": [37_000, 13_500],
  "wsrpc/peer.ts": [19_400, 7_600],
};

/**
 * Names that a page imports from an entry or from a whole package, which has
 * servers and a command too. Whatever has an effect when it is loaded, such as a
 * class with a static block, comes along with every name.
 */
const NAMES: [name: string, from: string, ceiling: Ceiling][] = [
  ["connectWebSocket", "@wirekit/transport", [12_900, 5_700]],
  ["Client", "@wirekit/hub/client", [41_700, 15_900]],
  ["Client", "@wirekit/hub", [48_900, 18_900]],
  ["HttpClient", "@wirekit/jsonrpc/http-client", [16_200, 6_400]],
  ["HttpClient", "@wirekit/jsonrpc", [17_700, 7_000]],
  ["connect", "@wirekit/jsonrpc/client", [49_300, 17_850]],
  ["Peer", "@wirekit/jsonrpc", [31_800, 11_850]],
  ["Peer", "@wirekit/wsrpc", [20_750, 8_200]],
  ["connect", "@wirekit/wsrpc", [36_950, 13_950]],
];

/** Looks that a bundle is within its ceiling. */
async function weigh(bundle: string, ceiling: Ceiling): Promise<void> {
  const [minified, zipped] = await weightOf(bundle);
  assertLess(minified, ceiling[0], `minified ${minified}`);
  assertLess(zipped, ceiling[1], `after gzip ${zipped}`);
}

interface Dependency {
  specifier: string;
  code?: { specifier?: string };
  isDynamic?: boolean;
}

for (const [path, ceiling] of Object.entries(ENTRIES)) {
  Deno.test(`${path} has no code of Node in a bundle for a page`, async () => {
    const bundle = await run("bundle", ...FLAGS, path);
    assertEquals(bundle.match(/node:\w+|getBuiltinModule|createServer/g), null);
    await weigh(bundle, ceiling);
  });

  Deno.test(`${path} imports nothing of Node, seen file by file`, async () => {
    const { modules, roots } = JSON.parse(await run("info", "--json", path));
    const known = new Map<string, Dependency[]>(
      modules.map(({ specifier, dependencies = [] }: {
        specifier: string;
        dependencies?: Dependency[];
      }) => [specifier, dependencies]),
    );
    const reached = new Set<string>(roots);
    for (const file of reached) {
      for (const { specifier, code, isDynamic } of known.get(file) ?? []) {
        if (!code || isDynamic) continue;
        assert(!specifier.startsWith("node:"), `${file} imports ${specifier}`);
        if (code.specifier) reached.add(code.specifier);
      }
    }
    const ours = [...reached].filter((file) => file.startsWith(ROOT.href));
    assert(ours.length >= 3, "the graph was read");
  });
}

for (const [name, from, ceiling] of NAMES) {
  Deno.test(`${name} of ${from} comes to a page without the servers and the command`, async () => {
    await weigh(await bundleOf([name, from]), ceiling);
  });
}

Deno.test("a program finds what a bundle leaves out, without a permission to read", async () => {
  const program = "tests/browser/programs/connect_nowhere.ts";
  const said = await run("run", "--allow-net=127.0.0.1:1", "-q", program);
  assertEquals(said, "nobody listens there\nnobody listens there\n");
});

Deno.test("connect() of a bundle has deadlines, limits and clear errors", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      const who = request.headers.get("x-who") ?? "you";
      const { response, transport } = acceptWebSocket(request);
      (async () => {
        for await (const text of transport) transport.send(`${text} ${who}`);
      })().catch(() => {});
      return response;
    },
  );
  using mute = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [port, mutePort] = [server.addr.port, mute.addr.port];
  const folder = await Deno.makeTempDir();
  try {
    const program = "tests/browser/programs/connect_bundled.ts";
    const bundle = `${folder}/bundle.js`;
    await run("bundle", ...FLAGS, `--output=${bundle}`, program);
    const urls = [port, mutePort].map((port) => `ws://127.0.0.1:${port}`);
    const said = await run("run", "--allow-net", "-q", bundle, ...urls);
    const lacks = (what: string) =>
      `TypeError: Cannot connect: ${what} needs sockets, which pages and bundles lack. Bundle connectTcp(), connectUnix() or connectWebSocket()`;
    const lines = said.trim().split("\n");
    assertEquals(
      lines[3]?.slice(0, 47),
      "protocol: SyntaxError: Cannot connect WebSocket",
    );
    assert(!said.includes("secret"));
    lines.splice(3, 1);
    assertEquals(lines, [
      "plain: hello you",
      "headers: hello me",
      "a fragment: hello you",
      `credentials: ${lacks("A URL with credentials")}`,
      `tls: ${lacks("tls")}`,
      `own: ${lacks("Our own WebSocket")}`,
      `tcp: ${lacks("tcp:")}`,
      "scheme: TypeError: Cannot connect: the scheme must be ws:, wss:, tcp:, tls: or unix:, not http:",
      "limit: RangeError: maxInboxBytes must be 0 or more: got NaN",
      "time: RangeError: connectTimeout must be more than 0 milliseconds, or Infinity: got 0",
      "too large: CloseError: Transport closed with code 1009: message over 4 bytes",
      `mute: TimeoutError: Cannot connect to 127.0.0.1:${mutePort}: no connection within 50 ms`,
      "aborted: Error: enough",
      "nobody: NotConnectedError: Cannot connect to ws://127.0.0.1:1/…: nobody listens there, or the server refused; this platform does not tell which (failed to connect to WebSocket: tcp connect error)",
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("connect() of a bundle that is no module uses the platform's WebSocket", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      const { response, transport } = acceptWebSocket(request);
      transport.send("hello");
      return response;
    },
  );
  const folder = await Deno.makeTempDir();
  try {
    const program = `${folder}/program.ts`;
    const text = `
      import { connect } from "@wirekit/transport/connect";
      connect("ws://127.0.0.1:${server.addr.port}").then(async (transport) => {
        const { value } = await transport[Symbol.asyncIterator]().next();
        console.log(value);
        await transport.close();
      });`;
    await Deno.writeTextFile(program, text);
    for (const format of ["iife", "cjs"]) {
      const bundle = `${folder}/bundle.cjs`;
      const flags = [...FLAGS, "--config=deno.json", `--format=${format}`];
      await run("bundle", ...flags, `--output=${bundle}`, program);
      const said = await run("run", "--allow-net", "-q", bundle);
      assertEquals(said, "hello\n", format);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
