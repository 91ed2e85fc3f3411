// Copyright 2026 the Wirekit authors. MIT license.

/** A client of Redis that asks by publishing, or answers so. */

import process from "node:process";
import { checked, load, work } from "./worker.mjs";

const [role, port] = process.argv.slice(2);
const { Redis } = load("ioredis");
const subscriber = new Redis(Number(port), "127.0.0.1");
const publisher = new Redis(Number(port), "127.0.0.1");
const waiting = new Map();
let last = 0;

subscriber.on("message", (_channel, text) => {
  const message = JSON.parse(text);
  if (role === "responder") {
    publisher.publish(
      message.replyTo,
      JSON.stringify({ id: message.id, data: message.data }),
    );
    return;
  }
  waiting.get(message.id)(message.data);
  waiting.delete(message.id);
});
await subscriber.subscribe(role);
await publisher.ping();
work(checked((data) => {
  const id = ++last;
  const answer = new Promise((resolve) => waiting.set(id, resolve));
  publisher.publish(
    "responder",
    JSON.stringify({ id, replyTo: "requester", data }),
  );
  return answer;
}));
