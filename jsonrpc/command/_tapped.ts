// Copyright 2026 the Wirekit authors. MIT license.

import { type LogEntry, logEntry } from "../wire/log.ts";
import { exactCodec } from "./_exact_codec.ts";

/** The longest body that is told of, in characters. */
const MAX_LENGTH = 16_777_216;

type Fetch = (request: Request) => Promise<Response>;

/** Makes requests, and tells of what they and their answers carry. */
export function tapped(post: Fetch, tell: (entry: LogEntry) => void): Fetch {
  return async (request) => {
    told("out", await request.clone().text(), tell);
    const response = await post(request);
    const { body, status, statusText, headers } = response;
    if (!body) return response;
    let text = "";
    const decoder = new TextDecoder();
    const passed = body.pipeThrough(
      new TransformStream<Uint8Array<ArrayBuffer>>({
        transform(chunk, controller) {
          if (text.length < MAX_LENGTH) {
            text += decoder.decode(chunk, { stream: true });
          }
          controller.enqueue(chunk);
        },
        flush: () => told("in", text + decoder.decode(), tell),
      }),
    );
    return new Response(passed, { status, statusText, headers });
  };
}

function told(
  direction: "in" | "out",
  wire: string,
  tell: (entry: LogEntry) => void,
): void {
  if (wire === "") return;
  let message: unknown = wire;
  try {
    message = exactCodec.decode(wire);
  } catch {
    // What cannot be read is told as it is.
  }
  tell({ ...logEntry(direction, message, wire.length), wire });
}
