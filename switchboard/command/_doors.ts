// Copyright 2026 the Wirekit authors. MIT license.

/** The options that open doors, and what they open. */

import {
  port,
  text,
  texts,
  toggle,
  type Values,
} from "@wirekit/internal/command";
import { checkApart } from "@wirekit/internal/limits";
import type {
  ServeAddition,
  ServeContext,
  ServeExtension,
} from "@wirekit/hub/cli";
import type { Hub } from "@wirekit/hub/hub";
import type { DoorMaker } from "../door.ts";
import { openDoors } from "../_open.ts";
import { gatewayOf, gatewaysOf } from "./_gateways.ts";

/** The options of the doors. */
export const DOOR_OPTIONS = {
  jsonrpcTcp: port(
    "Also listen on this TCP port for JSON-RPC, one message per line",
  ),
  jsonrpcUnix: text(
    "PATH",
    "Also listen on this Unix socket for JSON-RPC, one message per line",
    { file: true },
  ),
  gateway: texts(
    "NAME=HOST",
    "MyHOME gateway that takes part under this name; its password in " +
      "OPENWEBNET_PASSWORD. NAME=simulator simulates one",
  ),
  mcp: texts(
    "PATTERN",
    "Let AI assistants call these routes by MCP at /mcp: NAME/ROUTE, where * " +
      "stands for any text, such as home/light.*",
  ),
  home: text("FILE", "home.json with the names of what is in the home", {
    file: true,
  }),
};

type DoorValues = Values<typeof DOOR_OPTIONS>;

/** Tells an assistant, or the person who has set one up, what is missing. */
function noMcp(request: Request): Response | undefined {
  if (!/^\/mcp\/?$/.test(new URL(request.url).pathname)) return undefined;
  const text = "Assistants may call nothing here: start the hub with --mcp " +
    "PATTERN, such as --mcp 'home/*'.\n";
  return new Response(text, { status: 404 });
}

/** Opens the doors. Each is loaded only now. */
export async function openAsked(
  hub: Hub,
  options: DoorValues,
  { terminal, logger, doors = {}, hostname, places }: ServeContext,
): Promise<ServeAddition> {
  const lines = {
    hostname,
    ...doors.jsonrpc,
    ...(options.jsonrpcTcp !== undefined && { tcpPort: options.jsonrpcTcp }),
    ...(options.jsonrpcUnix !== undefined && { unixPath: options.jsonrpcUnix }),
  };
  checkApart({
    ...places,
    // Another address has ports of its own.
    ...(lines.hostname === hostname && { "--jsonrpc-tcp": lines.tcpPort }),
    "--jsonrpc-unix": lines.unixPath,
  });
  const { httpDoor } = await import("../http.ts");
  const { jsonRpcDoor } = await import("../jsonrpc.ts");
  const { wsrpcDoor } = await import("../wsrpc.ts");
  const makers: DoorMaker[] = [
    httpDoor(doors.http),
    jsonRpcDoor(lines),
    wsrpcDoor(),
  ];
  const gateways = options.gateway.length > 0
    ? options.gateway.map(gatewayOf)
    : Object.entries(doors.gateways ?? {});
  const { home = doors.home } = options;
  const plants = await gatewaysOf({ gateways, home }, { terminal, logger });
  if (plants) makers.push(plants.door);
  const allow = options.mcp.length > 0 ? options.mcp : doors.mcp?.allow ?? [];
  if (allow.length > 0) {
    // Named at run time: a hub without assistants downloads nothing for them.
    const path = import.meta.resolve("../mcp.ts");
    const { mcpDoor }: typeof import("../mcp.ts") = await import(path);
    makers.push(mcpDoor({ ...doors.mcp, allow }));
  } else makers.push(() => ({ fetch: noMcp, plain: () => undefined }));
  const { urls, close } = await openDoors(hub, makers).catch(async (error) => {
    await plants?.close();
    throw error;
  });
  const closeAll = async () => {
    await close();
    await plants?.close();
  };
  const told = (url: string) => {
    const http = url.replace(/^ws/, "http");
    return [
      `JSON-RPC: ${[`${url}/jsonrpc?name=NAME`, ...urls].join(", ")}`,
      `wsrpc: ${url}/wsrpc/?name=NAME`,
      `HTTP: curl -H 'content-type: application/json' -d '{}' ` +
      `${http}/call/NAME/ROUTE`,
      ...allow.length > 0 ? [`MCP: ${http}/mcp`] : [],
      ...plants?.lines ?? [],
    ];
  };
  return { lines: told, close: closeAll };
}

/** `--doors`, and the options of the doors with it. */
export const whenAsked: ServeExtension<
  typeof DOOR_OPTIONS & { doors: ReturnType<typeof toggle> }
> = {
  options: {
    doors: toggle("Open doors for JSON-RPC, wsrpc and HTTP"),
    ...DOOR_OPTIONS,
  },
  examples: [
    "hub serve --port 8080 --tcp 8081",
    "hub serve --doors",
    "WIREKIT_TOKEN=s3cret hub serve --hostname 0.0.0.0",
    "hub serve --cluster nats://127.0.0.1 --node cellar",
  ],
  open(hub, options, context) {
    const { doors, jsonrpcTcp, jsonrpcUnix, gateway, home, mcp } = options;
    const given = [jsonrpcTcp, jsonrpcUnix, home, ...gateway, ...mcp];
    return doors || context.doors ||
        given.some((value) => value !== undefined)
      ? openAsked(hub, options, context)
      : Promise.resolve({ lines: () => [], close: () => Promise.resolve() });
  },
};
