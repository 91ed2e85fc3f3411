// Copyright 2026 the Wirekit authors. MIT license.

/** What assistants may call, and how it looks to them. */

import type { KnownRoute } from "@wirekit/hub/hub";
import { escapeName } from "../_catalog.ts";
import { argumentsSchema, type ObjectSchema, resultSchema } from "./_schema.ts";

/** Says whether an assistant may call a route. */
export type Allowed = (name: string, route: string) => boolean;

/** A tool as MCP lists it. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: ObjectSchema;
  /** What the result is, if that is an object that was described. */
  readonly outputSchema?: ObjectSchema;
  readonly annotations?: { readonly readOnlyHint?: boolean };
}

/** The name of the hub's own tools. */
export const HUB_TOOLS = "hub";

/** Allows nothing. */
const NOTHING: Allowed = () => false;

/** Reads patterns such as `home/light.*`. */
export function allowedBy(patterns: readonly string[]): Allowed {
  if (patterns.length === 0) return NOTHING;
  const all = patterns.map((pattern) => {
    const slash = pattern.indexOf("/");
    const isAll = pattern === "*";
    if (!isAll && (slash < 1 || slash === pattern.length - 1)) {
      throw new TypeError(
        `allow has "${pattern}", which is not a pattern: it has to be ` +
          'NAME/ROUTE, where * stands for any text, such as "home/light.*"',
      );
    }
    return {
      names: isAll ? /^/ : matcher(pattern.slice(0, slash)),
      routes: isAll ? /^/ : matcher(pattern.slice(slash + 1)),
      // The hub itself, which can be operated, is meant only by its name.
      isHub: pattern.startsWith("@"),
    };
  });
  return (name, route) =>
    all.some(({ names, routes, isHub }) =>
      isHub === name.startsWith("@") && names.test(name) && routes.test(route)
    );
}

/** Stars stand for any text; the caller bounds the longest text. */
function matcher(pattern: string): RegExp {
  const parts = pattern.split(/\*+/).map((part) =>
    part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
  );
  return new RegExp(`^${parts.join("[^]*")}$`);
}

/** The most tools of one page of the list. */
const PAGE = 1_000;

/** The longest name of a tool that assistants take. */
const MAX_TITLE = 128;

/** Some of the tools, and where the next ones begin. */
export interface ToolPage {
  readonly tools: Tool[];
  readonly nextCursor?: string;
}

/**
 * The tools of the routes that are known and allowed, by their names: the pages
 * stay in order while participants come and go.
 *
 * @param after The name of the last tool of the page before.
 */
export function toolsOf(
  routes: readonly KnownRoute[],
  allowed: Allowed,
  after?: string,
): ToolPage {
  // A participant with the name of the hub's own tools cannot be asked by them.
  const found = routes.filter(({ name, route }) =>
    name !== HUB_TOOLS && allowed(name, route)
  )
    .map((route) => ({ title: titleOf(route), route }))
    .filter(({ title }) =>
      title.length <= MAX_TITLE && (after === undefined || title > after)
    )
    .sort((a, b) => a.title < b.title ? -1 : 1);
  const tools = found.slice(0, PAGE).map(({ route }) => toolOf(route));
  if (found.length > PAGE) return { tools, nextCursor: tools.at(-1)!.name };
  if (allowed !== NOTHING) tools.push(REQUEST);
  if (allowed(HUB_TOOLS, "inform")) tools.push(INFORM);
  return { tools };
}

/** The name of a tool: one that is not right may spoil the list. */
function titleOf({ name, route }: KnownRoute): string {
  return `${escapeName(name)}/${escapeName(route)}`;
}

function toolOf(known: KnownRoute): Tool {
  const { name, route, description, params, result, readOnly } = known;
  const outputSchema = resultSchema(result);
  return {
    name: titleOf(known),
    description: (description ?? `Asks ${name} for ${route}`)
      // What cannot be seen is not to be read, either.
      .replaceAll(/[\p{Cc}\p{Cf}]+/gu, " "),
    inputSchema: argumentsSchema(params),
    ...(outputSchema && { outputSchema }),
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
  description: "Tells clients of the hub something, or all",
  inputSchema: {
    type: "object",
    properties: {
      data: {},
      to: {
        type: ["string", "array"],
        items: { type: "string" },
        description:
          "The name of the client, or a list of names; without it, " +
          "all are told",
      },
    },
    required: ["data"],
  },
};
