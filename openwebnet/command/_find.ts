// Copyright 2026 the Wirekit authors. MIT license.

/** The commands that find gateways and devices. */

import {
  command,
  hostAndPort,
  integer,
  seconds,
  UsageError,
} from "@wirekit/internal/command";
import { scanDevices } from "../areas/diagnostics.ts";
import { discoverGateways } from "../discovery.ts";
import { discoverItems } from "../inventory.ts";
import { GATEWAY_OPTIONS, withGateway } from "./_gateway.ts";
import { wantedOf } from "./_home.ts";
import { OUTPUT_OPTIONS, print } from "./_output.ts";

/** The command that finds the gateways on the network. */
export const discover = command({
  name: "discover",
  summary: "Print the gateways on the network",
  options: {
    host: GATEWAY_OPTIONS.host,
    port: integer("PORT", "Port to ask on that host (1900)", {
      short: "p",
      min: 1,
      max: 65535,
    }),
    timeout: seconds("How long to wait for answers (3)", { never: false }),
    ...OUTPUT_OPTIONS,
  },
  examples: ["openwebnet discover --json"],
  async run({ options }, terminal) {
    const { host: hostname, port = 1900, timeout = 3_000 } = options;
    const { signal } = terminal;
    const gateways = await terminal.during(
      "Waiting for gateways",
      discoverGateways({
        timeout,
        signal,
        ...(hostname === undefined ? {} : { hostname, port }),
      }),
    );
    for (const gateway of gateways) {
      const { hostname, port, modelName, modelNumber, serialNumber } = gateway;
      print(
        options,
        terminal,
        { ...gateway, profile: gateway.profile.name },
        `${
          hostAndPort(hostname, port)
        } ${modelName} ${modelNumber} ${serialNumber}`,
      );
    }
    if (gateways.length > 0) return 0;
    terminal.error(`No gateway answered within ${timeout / 1000} s`);
    return 1;
  },
});

/** The command that finds the devices of a plant. */
export const scan = command({
  name: "scan",
  summary: "Print the devices, or with a WHO such as 1001 their hardware ids",
  operands: "[WHO]",
  options: GATEWAY_OPTIONS,
  examples: ["openwebnet scan", "openwebnet scan 1001"],
  run: ({ words: [who], options }, terminal) => {
    if (who !== undefined && !/^\d{1,9}$/.test(who)) {
      throw new UsageError(`WHO has to be a number such as 1001, not "${who}"`);
    }
    return withGateway(options, terminal, async (gateway) => {
      const { signal } = terminal;
      if (who === undefined) {
        for (const item of await discoverItems(gateway, { signal })) {
          const { who, where } = item;
          const { kind, target } = wantedOf(item) ??
            { kind: item.kind, target: where };
          print(
            options,
            terminal,
            { kind, target, who, where },
            `${kind} ${target} (WHO ${who}, WHERE ${where})`,
          );
        }
        return;
      }
      for (
        const device of await scanDevices(gateway, Number(who), { signal })
      ) {
        print(options, terminal, device, device.sticker);
      }
    });
  },
});
