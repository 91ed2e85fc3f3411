// Copyright 2026 the Wirekit authors. MIT license.

/** Frames of OpenWebNet decoded from one and the same stream of bytes. */

import { Driver } from "../../tests/_driver.ts";
import { installPython } from "../../tests/_python.ts";
import type { CallCell, Load, System } from "../harness.ts";

function file(name: string): string {
  return new URL(name, import.meta.url).pathname;
}

function installPeers(): Promise<string> {
  return installPython(
    new URL("../../tests/interop/openwebnet/", import.meta.url),
  );
}

function makeSystem(name: string, command: string[]): System<CallCell> {
  return {
    name,
    async start() {
      const driver = new Driver(command);
      await driver.event({ event: "ready" });
      return {
        processes: { decoder: driver.pid },
        load: ({ size }, seconds) => driver.do<Load>("load", { size, seconds }),
        [Symbol.asyncDispose]: () => driver[Symbol.asyncDispose](),
      };
    },
  };
}

/**
 * What is compared.
 *
 * @returns The systems.
 */
export async function systems(): Promise<System<CallCell>[]> {
  const interpreter = await installPeers();
  const python = (library: string) =>
    makeSystem(library, [interpreter, file("decode.py"), library]);
  return [
    python("pyown"),
    python("OWNd"),
    wirekit("split"),
    wirekit("frames"),
    wirekit("messages"),
    wirekit("events"),
  ];
}

/** Ours, as far as asked for; or the plain cost of splitting the bytes. */
function wirekit(
  step: "split" | "frames" | "messages" | "events",
): System<CallCell> {
  const run = [Deno.execPath(), "run", "--no-check", file("decode_child.ts")];
  const name = step === "split" ? "Deno, split at ##" : `Wirekit, ${step}`;
  return makeSystem(name, [...run, step]);
}

/** Whole frames in each read: pyown cannot do with less. */
export const cells: CallCell[] = [[10, "a read of 10 frames"], [
  1000,
  "a read of 1000 frames",
]].map(([size, name]) => ({
  name: `${name}`,
  size: Number(size),
  depth: 1,
  quick: size === 1000,
}));
