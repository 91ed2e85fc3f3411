// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Runs a suite with `deno test` and ends with one line `N passed, N failed`.
 *
 * - `tests/run.ts test`: all but what the others run, with the examples of the
 *   documentation.
 * - `tests/run.ts consumer`: the packages as their users get them.
 * - `tests/run.ts faults`: `tests/faults`, what only shows under stress: first
 *   what mostly waits, beside each other, then what measures, one by one.
 * - `tests/run.ts cluster`: `tests/cluster`, many hubs as one on real NATS
 *   servers, while those and the hubs are killed, frozen and cut off.
 * - `tests/run.ts interop`: `tests/interop`, against the real foreign programs.
 *   Each folder there with a `requirements.txt` is a Python peer, which is
 *   installed first, for the Python of its `.python-version` if it has one; one
 *   that cannot be installed counts as failed.
 *
 * Further arguments go to `deno test`, such as `--filter hold`. Steps of a test
 * are not counted. A test that is ignored fails the run, unless it is listed in
 * {@linkcode MAY_BE_IGNORED}.
 *
 * Inside, `deno` is always the program that runs this file: it need not be on
 * the `PATH`.
 */

import { PEERS_LOCK } from "./_packages.ts";
import { whyNoNamespaces } from "./cluster/_namespace.ts";
import { installNats } from "./_nats.ts";
import { NotHereError } from "./_not_here.ts";
import { installPython } from "./_python.ts";

/** Tests that may be ignored, and why. */
const MAY_BE_IGNORED: Record<string, string> = {};

const ROOT = new URL("../", import.meta.url);
const INTEROP = new URL("tests/interop/", ROOT);
const CONSUMERS = ["tests/browser", "tests/consumer", "tests/runtimes"];
const FAULTS = "tests/faults";
const CLUSTER = "tests/cluster";

/** Tests that wait at the same time: more than there are processors. */
const WAITING = { DENO_JOBS: "8" };

/** What `deno test` is started with. */
interface Suite {
  args: string[];
  /** What is started after it, with the same arguments of the user. */
  then?: string[];
  /** Its environment. */
  env?: Record<string, string>;
  /** That of what is started after it, if it is another. */
  thenEnv?: Record<string, string>;
  /** What failed before the first test, one sentence each. */
  failures: string[];
  /** What is not run on this machine, and why. */
  notRun?: string[];
}

function testSuite(): Suite {
  const args = [
    "--doc",
    "--parallel",
    `--ignore=.cache,coverage,dist,tests/interop,${FAULTS},${CLUSTER},${
      CONSUMERS.join(",")
    }`,
    "--allow-env",
    "--allow-net",
    "--allow-read",
    "--allow-write",
    "--allow-run",
    "--allow-sys=networkInterfaces",
  ];
  return { args, failures: [] };
}

/** What came of installing Python peers. */
interface Peers {
  failures: string[];
  notRun: string[];
  /** The folders of those that are missing. */
  missing: string[];
}

async function installPeers(
  isWanted: (name: string) => boolean,
): Promise<Peers> {
  const peers: Peers = { failures: [], notRun: [], missing: [] };
  for await (const { name, isDirectory } of Deno.readDir(INTEROP)) {
    if (!isDirectory || !isWanted(name)) continue;
    const folder = new URL(`${name}/`, INTEROP);
    try {
      await Deno.stat(new URL("requirements.txt", folder));
    } catch {
      continue;
    }
    print(`Peer ${name} ...`);
    try {
      await installPython(folder);
    } catch (error) {
      const list = error instanceof NotHereError
        ? peers.notRun
        : peers.failures;
      list.push(`Peer ${name}: ${error}`);
      peers.missing.push(folder.pathname);
    }
  }
  return peers;
}

async function interopSuite(): Promise<Suite> {
  const { failures, notRun, missing } = await installPeers(() => true);
  const args = [PEERS_LOCK, "--allow-all", INTEROP.pathname];
  if (missing.length > 0) args.unshift(`--ignore=${missing.join(",")}`);
  return { args, failures, notRun };
}

function consumerSuite(): Suite {
  return { args: ["--allow-all", ...CONSUMERS], failures: [] };
}

function faultsSuite(): Suite {
  return {
    args: ["--allow-all", "--parallel", `${FAULTS}/waits`],
    then: ["--allow-all", `${FAULTS}/load`],
    env: WAITING,
    failures: [],
  };
}

/** On the newest server, and what does not take long on Debian's too. */
async function clusterSuite(): Promise<Suite> {
  // The hub's interop tests and the programs of the switchboard run here too.
  const { failures, notRun } = await installPeers((name) =>
    name.startsWith("winerp") || name === "switchboard"
  );
  const env: Record<string, string> = {};
  try {
    env["NATS_SERVER"] = await installNats();
  } catch (error) {
    const list = error instanceof NotHereError ? notRun : failures;
    list.push(`The newest nats-server: ${error}`);
  }
  const names = ["basics", "markers", "recovery"];
  const short = names.map((name) => `${CLUSTER}/${name}_test.ts`);
  const onDebians = [PEERS_LOCK, "--allow-all", ...short];
  if (!env["NATS_SERVER"]) return { args: onDebians, failures, notRun };
  const reason = await whyNoNamespaces();
  if (reason !== undefined) {
    notRun.push(`A link cut between network namespaces: ${reason}`);
  }
  return {
    args: [PEERS_LOCK, "--allow-all", CLUSTER],
    env,
    then: onDebians,
    thenEnv: {},
    failures,
    notRun,
  };
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

/** Passes the output on as it comes, and returns it. */
async function tee(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream) {
    for (let rest = chunk; rest.length > 0;) {
      rest = rest.subarray(await Deno.stdout.write(rest));
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text;
}

const suites: Record<string, () => Suite | Promise<Suite>> = {
  test: testSuite,
  interop: interopSuite,
  consumer: consumerSuite,
  faults: faultsSuite,
  cluster: clusterSuite,
};
const [name = "", ...rest] = Deno.args;
const suite = await suites[name]?.();
if (!suite) {
  print(`Usage: run.ts ${Object.keys(suites).join("|")} [argument of test]...`);
  Deno.exit(2);
}

const failures = suite.failures;
let passed = 0;
let failed = 0;
for (const args of [suite.args, suite.then]) {
  if (!args) continue;
  const env = args === suite.then ? suite.thenEnv ?? suite.env : suite.env;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", ...args, ...rest],
    cwd: ROOT,
    env: { NO_COLOR: "1", ...env },
    stdout: "piped",
  }).spawn();
  const output = await tee(child.stdout);
  const { success } = await child.status;

  const ignored = /^ *(?:\S+ => )?(.+) \.\.\. ignored/gm;
  for (const [, test = ""] of output.matchAll(ignored)) {
    if (!(test in MAY_BE_IGNORED)) failures.push(`Ignored: ${test}`);
  }
  const summary = /^(?:ok|FAILED) \| (\d+) passed.*? \| (\d+) failed/gm;
  const [, good = 0, bad = 0] = [...output.matchAll(summary)].at(-1) ?? [];
  passed += Number(good);
  failed += Number(bad);
  if (!success && Number(bad) === 0) {
    failures.push("The tests did not run to their end");
  }
}

for (const each of suite.notRun ?? []) print(`NOT RUN HERE: ${each}`);
for (const failure of failures) print(failure);
failed += failures.length;
print(`${passed} passed, ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);
