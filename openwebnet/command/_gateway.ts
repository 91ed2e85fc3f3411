// Copyright 2026 the Wirekit authors. MIT license.

/** How the commands find and open the gateway that the user means. */

import {
  choice,
  type Option,
  port,
  readSecret,
  seconds,
  settings,
  type Terminal,
  text,
  UsageError,
  type Values,
} from "@wirekit/internal/command";
import { later } from "@wirekit/internal/clock";
import type { Gateway } from "../gateway.ts";
import type { Home, HomeGateway } from "../home.ts";
import { Capture } from "./_capture.ts";
import {
  gatewayOf,
  type HomeOf,
  passwordIn,
  readHome,
  type Target,
} from "./_home.ts";
import { OUTPUT_OPTIONS } from "./_output.ts";
import {
  type GatewayProfile,
  profileOf,
  PROFILES,
} from "../session/profiles.ts";
import { DEFAULT_PORT, tcpGateway, type TcpGatewayOptions } from "../tcp.ts";

/** An option that exists only to be refused. */
const password: Option<undefined> = {
  help: "",
  value: "PASSWORD",
  isHidden: true,
  read(given) {
    if (given.length === 0) return undefined;
    throw new UsageError(
      "Other users can see a password on the command line: put it into " +
        "OPENWEBNET_PASSWORD or a file",
    );
  },
};

/** The model of the gateway. */
const profile: Option<GatewayProfile | undefined> = {
  help: "Use the timing of a model, such as MH201",
  value: "MODEL",
  choices: Object.keys(PROFILES),
  read([model], name) {
    if (model === undefined) return undefined;
    const found = profileOf(model);
    if (found.name !== "generic" || model === "generic") return found;
    const names = Object.keys(PROFILES).join(", ");
    throw new UsageError(`${name} has to be one of ${names}, not "${model}"`);
  },
};

/** The options for the model and password of a gateway. */
export const MODEL_OPTIONS = {
  profile,
  passwordFile: text(
    "FILE",
    "File with the password (or OPENWEBNET_PASSWORD)",
    { file: true },
  ),
  password,
};

/** The options of all commands that talk to a gateway. */
export const GATEWAY_OPTIONS = {
  host: text("HOST", "Name or address of the gateway (or OPENWEBNET_HOST)"),
  port: port("Port of the gateway (20000)", "p", 1),
  ...MODEL_OPTIONS,
  selector: choice(
    "SELECTOR",
    ["9", "0"],
    "Open command sessions with selector 9 or 0 only",
  ),
  timeout: seconds("How long to wait for an answer (10)"),
  home: text("FILE", "File with gateways and names (home.json)", {
    file: true,
  }),
  gateway: text("NAME", "Gateway to use from that file (the first)"),
  capture: text("FILE", "Append all frames to a file, with secrets masked", {
    file: true,
  }),
  ...OUTPUT_OPTIONS,
};

/** What the user's options say about the gateway. */
export type GatewayValues = Values<typeof GATEWAY_OPTIONS>;

/** How long to wait before telling the user why, in milliseconds. */
const PATIENCE = 1_000;

/** Longest wait for the first connection, in milliseconds. */
const CONNECT_TIMEOUT = 10_000;

/**
 * Connects to the gateway that the user means, and does something with it. If
 * it cannot be reached at first, that is an error; if the connection is lost
 * later, it is opened again.
 */
export async function withGateway(
  options: GatewayValues,
  terminal: Terminal,
  run: (gateway: Gateway, home?: Home) => Promise<void>,
  targets: readonly Target[] = [],
): Promise<void> {
  const { given, found } = await givenBy(options, terminal);
  const chosen = gatewayOf(found, options.gateway, targets);
  // A host that the user names takes the place of the gateway in the file.
  const known = given.OPENWEBNET_HOST === undefined ? chosen : undefined;
  const host = given.OPENWEBNET_HOST ?? known?.host;
  if (host === undefined) throw nowhere();
  using file = await captureOf(options, terminal);
  const settings = await settingsOf(options, given, known, found, file);
  const { port } = settings;
  const { promise: unreachable, reject } = Promise.withResolvers<never>();
  let [wasOpen, isLost] = [false, false];
  await using gateway = tcpGateway(host, {
    ...settings,
    hooks: {
      state({ session, state, error }) {
        if (state === "open") {
          if (session === "event" && isLost) {
            terminal.error(
              "openwebnet: the event session is open again; events in between " +
                "were missed",
            );
            isLost = false;
          }
          wasOpen = true;
          waiting.stop();
        }
        if (state !== "waiting" || terminal.signal.aborted) return;
        if (!wasOpen) return reject(error);
        if (session === "event") isLost = true;
        const why = error instanceof Error ? error.message : "it was closed";
        terminal.error(`openwebnet: the ${session} session was lost: ${why}`);
      },
    },
  });
  const waiting = later(PATIENCE, () => {
    if (!wasOpen) terminal.error(`openwebnet: connecting to ${host}:${port} …`);
  });
  try {
    await Promise.race([run(gateway, found?.home), unreachable]);
  } finally {
    waiting.stop();
  }
}

