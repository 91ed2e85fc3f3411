// Copyright 2026 the Wirekit authors. MIT license.

/** How every client of this comparison makes its calls. */

/** What a client is asked to do. */
export interface Command {
  id: number;
  /** Calls in flight, or in a batch. */
  depth: number;
  /** Bytes of payload; 0 for a sum. */
  size: number;
  seconds: number;
  /** Calls a second at random moments; 0 for as fast as they are answered. */
  rate?: number;
}

/** Makes one call; or all of a batch, then it resolves to how many. */
export type Work = () => Promise<unknown>;

/** Makes calls for a time, and tells how long each took. */
export async function load(
  { depth, seconds, rate = 0 }: Command,
  work: Work,
  callsPerWork = 1,
): Promise<unknown> {
  const latencies: number[] = [];
  const begin = performance.now();
  const end = begin + seconds * 1_000;
  const once = async (sent: number) => {
    await work();
    latencies.push(performance.now() - sent);
  };
  if (rate > 0) await atRandom(rate, end, once);
  else {
    const loop = async () => {
      for (let now = begin; now < end; now = performance.now()) await once(now);
    };
    const loops = callsPerWork > 1 ? 1 : depth;
    await Promise.all(Array.from({ length: loops }, loop));
  }
  const took = performance.now() - begin;
  latencies.sort((a, b) => a - b);
  const at = (part: number) =>
    latencies[Math.floor(latencies.length * part)]! * 1_000;
  return {
    calls: latencies.length * callsPerWork,
    seconds: took / 1_000,
    p50: at(0.5),
    p99: at(0.99),
  };
}

/** Poisson arrivals: what is late is still measured from when it was due. */
async function atRandom(
  rate: number,
  end: number,
  once: (due: number) => Promise<void>,
): Promise<void> {
  const under = new Set<Promise<void>>();
  let due = performance.now();
  while (due < end) {
    due += -Math.log(1 - Math.random()) * 1_000 / rate;
    const wait = due - performance.now();
    if (wait > 0.5) await new Promise((resolve) => setTimeout(resolve, wait));
    const call = once(due).finally(() => under.delete(call));
    under.add(call);
  }
  await Promise.all(under);
}

/** Writes a line for the one who drives. */
export function tell(message: unknown): void {
  const line = JSON.stringify(message) + "\n";
  Deno.stdout.writeSync(new TextEncoder().encode(line));
}

/** Obeys commands from the standard input. */
export async function obey(
  run: (command: Command) => Promise<unknown>,
): Promise<void> {
  tell({ event: "ready" });
  let tail = "";
  const input = Deno.stdin.readable.pipeThrough(new TextDecoderStream());
  for await (const text of input) {
    const lines = (tail + text).split("\n");
    tail = lines.pop()!;
    for (const line of lines) {
      const command: Command = JSON.parse(line);
      const ok = JSON.stringify(await run(command));
      tell({ id: command.id, ok });
    }
  }
}
