// Copyright 2026 the Wirekit authors. MIT license.

import { assertRejects } from "@std/assert";
import { NotConnectedError } from "@wirekit/internal/errors";
import { startProgram } from "./_program.ts";

for (
  const [script, said] of [
    [
      `exec 0<&-; echo '{"jsonrpc":"2.0","method":"ready"}'`,
      "has closed its input",
    ],
    ["exec 1>&-", "has closed its output"],
  ] as const
) {
  Deno.test(`A call of a program that runs on says that it ${said}`, async () => {
    const ready = Promise.withResolvers<void>();
    await using target = startProgram(
      ["sh", "-c", `${script}; exec sleep 60`],
      "newline",
      { onMessage: () => ready.resolve() },
    );
    await Promise.race([ready.promise, target.peer!.closed]);
    const call = () =>
      target.caller.request("sum", [1, 2]).catch(async (error) => {
        throw await target.explain(error);
      });
    await assertRejects(
      call,
      NotConnectedError,
      `sh ${said} before it answered`,
    );
  });
}
