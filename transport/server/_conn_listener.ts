// Copyright 2026 the Wirekit authors. MIT license.

import { sleep } from "@wirekit/internal/clock";
import type { Logger } from "@wirekit/internal/logger";
import { ConnPipe } from "../stream/_conn_pipe.ts";
import { AcceptFailures } from "./_accept_watch.ts";
import { PipeListener, type PipeListenerOptions } from "./_pipe_listener.ts";

/** Pause after a failed accept, such as one of too many open files. */
const RETRY_DELAY = 50;

/**
 * Accepts connections of `Deno.listen()`. For Unix sockets only: once Deno 2.9
 * has failed to accept one for `node:net`, it never tries again, and tells
 * nobody.
 */
export function listenForConns<T extends string | Uint8Array, A>(
  listener: Deno.Listener,
  address: string,
  logger: Logger | undefined,
  options: PipeListenerOptions<T, A>,
): PipeListener<T, A> {
  const stopping = new AbortController();
  const failures = new AcceptFailures(address, logger);
  const clients = new PipeListener(options, {
    async stop() {
      stopping.abort();
      listener.close();
      await accepting; // Its file is removed then.
    },
  });
  const accepting = accept(stopping.signal);
  return clients;

  async function accept(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const conn = await listener.accept();
        clients.arrived(new ConnPipe(conn), { transport: "unix" });
        failures.works();
      } catch (error) {
        if (signal.aborted) return;
        failures.failed(error);
        await sleep(RETRY_DELAY, { signal }).catch(() => {});
      }
    }
  }
}
