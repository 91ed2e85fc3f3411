// Copyright 2026 the Wirekit authors. MIT license.

/** What the first hub of a cluster needs, and a later one. */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { NotConnectedError } from "@wirekit/hub";
import { connectNats } from "@wirekit/hub/nats";
import { Engine } from "./_servers.ts";

const options = { sanitizeOps: false, sanitizeResources: false };

/** Starts a hub that is not let in, and returns why. */
async function refusal(urls: string[], connectTimeout = 3_000) {
  const error = await assertRejects(
    () => connectNats({ servers: urls, connectTimeout }),
    NotConnectedError,
  );
  return error.message;
}

for (const [present, what] of [[2, "Two"], [1, "One"]] as const) {
  Deno.test(
    `${what} of three servers run when the first hub starts: it says that it needs three`,
    options,
    async () => {
      await using engine = await Engine.start(3, [], undefined, present);
      const urls = engine.urls.slice(0, present);
      // Before they have a leader, and after.
      for (const connectTimeout of [1_000, 6_000]) {
        const said = await refusal(urls, connectTimeout);
        assertMatch(said, /^127\.0\.0\.1:\d+: The NATS servers /);
        assertMatch(said, / The first hub of a cluster needs three servers/);
      }
    },
  );
}

Deno.test(
  "Two of three servers are gone that have the names of a cluster: a hub that starts says that most of them are needed",
  options,
  async () => {
    await using engine = await Engine.start(3);
    const urls = engine.urls;
    await (await connectNats({ servers: urls, connectTimeout: 30_000 }))
      .close();
    await engine.servers[0]!.kill();
    await engine.servers[1]!.kill();
    assertMatch(await refusal(urls), /whether most of them are away/);
  },
);

Deno.test(
  "The server that leads the names is gone: a hub that starts waits until another does",
  options,
  async () => {
    await using engine = await Engine.start(3);
    const settings = { servers: engine.urls, connectTimeout: 30_000 };
    await (await connectNats(settings)).close();
    await engine.servers[await engine.leaderOf("hub-names")]!.kill();
    const backplane = await connectNats(settings);
    assertEquals(backplane.status().state, "open");
    await backplane.close();
  },
);

Deno.test(
  "No server of three has JetStream: a hub that starts says so",
  options,
  async () => {
    await using engine = await Engine.start(3, ["--jetstream=false"]);
    const said = await refusal(engine.urls);
    assertMatch(said, /has no JetStream.*: start it with -js/);
    assert(!said.includes("first hub"), said);
  },
);
