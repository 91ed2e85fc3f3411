// Copyright 2026 the Wirekit authors. MIT license.

/**
 * What a scenario is: a program for every runtime. It has no syntax that Node 22
 * lacks, such as `await using`.
 */

/** What Node, Bun and Deno have, and a page has not. */
interface Process {
  argv: string[];
  stdout: { write(text: string): void };
  exit(code: number): never;
}

/** Whether this runtime can serve WebSocket on a port of its own. */
export const PORTS: boolean = !("document" in globalThis) &&
  !/^Deno\/2\.[0-7]\./.test(navigator.userAgent);

/** Says where a path of the test's server is, for `ws:`. */
export type Locate = (path: string) => string;

/**
 * Runs a scenario. A page reports to the server that it came from; any other
 * program takes the server's URL as its argument, and fails or not.
 *
 * @param run What it does.
 */
export async function scenario(
  run: (url: Locate) => Promise<void>,
): Promise<void> {
  if ("document" in globalThis) {
    const report = await outcome(run, location.href);
    await fetch("/report", { method: "POST", body: report });
    return;
  }
  const { process } = globalThis as unknown as { process: Process };
  const report = await outcome(run, process.argv[2] ?? "");
  if (report !== "ok") throw new Error(report);
  process.stdout.write(`ok on ${navigator.userAgent}\n`);
  process.exit(0);
}

async function outcome(
  run: (url: Locate) => Promise<void>,
  base: string,
): Promise<string> {
  try {
    await run((path) => new URL(path, base.replace("http", "ws")).href);
    return "ok";
  } catch (error) {
    return error instanceof Error ? `${error}\n${error.stack}` : `${error}`;
  }
}

/**
 * Throws unless two values are the same.
 *
 * @param actual What there is.
 * @param expected What there should be.
 */
export function same(actual: unknown, expected: unknown): void {
  if (Object.is(actual, expected)) return;
  throw new Error(`Got ${actual}, expected ${expected}`);
}

/**
 * Reads one message.
 *
 * @param messages Where from, such as a transport.
 * @returns The next one.
 */
export async function next<T>(messages: AsyncIterable<T>): Promise<T> {
  for await (const message of messages) return message;
  throw new Error("There is no message");
}
