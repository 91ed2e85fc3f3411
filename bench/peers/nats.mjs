// Copyright 2026 the Wirekit authors. MIT license.

/** A client of NATS that asks, or answers. */

import process from "node:process";
import { checked, load, work } from "./worker.mjs";

const [role, port] = process.argv.slice(2);
const { connect } = load("@nats-io/transport-node");
const client = await connect({ port: Number(port) });
if (role === "responder") {
  client.subscribe("echo", {
    callback: (_error, message) => message.respond(message.data),
  });
  await client.flush();
}
work(checked(async (data) => {
  const { data: answer } = await client.request("echo", data, {
    timeout: 10_000,
  });
  return new TextDecoder().decode(answer);
}));
