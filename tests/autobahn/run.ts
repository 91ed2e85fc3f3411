// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Runs the Autobahn test suite, but for its cases of compression, against our
 * own WebSocket: the server on Deno, Node and Bun, the client on Deno. It ends
 * with a line `N passed, N failed`: `deno task autobahn`.
 *
 * The suite needs a Python 2.7. Where none is, this says so, and what there is
 * instead: `cases_test.ts`, which always runs.
 */

import { delay } from "@std/async/delay";
import { connectWebSocket } from "@wirekit/transport/websocket";
import type {
  Format,
  MessageOf,
  Transport,
} from "@wirekit/transport/transport";
import { ROOT } from "../_packages.ts";
import { Program } from "../_program.ts";
import { install } from "../runtimes/_npm.ts";
import { type Autobahn, installAutobahn } from "./_python.ts";
import { freePort } from "../_port.ts";

/** A transport sends one kind of frames, so each kind runs by itself. */
const BINARY = ["1.2.*", "9.2.*", "9.4.*", "9.6.*", "9.8.*"];
const COMPRESSION = ["12.*", "13.*"];
const SUITES = [
  { format: "text", cases: ["*"], exclude: [...BINARY, ...COMPRESSION] },
  { format: "binary", cases: BINARY, exclude: [] },
] as const;

/** Fewer cases than this, and something has not run. */
const LEAST_CASES = 300;

/** How the suite judges what is right, or not for anybody to judge. */
const GOOD = ["OK", "NON-STRICT", "INFORMATIONAL"];

interface Case {
  behavior: string;
  behaviorClose: string;
}

/** Cases by agent. */
type Results = Record<string, Record<string, Case>>;

/** Lets the suite connect to our server on each runtime. */
async function testServers(
  autobahn: Autobahn,
  { format, cases, exclude }: typeof SUITES[number],
  outdir: string,
): Promise<Results> {
  const { folder, runtime } = await install();
  const copy = new URL("programs/autobahn.ts", folder);
  await Deno.mkdir(new URL("./", copy), { recursive: true });
  const here = new URL("echo.ts", import.meta.url);
  await Deno.copyFile(here, copy);
  const net = ["run", "--quiet", "--allow-net", "--allow-read"];
  await using stack = new AsyncDisposableStack();
  const servers = [];
  for (
    const [agent, program, args] of [
      ["deno", Deno.execPath(), [...net, here.pathname]],
      ["node", runtime("node"), ["--no-warnings", copy.pathname]],
      ["bun", runtime("bun"), ["run", copy.pathname]],
    ] as const
  ) {
    const options = { args: [...args, format], cwd: ROOT };
    const server = stack.use(new Program(program, options));
    const [, port] = await server.says(/listens on (\d+)\./);
    servers.push({ agent, url: `ws://127.0.0.1:${port}` });
  }
  const child = await start(autobahn, "fuzzingclient", {
    outdir,
    servers,
    cases,
    "exclude-cases": exclude,
  });
  await child.status;
  return await resultsIn(outdir);
}

/** Lets our client connect to the suite, once for each case. */
async function testClient(
  autobahn: Autobahn,
  { format, cases, exclude }: typeof SUITES[number],
  outdir: string,
): Promise<Results> {
  const url = `ws://127.0.0.1:${freePort()}`;
  const child = await start(autobahn, "fuzzingserver", {
    outdir,
    url,
    cases,
    "exclude-cases": exclude,
  });
  try {
    const [total] = await Array.fromAsync(await open("/getCaseCount", "text"));
    for (let i = 1; i <= Number(total); i++) {
      await echo(await open(`/runCase?case=${i}&agent=client`, format));
    }
    await Array.fromAsync(await open("/updateReports?agent=client", "text"));
  } finally {
    child.kill("SIGTERM");
    await child.status;
  }
  return await resultsIn(outdir);

  async function open<F extends Format>(path: string, format: F) {
    for (let tries = 0;; tries++) {
      try {
        return await connectWebSocket(new URL(path, url), {
          format,
          idleTimeout: Infinity,
          maxMessageBytes: 2 ** 24,
        });
      } catch (error) {
        if (tries === 50) throw error; // It takes a while to start.
        await delay(200);
      }
    }
  }
}

async function echo<F extends Format>(
  transport: Transport<MessageOf<F>>,
): Promise<void> {
  try {
    for await (const message of transport) await transport.send(message);
  } catch {
    // Most cases end so.
  }
  await transport.close();
}

async function start(
  { python, lib }: Autobahn,
  mode: string,
  spec: unknown,
): Promise<Deno.ChildProcess> {
  const file = await Deno.makeTempFile({ suffix: ".json" });
  await Deno.writeTextFile(file, JSON.stringify(spec));
  const script = `import site; site.addsitedir(${JSON.stringify(lib)}); ` +
    "from autobahntestsuite.wstest import run; run()";
  return new Deno.Command(python, {
    // Without the page that it would show on port 8080.
    args: ["-c", script, "-m", mode, "-s", file, "--webport", "0"],
    env: { PYTHONWARNINGS: "ignore" },
    stdout: "null",
  }).spawn();
}

async function resultsIn(outdir: string): Promise<Results> {
  return JSON.parse(await Deno.readTextFile(`${outdir}/index.json`));
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

async function main(): Promise<number> {
  const autobahn = await installAutobahn();
  if (!autobahn) {
    print(
      "THE AUTOBAHN TEST SUITE HAS NOT RUN: it needs a Python 2.7 with pip",
    );
    print(
      "(python2.7, or one of pyenv). Our own cases of the same kind have run",
    );
    print("in the suite `test`: tests/autobahn/cases_test.ts");
    print("0 passed, 0 failed");
    return 0;
  }
  const reports = await Deno.makeTempDir();
  const byAgent = new Map<string, number>();
  let passed = 0;
  let failed = 0;
  for (const suite of SUITES) {
    const results = {
      ...await testServers(
        autobahn,
        suite,
        `${reports}/server-${suite.format}`,
      ),
      ...await testClient(autobahn, suite, `${reports}/client-${suite.format}`),
    };
    for (const [agent, cases] of Object.entries(results)) {
      for (const [id, { behavior, behaviorClose }] of Object.entries(cases)) {
        byAgent.set(agent, (byAgent.get(agent) ?? 0) + 1);
        if (GOOD.includes(behavior) && GOOD.includes(behaviorClose)) passed++;
        else {
          failed++;
          print(`${agent}, case ${id}: ${behavior}, ${behaviorClose}`);
        }
      }
    }
  }
  for (const agent of ["deno", "node", "bun", "client"]) {
    const count = byAgent.get(agent) ?? 0;
    print(`Autobahn, ${agent}: ${count} cases`);
    if (count >= LEAST_CASES) continue;
    failed++;
    print(`Autobahn, ${agent}: fewer than ${LEAST_CASES}`);
  }
  print(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

Deno.exit(await main());
