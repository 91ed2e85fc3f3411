// Copyright 2026 the Wirekit authors. MIT license.

/** What all commands that talk to a gateway share. */

import {
  choice,
  type Option,
  port,
  seconds,
  settings,
  type Terminal,
  text,
  toggle,
  UsageError,
  type Values,
} from "@wirekit/internal/command";
import type { Transport } from "@wirekit/transport/transport";
import type { Gateway } from "./gateway.ts";
import { record } from "./session/capture.ts";
import {
  type GatewayProfile,
  profileOf,
  PROFILES,
} from "./session/profiles.ts";
import { tcpGateway } from "./tcp.ts";

/** An option that nobody should use. */
const password: Option<undefined> = {
  help: "",
  value: "PASSWORD",
  isHidden: true,
  read(given) {
    if (given.length === 0) return undefined;
    throw new UsageError(
      "A password in the command line can be seen by everybody: put it into " +
        "OPENWEBNET_PASSWORD or a file",
    );
  },
};

/** The options of all commands that print something. */
export const OUTPUT_OPTIONS = { json: toggle("Print lines of JSON") };

/** A model of a gateway. */
const profile: Option<GatewayProfile> = {
  help: "Pacing and times of a model, such as MH201",
  value: "MODEL",
  choices: Object.keys(PROFILES),
  read([model = "generic"], name) {
    const found = profileOf(model);
    if (found.name !== "generic" || model === "generic") return found;
    const names = Object.keys(PROFILES).join(", ");
    throw new UsageError(`${name} has to be one of ${names}, not "${model}"`);
  },
};

/** The options that say what a gateway is like, and its password. */
export const MODEL_OPTIONS = {
  profile,
  passwordFile: text(
    "FILE",
    "Where the password is (or in OPENWEBNET_PASSWORD)",
    { file: true },
  ),
  password,
};

/** The options of all commands that talk to a gateway. */
export const GATEWAY_OPTIONS = {
  host: text("HOST", "The gateway (or OPENWEBNET_HOST)"),
  port: port("Its port (20000)", "p"),
  ...MODEL_OPTIONS,
  selector: choice(
    "SELECTOR",
    ["9", "0"],
    "Ask for command sessions with 9 or 0 only",
  ),
  timeout: seconds("Longest wait for an answer (10)"),
  capture: text("FILE", "Add all frames to a file, secrets masked", {
    file: true,
  }),
  ...OUTPUT_OPTIONS,
};

/** What a user has said about the gateway. */
export type GatewayValues = Values<typeof GATEWAY_OPTIONS>;

/** Connects to the gateway that the user means, and does something with it. */
export async function withGateway(
  options: GatewayValues,
  terminal: Terminal,
  run: (gateway: Gateway) => Promise<void>,
): Promise<void> {
  const { OPENWEBNET_HOST: host, OPENWEBNET_PASSWORD } = settings(terminal, {
    OPENWEBNET_HOST: options.host,
    OPENWEBNET_PASSWORD: await fromFile(options.passwordFile),
  });
  if (host === undefined) {
    throw new UsageError("Name the gateway with --host, or in OPENWEBNET_HOST");
  }
  const { profile, port, selector, timeout, capture } = options;
  using file = capture === undefined ? undefined : await Deno.open(capture, {
    append: true,
    create: true,
  });
  await using gateway = tcpGateway(host, {
    profile,
    ...(port === undefined ? {} : { port }),
    ...(OPENWEBNET_PASSWORD === undefined
      ? {}
      : { password: OPENWEBNET_PASSWORD }),
    ...(selector === undefined ? {} : { selector }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(file === undefined ? {} : { wrap: recorder(file) }),
    hooks: {
      state({ session, state, error }) {
        if (state !== "waiting" || terminal.signal.aborted) return;
        const why = error instanceof Error ? error.message : "it was closed";
        terminal.error(`openwebnet: the ${session} session was lost: ${why}`);
      },
    },
  });
  await run(gateway);
}

/** The password that a user has put into a file or into the environment. */
export async function passwordOf(
  file: string | undefined,
  terminal: Terminal,
): Promise<string | undefined> {
  const given = { OPENWEBNET_PASSWORD: await fromFile(file) };
  return settings(terminal, given).OPENWEBNET_PASSWORD;
}

async function fromFile(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  return (await Deno.readTextFile(file)).trim();
}

/** Prints a result: for a program as JSON, for a person as a line. */
export function print(
  { json }: { readonly json: boolean },
  terminal: Terminal,
  value: object,
  line: string,
): void {
  terminal.log(json ? JSON.stringify(value) : line);
}

/** Writes what goes over connections to a file, a number for each session. */
function recorder(
  file: Deno.FsFile,
): (transport: Transport<string>) => Transport<string> {
  let session = Date.now();
  return (transport) => {
    const number = session++;
    return record(transport, (entry) => {
      const line = JSON.stringify({ session: number, ...entry });
      file.writeSync(new TextEncoder().encode(`${line}\n`));
    });
  };
}
