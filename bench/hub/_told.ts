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
      (globalThis as { gc?: () => void }).gc?.();
      tell({ id: JSON.parse(line).id, ok: "true" });
    }
  }
}

function tell(message: unknown): void {
  const line = new TextEncoder().encode(JSON.stringify(message) + "\n");
  Deno.stdout.writeSync(line);
}
