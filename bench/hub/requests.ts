// Copyright 2026 the Wirekit authors. MIT license.

/** Requests from one client to another, through the hub and through winerp. */

import { Driver } from "../../tests/_driver.ts";
import { installPython } from "../../tests/_python.ts";
import type { Cell, Load, Running, System } from "../harness.ts";

function file(name: string): string {
  return new URL(name, import.meta.url).pathname;
}

function installWinerp(): Promise<string> {
  return installPython(
    new URL("../../tests/interop/winerp/", import.meta.url),
  );
}

/** The commands that make up a system. */
interface Commands {
  server: string[];
  client: string[];
}

async function start({ server, client }: Commands): Promise<Running> {
  await using stack = new AsyncDisposableStack();
  const hub = stack.use(new Driver(server));
  const { address } = await hub.event({ event: "ready" });
  const responder = stack.use(
    new Driver([...client, "responder", `${address}`]),
  );
  const requester = stack.use(
    new Driver([...client, "requester", `${address}`]),
  );
  await responder.event({ event: "ready" });
  await requester.event({ event: "ready" });
  const rest = stack.move();
  return {
    processes: {
      hub: hub.pid,
      requester: requester.pid,
      responder: responder.pid,
    },
    load: ({ depth, size }, seconds) =>
      requester.do<Load>("load", { depth, size, seconds }),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

/**
 * The stock winerp: its server, and its clients on both sides.
 *
 * @returns The system.
 */
export async function winerp(): Promise<System> {
  const python = await installWinerp();
  return {
    name: "winerp",
    start: () =>
      start({
        server: [python, file("winerp_server.py")],
        client: [python, file("winerp_client.py")],
      }),
  };
}

/**
 * Our hub, with our clients on both sides.
 *
 * @param scheme How the clients connect.
 * @returns The system.
 */
export function wirekit(scheme: "ws" | "tcp"): System {
  const run = [Deno.execPath(), "run", "--allow-net", "--no-check"];
  return {
    name: `Wirekit, ${scheme}:`,
    start: () =>
      start({
        server: [...run, file("wirekit_server.ts"), scheme],
        client: [...run, file("wirekit_client.ts")],
      }),
  };
}

/**
 * What is compared.
 *
 * @returns The versions of the foreign programs.
 */
export async function versions(): Promise<string> {
  const python = await installWinerp();
  const { stdout } = await new Deno.Command(python, {
    args: ["-m", "pip", "list", "--format", "freeze"],
  }).output();
  const { stdout: version } = await new Deno.Command(python, {
    args: ["--version"],
  }).output();
  const text = new TextDecoder();
  const packages = text.decode(stdout).split("\n")
    .filter((line) => /^(winerp|websockets|orjson)=/.test(line))
    .map((line) => line.replace("==", " "));
  return [text.decode(version).trim(), ...packages].join(", ");
}

/** Each payload at each depth. */
export const cells: Cell[] = [[8, "8 B"], [1024, "1 KiB"], [65536, "64 KiB"]]
  .flatMap(([size, label]) =>
    [1, 16, 64].map((depth) => ({
      name: `${label}, ${depth} in flight`,
      size: Number(size),
      depth,
    }))
  );
