// Copyright 2026 the Wirekit authors. MIT license.

/** What is left in the heap of another process once garbage is collected. */

/** Flags of Deno that let {@linkcode heapOf} ask a process. */
export const inspectable = (port: number): string[] => [
  `--inspect=127.0.0.1:${port}`,
];

/**
 * Lets a process collect its garbage, and returns how much of its heap is used.
 *
 * @param port The port of its inspector.
 * @returns The size, in MiB.
 */
export async function heapOf(port: number): Promise<number> {
  const list = await (await fetch(`http://127.0.0.1:${port}/json`)).json();
  const [{ webSocketDebuggerUrl }] = list as [{ webSocketDebuggerUrl: string }];
  const socket = new WebSocket(webSocketDebuggerUrl);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  let id = 0;
  const ask = (method: string) =>
    new Promise<{ usedSize: number }>((resolve) => {
      const mine = ++id;
      socket.addEventListener("message", ({ data }) => {
        const answer = JSON.parse(data);
        if (answer.id === mine) resolve(answer.result);
      });
      socket.send(JSON.stringify({ id: mine, method }));
    });
  try {
    // What the first finds may only be freed by the second.
    await ask("HeapProfiler.collectGarbage");
    await ask("HeapProfiler.collectGarbage");
    const { usedSize } = await ask("Runtime.getHeapUsage");
    return usedSize / 1_048_576;
  } finally {
    const closed = new Promise((resolve) => socket.onclose = resolve);
    socket.close();
    await closed;
  }
}
