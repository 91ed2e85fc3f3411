// Copyright 2026 the Wirekit authors. MIT license.

/** A worker that writes the same bytes to a port as fast as they are taken. */

const scope = self as unknown as Worker;

scope.onmessage = async ({ data }) => {
  const { port, first, bytes } = data as {
    port: number;
    first: Uint8Array;
    bytes: Uint8Array;
  };
  for (;;) {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    conn.readable.pipeTo(new WritableStream()).catch(() => {});
    try {
      await conn.write(first);
      scope.postMessage("floods");
      for (;;) await conn.write(bytes);
    } catch {
      // It was cut off, and comes back.
    }
  }
};
