// Copyright 2026 the Wirekit authors. MIT license.

/** Each server behind the real nginx, set up well and badly. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { settled } from "@wirekit/internal/clock";
import { HandshakeError } from "@wirekit/internal/errors";
import { Client } from "@wirekit/hub/client";
import { Hub } from "@wirekit/hub/hub";
import { page } from "@wirekit/hub/page";
import { serve as serveHub } from "@wirekit/hub/serve";
import { fetchHandler, serve as serveJsonRpc } from "@wirekit/jsonrpc";
import { listenWebSocket } from "@wirekit/transport/listen-websocket";
import { connectWebSocket } from "@wirekit/transport/websocket";
import { Gateway, GatewaySimulator } from "@wirekit/openwebnet";
import { servePage } from "@wirekit/openwebnet/page";
import { Server } from "@wirekit/wsrpc/server";
import { serve as serveWsrpc } from "@wirekit/wsrpc/serve";
import { Program } from "../../_program.ts";

/** What a location says, by its name. */
const LOCATIONS = {
  good: `proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";`,
  "without-connection": `proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;`,
  "version-1.0": `proxy_http_version 1.0;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";`,
  "without-all": "",
};

function isInstalled(): boolean {
  try {
    return new Deno.Command("nginx", { args: ["-v"], stderr: "null" })
      .outputSync().success;
  } catch {
    return false;
  }
}

/** Starts nginx with these locations. */
async function startNginx(locations: string[]) {
  const folder = await Deno.makeTempDir();
  const free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = free.addr;
  free.close();
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((each) => `${each}_temp_path ${folder}/${each};`);
  await Deno.writeTextFile(
    `${folder}/nginx.conf`,
    `daemon off; master_process off; pid ${folder}/pid; error_log stderr;
    events {}
    http {
      access_log off;
      ${temporary.join("\n")}
      server { listen 127.0.0.1:${port}; ${locations.join("\n")} }
    }`,
  );
  const program = new Program("nginx", {
    args: ["-p", folder, "-c", `${folder}/nginx.conf`],
  });
  for (let tries = 0; tries < 200; tries++) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      break;
    } catch {
      await new Promise((done) => setTimeout(done, 50));
    }
  }
  return {
    port,
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

Deno.test({
  name: "each server talks through nginx, and says what a bad one has to set",
  ignore: !isInstalled(),
  async fn() {
    const lines: string[] = [];
    const logger = { warn: (line: string) => void lines.push(line) };
    await using cleanup = new AsyncDisposableStack();
    const token = "s3cret";
    const hub = cleanup.use(new Hub({ token, logger }));
    const wsrpc = cleanup.use(new Server({ logger }));
    const listener = cleanup.use(await listenWebSocket({ port: 0, logger }));
    const handle = (
      fetch: (request: Request, info: object) => Promise<Response>,
    ) =>
      cleanup.use(
        Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, fetch),
      ).addr.port;
    const port = <S extends { addr: { port: number } } & AsyncDisposable>(
      server: S,
    ) => cleanup.use(server).addr.port;
    const servers = {
      transport: listener.addr.port,
      hub: port(await serveHub({ port: 0, token, logger })),
      hub_fetch: handle(hub.fetch),
      wsrpc: port(await serveWsrpc(wsrpc, { port: 0 })),
      wsrpc_fetch: handle(wsrpc.fetch),
      jsonrpc: port(await serveJsonRpc({ port: 0, logger })),
      jsonrpc_fetch: handle(fetchHandler({ logger })),
    };
    await using nginx = await startNginx(
      Object.entries(servers).flatMap(([name, port]) =>
        Object.entries(LOCATIONS).map(([location, lines]) =>
          `location /${name}/${location} {
            ${lines}
            proxy_pass http://127.0.0.1:${port};
          }`
        )
      ),
    );
    for (const name of Object.keys(servers)) {
      for (const location of Object.keys(LOCATIONS)) {
        const url =
          `ws://127.0.0.1:${nginx.port}/${name}/${location}?token=${token}`;
        // Deno.serve takes an upgrade of HTTP/1.0, and tells no handler of it.
        const unseen = location === "version-1.0" && name.endsWith("_fetch");
        if (location === "good" || unseen) {
          await using client = await connectWebSocket(url);
          assert(client);
          continue;
        }
        lines.length = 0;
        const error = await assertRejects(
          () => connectWebSocket(url),
          HandshakeError,
        );
        assertEquals(error.status, 400, `${url} ${error.body}`);
        assert(error.body.includes("proxy_set_header"), error.body);
        assertEquals(lines.length, 1, `${url} ${lines}`);
        assert(lines[0]!.includes("proxy_set_header"), lines[0]);
      }
    }
  },
});

