// Copyright 2026 the Wirekit authors. MIT license.

/** Puts one client here and the next there. */

import { settled } from "@wirekit/internal/clock";
import type { Server } from "../interop/winerp/_peer.ts";

/**
 * Passes one connection after the other on to the next of some ports.
 *
 * @param ports The ports.
 * @param port Where to listen; any free port by default.
 */
export function spread(ports: readonly number[], port = 0): Server {
  const listener = Deno.listen({ hostname: "127.0.0.1", port });
  const open = new Set<Promise<unknown>>();
  const conns = new Set<Deno.Conn>();
  let count = 0;
  const carry = async (from: Deno.TcpConn, port: number) => {
    conns.add(from);
    const to = await Deno.connect({ hostname: "127.0.0.1", port });
    conns.add(to);
    from.setNoDelay(true);
    to.setNoDelay(true);
    await Promise.allSettled([pass(from, to), pass(to, from)]);
    for (const conn of [from, to]) close(conn);
    conns.delete(from);
    conns.delete(to);
  };
  const done = (async () => {
    for await (const conn of listener) {
      const carried = carry(conn, ports[count++ % ports.length]!)
        .catch(() => {}).finally(() => open.delete(carried));
      open.add(carried);
    }
  })().catch(() => {});
  return {
    port: (listener.addr as Deno.NetAddr).port,
    async [Symbol.asyncDispose]() {
      listener.close();
      // What was said last still arrives.
      await settled(Promise.all(open), 1_000);
      for (const conn of conns) close(conn);
      await Promise.all([done, ...open]);
    },
  };
}

/** Passes on what comes, and its end: the other direction may go on. */
async function pass(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(65_536);
  try {
    for (let count; (count = await from.read(buffer)) !== null;) {
      for (let rest = buffer.subarray(0, count); rest.length > 0;) {
        rest = rest.subarray(await to.write(rest));
      }
    }
    await to.closeWrite();
  } catch (error) {
    for (const conn of [from, to]) close(conn);
    throw error;
  }
}

function close(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // It has ended.
  }
}
