// Copyright 2026 the Wirekit authors. MIT license.

/** Ports for programs that take one, and that come back at it. */

/**
 * Below those that systems give to the client's end of a connection: otherwise a
 * client could take the port while its server is away, even a client that calls
 * that very port, which is then connected to itself.
 */
const RANGE = { from: 12_000, to: 32_000 };

const given = new Set<number>();

/**
 * Finds a port that nothing listens on, and that no connection will take.
 *
 * @returns The port, which this process is not given again.
 */
export function freePort(): number {
  for (let i = 0; i < 1_000; i++) {
    const port = RANGE.from +
      Math.floor(Math.random() * (RANGE.to - RANGE.from));
    if (given.has(port)) continue;
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
    } catch (error) {
      if (error instanceof Deno.errors.AddrInUse) continue;
      throw error;
    }
    given.add(port);
    return port;
  }
  throw new Error("There is no free port");
}
