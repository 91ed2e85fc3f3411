// Copyright 2026 the Wirekit authors. MIT license.

/** Our simulator on a port, for programs that know nothing of us. */

import {
  GatewaySimulator,
  type GatewaySimulatorOptions,
} from "@wirekit/openwebnet/simulator";

/** A simulator that listens. */
export interface Listening extends AsyncDisposable {
  /** The simulator. */
  simulator: GatewaySimulator;
  /** Its port on the loopback interface. */
  port: number;
}

/**
 * Starts a simulator on a free port.
 *
 * @param options As of the simulator.
 * @returns The simulator; disposing it ends all connections.
 */
export function listen(options: GatewaySimulatorOptions = {}): Listening {
  const simulator = new GatewaySimulator(options);
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    for await (const conn of listener) {
      conn.setNoDelay(true);
      simulator.acceptStream(conn);
    }
  })();
  return {
    simulator,
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
      await simulator.close();
    },
  };
}
