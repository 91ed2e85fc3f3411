// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Runs the Autobahn test suite, but for its cases of compression, against our
 * own WebSocket in both roles, and prints the cases by result:
 *
 * ```sh
 * python2.7 -m pip install --target LIB autobahntestsuite
 * deno run -A tests/autobahn/run.ts python2.7 LIB REPORTS
 * ```
 *
 * The suite needs Python 2.7, so it does not run in CI: there,
 * `cases_test.ts` does.
 */

import { delay } from "@std/async/delay";
import { connectWebSocket } from "@wirekit/transport/websocket";
import { listenWebSocket } from "@wirekit/transport/listen-websocket";
import type {
  Format,
  MessageOf,
  Transport,
} from "@wirekit/transport/transport";

/** A transport sends one kind of frames, so each kind runs by itself. */
const BINARY = ["1.2.*", "9.2.*", "9.4.*", "9.6.*", "9.8.*"];
const COMPRESSION = ["12.*", "13.*"];
const SUITES = [
  { format: "text", cases: ["*"], exclude: [...BINARY, ...COMPRESSION] },
  { format: "binary", cases: BINARY, exclude: [] },
] as const;

const [python, lib, reports] = Deno.args as [string, string, string];
const totals = new Map<string, string[]>();

for (const suite of SUITES) {
  await testServer(suite);
  await testClient(suite);
}
for (const [result, cases] of totals) {
  print(`${result}: ${cases.length}`);
  if (!/: OK, OK$/.test(result)) print(`  ${cases.join(" ")}`);
}

/** Lets the suite connect to our server. */
async function testServer({ format, cases, exclude }: typeof SUITES[number]) {
  await using listener = await listenWebSocket({
    port: 0,
    format: format as Format,
    maxMessageBytes: 2 ** 24,
  });
  serve();
  async function serve() {
    for await (const { transport } of listener) echo(transport);
  }
  const outdir = `${reports}/server-${format}`;
  const url = `ws://127.0.0.1:${listener.addr.port}`;
  const servers = [{ agent: "wirekit", url }];
  const child = await suite("fuzzingclient", {
    outdir,
    servers,
    cases,
    "exclude-cases": exclude,
  });
  await child.status;
  await count("server", outdir);
}

/** Lets our client connect to the suite, once for each case. */
async function testClient({ format, cases, exclude }: typeof SUITES[number]) {
  const outdir = `${reports}/client-${format}`;
  const url = "ws://127.0.0.1:9001";
  const child = await suite("fuzzingserver", {
    outdir,
    url,
    cases,
    "exclude-cases": exclude,
  });
  const [total] = await Array.fromAsync(await open("/getCaseCount", "text"));
  for (let i = 1; i <= Number(total); i++) {
    await echo(await open(`/runCase?case=${i}&agent=wirekit`, format));
  }
  await Array.fromAsync(await open("/updateReports?agent=wirekit", "text"));
  child.kill("SIGTERM");
  await child.status;
  await count("client", outdir);

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

async function suite(mode: string, spec: unknown): Promise<Deno.ChildProcess> {
  const file = await Deno.makeTempFile({ suffix: ".json" });
  await Deno.writeTextFile(file, JSON.stringify(spec));
  const script = `import site; site.addsitedir(${JSON.stringify(lib)}); ` +
    "from autobahntestsuite.wstest import run; run()";
  return new Deno.Command(python, {
    args: ["-c", script, "-m", mode, "-s", file],
    env: { PYTHONWARNINGS: "ignore" },
    stdout: "null",
  }).spawn();
}

interface Case {
  behavior: string;
  behaviorClose: string;
}

async function count(role: string, outdir: string): Promise<void> {
  const index = JSON.parse(await Deno.readTextFile(`${outdir}/index.json`));
  const results: Record<string, Case> = index.wirekit;
  for (const [id, { behavior, behaviorClose }] of Object.entries(results)) {
    const key = `${role}: ${behavior}, ${behaviorClose}`;
    const cases = totals.get(key);
    if (cases) cases.push(id);
    else totals.set(key, [id]);
  }
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
