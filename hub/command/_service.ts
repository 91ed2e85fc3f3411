// Copyright 2026 the Wirekit authors. MIT license.

/** The command `hub service`. */

import {
  command,
  systemdCommand,
  systemdUnit,
  systemdWord,
  text,
  UsageError,
} from "@wirekit/internal/command";
import config from "../deno.json" with { type: "json" };

/** Prints a unit for systemd. */
export const serviceCommand = command({
  name: "service",
  summary: "Print a systemd unit that runs the hub",
  details:
    "It runs as a user of its own that may do nothing else, starts again " +
    "after a failure, and reads its settings from /etc/wirekit/hub.json.",
  options: {
    config: text("FILE", "Settings (/etc/wirekit/hub.json)", { file: true }),
    exec: text("COMMAND", "How the hub is started, up to its arguments"),
  },
  examples: [
    "hub service > wirekit-hub.service",
    "hub service --exec /usr/local/bin/wirekit-hub > wirekit-hub.service",
  ],
  run({ options }, terminal) {
    const { config: path = "/etc/wirekit/hub.json" } = options;
    const { exec = startedBy() } = options;
    if (!path.startsWith("/")) {
      throw new UsageError(
        `--config has to be a whole path, such as /etc/wirekit/hub.json, not ` +
          `${
            JSON.stringify(path)
          }: systemd starts the hub in a folder of its own`,
      );
    }
    for (const line of unit(exec, path).split("\n")) terminal.log(line);
    return Promise.resolve();
  },
});

/** How this program was started, as systemd starts it. */
function startedBy(): string {
  const permissions = [
    ...["--allow-net", "--allow-read", "--allow-env=WIREKIT_TOKEN"],
    "--allow-sys=hostname,networkInterfaces",
  ];
  const entry = `jsr:@wirekit/hub@${config.version}/cli`;
  return systemdCommand("hub", permissions, entry);
}

function unit(exec: string, path: string): string {
  const folder = path.replace(/\/[^/]*$/, "") || "/";
  return systemdUnit({
    name: "wirekit-hub",
    description: "Wirekit hub",
    comment: [
      `${path} has the settings: see "hub serve --help" and "hub check".`,
      "It and the files that it names have to be readable for a user of its own: a",
      "file of tokens holds only their SHA-256, and for the private key there is",
      "SupplementaryGroups= below. A secret goes into the environment: systemctl edit",
      "wirekit-hub, and",
      "  [Service]",
      `  EnvironmentFile=${folder}/secrets`,
      "with WIREKIT_TOKEN=… in a file that only root can read.",
    ],
    exec: `${exec} serve --config ${systemdWord(path)}`,
    folder,
    service: [
      "RestartSec=2",
      "TimeoutStopSec=10",
      "KillSignal=SIGTERM",
      "LimitNOFILE=65536",
      "RuntimeDirectory=wirekit-hub",
      "#SupplementaryGroups=ssl-cert",
    ],
  });
}
