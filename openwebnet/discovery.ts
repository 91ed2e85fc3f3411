// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Discovery of gateways on the network, by SSDP.
 *
 * @module
 */

import type * as NodeDgram from "node:dgram";
import type * as NodeProcess from "node:process";
import { parseXml, type XmlDocument, XmlElement } from "@rgrove/parse-xml";
import { checkTime, later } from "@wirekit/internal/clock";
import { TimeoutError } from "@wirekit/internal/errors";
import { checkPort } from "@wirekit/internal/limits";
import { type GatewayProfile, profileOf } from "./session/profiles.ts";
import { DEFAULT_PORT } from "./tcp.ts";

/** A gateway that was found. */
export interface FoundGateway {
  /** Its address. */
  hostname: string;
  /** The port that it reports; 20000 if it reports none. */
  port: number;
  /** The URL of its description. */
  location: string;
  /** Its human-readable name. */
  friendlyName: string;
  /** The manufacturer. */
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
  /** Ends the search: the gateways found so far are returned. */
  signal?: AbortSignal;
  /**
   * The host to ask.
   *
   * @default {"239.255.255.250"} All hosts, by multicast.
   */
  hostname?: string;
  /**
   * The port to ask.
   *
   * @default {1900}
   */
  port?: number;
}

/** The prefixes of the unique names of gateways, spelt as they send them. */
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

/** The models, by the kind in the unique name. */
const MODELS: Record<string, string> = {
  webserver: "F454",
  scheduler: "MH202",
  myhomeserver1: "MyHOMEServer1",
  ipscenariomodule: "MH201",
  lightingcontrolunit: "MH200N",
};

/** Longest wait for the descriptions after the search, in milliseconds. */
const DESCRIBE_TIMEOUT = 5_000;

/** Maximum size of a description or other answer, in bytes. */
const MAX_BYTES = 65_536;

/**
 * Finds the gateways on the network: searches by SSDP, and asks each gateway
 * that answers for its description and port. Needs `--allow-net`.
 *
 * Any device on the network can answer, so a description is read only from the
 * address that sent the answer.
 *
 * @param options Whom to ask, and how long to wait.
 * @returns The gateways, without duplicates.
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
  checkTime("timeout", timeout);
  const { hostname = "239.255.255.250", port = 1900 } = options;
  checkPort("port", port, 1);
  await needNetwork("0.0.0.0:0");
  await needNetwork(`${hostname}:${port}`);
  const found = new Map<string, Promise<FoundGateway | undefined>>();
  // A browser that loads `mod.ts` could not resolve an import of it.
  const { process } = globalThis as unknown as { process: typeof NodeProcess };
  const dgram: typeof NodeDgram = process.getBuiltinModule("node:dgram");
  const socket = dgram.createSocket("udp4");
  const late = new AbortController();
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
      describe(location, address, usn, late.signal).catch(() => undefined),
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
  const timer = later(timeout, end);
  const abort = () => end();
  signal?.addEventListener("abort", abort, { once: true });
  try {
    socket.send(new TextEncoder().encode(query), port, hostname, (error) => {
      if (error) fail(error);
    });
    if (!signal?.aborted) await over;
  } finally {
    timer.stop();
    signal?.removeEventListener("abort", abort);
    await new Promise<void>((resolve) => socket.close(() => resolve()));
  }
  const slow = later(DESCRIBE_TIMEOUT, () => {
    late.abort(
      new TimeoutError("Gateway did not send its description in time"),
    );
  });
  const gateways = await Promise.all(found.values());
  slow.stop();
  return gateways.filter((gateway) => gateway !== undefined);
}

/** Refuses what a socket of Node would refuse where nobody can catch it. */
async function needNetwork(host: string): Promise<void> {
  const { Deno } = globalThis as { Deno?: typeof globalThis.Deno };
  const status = await Deno?.permissions.request({ name: "net", host });
  if (!Deno || status?.state === "granted") return;
  throw new Deno.errors.NotCapable(
    `Requires net access to "${host}", run again with the --allow-net flag`,
  );
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
 * @param address The address that the URL must point to.
 * @param usn The unique name in its answer.
 * @param signal Aborts the requests.
 * @returns The gateway; `undefined` if the URL points elsewhere.
 */
async function describe(
  location: string,
  address: string,
  usn: string,
  signal: AbortSignal,
): Promise<FoundGateway | undefined> {
  const url = new URL(location);
  if (url.protocol !== "http:" || url.hostname !== address) return undefined;
  const xml = await readXml(await fetch(url, { signal, redirect: "error" }));
  const udn = textOf(xml, "UDN") || usn.replace(/::.*$/, "");
  const modelName = textOf(xml, "modelName");
  const kind = udn.toLowerCase().split("-")[1] ?? "";
  const profile = profileOf(modelName);
  return {
    hostname: address,
    port: await askPort(url, signal).catch(() => DEFAULT_PORT),
    location,
    friendlyName: textOf(xml, "friendlyName"),
    manufacturer: textOf(xml, "manufacturer"),
    modelName,
    modelNumber: textOf(xml, "modelNumber"),
    serialNumber: textOf(xml, "serialNumber"),
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
  const port = Number(textOf(await readXml(response), "Port"));
  const isPort = Number.isInteger(port) && port > 0 && port < 65_536;
  return response.ok && isPort ? port : DEFAULT_PORT;
}

/** Reads an answer; `undefined` if it is not XML. */
async function readXml(response: Response): Promise<XmlDocument | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new RangeError("The answer is too long");
    text += decoder.decode(chunk, { stream: true });
  }
  try {
    // Some gateways put line breaks before the declaration, which is not valid.
    return parseXml(text.trim(), { ignoreUndefinedEntities: true });
  } catch {
    return undefined;
  }
}

/** Returns the text of the first element of a name, in any namespace, or "". */
function textOf(
  node: XmlDocument | XmlElement | undefined,
  name: string,
): string {
  for (const child of node?.children ?? []) {
    if (!(child instanceof XmlElement)) continue;
    if (child.name.replace(/^.*:/, "") === name) return child.text.trim();
    const text = textOf(child, name);
    if (text !== "") return text;
  }
  return "";
}
