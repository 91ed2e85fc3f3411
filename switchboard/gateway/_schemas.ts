// Copyright 2026 the Wirekit authors. MIT license.

import type { RouteInfo } from "@wirekit/hub/hub";
import type { HomeItem, HomeKind } from "@wirekit/openwebnet";
import type { GatewayRoute } from "./_route.ts";

/** What calls over HTTP and assistants have not. */
const NAME = "a name at the hub, unlike an assistant or a call over HTTP,";

const SUBSCRIBE: RouteInfo = {
  description: "Tells you what happens on the bus, as information. Only a " +
    `client with ${NAME} can be told`,
  params: {
    type: "object",
    properties: {
      who: { type: "integer", description: "Only of this area" },
      where: { type: "string", description: "Only of this target" },
    },
  },
};

/** What is announced: each route with its schema, and the names of the home. */
export function schemasOf(
  routes: Readonly<Record<string, GatewayRoute>>,
  names: ReadonlyMap<string, HomeItem>,
): Record<string, RouteInfo> {
  const all: Record<string, RouteInfo> = {};
  for (const [route, info] of Object.entries(routes)) {
    const { description, kind, params, required = [], readOnly, gives } = info;
    const where = kind && { where: whereSchema(kind, names) };
    const isNeeded = kind && route !== "status";
    all[route] = {
      description,
      params: {
        type: "object",
        properties: { ...where, ...params },
        required: [...isNeeded ? ["where"] : [], ...required],
      },
      ...(gives && {
        result: {
          type: "object",
          properties: { [gives]: { type: "number" } },
          required: [gives],
        },
      }),
      ...(readOnly && { readOnly }),
    };
  }
  return {
    ...all,
    subscribe: SUBSCRIBE,
    unsubscribe: {
      description: `Tells a client with ${NAME} nothing any more`,
    },
  };
}

function whereSchema(
  kind: HomeKind | "any",
  names: ReadonlyMap<string, HomeItem>,
): object {
  const known = [...names].filter(([_, item]) =>
    kind === "any" || item.kind === kind
  ).map(([name]) => name);
  const targets = kind === "any" ? "The target" : `The target of the ${kind}`;
  const also = known.length > 0 ? `, or its name: ${known.join(", ")}` : "";
  return { type: "string", description: `${targets}, such as 12${also}` };
}
