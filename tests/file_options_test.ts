// Copyright 2026 the Wirekit authors. MIT license.

/** What commands say of a file that they cannot read: which option named it. */

import { assertEquals } from "@std/assert";
import { type Command, run } from "@wirekit/internal/command";
import { command as hub } from "@wirekit/hub/cli";
import { command as jsonrpc } from "@wirekit/jsonrpc/cli";
import { command as openwebnet } from "@wirekit/openwebnet/cli";
import { command as switchboard } from "@wirekit/switchboard/cli";
import { command as wsrpc } from "@wirekit/wsrpc/cli";

const PROGRAMS: Command[] = [hub, jsonrpc, openwebnet, switchboard, wsrpc];

/** Options whose file a command makes or only names. */
const NOT_READ = [
  "hub --file",
  "hub --unix",
  "jsonrpc --unix",
  "openwebnet --capture",
  "switchboard --jsonrpc-unix",
  "switchboard --unix",
];

const SERVE = ["serve", "--port", "0"];
const NODE = [...SERVE, "--cluster", "nats://127.0.0.1:9"];
const LIGHT = ["light", "on", "11", "--host", "127.0.0.1"];
const MQTT = ["mqtt", "--host", "127.0.0.1", "--broker", "mqtt://127.0.0.1:9"];
const PAGE = ["page", "--host", "127.0.0.1"];

/** What `hub serve` and `switchboard serve` read. */
const OF_HUBS: Record<string, string[]> = {
  "--config": SERVE,
  "--tokens": SERVE,
  "--cert": [...SERVE, "--key", "FILE"],
  "--key": [...SERVE, "--cert", "FILE"],
  "--cluster-ca": NODE,
  "--cluster-cert": [...NODE, "--cluster-key", "FILE"],
  "--cluster-credentials": NODE,
  "--cluster-key": [...NODE, "--cluster-cert", "FILE"],
};

/** The words before each option; `FILE` is a file that is there. */
const BEFORE: Record<string, Record<string, string[]>> = {
  hub: { "--ca": ["ping"], ...OF_HUBS },
  jsonrpc: { "--ca": ["call", "wss://127.0.0.1:9", "sum"] },
  openwebnet: {
    "--broker-password-file": MQTT,
    "--ca": MQTT,
    "--cert": [...PAGE, "--key", "FILE"],
    "--home": LIGHT,
    "--key": [...PAGE, "--cert", "FILE"],
    "--password-file": LIGHT,
    "--replay": ["simulate", "--port", "0"],
    "--token-file": PAGE,
  },
  switchboard: {
    "--ca": ["mcp", "--url", "https://127.0.0.1:9"],
    "--home": [...SERVE, "--gateway", "house=simulator"],
    ...OF_HUBS,
  },
  wsrpc: { "--ca": ["call", "wss://127.0.0.1:9", "add"] },
};

/** Runs a command; returns its exit code and the last line that it wrote. */
async function outcome(
  program: Command,
  words: readonly string[],
): Promise<[code: number, line: string | undefined]> {
  const said: string[] = [];
  const add = (line: string) => said.push(line);
  const { signal } = new AbortController();
  const code = await run(program, words, { log: add, error: add, signal });
  return [code, said.at(-1)];
}

for (const program of PROGRAMS) {
  for (const [option, words] of Object.entries(BEFORE[program.name] ?? {})) {
    for (
      const [path, why] of [
        ["/nowhere/it.pem", "there is no such file"],
        [import.meta.dirname!, "it is a folder"],
      ] as const
    ) {
      const name = `${program.name} ${option}`;
      Deno.test(`${name} is named where ${why}`, async () => {
        const here = words.map((word) =>
          word === "FILE" ? import.meta.filename! : word
        );
        assertEquals(
          await outcome(program, [...here, option, path]),
          [2, `${program.name}: Cannot read ${option} ${path}: ${why}`],
        );
      });
    }
  }
}

for (
  const [program, words] of [
    [openwebnet, ["light", "on", "11"]],
    [switchboard, SERVE],
  ] as const
) {
  Deno.test(`${program.name} says that a home names a password file that is not there`, async () => {
    const folder = await Deno.makeTempDir();
    const home = `${folder}/my home.json`;
    const house = { host: "127.0.0.1", passwordFile: "pass word" };
    await Deno.writeTextFile(home, JSON.stringify({ gateways: { house } }));
    assertEquals(await outcome(program, [...words, "--home", home]), [
      2,
      `${program.name}: Cannot read ${folder}/pass word: there is no such ` +
      `file. ${home} names it as passwordFile`,
    ]);
    await Deno.remove(folder, { recursive: true });
  });
}

Deno.test("All options that name a file are tried here", async () => {
  const found: string[] = [];
  const add = async (program: string, command: Command) => {
    for (const [key, { file }] of Object.entries(command.options ?? {})) {
      const flag = key.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
      if (file) found.push(`${program} --${flag}`);
    }
    for (const each of command.commands ?? []) {
      await add(program, "load" in each ? await each.load() : each);
    }
  };
  for (const program of PROGRAMS) await add(program.name, program);
  const tried = Object.entries(BEFORE).flatMap(([program, options]) =>
    Object.keys(options).map((option) => `${program} ${option}`)
  );
  assertEquals(
    [...new Set(found)].sort(),
    [...tried, ...NOT_READ].sort(),
  );
});
