// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals, assertRejects } from "@std/assert";
import { connect, handleEvents, JsonRpcError } from "@wirekit/jsonrpc";
import { chat, start } from "./chat.ts";

Deno.test("Chat tells all what one says, once he has a name", async () => {
  await using server = await start(0);
  const url = `ws://127.0.0.1:${server.addr.port}`;
  const heard = Promise.withResolvers<string[]>();
  const methods = handleEvents(chat, {
    said: (_call, name, text) => heard.resolve([name, text]),
  });
  await using ada = await connect(url, { contract: chat });
  await using _grace = await connect(url, { contract: chat, methods });
  await assertRejects(() => ada.remote.say("hello"), JsonRpcError, "Log in");
  await ada.remote.login("Ada");
  assertEquals(await ada.remote.say("hello"), 2);
  assertEquals(await heard.promise, ["Ada", "hello"]);
});
