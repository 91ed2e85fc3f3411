// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The hub's own tests, with two hubs on a NATS server in the place of each hub,
 * and each client at the hub where the one before is not.
 */

import { assert } from "@std/assert";
import { ROOT } from "../_packages.ts";
import { say } from "./_record.ts";
import { Engine } from "./_servers.ts";

/** What starts hubs. Clusters of their own have the tests of `hub/cluster`. */
const FILES = [
  "hub_test.ts",
  "serve_test.ts",
  "mini_test.ts",
  "door_test.ts",
  "access/access_test.ts",
  "access/rate_test.ts",
  "access/rules_test.ts",
  "client/client_test.ts",
  "command/_watch_test.ts",
  "watch/watch_test.ts",
  "watch/_fuzz_test.ts",
];

/** Writes the import map that puts two hubs in the place of one. */
async function writeImports(): Promise<string> {
  const here = new URL("tests/cluster/suite/serve.ts", ROOT).href;
  const real = new URL("hub/serve.ts", ROOT).href;
  const config = await Deno.readTextFile(new URL("deno.json", ROOT));
  const imports = { ...JSON.parse(config).imports, [real]: here };
  const scopes = { [here]: { [real]: real } };
  const file = await Deno.makeTempFile({ suffix: ".json" });
  await Deno.writeTextFile(file, JSON.stringify({ imports, scopes }));
  return file;
}

Deno.test({
  name: "The hub's own tests hold with clients at two hubs in turn",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const config = await Deno.makeTempFile({ suffix: ".conf" });
    await Deno.writeTextFile(config, "max_payload: 4MB");
    await using engine = await Engine.start(1, ["--config", config]);
    const imports = await writeImports();
    const { success, stdout } = await new Deno.Command(Deno.execPath(), {
      args: [
        ..."test -A --no-check --parallel".split(" "),
        `--preload=${new URL("tests/cluster/suite/preload.ts", ROOT).pathname}`,
        `--import-map=${imports}`,
        ...FILES.map((file) => new URL(`hub/${file}`, ROOT).pathname),
      ],
      env: { SUITE_ENGINE: engine.urls[0]!, NO_COLOR: "1", DENO_JOBS: "3" },
      stderr: "inherit",
    }).output();
    await Deno.remove(imports);
    await Deno.remove(config);
    const text = new TextDecoder().decode(stdout);
    const last = /^(?:ok|FAILED) \| (\d+) passed.*$/m.exec(text);
    say(`  ${last?.[0]}`);
    assert(success, text.slice(text.indexOf("\n ERRORS ")));
    assert(Number(last?.[1]) > 100, text.slice(-500));
  },
});
