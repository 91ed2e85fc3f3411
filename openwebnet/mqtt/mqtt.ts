// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A bridge between a plant and an MQTT broker, with discovery for Home
 * Assistant: the lights, shutters, zones, meters, contacts and buttons of the
 * plant appear there as soon as the bridge runs.
 *
 * ```ts no-assert
 * import { connectMqtt } from "@wirekit/openwebnet/mqtt";
 * import { tcpGateway } from "@wirekit/openwebnet/tcp";
 *
 * async function main() {
 *   await using gateway = tcpGateway("192.168.1.35", { password: "12345" });
 *   await using bridge = await connectMqtt(gateway, {
 *     url: "mqtt://192.168.1.10",
 *     username: "openwebnet",
 *     password: "secret",
 *     logger: console,
 *   });
 *   await bridge.closed;
 * }
 * ```
 *
 * @module
 */

import { checkTime, settled } from "@wirekit/internal/clock";
import { checkLimits } from "@wirekit/internal/limits";
import type { Logger } from "@wirekit/internal/logger";
import { checkClientTls } from "@wirekit/transport/tcp";
import type { ClientTls } from "@wirekit/transport/transport";
import type { Gateway } from "../gateway.ts";
import type { Home } from "../home.ts";
import { PlantWatch } from "../plant/_plant_watch.ts";
import { Bridge } from "./_bridge.ts";
import { Broker, type BrokerEvents } from "./_broker.ts";
import { availabilityTopic, baseOf, type Place } from "./_topics.ts";
import { Memory } from "./_memory.ts";

export type { Logger };

/**
 * Options of {@linkcode connectMqtt}.
 *
 * @category MQTT
 */
export interface MqttOptions {
  /** The broker: `mqtt://host:1883`, or `mqtts://host:8883` for TLS. */
  url: string | URL;
  /** The user name at the broker, if it requires one. */
  username?: string;
  /** The password of that user. */
  password?: string;
  /** Certificates and a key for TLS, in addition to the system's, in PEM. */
  tls?: ClientTls;
  /**
   * How long to wait for the first connection to the broker, and for each one
   * after it, in milliseconds.
   *
   * @default {10000}
   */
  connectTimeout?: number;
  /**
   * The name of the plant: that of its gateway in the home, if there is one. It
   * is the name of the device in Home Assistant, and part of topics and ids.
   *
   * @default {"MyHOME"}
   */
  name?: string;
  /** The names of the devices, and the travel times of shutters. */
  home?: Home;
  /**
   * Whether to show only devices with a name in the home. Otherwise the plant
   * is asked for its devices; a device that reports something later is shown
   * too.
   *
   * @default {false}
   */
  onlyNamed?: boolean;
  /**
   * The prefix of all topics.
   *
   * @default {"openwebnet"}
   */
  prefix?: string;
  /**
   * The prefix of the topics of Home Assistant's discovery.
   *
   * @default {"homeassistant"}
   */
  discoveryPrefix?: string;
  /**
   * Maximum number of devices to show. Those found after that are not shown.
   *
   * @default {1024}
   */
  maxDevices?: number;
  /** Logs a line about connections, and about orders that are refused. */
  logger?: Logger;
}

/**
 * A running bridge. Disposing of it disconnects from the broker and ends
 * the commands in progress, so a moving shutter stops. The gateway stays open.
 *
 * @category MQTT
 */
export interface MqttBridge extends AsyncDisposable {
  /**
   * Settles when the bridge has ended. Rejects if the gateway refuses the
   * password. A lost connection does not end the bridge.
   */
  readonly closed: Promise<void>;
  /**
   * Shows the devices as another home names them, from now on.
   *
   * @param home The home. Its gateways are not used.
   */
  renewHome(home: Home): void;
  /**
   * Ends the bridge for good.
   *
   * @returns Resolves when it has ended.
   */
  close(): Promise<void>;
}

/** How long to wait for messages that the broker has kept, in milliseconds. */
const MEMORY_TIMEOUT = 2_000;

/**
 * Connects a plant to a broker. The states of the devices are published with
 * `retain`, and orders are accepted; Home Assistant (2024.12 and later) learns
 * of the devices by its discovery. Each side may be restarted: the bridge
 * reconnects, publishes everything again and asks the plant for what it has
 * missed. It publishes what the bus reports, never what was only asked for.
 *
 * Topics, below `openwebnet/NAME`: `availability`; `light/12` for a state, with
 * orders on `light/12/set`, and in the same way `shutter`, `zone`, `meter`,
 * `contact`, `alarm`, `scene`, `cen`, `cenplus`. The `#` of an address is `-`.
 *
 * @category MQTT
 * @param gateway The gateway.
 * @param options The broker, names and limits.
 * @returns The bridge, when the broker is connected. The gateway need not be.
 * Rejects with a `NotConnectedError`, a `HandshakeError` or a `TimeoutError` if
 * the broker cannot be used.
 * @throws {TypeError} If the URL or a prefix is not valid, or a certificate and
 * its key cannot be used.
 * @throws {RangeError} If a time or a limit is not valid.
 *
 * @example Show the devices of a home file, over TLS
 * ```ts no-assert
 * import { parseHome } from "@wirekit/openwebnet";
 * import { connectMqtt } from "@wirekit/openwebnet/mqtt";
 * import { tcpGateway } from "@wirekit/openwebnet/tcp";
 *
 * async function main() {
 *   const home = parseHome(await Deno.readTextFile("home.json"));
 *   await using gateway = tcpGateway("192.168.1.35", { password: "12345" });
 *   await using bridge = await connectMqtt(gateway, {
 *     url: "mqtts://broker.example:8883",
 *     username: "openwebnet",
 *     password: "secret",
 *     home,
 *     onlyNamed: true,
 *   });
 *   await bridge.closed;
 * }
 * ```
 */
