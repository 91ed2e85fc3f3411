// Copyright 2026 the Wirekit authors. MIT license.

import { Client } from "@wirekit/hub/client";
import { httpDoor, jsonRpcDoor, serve, wsrpcDoor } from "@wirekit/switchboard";
import { connect } from "@wirekit/transport/connect";
import { next, PORTS, same, scenario } from "../_scenario.ts";

await scenario(async () => {
  same(
    [httpDoor, jsonRpcDoor, wsrpcDoor].map((door) => typeof door()).join(),
    "function,function,function",
  );
  if (!PORTS) return;

  const server = await serve({
    port: 0,
    open: [httpDoor(), jsonRpcDoor(), wsrpcDoor()],
  });
  const [url] = server.urls;
  const bot = new Client("bot", { url });
  bot.route("next", ({ id }: { id: bigint }) => ({ id: id + 1n }));
  await bot.connect();
  const tool = await connect(`${url}/jsonrpc?name=tool`);
  await tool.send(
    '{"jsonrpc":"2.0","id":1,"method":"bot/next","params":{"id":175928847299117063}}',
  );
  // The hub asks the tool too, what it can be asked for.
  let answer: string;
  do answer = String(await next(tool)); while (answer.includes("method"));
  same(answer.includes("175928847299117064"), true);
  await tool.close();
  await bot.close();
  await server.close();
});
