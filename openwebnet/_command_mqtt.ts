// Copyright 2026 the Wirekit authors. MIT license.

/** The commands `openwebnet mqtt` and `openwebnet service`. */

import {
  command,
  settings,
  type Terminal,
  text,
  toggle,
  UsageError,
} from "@wirekit/internal/command";
import { fromFile, GATEWAY_OPTIONS, withGateway } from "./_command_gateway.ts";
import config from "./deno.json" with { type: "json" };

const { json: _, ...GATEWAY } = GATEWAY_OPTIONS;

/** Where a plant is told to Home Assistant, and to whoever listens. */
export const mqtt = command({
  name: "mqtt",
  summary: "Show the plant to an MQTT broker, and so to Home Assistant",
  options: {
    broker: text("URL", "mqtt://HOST or mqtts://HOST (or MQTT_URL)"),
    user: text("NAME", "The user at the broker (or MQTT_USERNAME)"),
    brokerPasswordFile: text(
      "FILE",
      "Where the password of that user is (or in MQTT_PASSWORD)",
      { file: true },
    ),
    ca: text("FILE", "Certificates to trust besides those of the system", {
      file: true,
    }),
    named: toggle("Show only what home.json names"),
    prefix: text("TOPIC", "What the topics begin with (openwebnet)"),
    discoveryPrefix: text(
      "TOPIC",
      "Where Home Assistant looks for devices (homeassistant)",
    ),
    ...GATEWAY,
  },
  examples: [
    "openwebnet mqtt --broker mqtt://192.168.1.10 --host 192.168.1.35",
    "MQTT_PASSWORD=secret openwebnet mqtt --broker mqtt://192.168.1.10 --user openwebnet",
  ],
  async run({ options }, terminal) {
    const { prefix, discoveryPrefix, named: onlyNamed } = options;
    const given = settings(terminal, {
      MQTT_URL: options.broker,
      MQTT_USERNAME: options.user,
      MQTT_PASSWORD: await fromFile(options.brokerPasswordFile),
    });
    const url = brokerOf(given.MQTT_URL);
    const username = given.MQTT_USERNAME;
    const password = given.MQTT_PASSWORD;
    const ca = options.ca === undefined
      ? undefined
      : await Deno.readTextFile(options.ca);
    // It is loaded here, for this command only.
    const { connectMqtt } = await import("./mqtt/mqtt.ts");
    await withGateway(
      { ...options, json: false },
      terminal,
      async (gateway, home) => {
        const name = options.gateway ?? Object.keys(home?.gateways ?? {})[0];
        await using bridge = await connectMqtt(gateway, {
          url,
          onlyNamed,
          logger: loggerOf(terminal),
          ...(username === undefined ? {} : { username }),
          ...(password === undefined ? {} : { password }),
          ...(ca === undefined ? {} : { tls: { ca } }),
          ...(home === undefined ? {} : { home }),
          ...(name === undefined ? {} : { name }),
          ...(prefix === undefined ? {} : { prefix }),
          ...(discoveryPrefix === undefined ? {} : { discoveryPrefix }),
        });
        const { promise: stopped, resolve } = Promise.withResolvers<void>();
        const { signal } = terminal;
        signal.addEventListener("abort", () => resolve(), { once: true });
        if (signal.aborted) resolve();
        await Promise.race([bridge.closed, stopped]);
      },
    );
  },
});

/** The broker that a user means. A password is not for the command line. */
function brokerOf(given: string | undefined): URL {
  if (given === undefined) {
    throw new UsageError(
      "Name the broker with --broker, such as mqtt://192.168.1.10, or in MQTT_URL",
    );
  }
  const url = URL.parse(given.includes("://") ? given : `mqtt://${given}`);
  if (url === null || !/^mqtts?:$/.test(url.protocol) || url.host === "") {
    throw new UsageError(
      "--broker has to be a URL such as mqtt://192.168.1.10 or " +
        "mqtts://broker.example:8883",
    );
  }
  if (url.username === "" && url.password === "") return url;
  throw new UsageError(
    "The URL of the broker has no place for a user or a password: name the " +
      "user with --user, and put the password into MQTT_PASSWORD or a file",
  );
}

function loggerOf(terminal: Terminal) {
  return {
    info: (line: string) => terminal.log(line),
    warn: (line: string) => terminal.error(`openwebnet: ${line}`),
  };
}

/** The variables of the environment that the bridge reads. */
const VARIABLES = [
  ...["OPENWEBNET_HOST", "OPENWEBNET_PASSWORD"],
  ...["MQTT_URL", "MQTT_USERNAME", "MQTT_PASSWORD"],
];

/** A unit of systemd for the bridge. */
export const service = command({
  name: "service",
  summary: "Print a unit of systemd that runs openwebnet mqtt",
  options: {},
  examples: ["openwebnet service > openwebnet.service"],
  run(_call, terminal) {
    for (const line of unitOf(programOf()).split("\n")) terminal.log(line);
    return Promise.resolve();
  },
});

/** How this program is called again. */
function programOf(): string {
  if (Deno.build.standalone) return `${Deno.execPath()} openwebnet`;
  const { state } = Deno.permissions.querySync({ name: "read" });
  const deno = state === "granted" ? Deno.execPath() : "/usr/local/bin/deno";
  return [
    `${deno} run --allow-net --allow-read=/etc/openwebnet`,
    `  --allow-env=${VARIABLES.join(",")}`,
    `  jsr:@wirekit/openwebnet@${config.version}/cli`,
  ].join(" \\\n");
}

function unitOf(program: string): string {
  return `# Put this into /etc/systemd/system/openwebnet.service, and into
# /etc/openwebnet/environment, which only root may read, what it needs:
#   OPENWEBNET_HOST=192.168.1.35
#   OPENWEBNET_PASSWORD=12345
#   MQTT_URL=mqtt://192.168.1.10
#   MQTT_USERNAME=openwebnet
#   MQTT_PASSWORD=secret
# Names are taken from /etc/openwebnet/home.json, if there is one. Then:
#   systemctl daemon-reload && systemctl enable --now openwebnet

[Unit]
Description=MyHOME plant at an MQTT broker
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
Type=exec
ExecStart=${program} mqtt
EnvironmentFile=/etc/openwebnet/environment
Environment=NO_COLOR=1 DENO_NO_PROMPT=1 DENO_DIR=/var/cache/openwebnet
ConfigurationDirectory=openwebnet
CacheDirectory=openwebnet
WorkingDirectory=/etc/openwebnet
Restart=always
# Three wrong passwords within a minute lock everybody out of a gateway.
RestartSec=45
# What is called wrongly does not get better.
RestartPreventExitStatus=2

DynamicUser=yes
CapabilityBoundingSet=
AmbientCapabilities=
LockPersonality=yes
NoNewPrivileges=yes
PrivateDevices=yes
PrivateTmp=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProtectSystem=strict
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
UMask=0077

[Install]
WantedBy=multi-user.target`;
}
