// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Describes what the benchmark runs on.
 *
 * @returns The processor, the memory and the kernel.
 */
export async function machine(): Promise<string> {
  const cpu = /model name\s*: (.*)/.exec(
    await Deno.readTextFile("/proc/cpuinfo"),
  )?.[1] ?? "unknown processor";
  const cores = navigator.hardwareConcurrency;
  const memory = Math.round(Deno.systemMemoryInfo().total / 2 ** 30);
  return `${cores} cores of ${cpu}, ${memory} GiB, Linux ${Deno.osRelease()}`;
}