/** The location of hub/README.md, for a hub at a port. */
async function documentedLocation(port: number): Promise<string> {
  const readme = await Deno.readTextFile(
    new URL("../../../hub/README.md", import.meta.url),
  );
  const [, location = ""] = /```nginx\n(.*?)```/s.exec(readme) ?? [];
  assert(location.startsWith("location /hub/ {"));
  return location.replaceAll(":13254", `:${port}`);
}

Deno.test({
  name: "a hub and its page work below a path of nginx, as documented",
  ignore: !isInstalled(),
  async fn() {
    const token = "s3cret";
    const lines: string[] = [];
    const logger = { warn: (line: string) => void lines.push(line) };
    const name = "hub.example";
    await using server = await serveHub({
      port: 0,
      token,
      logger,
      allowedHosts: [name],
      doors: [page()],
    });
    await using nginx = await startNginx([
      await documentedLocation(server.addr!.port),
    ]);
    const base = `http://127.0.0.1:${nginx.port}/hub`;
    const get = (path: string, headers: Record<string, string> = {}) =>
      fetch(new URL(path, `${base}/`), { headers });

    // A browser goes on at the path with its end, which all others stand below.
    const html = { accept: "text/html" };
    const index = await fetch(base, { headers: html });
    assertEquals(new URL(index.url).pathname, "/hub/");
    const text = await index.text();
    const files = [...text.matchAll(/(?:href|src)="([^"]+)"/g)]
      .map(([, file]) => file!);
    assert(files.length >= 3, text);
    for (const file of files) {
      const response = await get(file);
      await response.body?.cancel();
      assertEquals(response.status, 200, file);
    }

    // What the page does: sign in, look, listen, and do something.
    const own = new URL(base).origin;
    const signIn = await fetch(`${base}/session`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: own },
      body: JSON.stringify({ token }),
    });
    await signIn.body?.cancel();
    assertEquals(signIn.status, 200, lines.join("\n"));
    const cookie = signIn.headers.get("set-cookie")!.split(";")[0]!;
    const { proof } = await (await get("api/session", { cookie })).json();
    const events = await get("api/events", { cookie });
    const first = await events.body!.pipeThrough(new TextDecoderStream())
      .getReader().read();
    assert(first.value?.startsWith("event: "), first.value);
    const act = await fetch(`${base}/api/inform`, {
      method: "POST",
      headers: {
        cookie,
        "content-type": "application/json",
        "x-wirekit-proof": proof,
        origin: own,
      },
      body: JSON.stringify({ data: '"hello"' }),
    });
    assertEquals(await act.json(), { receivers: 0 });

    // Another site's page is refused there, too.
    const evil = await get("api/report", {
      cookie,
      origin: "https://evil.example",
    });
    await evil.body?.cancel();
    assertEquals(evil.status, 403);

    await using client = new Client("bot", {
      url: `${base.replace("http:", "ws:")}/`,
      token,
    });
    await client.connect();
    assertEquals(server.hub.names, ["bot"]);
  },
});

Deno.test({
  name: "the page of a plant is whole at once behind nginx",
  ignore: !isInstalled(),
  async fn() {
    const lights = Array.from({ length: 60 }, (_, i) => `${i + 11}`)
      .filter((where) => !where.endsWith("0"));
    await using simulator = new GatewaySimulator({ plant: { lights } });
    const transport = () => simulator.connect();
    await using gateway = new Gateway({ transport });
    await using server = await servePage({ home: gateway }, { port: 0 });
    await using nginx = await startNginx([
      `location /home/ { proxy_pass ${server.urls[0]}; ${LOCATIONS.good} }`,
    ]);
    const url = `http://127.0.0.1:${nginx.port}/home/api/events`;
    // First the plant has to be known, and to be quiet.
    const direct = (await fetch(`${server.urls[0]}api/events`)).body!
      .pipeThrough(new TextDecoderStream()).getReader();
    let known = "";
    for (;;) {
      const next = direct.read();
      const isQuiet = known.includes("light_69") && !await settled(next, 2_000);
      if (isQuiet) break;
      known += (await next).value ?? "";
    }
    await direct.cancel();
    const start = performance.now();
    const reader = (await fetch(url)).body!
      .pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (!text.includes("\n\n")) text += (await reader.read()).value ?? "";
    await reader.cancel();
    assert(text.length > 4_096);
    // The next sign of life comes after ten seconds.
    assert(performance.now() - start < 5_000, "it waited for the next event");
  },
});
