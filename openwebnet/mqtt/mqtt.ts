// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A bridge between a plant and an MQTT broker, with the discovery of Home
 * Assistant: its lights, shutters, zones, meters, contacts and buttons are there
 * as soon as it runs.
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
import type { Gateway } from "../gateway.ts";
import type { Home } from "../home.ts";
import { Broker } from "./_broker.ts";
import { availabilityTopic, baseOf, type Place } from "./_discovery.ts";
import { Memory } from "./_memory.ts";
import { PlantWatch } from "./_plant_watch.ts";

export type { Logger };

/**
 * Options of {@linkcode connectMqtt}.
 *
 * @category MQTT
 */
export interface MqttOptions {
  /** The broker: `mqtt://host:1883`, or `mqtts://host:8883` for TLS. */
  url: string | URL;
  /** The name of the user at the broker, if it wants one. */
  username?: string;
  /** The password of that user. */
  password?: string;
  /** What TLS needs besides what the system knows, as PEM texts. */
  tls?: { ca?: string; cert?: string; key?: string };
  /**
   * Longest wait for the first connection to the broker, and for each after it,
   * in milliseconds.
   *
   * @default {10000}
   */
  connectTimeout?: number;
  /**
   * The name of the plant: of its gateway in the home, if there is one. It is
   * the name of the device in Home Assistant, and stands in topics and in ids.
   *
   * @default {"MyHOME"}
   */
  name?: string;
  /** Gives the devices their names, and shutters their times. */
  home?: Home;
  /**
   * Whether to show only what has a name in the home. Otherwise the plant is
   * asked what it has, and what is heard later is shown too.
   *
   * @default {false}
   */
  onlyNamed?: boolean;
  /**
   * What the topics begin with.
   *
   * @default {"openwebnet"}
   */
  prefix?: string;
  /**
   * What the topics of Home Assistant's discovery begin with.
   *
   * @default {"homeassistant"}
   */
  discoveryPrefix?: string;
  /**
   * Most devices that are shown. Of more, those that are found last are not.
   *
   * @default {1024}
   */
  maxDevices?: number;
  /** Takes a line about connections, and about orders that cannot be done. */
  logger?: Logger;
}

/**
 * A bridge that runs. Disposing it says goodbye to the broker, and ends what is
 * under way: a shutter stops. The gateway stays open.
 *
 * @category MQTT
 */
export interface MqttBridge extends AsyncDisposable {
  /**
   * Settles when the bridge has ended: rejects if the gateway refuses the
   * password. A connection that is lost does not end it.
   */
  readonly closed: Promise<void>;
  /**
   * Ends it for good.
   *
   * @returns Resolves when it has ended.
   */
  close(): Promise<void>;
}

/** Longest wait for what the broker has kept, in milliseconds. */
const MEMORY_TIMEOUT = 2_000;

/**
 * Connects a plant with a broker. The states of the devices are told with
 * `retain`, and orders are taken; Home Assistant (2024.12 and later) is told by
 * its discovery what there is. Each of them may be restarted: the bridge comes
 * back to both sides, tells everything again and asks the plant for what it has
 * missed. What is told is what the bus says, never what was only asked for.
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
 * @throws {TypeError} If the URL or a prefix is none.
 * @throws {RangeError} If the time or the limit is none.
 */
export async function connectMqtt(
  gateway: Gateway,
  options: MqttOptions,
): Promise<MqttBridge> {
  checkLimits(options);
  const { connectTimeout = 10_000, logger, home, maxDevices = 1024 } = options;
  const { name = "MyHOME", onlyNamed = false, username, password, tls } =
    options;
  const { prefix = "openwebnet", discoveryPrefix = "homeassistant" } = options;
  checkTime("connectTimeout", connectTimeout);
  if (name === "") throw new TypeError("name must not be empty");
  const url = urlOf(options.url);
  const place: Place = {
    prefix: checkPrefix("prefix", prefix),
    discoveryPrefix: checkPrefix("discoveryPrefix", discoveryPrefix),
    name,
    gateway: {},
  };
  const birth = `${discoveryPrefix}/status`;
  const base = baseOf(place);
  const memory = new Memory(place);
  const first = Promise.withResolvers<void>();
  let told = "";
  const broker = new Broker({
    url,
    username,
    password,
    tls,
    connectTimeout,
    will: { topic: availabilityTopic(place), payload: "offline" },
    topics: [
      `${base}/+/+/set/#`,
      birth,
      ...memory.topics,
    ],
  }, {
    opened() {
      told = "";
      logger?.info?.(`The broker at ${url.host} is connected`);
      first.resolve();
    },
    lost({ message }, wasOpen) {
      // That it is still not there is not said each time.
      if (wasOpen) {
        logger?.warn?.(`The broker at ${url.host} is lost: ${message}`);
      } else if (message !== told) logger?.warn?.(message);
      told = message;
    },
    received(topic, payload, isRetained) {
      if (topic === birth) {
        // Home Assistant has started: whatever it has forgotten is told again.
        if (payload === "online" && !isRetained) broker.repeat();
      } else if (topic.includes("/set")) {
        watch.order(topic, payload, isRetained);
      } else memory.received(topic, payload, isRetained);
    },
  });
  const watch = new PlantWatch(gateway, broker, memory, {
    place,
    home,
    onlyNamed,
    maxDevices,
    logger,
  });
  broker.keep(availabilityTopic(place), "offline");
  await Promise.race([first.promise, broker.ended]);
  broker.tell(memory.mark, "");
  await settled(memory.complete, MEMORY_TIMEOUT);
  const running = watch.run();
  let isClosing = false;
  const close = async () => {
    isClosing = true;
    await watch.close();
    await broker.close();
    await running.catch(() => {});
  };
  const closed = running.then(() => broker.close(), async (error) => {
    if (isClosing) return;
    await broker.close();
    throw error;
  });
  closed.catch(() => {});
  return { closed, close, [Symbol.asyncDispose]: close };
}

function urlOf(given: string | URL): URL {
  const url = URL.parse(`${given}`);
  if (url === null || !/^mqtts?:$/.test(url.protocol) || url.host === "") {
    throw new TypeError(
      "The URL of the broker has to be such as mqtt://192.168.1.10 or " +
        "mqtts://broker.example:8883",
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw new TypeError(
      "The URL of the broker has no place for a user name or a password: give " +
        "them as options of their own",
    );
  }
  return url;
}

function checkPrefix(name: string, prefix: string): string {
  if (/^[^#+$/\s][^#+\s]{0,99}$/u.test(prefix) && !prefix.endsWith("/")) {
    return prefix;
  }
  throw new TypeError(
    `${name} has to be the start of a topic, without #, + or a space, not ` +
      JSON.stringify(prefix),
  );
}
