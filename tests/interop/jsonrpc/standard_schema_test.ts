// Copyright 2026 the Wirekit authors. MIT license.

/** Contracts of zod, valibot and arktype, and the published Standard Schema. */

import { assertEquals } from "@std/assert";
import type { OpenRpcDocument } from "@wirekit/jsonrpc";
import { PATIENCE } from "../../_driver.ts";
import { PEERS_LOCK } from "../../_packages.ts";

/** What the program prints. */
interface Seen {
  answers: unknown[];
  failures: Record<string, unknown>;
  document: OpenRpcDocument;
}

/** Checks the types of the program, and runs it. */
async function run(): Promise<Seen> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--check",
      "--quiet",
      "--allow-net=127.0.0.1",
      "--allow-env",
      PEERS_LOCK,
      new URL("standard_schema/program.ts", import.meta.url).pathname,
    ],
    stderr: "inherit",
    // The first time it downloads the libraries.
    signal: AbortSignal.timeout(4 * PATIENCE),
  }).output();
  assertEquals(success, true);
  return JSON.parse(new TextDecoder().decode(stdout));
}

const refusal = (message: string, ...path: (string | number)[]) => ({
  issues: [{ message, path }],
});

Deno.test("Contracts of zod, valibot and arktype: types, answers, refusals and the document", async () => {
  const { answers, failures, document } = await run();
  assertEquals(answers, ["1 2026", "1 2026", "1 2026", 2, 2, 2, "some"]);
  assertEquals(failures, {
    zod: refusal("Too small: expected number to be >=1", 0),
    zod_object: refusal(
      "Invalid input: expected string, received number",
      "tags",
      1,
    ),
    zod_async: refusal("No such id", 0),
    valibot: refusal("Invalid value: Expected >=1 but received 0", 0),
    valibot_object: refusal(
      "Invalid type: Expected string but received 2",
      "tags",
      1,
    ),
    arktype: refusal("must be at least 1 (was 0)", 0),
    arktype_object: refusal(
      "tags[1] must be a string (was a number)",
      "tags",
      1,
    ),
    wrong_zod: "Internal error",
    wrong_valibot: "Internal error",
    wrong_arktype: "Internal error",
  });

  const described = Object.fromEntries(
    document.methods.map(({ name, params }) => [
      name,
      params.map(({ name, schema, required }) => {
        const { type, minimum, items } = schema as Record<string, unknown>;
        return JSON.stringify({ name, required, type, minimum, items });
      }),
    ]),
  );
  const byPosition = [
    '{"name":"id","required":true,"type":"integer","minimum":1}',
    '{"name":"at","required":false,"type":"string"}',
  ];
  const byName = [
    '{"name":"name","required":true,"type":"string"}',
    '{"name":"tags","required":true,"type":"array","items":{"type":"string"}}',
  ];
  assertEquals(described["zod"], byPosition);
  assertEquals(described["zod_object"], byName);
  assertEquals(described["arktype"], byPosition);
  assertEquals(described["arktype_object"], byName);
  // Without a package of its own, valibot makes no JSON Schema.
  assertEquals(described["valibot"], [
    '{"name":"id","required":true}',
    '{"name":"at","required":false}',
  ]);
});
