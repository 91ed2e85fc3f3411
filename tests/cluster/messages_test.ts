// Copyright 2026 the Wirekit authors. MIT license.

/** How messages get from hub to hub. */

import { assertEquals } from "@std/assert";
import { Client, type HubServer, serve } from "@wirekit/hub";
import { connectNats } from "@wirekit/hub/nats";
import { connect } from "../../hub/cluster/testdata/nats.ts";
import { until } from "../../hub/watch/hubs/testdata/scene.ts";
import { Engine } from "./_servers.ts";

async function twoHubs(engine: Engine) {
  const stack = new AsyncDisposableStack();
  const hubs: HubServer[] = [];
  for (const label of ["one", "two"]) {
    const backplane = await connectNats({ servers: engine.urls, label });
    hubs.push(stack.use(await serve({ port: 0, backplane })));
  }
  const client = async (name: string, at: number) => {
    const made = stack.use(new Client(name, { url: hubs[at]!.urls[0] }));
    made.route("echo", (data) => data);
    await made.connect();
    return made;
  };
  return { client, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

Deno.test({
  name:
    "Information for all goes to the other hubs once, however many clients they have",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using engine = await Engine.start(1);
    await using hubs = await twoHubs(engine);
    const me = await hubs.client("me", 0);
    let told = 0;
    for (let n = 0; n < 20; n++) {
      const each = await hubs.client(`c${n}`, 1);
      each.addEventListener("information", () => void told++);
    }
    const connection = await connect({ servers: engine.urls });
    const subjects: string[] = [];
    for (const subject of ["hub.all", "hub.n.>"]) {
      connection.subscribe(subject, {
        callback: (_error, message) => void subjects.push(message.subject),
      });
    }
    await connection.flush();
    await me.inform({ n: 1 });
    await until(() => told === 20);
    await connection.flush();
    assertEquals(subjects, ["hub.all"]);
    await connection.close();
  },
});

Deno.test({
  name:
    "What winerp's clients take passes between hubs if the servers are set up for it",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const config = await Deno.makeTempFile({ suffix: ".conf" });
    await Deno.writeTextFile(config, "max_payload: 4MB\n");
    await using engine = await Engine.start(1, ["--config", config]);
    await using hubs = await twoHubs(engine);
    const me = await hubs.client("me", 0);
    await hubs.client("bot", 1);
    for (const size of [1_000_000, 1_100_000, 1_900_000]) {
      const data = { text: "x".repeat(size) };
      assertEquals(await me.request("bot", "echo", data), data);
    }
    await Deno.remove(config);
  },
});
