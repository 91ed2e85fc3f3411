// Copyright 2026 the Wirekit authors. MIT license.

/** What the tests of the command serve. */

import { contract, implement, param, type } from "@wirekit/jsonrpc";

const number = type<number>({ type: "number" });

/** Multiplies, by a contract. */
export const described = implement(
  contract({
    info: { title: "Math", version: "1.0.0", description: "Numbers." },
    methods: {
      "math.mul": {
        summary: "Multiplies two numbers",
        params: [
          param("x", number, { summary: "The first" }),
          param("y", number, { optional: true }),
        ],
        result: number,
        errors: [{ code: 7, message: "Too large" }],
      },
      "math.count": {
        params: [param("to", number)],
        stream: number,
        deprecated: true,
      },
    },
    subscriptions: { "math_ticks": { params: [], event: number } },
  }),
  {
    "math.mul": (_call, x, y = 2) => x * y,
    "math.count": async function* (_call, to) {
      for (let i = 1; i <= to; i++) yield i;
    },
    "math_ticks": async function* () {
      yield* [1, 2];
    },
  },
);

export function sum(x: number, y: number): number {
  return x + y;
}

export function greet({ name }: { name: string }): string {
  return `Hello ${name}`;
}

export function fail(): never {
  throw new Error("secret");
}

export function echo(value: unknown): unknown {
  return value;
}
