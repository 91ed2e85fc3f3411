// Copyright 2026 the Wirekit authors. MIT license.

/** The HTTP door as an OpenAPI document. */

import type { KnownRoute } from "@wirekit/hub/hub";
import { escapeName } from "../_catalog.ts";
import config from "../deno.json" with { type: "json" };

const ERROR = { $ref: "#/components/responses/Error" };

const JSON_BODY = (schema: object) => ({
  content: { "application/json": { schema } },
});

/** Returns the document of the routes that one may ask. */
export function openApiOf(routes: readonly KnownRoute[]): object {
  return {
    openapi: "3.1.0",
    info: {
      title: "The routes of a hub",
      version: config.version,
      description: "Each route of each participant that is known to the hub, " +
        "because it was announced or because it once answered.",
    },
    paths: {
      "/call/{name}/{route}": {
        post: {
          ...operation("Asks a participant", "call"),
          parameters: [inPath("name"), inPath("route")],
          requestBody: JSON_BODY({}),
        },
      },
      "/inform": {
        post: {
          ...operation("Tells all participants", "inform"),
          requestBody: { required: true, ...JSON_BODY({}) },
        },
      },
      "/inform/{name}": {
        post: {
          ...operation("Tells one participant", "informOne"),
          parameters: [inPath("name")],
          requestBody: { required: true, ...JSON_BODY({}) },
        },
      },
      ...Object.fromEntries(routes.map(pathOf)),
    },
    components: {
      responses: {
        Error: {
          description: "Why there is no result",
          ...JSON_BODY({
            type: "object",
            required: ["error"],
            properties: {
              error: {
                type: "object",
                required: ["code", "message"],
                properties: {
                  code: { type: "integer" },
                  message: { type: "string" },
                  from: { type: "string" },
                  data: {},
                },
              },
            },
          }),
        },
      },
    },
  };
}

function pathOf(known: KnownRoute): [path: string, item: object] {
  const { name, route, description, params = {}, result = {} } = known;
  const id = `${escapeName(name)}/${escapeName(route)}`;
  const summary = description ?? `Asks ${name} for ${route}`;
  return [`/call/${id}`, {
    post: {
      ...operation(summary, id, result),
      tags: [name],
      requestBody: JSON_BODY(params),
    },
  }];
}

function operation(summary: string, operationId: string, result = {}) {
  const ok = { description: "The result", ...JSON_BODY(result) };
  return { summary, operationId, responses: { 200: ok, default: ERROR } };
}

function inPath(name: string): object {
  return { name, in: "path", required: true, schema: { type: "string" } };
}
