// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A client that asks others and answers them, in a process of its own, so that it
 * can be killed and frozen. It prints what it does as it does it:
 * `_asker.ts NAME URL FIRST TARGET…` begins with question number FIRST.
 */

import type { Line } from "./_client_process.ts";
import { lasting, PAUSE, TIMEOUT } from "./_ledger.ts";
import { Witness } from "./_witness.ts";

function tell(line: Line): void {
  const bytes = new TextEncoder().encode(`${JSON.stringify(line)}\n`);
  for (let at = 0; at < bytes.length;) {
    at += Deno.stdout.writeSync(bytes.subarray(at));
  }
}

if (import.meta.main) {
  const [name, url, first, ...targets] = Deno.args as [
    string,
    string,
    string,
    ...string[],
  ];
  const witness = new Witness();
  const client = lasting(name, witness.via(url));
  client.route("echo", ({ n }: { n: number }) => {
    tell({ ran: n });
    return { n };
  });
  let next = Number(first);
  const ask = async (to: string) => {
    for (;;) {
      const n = next++;
      tell({ asked: n, to });
      const outcome = await client.request(to, "echo", { n }, {
        timeout: TIMEOUT,
      }).then(
        (answer) => (answer as { n: number }).n === n ? "answered" : "mixed up",
        (error) => String(error).replace(/\s*\(.*/, "").slice(0, 90),
      );
      tell({ ended: n, outcome });
      const { twice } = witness;
      if (twice.length > 0) tell({ twice });
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  };
  // Its hub may be away just now.
  while (
    !await client.connect({ timeout: Infinity }).then(() => true, () => false)
  ) await new Promise((resolve) => setTimeout(resolve, PAUSE));
  await Promise.all(targets.map(ask));
}
