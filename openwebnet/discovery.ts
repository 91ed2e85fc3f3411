// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Finding gateways on the network, by SSDP, and devices of a plant, by asking.
 *
 * @module
 */

import type * as NodeDgram from "node:dgram";
import type * as NodeProcess from "node:process";
import type { CommandOptions } from "./session/_command_session.ts";
import { energyDevice } from "./areas/energy.ts";
import { NackError } from "./session/errors.ts";
import { decode, type GatewayEvent } from "./events.ts";
import type { Caller } from "./areas/item.ts";
import { parse } from "./wire/message.ts";
import { type GatewayProfile, profileOf } from "./session/profiles.ts";
import { DEFAULT_PORT } from "./tcp.ts";

/** A gateway that was found. */
export interface FoundGateway {
  /** Its address. */
  hostname: string;
  /** Its port, as it says; 20000 if it does not. */
  port: number;
  /** Where its description is. */
  location: string;
  /** Its name for people. */
  friendlyName: string;
  /** The maker. */
  manufacturer: string;
  /** The model. */
  modelName: string;
  /** The version of the firmware. */
  modelNumber: string;
  /** The serial number. */
  serialNumber: string;
  /** Its unique name (UDN). */
  udn: string;
  /** The profile that fits the model. */
  profile: GatewayProfile;
}

/** Options of {@linkcode discoverGateways}. */
export interface DiscoverOptions {
  /**
   * How long to wait for answers, in milliseconds.
   *
   * @default {3000}
   */
  timeout?: number;
  /** Ends the search: what was found until then is returned. */
  signal?: AbortSignal;
  /**
   * Whom to ask.
   *
   * @default {"239.255.255.250"} Everybody, by multicast.
   */
  hostname?: string;
  /**
   * The port to ask.
   *
   * @default {1900}
   */
  port?: number;
}

/** What the unique names of gateways begin with, as they write it. */
const KINDS = [
  "uuid:pnp-webserver-",
  "uuid:pnp-scheduler-",
  "uuid:pnp-scheduler201-",
  "uuid:pnp-touchscreen-",
  "uuid:pnp-myhomeserver1-",
  "uuid:upnp-Basic gateway-",
  "uuid:upnp-IPscenariomodule-",
  "uuid:upnp-IPscenarioModule-",
];

/** The names of models by the kind in the unique name. */
const MODELS: Record<string, string> = {
  webserver: "F454",
  scheduler: "MH202",
  myhomeserver1: "MyHOMEServer1",
  ipscenariomodule: "MH201",
  lightingcontrolunit: "MH200N",
};

/** Longest description and longest answer to take, in bytes. */
const MAX_BYTES = 65_536;

/**
 * Finds the gateways on the network: asks by SSDP, and reads the description of
 * each one that answers, and its port. It needs `--allow-net`.
 *
 * Anybody on the network can answer. A description is read from nobody but the
 * address that has answered.
 *
 * @param options How long.
 * @returns The gateways, without doubles.
 *
 * @example Look around
 * ```ts no-assert
 * import { discoverGateways } from "@wirekit/openwebnet/discovery";
 *
 * const found = await discoverGateways({ hostname: "127.0.0.1", timeout: 10 });
 * for (const { hostname, port, profile } of found) {
 *   console.log(`${profile.name} at ${hostname}:${port}`);
 * }
 * ```
 */
export async function discoverGateways(
  options: DiscoverOptions = {},
): Promise<FoundGateway[]> {
  const { timeout = 3000, signal } = options;
  const { hostname = "239.255.255.250", port = 1900 } = options;
  const found = new Map<string, Promise<FoundGateway | undefined>>();
  // Not by an import, which a browser that loads `mod.ts` could not resolve.
  const { process } = globalThis as unknown as { process: typeof NodeProcess };
  const dgram: typeof NodeDgram = process.getBuiltinModule("node:dgram");
  const socket = dgram.createSocket("udp4");
  const late = AbortSignal.timeout(timeout + 5000);
  const { promise: over, resolve: end, reject: fail } = Promise.withResolvers<
    void
  >();
  socket.on("error", fail);
  socket.on("message", (bytes, { address }) => {
    const { location, usn } = parseHeaders(bytes.toString("latin1"));
    if (!location || found.has(location) || found.size >= 256) return;
    if (!KINDS.some((kind) => usn.startsWith(kind))) return;
    found.set(
      location,
      describe(location, address, late).catch(() => undefined),
    );
  });
  const query = [
    "M-SEARCH * HTTP/1.1",
    `HOST: ${hostname}:${port}`,
    'MAN: "ssdp:discover"',
    "MX: 2",
    "ST: upnp:rootdevice",
    "Content-Length: 0",
    "\r\n",
  ].join("\r\n");
  const timer = setTimeout(end, timeout);
  signal?.addEventListener("abort", () => end(), { once: true });
  try {
    socket.send(new TextEncoder().encode(query), port, hostname, (error) => {
      if (error) fail(error);
    });
    if (!signal?.aborted) await over;
  } finally {
    clearTimeout(timer);
    await new Promise<void>((resolve) => socket.close(() => resolve()));
  }
  const gateways = await Promise.all(found.values());
  return gateways.filter((gateway) => gateway !== undefined);
}

function parseHeaders(text: string): { location: string; usn: string } {
  const headers = { location: "", usn: "" };
  for (const line of text.slice(0, 4096).split("\n")) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).trim().toLowerCase();
    if (colon > 0 && (name === "location" || name === "usn")) {
      headers[name] = line.slice(colon + 1).trim();
    }
  }
  return headers;
}

/**
 * Reads the description of a gateway, and asks it for its port.
 *
 * @param location The URL of the description.
 * @param address The address that it has to be at.
 * @param signal Gives up.
 * @returns The gateway, or `undefined` if it is none.
 */
