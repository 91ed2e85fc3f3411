// Copyright 2026 the Wirekit authors. MIT license.

/** The options that open doors, and what they open. */

import { port, text, toggle, type Values } from "@wirekit/internal/command";
import type { ServeAddition, ServeExtension } from "@wirekit/hub/cli";
import type { HubServer } from "@wirekit/hub/serve";
import type { DoorMaker } from "../door.ts";
import { openDoors } from "../_open.ts";

/** The options of the doors. */
export const DOOR_OPTIONS = {
  jsonrpcTcp: port(
    "Also listen on this TCP port for JSON-RPC, one message a line",
  ),
  jsonrpcUnix: text(
    "PATH",
    "Also listen on this Unix socket for JSON-RPC, one message a line",
    { file: true },
  ),
};

type DoorValues = Values<typeof DOOR_OPTIONS>;

/** Opens the doors. Each is loaded only now. */
export async function openAsked(
  server: HubServer,
  options: DoorValues,
): Promise<ServeAddition> {
  const { jsonrpcTcp: tcpPort, jsonrpcUnix: unixPath } = options;
  const { httpDoor } = await import("../http.ts");
  const { jsonRpcDoor } = await import("../jsonrpc.ts");
  const { wsrpcDoor } = await import("../wsrpc.ts");
  const makers: DoorMaker[] = [
    httpDoor(),
    jsonRpcDoor({
      hostname: server.addr.hostname,
      ...(tcpPort !== undefined && { tcpPort }),
      ...(unixPath !== undefined && { unixPath }),
    }),
    wsrpcDoor(),
  ];
  const { urls, close } = await openDoors(server.hub, makers);
  const [first] = server.urls;
  const http = first.replace(/^ws/, "http");
  const lines = [
    `JSON-RPC: ${[`${first}/jsonrpc`, ...urls].join(", ")}`,
    `wsrpc: ${first}/wsrpc/`,
    `HTTP: curl -H 'content-type: application/json' -d '{}' ` +
    `${http}/call/NAME/ROUTE`,
  ];
  return { lines, close };
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
  open(server, options) {
    const { doors, jsonrpcTcp, jsonrpcUnix } = options;
    return doors || jsonrpcTcp !== undefined || jsonrpcUnix !== undefined
      ? openAsked(server, options)
      : Promise.resolve({ lines: [], close: () => Promise.resolve() });
  },
};
