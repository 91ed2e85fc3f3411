// Copyright 2026 the Wirekit authors. MIT license.

/** What may be called, as an OpenRPC document. */

import type { KnownRoute } from "@wirekit/hub/hub";
import { escapeName } from "../_catalog.ts";
import config from "../deno.json" with { type: "json" };

/** What the hub itself can be asked for. */
const VERBS = [
  method("hub.join", "Takes a name, or waits for it", {
    name: { type: "string" },
    token: { type: "string" },
    source: { type: "string" },
  }, ["name"]),
  method("hub.request", "Asks any participant for any route", {
    to: { type: "string" },
    route: { type: "string" },
    data: {},
  }, ["to", "route"]),
  method("hub.inform", "Tells one, several or all participants", {
    data: {},
    to: { type: ["string", "array"], items: { type: "string" } },
  }, ["data"]),
  method("hub.announce", "Says what the caller can be asked for", {
    routes: { type: "object" },
  }, ["routes"]),
];

/** Returns the document of the routes that one may ask. */
export function openRpcOf(routes: readonly KnownRoute[]): object {
  return {
    openrpc: "1.3.2",
    info: { title: "The routes of a hub", version: config.version },
    methods: [...VERBS, ...routes.map(methodOf)],
  };
}

function methodOf({ name, route, ...info }: KnownRoute): object {
  const { description, params, result = {} } = info;
  const properties = isRecord(params?.properties) ? params.properties : {};
  const required = Array.isArray(params?.required) ? params.required : [];
  const title = `${escapeName(name)}/${route}`;
  const summary = description ?? `Asks ${name} for ${route}`;
  return method(title, summary, properties, required, result);
}

function method(
  name: string,
  summary: string,
  params: Record<string, unknown>,
  required: readonly unknown[],
  result: object = {},
) {
  return {
    name,
    summary,
    paramStructure: "by-name",
    params: Object.entries(params).map(([name, schema]) => ({
      name,
      schema,
      required: required.includes(name),
    })),
    result: { name: "result", schema: result },
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
