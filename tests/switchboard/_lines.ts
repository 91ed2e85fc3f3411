// Copyright 2026 the Wirekit authors. MIT license.

import type { DoorMaker } from "@wirekit/switchboard";
import { jsonRpcDoor } from "@wirekit/switchboard";

/** The door of JSON-RPC wherever it can be: also over TCP and a Unix socket. */
export function jsonRpcEverywhere(): DoorMaker {
  return async (hub) => {
    const folder = await Deno.makeTempDir();
    const unixPath = `${folder}/rpc.sock`;
    const door = await jsonRpcDoor({ tcpPort: 0, unixPath })(hub);
    const close = door.close?.bind(door);
    return Object.assign(door, {
      async close() {
        await close?.();
        // A hub may be closed twice.
        await Deno.remove(folder, { recursive: true }).catch(() => {});
      },
    });
  };
}
