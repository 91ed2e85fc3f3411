// Copyright 2026 the Wirekit authors. MIT license.

/** The servers of the kit as people start them, and what talks to them. */

import { Driver } from "../_driver.ts";
import { ROOT } from "../_packages.ts";
import { Program } from "../_program.ts";
import type { Ledger, Speech } from "./programs/party.ts";

const KEYS = new URL("transport/testdata/", ROOT);

/** What encrypts a server, for `localhost` and `127.0.0.1`. */
export const TLS_FLAGS: readonly string[] = [
  `--cert=${new URL("localhost.crt", KEYS).pathname}`,
  `--key=${new URL("localhost.key", KEYS).pathname}`,
];

/** A server in a process of its own. */
export interface RunningServer extends AsyncDisposable {
  /** The process. */
  program: Program;
  /** Where it listens, by scheme: `ws`, `wss`, `tcp`, `tls`, `unix`. */
  urls: Record<string, string>;
}

/** How a server is started, and how it is spoken to. */
export interface Kind {
  /** The arguments of `deno`. */
  args: string[];
  /** How it is spoken to. */
  speech: Speech;
}

/** How a program of ours is run that uses the network. */
export const NET: readonly string[] = [
  "run",
  "--quiet",
  "--no-prompt",
  "--allow-net",
];

/** The servers of the kit: each command that serves, and the bare transport. */
export const KINDS: Record<string, Kind> = {
  hub: {
    args: [
      ...NET,
      "--allow-env=WIREKIT_TOKEN",
      "--allow-read",
      "--allow-write",
      "hub/cli.ts",
      "--port=0",
    ],
    speech: {
      hello: '{"type":1,"id":"%","uuid":"v"}',
      ask: '{"type":5,"id":"","uuid":"%","data":{},"destination":null}',
      small: '{"type":6,"id":"","route":["nobody"],"data":1}',
    },
  },
  jsonrpc: {
    args: [
      ...NET,
      "--allow-read",
      "--allow-write",
      "jsonrpc/cli.ts",
      "serve",
      "--port=0",
      "tests/faults/programs/methods.ts",
    ],
    speech: {
      ask: '{"jsonrpc":"2.0","id":"%","method":"sum","params":[1,2]}',
      small: '{"jsonrpc":"2.0","method":"sum","params":[1,2]}',
    },
  },
  wsrpc: {
    args: [...NET, "wsrpc/cli.ts", "serve", "--port=0"],
    speech: {
      ask: '{"id":%,"method":"add","params":{"a":1,"b":2}}',
      small: '{"id":null,"result":1}',
    },
  },
  transport: {
    args: [...NET, "--allow-read", "tests/faults/programs/echo.ts"],
    speech: { ask: '{"id":"%"}', small: "1" },
  },
};

/**
 * Starts one of {@linkcode KINDS}.
 *
 * @param kind Which.
 * @param flags What else it is told.
 * @param limit Most open files that it may have.
 * @returns The server, listening.
 */
export async function start(
  kind: string,
  flags: readonly string[] = [],
  limit?: number,
): Promise<RunningServer> {
  const args = [...KINDS[kind]!.args, ...flags];
  const options = { cwd: ROOT, env: { NO_COLOR: "1" } };
  const program = limit === undefined
    ? new Program(Deno.execPath(), { ...options, args })
    : new Program("bash", {
      ...options,
      args: [
        "-c",
        `ulimit -n ${limit}; exec "$0" "$@"`,
        Deno.execPath(),
        ...args,
      ],
    });
  return await listening(program, flags);
}

/**
 * Waits until a server says where it listens.
 *
 * @param program Its process.
 * @param flags What it was told.
 * @returns The server.
 */
export async function listening(
  program: Program,
  flags: readonly string[] = [],
): Promise<RunningServer> {
  const expected = 1 + flags.filter((f) => /^--(tcp|unix)/.test(f)).length;
  const url = /\b(?:(?:wss?|tcp|tls):\/\/|unix:)[^\s,]+/g;
  await program.says(
    new RegExp(`(?:listens on|at|Serving)(?:.*?${url.source}){${expected}}`),
  );
  const urls: Record<string, string> = {};
  for (const [found] of program.text.matchAll(url)) {
    urls[found.slice(0, found.indexOf(":"))] ??= found;
  }
  return {
    program,
    urls,
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

/** Somebody who talks to a server. */
export class Party implements AsyncDisposable {
  readonly #driver: Driver;
  readonly #speech: Speech;

  /**
   * Starts a process for it.
   *
   * @param to Whom it speaks to: one of {@linkcode KINDS}, or how.
   */
  constructor(to: string | Speech) {
    this.#speech = typeof to === "string" ? KINDS[to]!.speech : to;
    this.#driver = new Driver([
      Deno.execPath(),
      ...NET,
      "--allow-read",
      "--allow-write",
      new URL("tests/faults/programs/party.ts", ROOT).pathname,
    ]);
  }

  /** Stops the process, as Ctrl-Z does. */
  freeze(): void {
    this.#driver.pause();
  }

  /** Lets it go on. */
  thaw(): void {
    this.#driver.resume();
  }

  /** Lets it do something. */
  do<T = unknown>(
    command: string,
    args: Record<string, unknown> = {},
  ): Promise<T> {
    return this.#driver.do<T>(command, { speech: this.#speech, ...args });
  }

  /** Calls for a while, and counts. */
  measure(url: string, ms = 1_000, name = "bystander"): Promise<Ledger> {
    return this.do<Ledger>("measure", { url, ms, name });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#driver[Symbol.asyncDispose]();
  }
}
