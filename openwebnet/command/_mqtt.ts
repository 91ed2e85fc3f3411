// Copyright 2026 the Wirekit authors. MIT license.

/** The command `openwebnet mqtt`. */

import {
  command,
  needNetwork,
  readCertificates,
  settings,
  type Terminal,
  text,
  toggle,
  UsageError,
} from "@wirekit/internal/command";
import type { MqttBridge } from "../mqtt/mqtt.ts";
import { fromFile, GATEWAY_OPTIONS, withGateways } from "./_gateway.ts";
import { watchHome } from "./_watched_home.ts";

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
      : await readCertificates(options.ca);
    // The client of npm would only say that the connection was closed.
    const usual = url.protocol === "mqtts:" ? 8883 : 1883;
    needNetwork(
      url.hostname.replace(/^\[|\]$/g, ""),
      url.port === "" ? usual : Number(url.port),
    );
    // Named at run time: other commands download nothing for it.
    const path = import.meta.resolve("../mqtt/mqtt.ts");
    const { connectMqtt }: typeof import("../mqtt/mqtt.ts") = await import(
      path
    );
    await withGateways(
      { ...options, json: false },
      terminal,
      async (gateways, home) => {
        const isOnly = Object.keys(gateways).length === 1;
        await using bridges = new AsyncDisposableStack();
        const running: MqttBridge[] = [];
        let newest = home;
        using _watch = watchHome(options.home, home, terminal, (home) => {
          newest = home;
          for (const bridge of running) bridge.renewHome(home);
        });
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
          running.push(bridge);
          // It has changed while the broker was being connected.
          if (newest !== home) bridge.renewHome(newest!);
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
  if (
    url === null || url.port === "0" || !/^mqtts?:$/.test(url.protocol) ||
    url.host === ""
  ) {
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
