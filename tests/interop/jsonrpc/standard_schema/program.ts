// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A contract of the schemas of real libraries, over a real connection. The
 * compiler checks its types; what it sees is printed as one line of JSON.
 *
 * The folder is excluded from the workspace: whatever is checked there has its
 * dependencies in the lock of the root, and these libraries are not for that.
 */

// deno-lint-ignore-file no-console no-import-prefix -- A program for a test.

import type {
  StandardJSONSchemaV1,
  StandardSchemaV1,
} from "npm:@standard-schema/spec@1.1.0";
import { type as ark } from "npm:arktype@2.2.9";
import * as v from "npm:valibot@1.5.0";
import { z } from "npm:zod@4.6.7";
import {
  connect,
  contract,
  implement,
  InvalidParamsError,
  type OpenRpcDocument,
  param,
  serve,
  type StandardSchema,
} from "@wirekit/jsonrpc";

// Our interface is the published one, in both directions.
type Ours<Output> = StandardSchema<string, Output>;
type Theirs<Output> = StandardSchemaV1<string, Output>;
/** Each line compiles only if one can be given for the other. */
export const SAME = {
  anyOfTheirs: (schema: StandardSchemaV1): StandardSchema => schema,
  anyOfOurs: (schema: StandardSchema): StandardSchemaV1 => schema,
  theirs: (schema: Theirs<Date>): Ours<Date> => schema,
  ours: (schema: Ours<Date>): Theirs<Date> => schema,
  withJsonSchema: (
    schema: Theirs<Date> & StandardJSONSchemaV1<string, Date>,
  ): Ours<Date> => schema,
  // @ts-expect-error -- The output is another.
  another: (schema: Theirs<Date>): Ours<number> => schema,
  // @ts-expect-error -- The output is another.
  anotherOfOurs: (schema: Ours<number>): Theirs<Date> => schema,
};

const shop = contract({
  info: { title: "Shop", version: "1.0.0" },
  methods: {
    zod: {
      params: [
        param("id", z.int().min(1)),
        param("at", z.string().transform((text) => new Date(text)), {
          optional: true,
        }),
      ],
      result: z.string(),
    },
    zod_object: {
      params: z.object({ name: z.string(), tags: z.array(z.string()) }),
      result: z.number(),
    },
    zod_async: {
      params: [
        param(
          "id",
          z.string().refine(
            (id) => Promise.resolve(id !== "none"),
            "No such id",
          ),
        ),
      ],
      result: z.string(),
    },
    valibot: {
      params: [
        param("id", v.pipe(v.number(), v.integer(), v.minValue(1))),
        param("at", v.pipe(v.string(), v.transform((text) => new Date(text))), {
          optional: true,
        }),
      ],
      result: v.string(),
    },
    valibot_object: {
      params: v.object({ name: v.string(), tags: v.array(v.string()) }),
      result: v.number(),
    },
    arktype: {
      params: [
        param("id", ark("number.integer >= 1")),
        param("at", ark("string").pipe((text) => new Date(text)), {
          optional: true,
        }),
      ],
      result: ark("string"),
    },
    arktype_object: {
      params: ark({ name: "string", tags: "string[]" }),
      result: ark("number"),
    },
    wrong_zod: { result: z.string() },
    wrong_valibot: { result: v.string() },
    wrong_arktype: { result: ark("string") },
  },
});

const told = (id: number, at?: Date) => `${id} ${at?.getUTCFullYear()}`;
const size = ({ name, tags }: { name: string; tags: string[] }) =>
  name.length + tags.length;
const wrong = () => 1 as unknown as string;
const methods = implement(shop, {
  zod: (_call, id, at) => told(id, at),
  zod_object: (_call, params) => size(params),
  zod_async: (_call, id) => id,
  valibot: (_call, id, at) => told(id, at),
  valibot_object: (_call, params) => size(params),
  arktype: (_call, id, at) => told(id, at),
  arktype_object: (_call, params) => size(params),
  wrong_zod: wrong,
  wrong_valibot: wrong,
  wrong_arktype: wrong,
});

await using server = await serve({ port: 0, methods, logger: {} });
await using client = await connect(`ws://127.0.0.1:${server.addr.port}`, {
  contract: shop,
});
const { remote } = client;

/** Calls that the compiler refuses, and that are never made. */
export function refused(): void {
  // @ts-expect-error -- zod says number.
  remote.zod("1");
  // @ts-expect-error -- valibot says number.
  remote.valibot("1");
  // @ts-expect-error -- arktype says number.
  remote.arktype("1");
  // @ts-expect-error -- zod says what stands in the list.
  remote.zod_object({ name: "a", tags: [1] });
  // @ts-expect-error -- valibot says that there is a list.
  remote.valibot_object({ name: "a" });
  // @ts-expect-error -- arktype says that there is a list.
  remote.arktype_object({ name: "a" });
}

const answers: [string, string, string, number, number, number, string] = [
  await remote.zod(1, "2026-01-01"),
  await remote.valibot(1, "2026-01-01"),
  await remote.arktype(1, "2026-01-01"),
  await remote.zod_object({ name: "a", tags: ["b"] }),
  await remote.valibot_object({ name: "a", tags: ["b"] }),
  await remote.arktype_object({ name: "a", tags: ["b"] }),
  await remote.zod_async("some"),
];

/** What the server says of a call that no contract has seen. */
async function failure(method: string, params?: unknown[] | object) {
  try {
    return await client.request(method, params as unknown[]);
  } catch (error) {
    if (error instanceof InvalidParamsError) return error.data;
    return (error as Error).message;
  }
}

const failures: Record<string, unknown> = {};
for (const library of ["zod", "valibot", "arktype"]) {
  failures[library] = await failure(library, [0]);
  failures[`${library}_object`] = await failure(`${library}_object`, {
    name: "a",
    tags: ["b", 2],
  });
  failures[`wrong_${library}`] = await failure(`wrong_${library}`);
}
failures["zod_async"] = await failure("zod_async", ["none"]);

const document = await client.request<OpenRpcDocument>("rpc.discover");
console.log(JSON.stringify({ answers, failures, document }));
