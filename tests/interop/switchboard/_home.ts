// Copyright 2026 the Wirekit authors. MIT license.

/** A simulated MyHOME gateway. It is asked, and tells its subscribers. */

import type { Hub } from "@wirekit/hub";
import { Gateway, GatewaySimulator } from "@wirekit/openwebnet";
import { gatewayDoor } from "@wirekit/switchboard/openwebnet";

/** A home, whose gateway takes part in a hub under a name. */
export class SimulatedHome implements AsyncDisposable {
  private constructor(
    readonly simulator: GatewaySimulator,
    readonly leave: () => Promise<void>,
  ) {}

  /** Lets it take a name of a hub, or wait for it. */
  static async enter(hub: Hub, name: string): Promise<SimulatedHome> {
    const simulator = new GatewaySimulator();
    const gateway = new Gateway({ transport: () => simulator.connect() });
    const door = await gatewayDoor({ [name]: gateway })(hub);
    return new SimulatedHome(simulator, () => door.close!());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.leave();
    await this.simulator[Symbol.asyncDispose]();
  }
}
