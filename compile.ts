// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Makes one binary of the `wirekit` command, without anything else needed to run
 * it: `deno task compile --help`.
 */

import { parseArgs } from "@std/cli/parse-args";

const TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
];

const HELP = `Make one binary of the wirekit command.

Usage: deno task compile [options]

Options:
  --target TARGET  For another system; may be repeated
  --all            For all five systems
  --output FOLDER  Where to put it (dist)
  -h, --help       Show this help

Targets:
  ${TARGETS.join("\n  ")}

Deno downloads denort, the part of it that goes into the binary. Where it cannot,
set DENORT_BIN to the file denort of the same version of Deno, for the target.
`;

/**
 * What the commands need, each example of their help. The binary cannot be given
 * more when it is run.
 */
const PERMISSIONS = [
  "--allow-net",
  "--allow-env=WIREKIT_TOKEN,WIREKIT_CLUSTER_TOKEN,WIREKIT_URL,OPENWEBNET_HOST,OPENWEBNET_PASSWORD,OPENWEBNET_TOKEN,PYTHON,MQTT_URL,MQTT_USERNAME,MQTT_PASSWORD",
  "--allow-read",
  "--allow-write",
  "--allow-run",
  "--allow-sys=hostname,networkInterfaces",
];

function fail(line: string, code: number): never {
  Deno.stderr.writeSync(new TextEncoder().encode(`compile: ${line}\n`));
  Deno.exit(code);
}

async function compile(folder: string, target?: string): Promise<void> {
  const output = `${folder}/wirekit${target === undefined ? "" : `-${target}`}`;
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "compile",
      ...PERMISSIONS,
      ...(target === undefined ? [] : [`--target=${target}`]),
      "--exclude-unused-npm",
      // Loaded by name, only when it is asked for.
      "--include=hub/cluster/nats.ts",
      "--include=openwebnet/mqtt/mqtt.ts",
      "--include=switchboard/mcp.ts",
      "--include=switchboard/command/_mcp_bridge.ts",
      // The demo reads them.
      "--include=examples/switchboard",
      `--output=${output}`,
      "mod.ts",
    ],
    cwd: new URL("./", import.meta.url),
    stdout: "inherit",
    stderr: "piped",
  }).output();
  await Deno.stderr.write(stderr);
  if (success) {
    if (target === undefined || target === Deno.build.target) {
      await check(output);
    }
    return;
  }
  const text = new TextDecoder().decode(stderr);
  fail(
    /release\S*denort/.test(text)
      ? `Cannot download denort ${Deno.version.deno} for ` +
        `${target ?? Deno.build.target}. Set DENORT_BIN to that file`
      : "Cannot compile: deno compile says why above",
    1,
  );
}

/** Runs what was made once: a wrong denort makes a dead one without an error. */
async function check(output: string): Promise<void> {
  const suffix = Deno.build.os === "windows" ? ".exe" : "";
  const path = new URL(output + suffix, new URL("./", import.meta.url));
  let said: string;
  try {
    const command = new Deno.Command(path, { args: ["--version"] });
    const { stdout, stderr } = await command.output();
    said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes))
      .join("").trim();
  } catch (error) {
    said = String(error);
  }
  if (/^wirekit \d/.test(said)) return;
  fail(
    `${output} was made, but does not start: ${said.split("\n")[0]}. Is ` +
      `denort that of Deno ${Deno.version.deno} for this system?`,
    1,
  );
}

const options = parseArgs(Deno.args, {
  boolean: ["all", "help"],
  string: ["target", "output"],
  collect: ["target"],
  alias: { help: "h" },
  unknown: (name) => fail(`There is no option ${name}. See --help`, 2),
});
if (options.help) {
  Deno.stdout.writeSync(new TextEncoder().encode(HELP));
  Deno.exit();
}
const targets = options.all ? TARGETS : options.target;
const unknown = targets.find((target) => !TARGETS.includes(target));
if (unknown !== undefined) fail(`There is no target ${unknown}. See --help`, 2);
if (targets.length > 1 && Deno.env.has("DENORT_BIN")) {
  fail("DENORT_BIN is for one target: compile them one by one", 2);
}
const { output = "dist" } = options;
if (targets.length === 0) await compile(output);
for (const target of targets) await compile(output, target);
