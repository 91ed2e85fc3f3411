// Copyright 2026 the Wirekit authors. MIT license.

import type { Socket } from "node:net";
import type { PipeListener } from "./_byte_pipe.ts";
import { SHARED } from "./_read_buffer.ts";
import { streamWrap } from "./_stream_wrap.ts";

/** What is below a socket. */
interface Handle {
  reading: boolean;
  /** Is called once there is something, or the end. */
  onread(): void;
  readStart(): void;
  readStop(): void;
  [LISTENER]: PipeListener;
}

const LISTENER = /* @__PURE__ */ Symbol();

/** Reads up to this length are seen through views that are used again. */
const SHORT = 1_024;

/** The first bytes of the buffer, by their number. */
const views = /* @__PURE__ */ new Array<typeof SHARED>(SHORT + 1);

/** What a stream does with a read, an end or an error. */
let onStreamRead: Handle["onread"];

/**
 * Has what a socket reads into the buffer of all taken without its stream, which
 * would do several things first for timeouts that are not set. An end or an error
 * is still the stream's.
 */
export function readDirectly(socket: Socket, listener: PipeListener): void {
  const handle = (socket as { _handle?: Handle })._handle;
  if (!streamWrap || !handle?.readStart) return;
  onStreamRead ??= handle.onread;
  handle[LISTENER] = listener;
  handle.onread = onRead;
  if (!handle.reading) return;
  // Deno looks for whom to call when it begins.
  handle.readStop();
  handle.readStart();
}

function onRead(this: Handle): void {
  const { streamBaseState, kReadBytesOrError } = streamWrap!;
  const length = streamBaseState[kReadBytesOrError]!;
  if (length <= 0) return onStreamRead.call(this);
  this[LISTENER].onChunk(
    length > SHORT
      ? SHARED.subarray(0, length)
      : views[length] ??= SHARED.subarray(0, length),
  );
}
