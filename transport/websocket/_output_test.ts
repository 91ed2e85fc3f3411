// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import type { BytePipe } from "../stream/_byte_pipe.ts";
import { ConnectionGroup } from "./_connection_group.ts";
import { FrameParser } from "./_frame_parser.ts";
import { Output } from "./_output.ts";

const LISTENER = {
  onBroken(error: Error) {
    throw error;
  },
};

/** Keeps what is written, and is done at once. */
function keepingPipe(onPart: (part: Uint8Array) => void): BytePipe {
  return {
    progress: 0,
    busyUntil: 0,
    start() {},
    pause() {},
    resume() {},
    destroy() {},
    end: () => Promise.resolve(),
    write: (parts) => parts.forEach(onPart) as undefined,
  };
}

for (const role of ["server", "client"] as const) {
  Deno.test(`a text of a ${role} that is longer in UTF-8 arrives whole where its bytes need a longer header`, async () => {
    const group = new ConnectionGroup(60_000);
    const masked = role === "client";
    for (const edge of [126, 65_536]) {
      for (let others = 0; others <= 20; others++) {
        for (let length = edge - others - 1; length <= edge; length++) {
          const text = "a".repeat(length - others) + "é".repeat(others);
          const sent = [text, "the next one"];
          const parser = new FrameParser({ masked, maxMessageBytes: 1 << 20 });
          const found: string[] = [];
          const pipe = keepingPipe((part) => {
            parser.push(part.slice() as Uint8Array<ArrayBuffer>);
            while (parser.next()) {
              found.push(new TextDecoder().decode(parser.payload));
            }
          });
          const options = { format: "text" as const, role };
          const output = new Output(pipe, group, options, LISTENER);
          for (const each of sent) output.writeMessage(each);
          await output.end();
          const what = `${length} characters, ${others} of two bytes`;
          assertEquals(found.map((each) => each === text), [true, false], what);
          assertEquals(found[1], sent[1], what);
        }
      }
    }
  });
}
