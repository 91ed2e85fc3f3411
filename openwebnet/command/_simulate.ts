// Copyright 2026 the Wirekit authors. MIT license.

/** The command `openwebnet simulate`. */

import {
  choice,
  command,
  FileError,
  hostAndPort,
  integer,
  needNetwork,
  port,
  readFile,
  type Terminal,
  text,
  toggle,
} from "@wirekit/internal/command";
import { StreamTransport } from "@wirekit/transport/stream";
import { MODEL_OPTIONS, passwordOf } from "./_gateway.ts";
import { type CaptureEntry, replay } from "../session/capture.ts";
import { PROFILES } from "../session/profiles.ts";
import { GatewaySimulator } from "../simulator/simulator.ts";
import { DEFAULT_PORT } from "../tcp.ts";
import { FrameScanner } from "../wire/frame.ts";

/** How long the shutters travel, as real ones do, in milliseconds. */
const TRAVEL = 22_000;

/** A simulated gateway on which to try the other commands. */
export const simulate = command({
  name: "simulate",
  summary: "Simulate a gateway with a plant, to try the other commands on",
  options: {
    hostname: text("HOST", "Address to listen on (127.0.0.1)"),
    port: port("Port to listen on (20000); 0 for a free one", "p"),
    authentication: choice(
      "HOW",
      ["none", "open", "sha1", "sha256"],
      "none, open, sha1 or sha256 (that of the profile, or none)",
    ),
    ...MODEL_OPTIONS,
    seed: integer("N", "Seed of the random numbers, to repeat a run (1)"),
    split: toggle("Send frames in pieces"),
    replay: text("FILE", "Play a capture, one session for each connection", {
      file: true,
    }),
  },
  isServer: true,
  examples: ["openwebnet simulate", "openwebnet simulate --profile MH201"],
  async run({ options }, terminal) {
    const { hostname = "127.0.0.1", port = DEFAULT_PORT } = options;
    const { profile = PROFILES.generic! } = options;
    const sessions = options.replay === undefined
      ? undefined
      : await readCapture(options.replay);
    const authentication = options.authentication ??
      profile.authentication[0] ?? "none";
    const password = await passwordOf(options.passwordFile, terminal);
    await using simulator = new GatewaySimulator({
      authentication,
      profile,
      seed: options.seed ?? 1,
      splitWrites: options.split,
      plant: { travel: TRAVEL },
      ...(password === undefined ? {} : { password }),
    });
    needNetwork(hostname, port);
    using listener = listening(hostname, port);
    const { port: bound } = listener.addr as Deno.NetAddr;
    const secret = authentication !== "none" && password === undefined
      ? ", password 12345"
      : "";
    terminal.log(
      `A gateway listens on ${hostAndPort(hostname, bound)} ` +
        `(authentication ${authentication}${secret}; Ctrl-C stops it)`,
    );
    const { signal } = terminal;
    const close = () => listener.close();
    signal.addEventListener("abort", close, { once: true });
    if (signal.aborted) close();
    for await (const conn of listener) {
      conn.setNoDelay(true);
      if (sessions === undefined) simulator.acceptStream(conn);
      else play(conn, sessions.shift() ?? [], terminal);
    }
  },
});

function listening(hostname: string, port: number): Deno.TcpListener {
  try {
    return Deno.listen({ hostname, port });
  } catch (cause) {
    if (!(cause instanceof Deno.errors.AddrInUse)) throw cause;
    throw new Deno.errors.AddrInUse(
      `Cannot listen on ${hostAndPort(hostname, port)}: another program ` +
        "listens there",
      { cause },
    );
  }
}

/** Plays a session of a capture to a client. */
async function play(
  conn: Deno.Conn,
  capture: CaptureEntry[],
  { error, signal }: Terminal,
): Promise<void> {
  const transport = new StreamTransport(conn, new FrameScanner());
  const close = () => void transport.close();
  signal.addEventListener("abort", close, { once: true });
  await replay(transport, capture, { speed: 1, signal }).catch((failure) => {
    if (!signal.aborted) error(`openwebnet: ${failure.message}`);
  });
  signal.removeEventListener("abort", close);
}

/** Reads a capture, and groups its entries by session. */
async function readCapture(file: string): Promise<CaptureEntry[][]> {
  const sessions = new Map<number, CaptureEntry[]>();
  const lines = (await readFile(file)).split("\n");
  for (const [n, line] of lines.entries()) {
    if (line === "") continue;
    const { session = 0, ...entry } = parseEntry(line) ?? refuse(file, n + 1);
    const entries = sessions.get(session);
    if (entries === undefined) sessions.set(session, [entry]);
    else entries.push(entry);
  }
  return [...sessions.values()];
}

/** Reads a line of a capture; nothing if it is none. */
function parseEntry(
  line: string,
): CaptureEntry & { session?: number } | undefined {
  try {
    const entry = JSON.parse(line);
    const { at, from, frame } = entry;
    const isEntry = typeof at === "number" && typeof frame === "string" &&
      (from === "gateway" || from === "client");
    return isEntry ? entry : undefined;
  } catch {
    return undefined;
  }
}

function refuse(file: string, line: number): never {
  throw new FileError(
    file,
    `Cannot use ${file}: line ${line} is not of a capture: make one with ` +
      "openwebnet monitor --capture FILE",
  );
}
