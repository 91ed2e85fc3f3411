// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { freePort } from "../tests/_port.ts";
import { connect } from "@wirekit/hub";
import { NotConnectedError } from "@wirekit/internal/errors";
import { httpDoor } from "./http.ts";
import { jsonRpcDoor } from "./jsonrpc.ts";
import { serve } from "./serve.ts";

Deno.test("serve() opens its doors before anybody can come in", async () => {
  const port = freePort();
  const opening = async () => {
    const connecting = Deno.connect({ hostname: "127.0.0.1", port });
    await assertRejects(() => connecting, Deno.errors.ConnectionRefused);
    return {};
  };
  await using server = await serve({ port, open: [opening, httpDoor()] });
  const response = await fetch(
    `http://127.0.0.1:${server.addr.port}/openapi.json`,
  );
  assertEquals(response.status, 200);
  await response.body?.cancel();
});

Deno.test("serve() that cannot listen closes the doors that it has opened", async () => {
  await using taken = await serve({ port: 0 });
  let closed = 0;
  const door = () => ({
    close() {
      closed++;
      return Promise.resolve();
    },
  });
  const { port } = taken.addr;
  await assertRejects(
    () => serve({ port, open: [door, door] }),
    Error,
    "EADDRINUSE",
  );
  assertEquals(closed, 2);
  const broken = () => Promise.reject(new Error("no such gateway"));
  await assertRejects(
    () => serve({ port: 0, open: [door, broken] }),
    Error,
    "no such gateway",
  );
  assertEquals(closed, 3);
  assert(taken.hub.unready === undefined);
});

Deno.test("A client that asks for the hub at the door for JSON-RPC is told at once", async () => {
  await using server = await serve({ port: 0, open: [jsonRpcDoor()] });
  const [url] = server.urls;
  await assertRejects(
    () => connect("alpha", { url: `${url}/jsonrpc`, connectTimeout: 60_000 }),
    NotConnectedError,
    `Cannot connect to ${url}/…: what answers there is no hub`,
  );
});
