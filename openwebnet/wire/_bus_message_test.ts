// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import { Random } from "../simulator/_random.ts";
import { readBusMessage } from "./_bus_message.ts";
import { isFrame } from "./frame.ts";
import type { BusMessage } from "./kinds.ts";

const SEED = Number(crypto.getRandomValues(new Uint32Array(1))[0]);

/** The same with expressions and splits, as one reads the protocol. */
function readPlainly(frame: string): BusMessage | undefined {
  if (!isFrame(frame)) return undefined;
  const [first = "", second, third, ...values] = frame.slice(1, -2).split("*");
  const isDimension = first.startsWith("#");
  const digits = isDimension ? first.slice(1) : first;
  if (!/^(\d|[1-9]\d{1,14})$/.test(digits)) return undefined;
  const who = Number(digits);
  const isTag = (text?: string) => text !== undefined && /^\d/.test(text);
  if (isDimension) {
    if (second === undefined) return { kind: "status", who };
    const where = second;
    if (third === undefined) return { kind: "status", who, where };
    if (isTag(third)) {
      return values.length === 0
        ? { kind: "request", who, where, dimension: third }
        : { kind: "dimension", who, where, dimension: third, values };
    }
    const dimension = third.slice(1);
    return third.startsWith("#") && isTag(dimension)
      ? { kind: "writing", who, where, dimension, values }
      : undefined;
  }
  if (second === undefined || !isTag(second)) return undefined;
  const asked = /^1000#(\d.*)$/.exec(second)?.[1];
  // Those with one field more are of the handshake.
  if (third === undefined && who >= 98 && who <= 99 && /^\d+$/.test(second)) {
    return undefined;
  }
  if (values.length > 1 || values[0]) return undefined;
  return {
    ...(asked === undefined
      ? { kind: "normal", who, what: second }
      : { kind: "translation", who, what: asked }),
    ...(third !== undefined && { where: third }),
    ...(values.length === 1 && { trailing: true }),
  } as BusMessage;
}

/** A text that is a frame, or almost. */
function someFrame(random: Random): string {
  const some = (...texts: string[]) => random.pick(texts);
  const tag = () =>
    some(
      `${random.integer(0, 300)}`,
      "1",
      "11",
      "0311",
      "1000#1",
      "1000#",
      "21#31",
      "007",
      "",
      "#5",
      "#",
      "123456789012",
      "2884903122", // After a 1, its last 32 bits are those of 1234.
    );
  const fields = Array.from({ length: random.integer(0, 7) }, tag);
  const who = some(
    "1",
    "2",
    "4",
    "#1",
    "#13",
    "98",
    "99",
    "01",
    "1001",
    "",
    "#",
  );
  const text = `*${[who, ...fields].join("*")}##`;
  if (random.integer(0, 9) > 0) return text;
  const at = random.integer(0, text.length);
  return text.slice(0, at) + some("", "#", "*", "x", "5", "##") +
    text.slice(at + random.integer(0, 1));
}

Deno.test(`readBusMessage() reads in one pass what a split by its stars gives (seed ${SEED})`, () => {
  const random = new Random(SEED);
  const kinds = new Set<string>();
  for (let n = 0; n < 60_000; n++) {
    const frame = someFrame(random);
    const message = readBusMessage(frame);
    assertEquals(message, readPlainly(frame), frame);
    if (message) kinds.add(message.kind);
  }
  assert(kinds.size === 6, [...kinds].join());
});
