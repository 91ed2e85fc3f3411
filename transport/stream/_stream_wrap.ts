// Copyright 2026 the Wirekit authors. MIT license.

/** What Deno's sockets read and write with. */
interface StreamWrap {
  WriteWrap: new () => object;
  streamBaseState: ArrayLike<number>;
  kReadBytesOrError: number;
  kLastWriteWasAsync: number;
}

/** It on Deno, unless Deno is made otherwise by then. */
export const streamWrap: StreamWrap | undefined = /* @__PURE__ */ find();

function find(): StreamWrap | undefined {
  const { Deno, process } = globalThis as {
    Deno?: object;
    process?: { binding?(name: string): Partial<StreamWrap> };
  };
  try {
    const wrap = Deno && process?.binding?.("stream_wrap");
    return wrap?.WriteWrap && wrap.streamBaseState &&
        wrap.kLastWriteWasAsync! + wrap.kReadBytesOrError! >= 0
      ? wrap as StreamWrap
      : undefined;
  } catch {
    return undefined;
  }
}