export async function connectMqtt(
  gateway: Gateway,
  options: MqttOptions,
): Promise<MqttBridge> {
  checkLimits(options);
  const { connectTimeout = 10_000, username, password, tls, logger } = options;
  checkTime("connectTimeout", connectTimeout);
  if (tls) checkClientTls(tls);
  const place = placeOf(options);
  const url = urlOf(options.url);
  const birth = `${place.discoveryPrefix}/status`;
  const availability = availabilityTopic(place);
  const memory = new Memory(place);
  const first = Promise.withResolvers<void>();
  const log = connectionLog(url.host, logger);
  const broker = new Broker({
    url,
    username,
    password,
    tls,
    connectTimeout,
    will: { topic: availability, payload: "offline" },
    topics: [
      `${baseOf(place)}/+/+/set/#`,
      birth,
      availability,
      ...memory.topics,
    ],
  }, {
    opened() {
      log.opened();
      first.resolve();
    },
    lost: log.lost,
    received(topic, payload, isRetained) {
      if (topic === birth) {
        // Home Assistant has started: whatever it has forgotten is told again.
        if (payload === "online" && !isRetained) broker.repeat();
      } else if (topic.includes("/set")) {
        bridge.order(watch, topic, payload, isRetained);
      } else if (topic === availability) bridge.heardAvailability(payload);
      else if (topic === memory.mark && memory.isComplete) {
        bridge.heardAnother();
      } else memory.received(topic, payload, isRetained);
    },
  });
  const bridge = new Bridge(broker, memory, place, logger);
  const { home, onlyNamed = false, maxDevices = 1024 } = options;
  const watch = new PlantWatch(gateway, bridge, {
    name: place.name,
    home,
    onlyNamed,
    maxDevices,
    logger,
  });
  broker.keep(availability, "offline");
  await Promise.race([first.promise, broker.ended]);
  broker.tell(memory.mark, "");
  await settled(memory.complete, MEMORY_TIMEOUT);
  return run(watch, bridge, broker);
}

/** Reads where the topics of a plant are. */
function placeOf(
  {
    name = "MyHOME",
    prefix = "openwebnet",
    discoveryPrefix = "homeassistant",
  }: MqttOptions,
): Place {
  if (name === "") throw new TypeError("name must not be empty");
  return {
    prefix: checkPrefix("prefix", prefix),
    discoveryPrefix: checkPrefix("discoveryPrefix", discoveryPrefix),
    name,
    gateway: {},
  };
}

/** Logs what happens to the connection; the same failure to connect once. */
function connectionLog(
  host: string,
  logger: Logger | undefined,
): Pick<BrokerEvents, "opened" | "lost"> {
  let told = "";
  return {
    opened() {
      told = "";
      logger?.info?.(`The broker at ${host} is connected`);
    },
    lost({ message }, wasOpen) {
      if (wasOpen) logger?.warn?.(`The broker at ${host} is lost: ${message}`);
      else if (message !== told) logger?.warn?.(message);
      told = message;
    },
  };
}

/** Runs a bridge until it is closed, or the gateway refuses the password. */
function run(watch: PlantWatch, bridge: Bridge, broker: Broker): MqttBridge {
  const running = watch.run();
  let isClosing = false;
  const close = async () => {
    isClosing = true;
    bridge.close();
    await watch.close();
    await broker.close();
    await running.catch(() => {});
  };
  const closed = running.then(() => broker.close(), async (error) => {
    bridge.close();
    if (isClosing) return;
    await broker.close();
    throw error;
  });
  closed.catch(() => {});
  return {
    closed,
    close,
    renewHome: (home) => watch.renewHome(home),
    [Symbol.asyncDispose]: close,
  };
}

function urlOf(given: string | URL): URL {
  const url = URL.parse(`${given}`);
  // The library would take the usual port for 0.
  if (
    url === null || url.port === "0" || !/^mqtts?:$/.test(url.protocol) ||
    url.host === ""
  ) {
    throw new TypeError(
      "The URL of the broker must be like mqtt://192.168.1.10 or " +
        "mqtts://broker.example:8883",
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw new TypeError(
      "The URL of the broker must not contain a user name or a password: pass " +
        "them in the options username and password",
    );
  }
  return url;
}

function checkPrefix(name: string, prefix: string): string {
  if (/^[^#+$/\s][^#+\s]{0,99}$/u.test(prefix) && !prefix.endsWith("/")) {
    return prefix;
  }
  throw new TypeError(
    `${name} must be the start of a topic, without #, + or spaces: got ` +
      JSON.stringify(prefix),
  );
}
