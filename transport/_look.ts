// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** What is below an end of a pipe, on Deno. */
interface Handle {
  open(fd: number): number;
  close(): void;
  ref(): void;
  unref(): void;
  useUserBuffer(buffer: Uint8Array): void;
  readStart(): number;
  onread: () => void;
  writeBuffer(request: object, bytes: Uint8Array): number;
}

/** What Deno makes pipes of, and writes to them with. */
interface Bindings {
  pipe_wrap: {
    createPipe(): [readable: number, writable: number];
    Pipe: new (type: number) => Handle;
    constants: { SOCKET: number };
  };
  stream_wrap: { WriteWrap: new () => object };
}

const { process, Deno } = globalThis as unknown as {
  process?: {
    binding?<N extends keyof Bindings>(name: N): Partial<Bindings[N]>;
  };
  Deno?: unknown;
};

const BYTE = new Uint8Array(1);

/** Both ends of a pipe of this process to itself, and what waits for a byte. */
interface Loop {
  readable: Handle;
  writable: Handle;
  request: object;
  callback: (() => void) | undefined;
  /** Whether Deno reads once without a look, since reading has just begun. */
  isNew: boolean;
}

let loop: Loop | undefined;

/**
 * Calls back on Deno 2.9 once it has looked which sockets can be read, and they
 * were read: at once, if nothing is left to do. By itself it does not look as
 * long as something is left, or only each 61 turns of its loop. What it waits
 * for here is a byte in a pipe, which it does not see either until it looks.
 * Returns whether it will call back; one may wait at a time.
 */
export function look(callback: () => void): boolean {
  if (!Deno) return false;
  try {
    loop ??= makeLoop();
  } catch {
    return false; // No descriptor is left, or Deno is another.
  }
  loop.callback = callback;
  loop.readable.ref();
  loop.writable.writeBuffer(loop.request, BYTE);
  return true;
}

function makeLoop(): Loop {
  const { createPipe, Pipe, constants } = process!.binding!("pipe_wrap");
  const { WriteWrap } = process!.binding!("stream_wrap");
  const request = new WriteWrap!();
  const readable = new Pipe!(constants!.SOCKET);
  const writable = new Pipe!(constants!.SOCKET);
  const ends = createPipe!();
  // One byte is a whole read: Deno then finds none, and has to look for more.
  readable.useUserBuffer(new Uint8Array(1));
  readable.onread = onByte;
  readable.open(ends[0]);
  writable.open(ends[1]);
  readable.readStart();
  readable.unref();
  return { readable, writable, request, callback: undefined, isNew: true };
}

function onByte(): void {
  const { callback, isNew } = loop!;
  loop!.isNew = false;
  loop!.readable.unref();
  if (!callback) return;
  // A byte that is written before Deno has found no more would need no look.
  void Promise.resolve().then(isNew ? () => look(callback) : callback);
}
