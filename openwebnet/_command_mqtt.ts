// Copyright 2026 the Wirekit authors. MIT license.

/** The commands `openwebnet mqtt` and `openwebnet service`. */

import {
  command,
  settings,
  systemdCommand,
  systemdUnit,
  type Terminal,
  text,
  toggle,
  UsageError,
} from "@wirekit/internal/command";
import { fromFile, GATEWAY_OPTIONS, withGateways } from "./_command_gateway.ts";
import config from "./deno.json" with { type: "json" };

const { json: _, ...GATEWAY } = GATEWAY_OPTIONS;

/** The command that publishes a plant to Home Assistant and other clients. */
export const mqtt = command({
  name: "mqtt",
  summary: "Connect the plant to an MQTT broker, and so to Home Assistant",
  options: {
    broker: text("URL", "mqtt://HOST or mqtts://HOST (or MQTT_URL)"),
    user: text("NAME", "User name at the broker (or MQTT_USERNAME)"),
    brokerPasswordFile: text(
      "FILE",
      "File with that user's password (or MQTT_PASSWORD)",
      { file: true },
    ),
    ca: text("FILE", "Certificates to trust in addition to the system's", {
      file: true,
    }),
    named: toggle("Publish only devices named in home.json"),
    prefix: text("TOPIC", "Prefix of all topics (openwebnet)"),
    discoveryPrefix: text(
      "TOPIC",
      "Where Home Assistant looks for devices (homeassistant)",
    ),
    ...GATEWAY,
    gateway: text("NAME", "Only this gateway of that file (all)"),
  },
  isServer: true,
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
    // Only this command needs the MQTT library, so it is loaded here.
    const { connectMqtt } = await import("./mqtt/mqtt.ts");
    await withGateways(
      { ...options, json: false },
      terminal,
      async (gateways, home) => {
        const isOnly = Object.keys(gateways).length === 1;
        await using bridges = new AsyncDisposableStack();
        // A bridge each: a broker keeps one last will for each connection, and
        // one gateway may be away while the others are there.
        const ends = Object.entries(gateways).map(async ([name, gateway]) => {
          const bridge = await connectMqtt(gateway, {
            url,
            onlyNamed,
            name,
            logger: loggerOf(terminal, isOnly ? "" : `${name}: `),
            ...(username === undefined ? {} : { username }),
            ...(password === undefined ? {} : { password }),
            ...(ca === undefined ? {} : { tls: { ca } }),
            ...(home === undefined ? {} : { home }),
            ...(prefix === undefined ? {} : { prefix }),
            ...(discoveryPrefix === undefined ? {} : { discoveryPrefix }),
          });
          bridges.use(bridge);
          await bridge.closed;
        });
        const { promise: stopped, resolve } = Promise.withResolvers<void>();
        const { signal } = terminal;
        signal.addEventListener("abort", () => resolve(), { once: true });
        if (signal.aborted) resolve();
        await Promise.race([Promise.all(ends), stopped]);
      },
    );
  },
});

/** Reads the URL of the broker, which must not contain a password. */
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
    "The URL of the broker must not contain a user or a password: name the " +
      "user with --user, and put the password into MQTT_PASSWORD or a file",
  );
}

function loggerOf(terminal: Terminal, start: string) {
  return {
    info: (line: string) => terminal.log(start + line),
    warn: (line: string) => terminal.error(`openwebnet: ${start}${line}`),
  };
}

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
