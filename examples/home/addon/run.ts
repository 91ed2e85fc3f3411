// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Runs `openwebnet mqtt` as an add-on of Home Assistant: the broker is the one
 * that Home Assistant has, the gateway and the names come from the options of
 * the add-on and from `home.json` in its folder.
 */

import { main } from "@wirekit/openwebnet/cli";
// The command loads it when it is needed; so it is downloaded with this file.
import "@wirekit/openwebnet/mqtt";

/** The options that the user has filled in. */
interface Options {
  host?: string;
  password?: string;
  named?: boolean;
}

/** The broker, as the supervisor gives it to add-ons with `mqtt:need`. */
interface Service {
  host: string;
  port: number;
  ssl?: boolean;
  username?: string;
  password?: string;
}

const {
  SUPERVISOR_TOKEN = "",
  SUPERVISOR_URL = "http://supervisor",
  ADDON_OPTIONS = "/data/options.json",
  ADDON_CONFIG = "/config",
} = Deno.env.toObject();

const options: Options = JSON.parse(await Deno.readTextFile(ADDON_OPTIONS));
const response = await fetch(`${SUPERVISOR_URL}/services/mqtt`, {
  headers: { authorization: `Bearer ${SUPERVISOR_TOKEN}` },
});
if (!response.ok) {
  throw new Error("There is no MQTT broker: install the add-on Mosquitto");
}
const { data: broker }: { data: Service } = await response.json();

// Passwords do not go into the arguments, which everybody can read.
const secrets = {
  OPENWEBNET_HOST: options.host,
  OPENWEBNET_PASSWORD: options.password,
  MQTT_USERNAME: broker.username,
  MQTT_PASSWORD: broker.password,
};
for (const [name, value] of Object.entries(secrets)) {
  if (value) Deno.env.set(name, value);
}
const home = `${ADDON_CONFIG}/home.json`;
const hasHome = await Deno.stat(home).then(() => true, () => false);
const scheme = broker.ssl ? "mqtts" : "mqtt";
const args = ["mqtt", "--broker", `${scheme}://${broker.host}:${broker.port}`];
if (hasHome) args.push("--home", home);
if (options.named) args.push("--named");

for (;;) {
  const code = await main(args);
  // It was stopped, or would fail again in the same way.
  if (code === 0 || code === 2 || code === 130) Deno.exit(code);
  // After three wrong passwords in a minute, a gateway locks everybody out.
  await new Promise((resolve) => setTimeout(resolve, 45_000));
}
