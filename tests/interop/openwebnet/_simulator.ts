// Copyright 2026 the Wirekit authors. MIT license.

/** Our simulator on a port, for programs that know nothing of us. */

import {
  GatewaySimulator,
  type GatewaySimulatorOptions,
} from "@wirekit/openwebnet/simulator";
import { freePort } from "../../_port.ts";

/** A simulator that listens. */
export interface Listening extends AsyncDisposable {
  /** The simulator. */
  simulator: GatewaySimulator;
  /** Its port on the loopback interface. */
  port: number;
}

/**
 * Starts a simulator.
 *
 * @param options As of the simulator.
 * @param wanted Its port; a free one if it is not said.
 * @returns The simulator; disposing it ends all connections.
 */
export function listen(
  options: GatewaySimulatorOptions = {},
  wanted = 0,
): Listening {
  const simulator = new GatewaySimulator(options);
  // The port may be wanted again when this gateway is gone.
  const port = wanted === 0 ? freePort() : wanted;
  const listener = Deno.listen({ hostname: "127.0.0.1", port });
  const serving = (async () => {
    for await (const conn of listener) {
      conn.setNoDelay(true);
      simulator.acceptStream(conn);
    }
  })();
  return {
    simulator,
    port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
      await simulator.close();
    },
  };
}
