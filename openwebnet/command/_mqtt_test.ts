// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { main } from "../cli.ts";

async function run(
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  const lines: string[] = [];
  const errors: string[] = [];
  const code = await main(args, {
    log: (line) => lines.push(line),
    error: (line) => errors.push(line),
  });
  return { code, out: lines.join("\n"), err: errors.join("\n") };
}

Deno.test("openwebnet mqtt says what is wrong with a call, and ends with 2", async () => {
  const at = ["--host", "127.0.0.1", "-p", "1"];
  const cases: [string[], string][] = [
    [[], "Name the broker with --broker"],
    [["--broker", "http://x"], "mqtt://192.168.1.10"],
    [["--broker", "mqtt://me:very-secret@x"], "MQTT_PASSWORD or a file"],
    [["--broker", "mqtt://me@x"], "name the user with --user"],
    [["--broker", "mqtt://127.0.0.1:1", "--prefix", "a/#"], "--prefix must be"],
    [
      ["--broker", "x", "--discovery-prefix", "+"],
      "--discovery-prefix must be",
    ],
    [["--broker", "x", "--ca", "/nowhere.pem"], "there is no such file"],
    [["--brokr", "x"], "Did you mean --broker?"],
    [["x"], 'Unexpected argument "x"'],
  ];
  for (const [args, words] of cases) {
    const { code, out, err } = await run("mqtt", ...args, ...at);
    assertEquals([code, out], [2, ""], err);
    assertStringIncludes(err, words);
    assert(!err.includes("very-secret"), err);
  }
});

Deno.test("openwebnet mqtt ends with 3 and names a broker or a gateway that is not there", async () => {
  const none = "127.0.0.1:1";
  const { code, err } = await run("mqtt", "--broker", none, "--host", "x");
  assertEquals(code, 3);
  assertStringIncludes(err, `Cannot use the broker at ${none}`);
});

for (const what of ["mqtt", "page"]) {
  Deno.test(`openwebnet service prints a unit for ${what} that systemd accepts`, async () => {
    const { code, out } = await run("service", what);
    assertEquals(code, 0);
    for (
      const line of [
        "DynamicUser=yes",
        "ProtectSystem=strict",
        "EnvironmentFile=/etc/openwebnet/environment",
        "NoNewPrivileges=yes",
      ]
    ) assertStringIncludes(out, `\n${line}\n`);
    const folder = await Deno.makeTempDir();
    const unit = `${folder}/openwebnet.service`;
    // Deno may be where a unit cannot see it: then the unit says what to do.
    const [, path = ""] = /^ExecStart=(\S+)/m.exec(out) ?? [];
    const isMoved = path !== Deno.execPath();
    assertEquals(out.includes(`#   cp ${Deno.execPath()} ${path}\n`), isMoved);
    const found = out.replace(
      `ExecStart=${path}`,
      `ExecStart=${Deno.execPath()}`,
    );
    await Deno.writeTextFile(unit, `${found}\n`);
    try {
      const { success, stderr } = await new Deno.Command("systemd-analyze", {
        args: ["verify", unit],
      }).output();
      assert(success, new TextDecoder().decode(stderr));
    } catch (error) {
      // Not every machine has it.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    await Deno.remove(folder, { recursive: true });
  });
}

Deno.test("openwebnet mqtt says that Deno does not let it reach the broker", async () => {
  const cli = new URL("../cli.ts", import.meta.url).pathname;
  for (
    const [broker, place] of [
      ["mqtt://127.0.0.1", "127.0.0.1:1883"],
      ["mqtts://[::1]", "[::1]:8883"],
      ["mqtt://127.0.0.1:99", "127.0.0.1:99"],
    ] as const
  ) {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--quiet", "--no-prompt", "-A", "--deny-net", cli, "mqtt"],
        ...["--host", "127.0.0.1", "--broker", broker],
      ],
      env: { NO_COLOR: "1" },
    }).output();
    assertEquals([code, new TextDecoder().decode(stderr)], [
      2,
      `openwebnet: This needs net access to "${place}": pass --allow-net to Deno\n`,
    ]);
  }
});
