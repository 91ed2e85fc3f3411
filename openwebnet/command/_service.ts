// Copyright 2026 the Wirekit authors. MIT license.

/** The command `openwebnet service`. */

import {
  command,
  systemdCommand,
  systemdUnit,
  UsageError,
} from "@wirekit/internal/command";
import config from "../deno.json" with { type: "json" };

/** The environment variables that the bridge and the page read. */
const VARIABLES = [
  ...["OPENWEBNET_HOST", "OPENWEBNET_PASSWORD", "OPENWEBNET_TOKEN"],
  ...["MQTT_URL", "MQTT_USERNAME", "MQTT_PASSWORD"],
];

/** What a unit may run. */
const SERVICES = {
  mqtt: {
    name: "openwebnet",
    description: "Bridge from a MyHOME plant to an MQTT broker",
    exec: "mqtt",
    settings: [
      "MQTT_URL=mqtt://192.168.1.10",
      "MQTT_USERNAME=openwebnet",
      "MQTT_PASSWORD=secret",
    ],
  },
  page: {
    name: "openwebnet-page",
    description: "Page of a MyHOME plant",
    exec: "page --listen 0.0.0.0:20080",
    settings: ["OPENWEBNET_TOKEN=correct-horse"],
  },
};

/** The command that prints a systemd unit for the bridge or the page. */
export const service = command({
  name: "service",
  summary: "Print a systemd unit that runs openwebnet mqtt, or openwebnet page",
  operands: "[mqtt|page]",
  options: {},
  examples: [
    "openwebnet service > openwebnet.service",
    "openwebnet service page > openwebnet-page.service",
  ],
  run({ words: [what = "mqtt"] }, terminal) {
    if (what !== "mqtt" && what !== "page") {
      throw new UsageError(
        `There is a unit for mqtt and for page, not "${what}"`,
      );
    }
    for (const line of unit(SERVICES[what]).split("\n")) terminal.log(line);
    return Promise.resolve();
  },
});

function unit(
  { name, description, exec, settings }: typeof SERVICES["mqtt"],
): string {
  const program = systemdCommand(
    "openwebnet",
    [
      ...["--allow-net", "--allow-read=/etc/openwebnet"],
      `--allow-env=${VARIABLES.join(",")}`,
    ],
    `jsr:@wirekit/openwebnet@${config.version}/cli`,
  );
  return systemdUnit({
    name,
    description,
    comment: [
      `Save this as /etc/systemd/system/${name}.service, and put its settings`,
      "into /etc/openwebnet/environment, readable by root only:",
      "  OPENWEBNET_HOST=192.168.1.35",
      "  OPENWEBNET_PASSWORD=12345",
      ...settings.map((line) => `  ${line}`),
      "Names come from /etc/openwebnet/home.json, if there is one. Then run:",
      `  systemctl daemon-reload && systemctl enable --now ${name}`,
    ],
    exec: `${program} ${exec}`,
    folder: "/etc/openwebnet",
    service: [
      "EnvironmentFile=/etc/openwebnet/environment",
      "ConfigurationDirectory=openwebnet",
      "# After three wrong passwords in a minute, a gateway locks everybody out.",
      "RestartSec=45",
      "# A usage error does not go away by itself.",
      "RestartPreventExitStatus=2",
    ],
  });
}
