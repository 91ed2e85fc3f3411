// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import { nextTurn } from "../_turn.ts";
import { ConnectionGroup } from "../websocket/_connection_group.ts";
import { WebSocketConnection } from "../websocket/_connection.ts";
import type { BytePipe } from "./_byte_pipe.ts";
import { LengthPrefixFramer } from "./length_prefix_framer.ts";
import { PipeTransport } from "./_pipe_transport.ts";

/** A pipe that has always room, and counts. */
class WidePipe implements BytePipe {
  readonly progress = 0;
  readonly busyUntil = 0;
  bytes = 0;
  start(): void {}
  pause(): void {}
  resume(): void {}
  write(parts: Uint8Array<ArrayBuffer>[]): undefined {
    for (const { length } of parts) this.bytes += length;
  }
  async end(): Promise<void> {}
  destroy(): void {}
}

const CARRIERS = {
  WebSocket: (pipe: BytePipe) =>
    new WebSocketConnection(pipe, new ConnectionGroup(0), {
      format: "binary",
      role: "server",
    }),
  stream: (pipe: BytePipe) =>
    new PipeTransport(pipe, new LengthPrefixFramer({ format: "binary" })),
};

for (const [name, over] of Object.entries(CARRIERS)) {
  Deno.test(`a ${name} on which much waits to be sent leaves each turn to the others`, async () => {
    const pipe = new WidePipe();
    const transport = over(pipe);
    const message = new Uint8Array(65_536);
    const count = 64;
    let isOver = false;
    const sending = (async () => {
      for (let i = 0; i < count; i++) await transport.send(message);
      isOver = true;
    })();
    let turns = 0;
    for (let before = 0; !isOver; before = pipe.bytes) {
      await nextTurn();
      turns++;
      const sent = pipe.bytes - before;
      assert(sent <= 1_200_000, `${sent} bytes in a turn`);
    }
    await sending;
    assert(turns > 3, `${turns} turns`);
    assert(pipe.bytes >= count * message.length);
    await transport.close();
  });

  Deno.test(`small messages over a ${name} wait for no turn`, async () => {
    const transport = over(new WidePipe());
    let isOver = false;
    const turn = nextTurn().then(() => isOver);
    for (let i = 0; i < 50; i++) await transport.send(new Uint8Array(100));
    isOver = true;
    assertEquals(await turn, true);
    await transport.close();
  });
}
