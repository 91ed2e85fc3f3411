// Copyright 2026 the Wirekit authors. MIT license.

/** Frames of OpenWebNet decoded from one and the same stream of bytes. */

import { Driver } from "../../tests/_driver.ts";
import { installPython } from "../../tests/_python.ts";
import {
  type CallCell,
  HERE,
  type Load,
  ourProgram,
  type System,
} from "../harness.ts";

function file(name: string): string {
  return new URL(name, import.meta.url).pathname;
}

/**
 * What a plant with all subsystems says, in a thousand frames: no two of a read
 * are the same, so that it would not help to remember the last ones.
 */
const frames: string[] = [];
for (let n = 0; n < 100; n++) {
  const where = `${n % 9 + 1}${Math.floor(n / 9) % 9 + 1}`;
  const zone = n % 99 + 1;
  const [hours, minutes, seconds] = [n % 24, n * 7 % 60, n * 13 % 60].map(
    (value) => `${value}`.padStart(2, "0"),
  );
  frames.push(
    `*1*${n % 11}*${where}##`,
    `*1*1000#${n % 2}*0${Math.floor(n / 12) + 1}1${(n >> 1) % 6}##`,
    `*#1*${where}*1*${100 + n}*${n * 7 % 256}##`,
    `*2*${Math.floor(n / 34)}*${where}##`,
    `*#2*${where}*10*1${n % 5}*${n}*000*0##`,
    `*#4*${zone}*0*0${100 + n}##`,
    `*#4*${zone}*12*0${100 + n}*${n % 3 + 1}##`,
    `*#13**0*${hours}*${minutes}*${seconds}*00${n % 3}##`,
    `*#18*5${n % 9 + 1}*113*${n * 37}##`,
    `*25*2${n % 8 + 1}#${n % 32}*2${n}##`,
  );
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
        load({ size }, seconds) {
          const text = frames.slice(0, size).join("");
          return driver.do<Load>("load", { text, size, seconds });
        },
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
  const python = (library: string) => ({
    ...makeSystem(library, [interpreter, file("decode.py"), library]),
    isWarm: true,
  });
  return [
    python("pyown"),
    python("OWNd"),
    wirekit("split"),
    wirekit("frames"),
    wirekit("messages"),
    wirekit("events"),
  ];
}

/**
 * Ours, as far as asked for; or the plain cost of splitting the bytes.
 *
 * @param step How far.
 * @param root The checkout that it is of.
 * @returns The system.
 */
export function wirekit(
  step: "split" | "frames" | "messages" | "events",
  root = HERE,
): System<CallCell> {
  const run = ourProgram("openwebnet/decode_child.ts", root);
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
