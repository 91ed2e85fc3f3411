// Copyright 2026 the Wirekit authors. MIT license.

/** A recorded session of real winerp clients, with our hub as the server. */

import { assertEquals } from "@std/assert";
import { RawWebSocket } from "../../_raw_websocket.ts";
import { startHub } from "./_hub.ts";

/** What went over one of the recorded connections. */
interface Line {
  conn: number;
  /** Client to server, or server to client. */
  dir: "c2s" | "s2c";
  /** Missing for a message. */
  ev?: "http" | "eof";
  /** The lines of the handshake. */
  head?: string[];
  /** The message. */
  text?: string;
}

const SESSION = new URL(
  "../../testdata/winerp-1.5.0-session.jsonl",
  import.meta.url,
);

/** What a client reads when the name that it waited for is its own. */
const RELEASE =
  '{"id":null,"type":0,"route":null,"data":"Authorized.","traceback":null,' +
  '"uuid":null,"destination":null,"pseudo_object":null}';

/**
 * The handshake without its order, its case, the key's answer, and the `Date`
 * that Deno.serve adds to every response: clients do not read it.
 */
function normalHead(head: string[]): string[] {
  return head.map((line) => line.replace(/(Accept): .*/i, "$1").toLowerCase())
    .filter((line) => !line.startsWith("date:")).sort();
}

Deno.test("Hub answers a recorded session as winerp.Server did", async () => {
  await using hub = await startHub();
  using stack = new DisposableStack();
  const sockets = new Map<number, RawWebSocket>();
  const lines: Line[] = (await Deno.readTextFile(SESSION)).trim().split("\n")
    .map((line) => JSON.parse(line));

  for (const { conn, dir, ev, head, text } of lines) {
    const socket = sockets.get(conn);
    if (dir === "c2s") {
      if (ev === "http") {
        const opened = await RawWebSocket.connect(hub.port);
        sockets.set(conn, stack.use(opened));
      } else if (ev === "eof") {
        await socket?.end();
      } else {
        await socket!.send(text!);
      }
    } else if (ev === "http") {
      assertEquals(normalHead(socket!.head), normalHead(head!));
    } else if (ev === "eof") {
      // Connections 5 and 6 share a name and end together. Our hub may let 6 in
      // for the moment between: it queues all who wait for a name.
      let end = await socket?.receive();
      if (end === RELEASE && conn === 6) end = await socket?.receive();
      assertEquals(end, undefined, `The end of connection ${conn}`);
    } else {
      // The real server writes each message anew, in an order of its own. Our
      // hub leaves what it relays in the sender's order, which means nothing.
      const answer = await socket!.receive() ?? "null";
      const where = `On connection ${conn}`;
      assertEquals(JSON.parse(answer), JSON.parse(text!), where);
      assertEquals(answer.length, text!.length, where);
    }
  }
});
