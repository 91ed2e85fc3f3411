// Copyright 2026 the Wirekit authors. MIT license.

/** What assistants may call, and how it looks to them. */

import type { KnownRoute } from "@wirekit/hub";
import { escapeName } from "../_catalog.ts";

/** Says whether an assistant may call a route. */
export type Allowed = (name: string, route: string) => boolean;

/** A tool as MCP lists it. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: { type: "object"; [key: string]: unknown };
  readonly annotations?: { readonly readOnlyHint?: boolean };
}

/** The name of the hub's own tools. */
export const HUB_TOOLS = "hub";

/** Reads patterns such as `home/light.*`. */
export function allowedBy(patterns: readonly string[]): Allowed {
  const all = patterns.map((pattern) => {
    const slash = pattern.indexOf("/");
    if (pattern === "*") return [/^/, /^/] as const;
    if (slash < 1 || slash === pattern.length - 1) {
      throw new TypeError(
        `"${pattern}" is no pattern: it has to be NAME/ROUTE, where * stands ` +
          'for any text, such as "home/light.*"',
      );
    }
    return [
      matcher(pattern.slice(0, slash)),
      matcher(pattern.slice(slash + 1)),
    ] as const;
  });
  return (name, route) =>
    all.some(([names, routes]) => names.test(name) && routes.test(route));
}

/** Stars stand for any text; the longest text is bounded by who asks. */
function matcher(pattern: string): RegExp {
  const parts = pattern.split(/\*+/).map((part) =>
    part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
  );
  return new RegExp(`^${parts.join("[^]*")}$`);
}

/** The tools of the routes that are known and allowed. */
export function toolsOf(
  routes: readonly KnownRoute[],
  allowed: Allowed,
): Tool[] {
  const found = routes.filter(({ name, route }) => allowed(name, route))
    .map(toolOf);
  const tools: Tool[] = [...found, REQUEST];
  if (allowed(HUB_TOOLS, "inform")) tools.push(INFORM);
  return tools;
}

function toolOf(
  { name, route, description, params, readOnly }: KnownRoute,
): Tool {
  return {
    name: `${escapeName(name)}/${route}`,
    description: description ?? `Asks ${name} for ${route}`,
    inputSchema: { ...params, type: "object" },
    ...(readOnly && { annotations: { readOnlyHint: true } }),
  };
}

const REQUEST: Tool = {
  name: "hub/request",
  description: "Asks a client of the hub for a route that is not listed. Not " +
    "everything is allowed",
  inputSchema: {
    type: "object",
    properties: {
      to: { type: "string", description: "The name of the client" },
      route: { type: "string" },
      data: { type: "object", description: "What the route takes" },
    },
    required: ["to", "route"],
  },
};

const INFORM: Tool = {
  name: "hub/inform",
  description: "Tells one client of the hub something, or all",
  inputSchema: {
    type: "object",
    properties: {
      data: {},
      to: { type: "string", description: "The name of the client" },
    },
    required: ["data"],
  },
};
