// Copyright 2026 the Wirekit authors. MIT license.

/** The hubs and relays that the load generator is pointed at. */

import { Driver } from "../../tests/_driver.ts";
import { installPython } from "../../tests/_python.ts";
import { HERE, ourProgram } from "../harness.ts";
import type { Order } from "../load/load.ts";

/** A server in a process of its own. Disposing ends it. */
export interface Served extends AsyncDisposable {
  /** The id of the process. */
  pid: number;
  /** How the load generator gets there. */
  order: Order;
  /** Has it collect its garbage, if it can. */
  collect(): Promise<void>;
}

/** The servers there are. */
export const SERVERS = {
  "our hub": { script: "wirekit_server.ts", kind: "ws" },
  "our hub, Deno.serve": { script: "wirekit_server.ts", kind: "fetch" },
  "our hub, unwatched": { script: "wirekit_server.ts", kind: "unwatched" },
  "our hub, doors": { script: "../switchboard/server.ts", kind: "doors" },
  "our hub, rules": { script: "wirekit_server.ts", kind: "rules" },
  "our hub, tcp:": { script: "wirekit_server.ts", kind: "tcp" },
  "our hub, unix:": { script: "wirekit_server.ts", kind: "unix" },
  "relay": { script: "relay.ts", kind: "ws" },
  "relay, Deno.serve": { script: "relay.ts", kind: "fetch" },
  "relay, tcp:": { script: "relay.ts", kind: "tcp" },
  "relay, unix:": { script: "relay.ts", kind: "unix" },
  "relay to one": { script: "relay_to_one.ts", kind: "ws" },
  "relay to one, tcp:": { script: "relay_to_one.ts", kind: "tcp" },
  "relay to one, unix:": { script: "relay_to_one.ts", kind: "unix" },
  "bare sockets": { script: "../peers/bare.ts", kind: "relay" },
  "bare sockets, to all": { script: "../peers/bare.ts", kind: "spread" },
  "greeting relay": { script: "winerp_relay.ts", kind: "ws" },
  "greeting bare sockets": { script: "../peers/bare_winerp.ts", kind: "ws" },
  "winerp": { script: "winerp_server.py", kind: "ws" },
} as const;

/** The name of a server. */
export type ServerName = keyof typeof SERVERS;

/**
 * Installs the stock winerp, once.
 *
 * @returns The Python that has it.
 */
export function installWinerp(): Promise<string> {
  return installPython(
    new URL("../../tests/interop/winerp/", import.meta.url),
  );
}

/**
 * Starts a server.
 *
 * @param name Which.
 * @param root The checkout that it is of, if it is ours.
 * @returns The server, listening.
 */
export async function serve(
  name: ServerName,
  root = HERE,
): Promise<Served> {
  const { script, kind } = SERVERS[name];
  const command = script.endsWith(".py")
    ? [await installWinerp(), new URL(script, import.meta.url).pathname]
    : [...ourProgram(`hub/${script}`, root, "--v8-flags=--expose-gc"), kind];
  const driver = new Driver(command);
  try {
    const { address } = await driver.event({ event: "ready" });
    const text = String(address);
    const dialect = /^(relay|bare)/.test(name) ? "relay" : "winerp";
    return {
      pid: driver.pid,
      order: kind === "unix"
        ? { path: text.slice("unix:".length), line: true, dialect }
        : {
          port: Number(text.split(":").at(-1)),
          line: text.startsWith("tcp:"),
          dialect,
        },
      async collect() {
        await driver.do("collect");
      },
      [Symbol.asyncDispose]: () => driver[Symbol.asyncDispose](),
    };
  } catch (error) {
    await driver.kill();
    throw error;
  }
}
