// Copyright 2026 the Wirekit authors. MIT license.

/** What servers do when the terminal that they run on is closed. */

import { assertEquals } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { delay } from "@std/async/delay";
import { ROOT } from "./_packages.ts";
import { freePort } from "./_port.ts";
import { hasScript } from "./_script.ts";

const PATIENCE = 30_000;

/** How each server is started. */
const SERVERS: [name: string, ...args: string[]][] = [
  ["hub"],
  ["jsonrpc", "serve", "jsonrpc/testdata/math.ts"],
  ["wsrpc", "serve"],
  ["openwebnet", "simulate"],
  ["switchboard"],
];

const ignore = !hasScript();

async function listens(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch {
    return false;
  }
}

/** Calls `get` until it gives something. */
async function eventually<T>(get: () => Promise<T | undefined>): Promise<T> {
  const start = performance.now();
  while (performance.now() - start < PATIENCE) {
    const value = await get().catch(() => undefined);
    if (value) return value;
    await delay(20);
  }
  throw new Error("It takes too long");
}

/** Runs a script on a terminal, and closes that once a server listens. */
async function closeTerminal(script: string, port: number): Promise<void> {
  const terminal = new Deno.Command("script", {
    args: ["-qec", `sh -c '${script}'; true`, "/dev/null"],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  await eventually(() => listens(port));
  terminal.kill("SIGKILL");
  await deadline(terminal.status, PATIENCE);
}

/** What a shell starts a server with: it has the number of its process. */
function startOf(pid: string, name: string, ...args: (string | number)[]) {
  const program = `${Deno.execPath()} run -A -q --no-check ${name}/cli.ts`;
  return `sh -c "echo \\$\\$ >${pid}; exec ${program} ${args.join(" ")}"`;
}

async function kill(pid: string): Promise<void> {
  try {
    Deno.kill(Number(await Deno.readTextFile(pid)), "SIGKILL");
  } catch {
    // It has ended.
  }
}

for (const [name, ...args] of SERVERS) {
  Deno.test({
    name: `A server of ${name} ends well when its terminal is closed`,
    ignore,
    async fn() {
      const folder = await Deno.makeTempDir();
      const [pid, code] = [`${folder}/pid`, `${folder}/code`];
      const port = freePort();
      const start = startOf(pid, name, ...args, "--port", port);
      try {
        // The inner shell survives, and tells how the server has ended.
        await closeTerminal(`trap : HUP; ${start}; echo $? >${code}`, port);
        assertEquals(await eventually(() => Deno.readTextFile(code)), "0\n");
      } finally {
        await kill(pid);
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

Deno.test({
  name: "A server that nohup has started outlives its terminal",
  ignore,
  async fn() {
    const folder = await Deno.makeTempDir();
    const [pid, code] = [`${folder}/pid`, `${folder}/code`];
    const script = `${folder}/run.sh`;
    const port = freePort();
    const start = startOf(pid, "hub", "--port", port);
    try {
      await Deno.writeTextFile(script, `${start}; echo $? >${code}`);
      await closeTerminal(`nohup sh ${script} >${folder}/log 2>&1`, port);
      // Signals come in the order of their numbers: this one is the second.
      Deno.kill(Number(await Deno.readTextFile(pid)), "SIGHUP");
      Deno.kill(Number(await Deno.readTextFile(pid)), "SIGTERM");
      assertEquals(await eventually(() => Deno.readTextFile(code)), "0\n");
    } finally {
      await kill(pid);
      await Deno.remove(folder, { recursive: true });
    }
  },
});
