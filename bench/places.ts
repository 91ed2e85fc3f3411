// Copyright 2026 the Wirekit authors. MIT license.

/** Puts processes on cores, so that the kernel does not choose anew each time. */

/** The ids of processes on a first core, and of those on a second one. */
export type Places = [first: number[], second: number[]];

/** The first two cores that this process may run on; one if it has only one. */
async function cores(): Promise<number[]> {
  const status = await Deno.readTextFile("/proc/self/status");
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? "0";
  return list.split(",").flatMap((range) => {
    const [from = 0, to = from] = range.split("-").map(Number);
    return from === to ? [from] : [from, from + 1];
  }).slice(0, 2);
}

/**
 * Puts all threads of processes on cores, and those that they will have.
 * Where there is no `taskset`, nothing happens.
 *
 * @param places Which belong together.
 */
export async function put(places: Places): Promise<void> {
  const [first = 0, second = first] = await cores();
  const orders = places.flatMap((pids, i) =>
    pids.map((
      pid,
    ) => ["-a", "-c", "-p", `${i === 0 ? first : second}`, `${pid}`])
  );
  for (const args of orders) {
    try {
      await new Deno.Command("taskset", { args, stdout: "null" }).output();
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}
