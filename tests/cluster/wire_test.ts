// Copyright 2026 the Wirekit authors. MIT license.

/** What a cluster puts on the wire between its hubs, and how large it may be. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Client, serve } from "@wirekit/hub";
import { connectNats } from "@wirekit/hub/nats";
import { connect } from "../../hub/cluster/testdata/nats.ts";
import { Engine } from "./_servers.ts";

const options = { sanitizeOps: false, sanitizeResources: false };

async function node(engine: Engine) {
  const backplane = await connectNats({ servers: engine.urls });
  return await serve({ port: 0, backplane });
}

async function client(name: string, url: string): Promise<Client> {
  const made = new Client(name, { url });
  made.route("echo", (data: unknown) => data);
  await made.connect();
  return made;
}

Deno.test(
  "Information to all is one message to the servers, however many clients get it",
  options,
  async () => {
    await using engine = await Engine.start(1);
    await using stack = new AsyncDisposableStack();
    const one = stack.use(await node(engine));
    const others = [
      stack.use(await node(engine)),
      stack.use(await node(engine)),
    ];
    const me = stack.use(await client("me", one.urls[0]));
    const told = [];
    for (let n = 0; n < 20; n++) {
      const { urls } = others[n % others.length]!;
      const bot = stack.use(await client(`bot${n}`, urls[0]));
      told.push(bot.waitFor("information", { timeout: 10_000 }));
    }
    const connection = await connect({ servers: engine.urls });
    stack.defer(() => connection.close());
    const subjects: string[] = [];
    connection.subscribe(">", {
      callback: (_, message) => {
        if (message.string().includes("the shop is open")) {
          subjects.push(message.subject);
        }
      },
    });
    await connection.flush();
    await me.inform("the shop is open");
    for (const each of await Promise.all(told)) {
      assertEquals(each.data, "the shop is open");
    }
    await connection.flush();
    assertEquals(subjects, ["hub.all"]);
  },
);

Deno.test(
  "What winerp may send passes where the servers take it, and is refused where they do not, over HTTP too",
  options,
  async () => {
    const config = await Deno.makeTempFile({ suffix: ".conf" });
    await Deno.writeTextFile(config, "max_payload: 4MB");
    const text = "x".repeat(1_500_000);
    for (const more of [["--config", config], []]) {
      await using engine = await Engine.start(1, more);
      await using one = await node(engine);
      await using two = await node(engine);
      await using me = await client("me", one.urls[0]);
      await using _bot = await client("bot", two.urls[0]);
      const http = one.urls[0].replace("ws:", "http:");
      const ask = async () => {
        const response = await fetch(`${http}/api/request`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({
            to: "bot",
            route: "echo",
            data: JSON.stringify({ text }),
          }),
        });
        return [response.status, await response.text()] as const;
      };
      if (more.length > 0) {
        assertEquals(await me.request("bot", "echo", { text }), { text });
        const [status, body] = await ask();
        assertEquals(status, 200);
        assert(body.includes(text));
      } else {
        const call = () => me.request("bot", "echo", { text });
        await assertRejects(call, Error, "larger than the 1048576 bytes");
        const [status, body] = await ask();
        assertEquals(status, 413);
        assert(body.includes("larger than the 1048576 bytes"), body);
      }
    }
    await Deno.remove(config);
  },
);
