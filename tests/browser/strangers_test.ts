// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A hub in a real browser: its own page signs in, and pages of strangers, in
 * the same browser with the same cookies, get nowhere.
 */

import { assert, assertEquals } from "@std/assert";
import { type HubServer, serve } from "@wirekit/hub/serve";
import { Methods, serve as serveJsonRpc } from "@wirekit/jsonrpc";
import { Server } from "@wirekit/wsrpc/server";
import { serve as serveWsrpc } from "@wirekit/wsrpc/serve";
import { browse, rebound, TRY } from "./_strangers.ts";

const TOKEN = "a-token-that-nobody-knows";

/** What the hub's own page may load: its script stands in it. */
const OWN_CSP = "default-src 'self' 'unsafe-inline'; connect-src 'self' ws:";

/** Signs in, does what an operator does, and goes to the page of a stranger. */
function ownPage(next: string): string {
  return `<!doctype html><script type="module">${TRY}
const post = (path, body, headers = {}) => fetch(path, {
  method: "POST",
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body),
});
const found = {
  before: await tries(async () => (await fetch("/data")).status),
  wrong: await tries(async () => (await post("/session", { token: "x" })).status),
  signedIn: await tries(async () => {
    const response = await post("/session", { token: "${TOKEN}" });
    return response.status;
  }),
  cookie: document.cookie,
};
const { proof, label } = await (await fetch("/api/session")).json();
found.label = label;
found.get = await tries(async () => (await fetch("/data")).text());
found.post = await tries(async () => (await post("/data", {})).status);
found.proven = await tries(async () =>
  (await post("/data", {}, { "x-wirekit-proof": proof })).text());
const ws = location.origin.replace("http", "ws");
found.socket = await tries(() => socket(ws));
found.bearer = await tries(() => socket(ws, ["winerp", "bearer.${TOKEN}"]));
await report("/report", found);
location.href = "${next}";
</script>`;
}

/** Tries all that a page can try with a hub. */
function strangersPage(hub: string, report: string): string {
  return `<!doctype html><body><script type="module">${TRY}
const hub = "${hub}";
const load = (name, attributes) => new Promise((resolve) => {
  const element = Object.assign(document.createElement(name), attributes);
  element.onload = () => resolve("loads");
  element.onerror = () => resolve("fails");
  document.body.append(element);
});
const seen = async (options, path = "/data") =>
  (await fetch(hub + path, { credentials: "include", ...options })).text();
const json = { "content-type": "application/json" };
const ws = hub.replace("http", "ws");
const frame = Object.assign(document.createElement("iframe"), { name: "inner" });
document.body.append(frame);
const form = Object.assign(document.createElement("form"), {
  method: "POST", action: hub + "/data", target: "inner", enctype: "text/plain",
});
document.body.append(form);
const submitted = new Promise((resolve) => frame.onload = resolve);
form.submit();
await submitted;
const found = {
  get: await tries(() => seen({})),
  post: await tries(() => seen({ method: "POST", headers: json, body: "{}" })),
  plain: await tries(() => seen({ method: "POST", body: "{}" })),
  blind: await tries(() => seen({ mode: "no-cors" })),
  blindPost: await tries(() => seen({ mode: "no-cors", method: "POST", body: "{}" })),
  proof: await tries(() => seen({}, "/api/session")),
  signOut: await tries(() => seen({ method: "DELETE" }, "/session")),
  script: await load("script", { src: hub + "/data" }),
  image: await load("img", { src: hub + "/data" }),
  socket: await tries(() => socket(ws)),
  knowing: await tries(() => socket(ws, ["winerp", "bearer.${TOKEN}"])),
  events: await tries(() => new Promise((resolve) => {
    const source = new EventSource(hub + "/data", { withCredentials: true });
    source.onopen = () => resolve("opens");
    source.onerror = () => resolve("closed");
  })),
};
await report("${report}", found);
</script>`;
}

interface Watched {
  server: HubServer;
  /** Who got the data, and how. */
  admitted: string[];
  reports: string[];
  next: PromiseWithResolvers<void>;
}

