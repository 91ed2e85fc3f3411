// Copyright 2026 the Wirekit authors. MIT license.

/** How a server of the benchmark talks with it. */

/**
 * Tells where it listens, and collects garbage when asked to.
 *
 * @param address Where it listens.
 */
export async function serveBench(address: string): Promise<void> {
  tell({ event: "ready", address });
  let tail = "";
  const texts = Deno.stdin.readable.pipeThrough(new TextDecoderStream());
  for await (const text of texts) {
    const lines = (tail + text).split("\n");
    tail = lines.pop()!;
    for (const line of lines) {
      collect();
      tell({ id: JSON.parse(line).id, ok: "true" });
    }
  }
  Deno.exit(); // The benchmark has gone.
}

/** Frees what nobody holds, and gives it back to the system. */
function collect(): void {
  const { gc } = globalThis as { gc?: (options: object) => void };
  gc?.({ type: "major", execution: "sync", flavor: "last-resort" });
}

function tell(message: unknown): void {
  const line = new TextEncoder().encode(JSON.stringify(message) + "\n");
  Deno.stdout.writeSync(line);
}
