// Copyright 2026 the Wirekit authors. MIT license.

/** The command `hub service`. */

import { command, text, UsageError } from "@wirekit/internal/command";
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
    terminal.log(unit(exec, path));
    return Promise.resolve();
  },
});

/** How this program was started, as systemd starts it. */
function startedBy(): string {
  const { state } = Deno.permissions.querySync({ name: "read" });
  // Where it is may be known only to who may read.
  const path = state === "granted" ? Deno.execPath() : "/usr/local/bin/deno";
  const program = quoted(path);
  if (Deno.build.standalone) {
    // The one binary of the kit has the hub as one of its commands.
    return /wirekit[^/]*$/.test(path) ? `${program} hub` : program;
  }
  return `${program} run --no-prompt --allow-net --allow-read ` +
    `--allow-env=WIREKIT_TOKEN --allow-sys=hostname,networkInterfaces ` +
    `jsr:@wirekit/hub@${config.version}/cli`;
}

function unit(exec: string, path: string): string {
  const folder = path.replace(/\/[^/]*$/, "") || "/";
  return `# ${path} has the settings: see "hub serve --help" and "hub check".
# It and the files that it names have to be readable for a user of its own: a
# file of tokens holds only their SHA-256, and for the private key there is
# SupplementaryGroups= below. A secret goes into the environment: systemctl edit
# wirekit-hub, and
#   [Service]
#   EnvironmentFile=${folder}/secrets
# with WIREKIT_TOKEN=… in a file that only root can read.
[Unit]
Description=Wirekit hub
Documentation=https://jsr.io/@wirekit/hub
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
ExecStart=${exec} serve --config ${quoted(path)}
Restart=always
RestartSec=2
TimeoutStopSec=10
KillSignal=SIGTERM
LimitNOFILE=65536

# A user of its own, which can write nothing but its cache.
DynamicUser=yes
#SupplementaryGroups=ssl-cert
CacheDirectory=wirekit-hub
RuntimeDirectory=wirekit-hub
Environment=DENO_DIR=/var/cache/wirekit-hub NO_COLOR=1
WorkingDirectory=${folder.replaceAll("%", "%%")}
UMask=0077
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProcSubset=pid
RemoveIPC=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target`;
}

/** Writes a word of a command for systemd, which puts in what % and $ name. */
function quoted(word: string): string {
  const escaped = word.replaceAll("%", "%%").replaceAll("$", "$$$$");
  return /^[\w./:@%+-]+$/.test(word)
    ? escaped
    : `"${escaped.replace(/["\\]/g, "\\$&")}"`;
}