async function describe(
  location: string,
  address: string,
  signal: AbortSignal,
): Promise<FoundGateway | undefined> {
  const url = new URL(location);
  if (url.protocol !== "http:" || url.hostname !== address) return undefined;
  const xml = await readText(await fetch(url, { signal, redirect: "error" }));
  const udn = element(xml, "UDN");
  const modelName = element(xml, "modelName");
  const kind = udn.toLowerCase().split("-")[1] ?? "";
  const profile = profileOf(modelName);
  return {
    hostname: address,
    port: await askPort(url, signal).catch(() => DEFAULT_PORT),
    location,
    friendlyName: element(xml, "friendlyName"),
    manufacturer: element(xml, "manufacturer"),
    modelName,
    modelNumber: element(xml, "modelNumber"),
    serialNumber: element(xml, "serialNumber"),
    udn,
    profile: profile.name === "generic"
      ? profileOf(MODELS[kind] ?? "")
      : profile,
  };
}

async function askPort(url: URL, signal: AbortSignal): Promise<number> {
  const action = "urn:schemas-bticino-it:service:openserver:1";
  const response = await fetch(new URL("/upnp/pwdControl", url), {
    method: "POST",
    signal,
    redirect: "error",
    headers: {
      SOAPAction: `"${action}#getopenserverPort"`,
      "Content-Type": "text/xml; charset=utf-8",
    },
    body: '<?xml version="1.0" encoding="utf-8"?>' +
      '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" ' +
      's:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>' +
      `<u:getopenserverPort xmlns:u="${action}"/></s:Body></s:Envelope>`,
  });
  const text = await readText(response);
  const port = Number(element(text, "Port"));
  return response.ok && port > 0 && port < 65_536 ? port : DEFAULT_PORT;
}

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new RangeError("The answer is too long");
    text += decoder.decode(chunk, { stream: true });
  }
  return text;
}

/** The text of the first element of a name, without its entities. */
function element(xml: string, name: string): string {
  const start = xml.indexOf(`<${name}>`);
  if (start < 0) return "";
  const from = start + name.length + 2;
  const end = xml.indexOf(`</${name}>`, from);
  return end < 0 ? "" : xml.slice(from, end).trim()
    .replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'").replaceAll("&amp;", "&");
}

/** A device that has answered. */
export interface FoundItem {
  /** Its area. */
  who: number;
  /** Its target. */
  where: string;
  /**
   * What it is, as far as its answer tells: a dimmer is known from a light only
   * while it is dimmed.
   */
  kind:
    | "light"
    | "dimmer"
    | "automation"
    | "zone"
    | "alarm"
    | "auxiliary"
    | "contact"
    | "amplifier"
    | "scene"
    | "meter"
    | "actuator"
    | "stop & go";
}

/** What to ask, and what answers it. CEN buttons can only be heard. */
const REQUESTS: readonly [string, FoundItem["kind"]][] = [
  ["*#1*0##", "light"],
  ["*#2*0##", "automation"],
  ["*#4*0*0##", "zone"],
  ["*#5*0##", "alarm"],
  ["*#9*0##", "auxiliary"],
  ["*#25*30##", "contact"],
  ["*#16*0*5##", "amplifier"],
  ["*#17*0##", "scene"],
  // Their diagnostics name each device.
  ["*#1018*0*7##", "meter"],
  ["*#1004*0*7##", "zone"],
];

/**
 * Finds the devices of a plant, by asking all of each kind for their state.
 *
 * Buttons, scenarios and what does not answer cannot be found so. Hardware ids
 * are found by `scanDevices` of `diagnostics.ts`.
 *
 * @param gateway The gateway.
 * @param options Time and signal of each request.
 * @returns The devices.
 *
 * @example Find lights
 * ```ts
 * import { discoverItems } from "@wirekit/openwebnet/discovery";
 * import { Gateway } from "@wirekit/openwebnet/gateway";
 * import { GatewaySimulator } from "@wirekit/openwebnet/simulator";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator();
 * await using gateway = new Gateway({ transport: () => simulator.connect(), pacing: 0 });
 * const items = await discoverItems(gateway);
 * const shutters = items.filter(({ kind }) => kind === "automation");
 * assertEquals(shutters.map(({ where }) => where), ["31", "32"]);
 * ```
 */
export async function discoverItems(
  gateway: Caller,
  options?: CommandOptions,
): Promise<FoundItem[]> {
  const found = new Map<string, FoundItem>();
  for (const [request, kind] of REQUESTS) {
    const replies = await gateway.request(parse(request), options)
      .catch((error) => {
        // The plant has no such subsystem.
        if (error instanceof NackError) return [];
        throw error;
      });
    for (const event of replies.map(decode)) {
      const item = toItem(event, kind);
      if (item === undefined) continue;
      const key = `${item.who} ${item.where}`;
      if (item.kind === "dimmer" || !found.has(key)) found.set(key, item);
    }
  }
  return [...found.values()];
}

/** The device that an answer is about. */
function toItem(
  event: GatewayEvent,
  kind: FoundItem["kind"],
): FoundItem | undefined {
  const { type, where } = event;
  // A diagnostic WHO is 1000 more than the one that it is of.
  const who = event.who % 1000;
  if (type === "unknown" || where === "" || where === "0") return undefined;
  if (kind === "light" && DIMMED.has(type)) {
    return { who, where, kind: "dimmer" };
  }
  if (kind !== "meter") return { who, where, kind };
  const device = energyDevice(where);
  return device && { who, where, kind: device };
}

/** What a dimmer says and no other light. */
const DIMMED = new Set(["light.level", "light.brightness", "light.speeds"]);
