// Copyright 2026 the Wirekit authors. MIT license.

/** A unit of systemd that runs a server. */
export interface SystemdUnit {
  /** What it is called: its user and its folders are called so, too. */
  readonly name: string;
  /** What it runs, for people. */
  readonly description: string;
  /** What to do with it, and with its settings, in lines. */
  readonly comment: readonly string[];
  /** The command: see {@linkcode systemdCommand}. */
  readonly exec: string;
  /** The folder that it runs in. */
  readonly folder: string;
  /** Further lines of its service: settings, restarts, limits. */
  readonly service: readonly string[];
}

/**
 * Writes a unit of systemd. What it runs has a user of its own, which can write
 * nothing but its cache, and starts again whatever has ended it.
 *
 * @param unit What it runs.
 * @returns The unit, without the end of its last line.
 */
export function systemdUnit(unit: SystemdUnit): string {
  const { name, description, comment, exec, folder, service } = unit;
  const { hidden, path } = programPath();
  const advice = hidden === undefined ? [] : [
    "The unit may not look into folders of people. First, once:",
    `  cp ${hidden} ${path}`,
  ];
  return `${[...comment, ...advice].map((line) => `# ${line}`).join("\n")}

[Unit]
Description=${description}
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
ExecStart=${exec}
Restart=always
${service.join("\n")}


# A user of its own, which can write nothing but its cache.
DynamicUser=yes
CacheDirectory=${name}
Environment=DENO_DIR=/var/cache/${name} DENO_NO_PROMPT=1 NO_COLOR=1
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

/**
 * Returns the command that runs this program again, as systemd starts it.
 *
 * @param group The group of commands in the binary of the whole kit.
 * @param permissions What Deno has to allow it.
 * @param entry The package to run, such as `jsr:@wirekit/hub@0.1.0/cli`.
 * @returns The command, up to its arguments.
 */
export function systemdCommand(
  group: string,
  permissions: readonly string[],
  entry: string,
): string {
  const { path } = programPath();
  const program = systemdWord(path);
  if (Deno.build.standalone) {
    return /wirekit[^/]*$/.test(path) ? `${program} ${group}` : program;
  }
  return [program, "run --no-prompt", ...permissions, entry].join(" ");
}

/** Where a unit finds this program, and where it is if it is hidden from units. */
function programPath(): { path: string; hidden?: string } {
  const { state } = Deno.permissions.querySync({ name: "read" });
  // Where it is can be found out only with the permission to read.
  if (state !== "granted") return { path: "/usr/local/bin/deno" };
  const path = Deno.execPath();
  // With ProtectHome=yes, a unit sees nothing of these.
  if (!/^\/(root|home|run\/user)\//.test(path)) return { path };
  return {
    path: `/usr/local/bin/${path.slice(path.lastIndexOf("/") + 1)}`,
    hidden: path,
  };
}

/**
 * Writes a word of a command for systemd, which puts in what % and $ name.
 *
 * @param word The word.
 * @returns The same, in quotes where they are needed.
 */
export function systemdWord(word: string): string {
  const escaped = word.replaceAll("%", "%%").replaceAll("$", "$$$$");
  return /^[\w./:@%+-]+$/.test(word)
    ? escaped
    : `"${escaped.replace(/["\\]/g, "\\$&")}"`;
}
