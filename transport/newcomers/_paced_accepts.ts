// Copyright 2026 the Wirekit authors. MIT license.

import type { Server } from "node:net";
import { acceptAgain } from "../server/_accept_again.ts";
import { hasTurn, inTurn } from "./_turns.ts";

/** The handle of a listener, on Deno. */
interface Handle {
  /** Takes one of those whom the handle has accepted. */
  onconnection(status: number): void;
  /** Gives the first of them to a new handle. */
  accept(client: { close(): void }): number;
}

/** Thrown when nobody is left. */
const NOBODY = {};

/**
 * Lets a listener of `node:net` on Deno 2.9 make sockets of those who come as
 * long as newcomers have their turn. By itself it does so for all who wait, at
 * once. It accepts nobody as long as somebody has not been taken, so that the
 * others wait in the kernel.
 */
export function paceAccepts(server: Server, backlog: number): void {
  const { _handle: handle } = server as { _handle?: Partial<Handle> | null };
  if (!("Deno" in globalThis) || !isHandle(handle)) return;
  const { onconnection: take, accept } = handle;
  /** Whether those who have come are taken one by one. */
  let isPaced = false;
  let isTaking = false;
  handle.accept = (client) => {
    const status = accept.call(handle, client);
    if (status === 0 || !isTaking) return status;
    // Made for nobody, it would keep a hundred bytes that no collector sees.
    client.close();
    throw NOBODY;
  };
  handle.onconnection = (status) => {
    if (status !== 0) return take(status);
    if (isPaced) return;
    if (hasTurn()) return take(0);
    isPaced = true;
    inTurn(takeOne);
  };
  const takeOne = () => {
    if (!server.listening) return;
    isTaking = true;
    try {
      take(0);
    } catch (error) {
      if (error !== NOBODY) throw error;
      isPaced = false;
      acceptAgain(server, backlog);
    } finally {
      isTaking = false;
      if (isPaced) inTurn(takeOne);
    }
  };
}

function isHandle(
  handle: Partial<Handle> | null | undefined,
): handle is Handle {
  return !!handle?.onconnection && !!handle.accept;
}