/**
 * Does something with all gateways of the home at once, by their names: or with
 * the one that the user names. One that cannot be reached does not keep the
 * others from being used.
 *
 * @param isPatient Whether to wait for one that cannot be reached at first,
 * even if it is the only one.
 */
export async function withGateways(
  options: GatewayValues,
  terminal: Terminal,
  run: (
    gateways: Readonly<Record<string, Gateway>>,
    home?: Home,
  ) => Promise<void>,
  isPatient = false,
): Promise<void> {
  const { given, found } = await givenBy(options, terminal);
  const all = Object.entries(found?.home.gateways ?? {});
  const { OPENWEBNET_HOST: named } = given;
  const isOne = named !== undefined || options.gateway !== undefined ||
    all.length < 2;
  const name = options.gateway ?? all[0]?.[0] ?? DEFAULT_NAME;
  if (isOne && !isPatient) {
    return await withGateway(
      options,
      terminal,
      (gateway, home) => run({ [name]: gateway }, home),
    );
  }
  const one = named ?? gatewayOf(found, options.gateway, []);
  const chosen: [string, HomeGateway | undefined][] = isOne
    ? [[name, typeof one === "string" ? undefined : one]]
    : all;
  using file = await captureOf(options, terminal);
  await using opened = new AsyncDisposableStack();
  // Without a prototype, `__proto__` is a name like any other.
  const gateways: Record<string, Gateway> = Object.create(null);
  for (const [name, known] of chosen) {
    const host = named ?? known?.host;
    if (host === undefined) throw nowhere();
    const settings = await settingsOf(options, given, known, found, file);
    let told = "";
    gateways[name] = opened.use(tcpGateway(host, {
      ...settings,
      // The option is about one gateway only.
      ...(isOne ? {} : { port: known?.port ?? DEFAULT_PORT }),
      hooks: {
        state({ session, state, error }) {
          const why = error instanceof Error ? `: ${error.message}` : "";
          if (state === "open") told = "";
          if (state !== "waiting" || terminal.signal.aborted || why === told) {
            return;
          }
          told = why;
          const which = isOne ? "" : `${name}: `;
          terminal.error(
            `openwebnet: ${which}the ${session} session is not open${why}`,
          );
        },
      },
    }));
  }
  await run(gateways, found?.home);
}

/** The name of a plant that the user has not named. */
const DEFAULT_NAME = "MyHOME";

type Given = Record<
  "OPENWEBNET_HOST" | "OPENWEBNET_PASSWORD",
  string | undefined
>;

/** What the user says in options, the environment, and a home. */
async function givenBy(
  { host, passwordFile, home, gateway }: GatewayValues,
  terminal: Terminal,
): Promise<{ given: Given; found: HomeOf | undefined }> {
  const given = settings(terminal, {
    OPENWEBNET_HOST: host,
    OPENWEBNET_PASSWORD: await fromFile(passwordFile),
  });
  return { given, found: await readHome(home, gateway !== undefined) };
}

function nowhere(): UsageError {
  return new UsageError(
    "Name the gateway with --host, in OPENWEBNET_HOST, or in a home.json",
  );
}

/** Opens the file that the user wants the frames in. */
async function captureOf(
  { capture }: GatewayValues,
  terminal: Terminal,
): Promise<Capture | undefined> {
  return capture === undefined
    ? undefined
    : await Capture.open(capture, terminal);
}

/** How to open a gateway. */
async function settingsOf(
  options: GatewayValues,
  given: Given,
  known: HomeGateway | undefined,
  found: HomeOf | undefined,
  file: Capture | undefined,
): Promise<Omit<TcpGatewayOptions, "hooks"> & { port: number }> {
  const password = given.OPENWEBNET_PASSWORD ??
    (known && await passwordIn(found!.file, known));
  const { selector, timeout } = options;
  const { port = known?.port ?? DEFAULT_PORT } = options;
  const { profile = profileOf(known?.profile ?? "generic") } = options;
  return {
    profile,
    port,
    connectTimeout: Math.min(timeout ?? CONNECT_TIMEOUT, CONNECT_TIMEOUT),
    ...(password === undefined ? {} : { password }),
    ...(selector === undefined ? {} : { selector }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(file === undefined ? {} : { wrap: file.wrap }),
  };
}

/** Reads the password from a file or from the environment. */
export async function passwordOf(
  file: string | undefined,
  terminal: Terminal,
): Promise<string | undefined> {
  const given = { OPENWEBNET_PASSWORD: await fromFile(file) };
  return settings(terminal, given).OPENWEBNET_PASSWORD;
}

/** Reads a secret from a file. */
export async function fromFile(
  file: string | undefined,
): Promise<string | undefined> {
  return file === undefined ? undefined : await readSecret(file);
}