/** A hub with a page, and data for those who have signed in. */
async function startHub(port: number, next: () => string): Promise<Watched> {
  const server = await serve({ port, token: TOKEN });
  const watched: Watched = {
    server,
    admitted: [],
    reports: [],
    next: Promise.withResolvers(),
  };
  server.hub.open({
    async fetch(request, info) {
      const { pathname } = new URL(request.url);
      if (pathname === "/page") {
        return new Response(ownPage(next()), {
          headers: {
            "content-type": "text/html",
            "content-security-policy": OWN_CSP,
          },
        });
      }
      if (pathname === "/report") {
        watched.reports.push(await request.text());
        watched.next.resolve();
        return new Response();
      }
      if (pathname !== "/data") return undefined;
      const pass = await server.hub.admit(request, info);
      if (pass instanceof Response) return pass;
      watched.admitted.push(request.method);
      return new Response("the data");
    },
  });
  return watched;
}

for (const host of ["127.0.0.1", "localhost"]) {
  Deno.test(`The hub's own page signs in, and a page at ${host} gets nowhere`, async () => {
    const foreign = Promise.withResolvers<Record<string, string>>();
    let hubUrl = "";
    // `127.0.0.1` is the same site as the hub, for a browser: ports do not
    // count, and the cookie goes along.
    await using stranger = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      async (request) => {
        if (new URL(request.url).pathname === "/report") {
          foreign.resolve(JSON.parse(await request.text()));
          return new Response();
        }
        const page = strangersPage(hubUrl, `/report`);
        return new Response(page, { headers: { "content-type": "text/html" } });
      },
    );
    const { port } = stranger.addr;
    const watched = await startHub(0, () => `http://${host}:${port}/`);
    await using server = watched.server;
    hubUrl = `http://127.0.0.1:${server.addr.port}`;
    const found = await browse(`${hubUrl}/page`, [], async () => {
      await watched.next.promise;
      assertEquals(JSON.parse(watched.reports[0]!), {
        before: "401",
        wrong: "401",
        signedIn: "200",
        cookie: "",
        label: "token",
        get: "the data",
        post: "403",
        proven: "the data",
        socket: "Authorized.",
        bearer: "Authorized.",
      });
      assertEquals(watched.admitted.splice(0), ["GET", "POST"]);
      return await foreign.promise;
    });
    assertEquals(watched.admitted, []);
    for (const [how, outcome] of Object.entries(found)) {
      // A request without sight of its answer ends like any other.
      if (how.startsWith("blind")) assert(/^(fails)?$/.test(outcome), how);
      else assert(/^(fails|closed)$/.test(outcome), `${how}: ${outcome}`);
    }
  });
}

Deno.test("A name that is rebound to this machine gets a page nowhere", async () => {
  let admitted: string[] = [];
  const outcomes = await rebound(
    async (port) => {
      const watched = await startHub(port, () => "");
      admitted = watched.admitted;
      return watched.server;
    },
    "name of this hub|the data|token",
    `[
      await post("/session", '{"token":"x"}'),
      await tries(() => socket(location.origin.replace("http", "ws"))),
    ]`,
  );
  assertEquals(admitted, []);
  assertEquals(
    outcomes,
    '403 "evil.example" is not a name of this hub. | 403 | closed',
  );
});

// These have no page of their own. What a page can do to them, it does with its
// Origin, which is not listed though it is the name by which they are called.
Deno.test("A name that is rebound to a server without a page gets a page nowhere, either", async () => {
  const called: unknown[] = [];
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "act" });
  const attempts = `[
    await post("/", '${body}'),
    await post("/", '${body}', "text/plain"),
    await tries(() => socket(location.origin.replace("http", "ws"))),
  ]`;
  const rpc = await rebound(
    (port) =>
      serveJsonRpc({
        port,
        methods: new Methods().add("act", () => called.push("jsonrpc")),
      }),
    "405",
    attempts,
  );
  assertEquals(rpc, "405 Expected POST or WebSocket | 403 | 403 | closed");
  const server = new Server({
    routes: { act: () => called.push("wsrpc") },
    hooks: { authSuccess: () => void called.push("connected") },
  });
  const wsrpc = await rebound(
    (port) => serveWsrpc(server, { port }),
    "426",
    attempts,
  );
  assertEquals(wsrpc, "426 Connect by WebSocket. | 426 | 426 | closed");
  assertEquals(called, []);
});
