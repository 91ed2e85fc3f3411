// Copyright 2026 the Wirekit authors. MIT license.

/** Puts processes on cores, so that the kernel does not choose anew each time. */

/** What of a case says whether one message at a time is under way. */
export interface Work {
  /** The name of the row. */
  name: string;
  /** Messages in flight. */
  depth?: number;
  /** Messages a second at random times, in place of a closed loop. */
  rate?: number;
  /** Who sends what to whom. */
  shape?: { pairs: number; depth: number };
  /** Whether it is one of a row of cases, of which most keep all cores busy. */
  isSpread?: boolean;
}

/**
 * Whether one message at a time is under way. Then all processes belong on one
 * core: on two, each message wakes up a core that sleeps, which takes most of
 * the time, and how long decides the kernel, or the machine beneath it.
 *
 * @param work What is measured.
 * @returns Whether it is so.
 */
export function isAlone(
  { rate, shape, depth = shape?.depth, isSpread = false }: Work,
): boolean {
  return !isSpread && rate === undefined && depth === 1 &&
    (shape?.pairs ?? 1) === 1;
}

/** The ids of processes on a first core, and of those on a second one. */
export type Places = [first: number[], second: number[]];

/** Runs `taskset`; returns what it says, and nothing where it is not there. */
async function taskset(...args: string[]): Promise<string> {
  try {
    const { stdout } = await new Deno.Command("taskset", { args }).output();
    return new TextDecoder().decode(stdout);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/**
 * The cores that a process may run on, such as `"0,2-5"`.
 *
 * @param pid Its id.
 */
export async function coresOf(pid: number): Promise<string> {
  const said = await taskset("-c", "-p", `${pid}`);
  return /list: (\S+)/.exec(said)?.[1] ?? "0";
}

/** The first two cores that this process may run on; one if it has only one. */
async function firstCores(): Promise<number[]> {
  const list = await coresOf(Deno.pid);
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
  const [first = 0, second = first] = await firstCores();
  for (const [i, pids] of places.entries()) {
    for (const pid of pids) {
      await taskset("-a", "-c", "-p", `${i === 0 ? first : second}`, `${pid}`);
    }
  }
}

/**
 * Puts this process on one core, and all programs that it starts from then on:
 * each knows from its start that it has one, and makes as many threads as it
 * wants for that.
 *
 * @returns What puts this process back where it was, and nothing that it has
 * started meanwhile.
 */
export async function onOneCore(): Promise<AsyncDisposable> {
  const cores = await coresOf(Deno.pid);
  await put([[Deno.pid], []]);
  return {
    async [Symbol.asyncDispose]() {
      await taskset("-a", "-c", "-p", cores, `${Deno.pid}`);
    },
  };
}
