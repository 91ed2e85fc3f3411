// Copyright 2026 the Wirekit authors. MIT license.

/** The command `hub serve`. */

import {
  bytes,
  command,
  integer,
  needNetwork,
  port,
  readFile,
  seconds,
  settings,
  type Terminal,
  text,
  texts,
  toggle,
  urlsForOthers,
  UsageError,
} from "@wirekit/internal/command";
import type { Logger } from "../hub.ts";
import { serve, type ServeOptions } from "../serve.ts";

/** Runs the hub. */
export const serveCommand = command({
  name: "serve",
  summary: "Run the hub until Ctrl-C",
  options: {
    hostname: text(
      "HOST",
      "Address to listen on (127.0.0.1). Any other needs a token",
    ),
    port: port("Port for WebSocket (13254); 0 for a free one", "p"),
    tcp: port("Also listen on this TCP port, one message a line"),
    unix: text("PATH", "Also listen on this Unix socket, one message a line", {
      file: true,
    }),
    token: text(
      "SECRET",
      "Secret that every client must send; better in WIREKIT_TOKEN",
    ),
    allowOrigin: texts("URL", "Origin whose pages may connect"),
    cert: text("FILE", "Certificate in PEM: serve wss: and tls:", {
      file: true,
    }),
    key: text("FILE", "Private key in PEM, with --cert", { file: true }),
    idleTimeout: seconds("How long a client may be silent (300)"),
    handshakeTimeout: seconds("How long a handshake may take (10)"),
    maxConnections: integer("N", "Maximum number of clients (10000)", {
      min: 1,
    }),
    maxMessage: bytes("Largest message to pass on (2MiB)"),
    maxOutbox: bytes("Most bytes that may wait for one client (16MiB)"),
    maxRequests: integer(
      "N",
      "Maximum number of open requests of one client (16384)",
      {
        min: 1,
      },
    ),
    requestTimeout: seconds("How long an answer may take (3600)"),
    quiet: toggle("Log errors only", "q"),
  },
  examples: [
    "hub serve --port 8080 --tcp 8081",
    "WIREKIT_TOKEN=s3cret hub serve --hostname 0.0.0.0",
    "hub serve --allow-origin https://example.org --idle-timeout 600",
  ],
  async run({ options }, terminal) {
    const { hostname = "127.0.0.1", port = 13254, cert, key, quiet } = options;
    if ((cert === undefined) !== (key === undefined)) {
      throw new UsageError("--cert and --key go together");
    }
    const { WIREKIT_TOKEN: token } = settings(terminal, {
      WIREKIT_TOKEN: options.token,
    });
    needNetwork(hostname, port);
    await using server = await serve({
      hostname,
      port,
      ...given("tcpPort", options.tcp),
      ...given("unixPath", options.unix),
      ...given("token", token),
      ...given("idleTimeout", options.idleTimeout),
      ...given("handshakeTimeout", options.handshakeTimeout),
      ...given("maxConnections", options.maxConnections),
      ...given("maxMessageBytes", options.maxMessage),
      ...given("maxOutboxBytes", options.maxOutbox),
      ...given("maxRequests", options.maxRequests),
      ...given("requestTimeout", options.requestTimeout),
      ...(cert !== undefined && key !== undefined &&
        { tls: { cert: await readFile(cert), key: await readFile(key) } }),
      allowedOrigins: options.allowOrigin,
      ...(!quiet && { logger: stamped(terminal) }),
    });
    if (!quiet) {
      terminal.log(
        `The hub listens on ${server.urls.join(", ")} (Ctrl-C stops it)`,
      );
      const others = await urlsForOthers(server.urls);
      if (others.length > 0) {
        terminal.log(`Other machines reach it at ${others.join(", ")}`);
      }
      terminal.log(
        token !== undefined
          ? "It asks every client for the token"
          : "It is open to this machine: any program here may take any name. " +
            "WIREKIT_TOKEN or --token makes it ask for a secret",
      );
    }
    const { signal } = terminal;
    if (signal.aborted) return;
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
  },
});

/** Returns an option of `serve()`, if the user has given it. */
function given<K extends keyof ServeOptions>(
  key: K,
  value: ServeOptions[K] | undefined,
): Pick<ServeOptions, K> | undefined {
  return value === undefined
    ? undefined
    : { [key]: value } as Pick<ServeOptions, K>;
}

/** Makes a log for people to read: one line an event, with its time. */
function stamped({ error }: Terminal): Logger {
  const write = (line: string) => error(`${new Date().toISOString()} ${line}`);
  return { info: write, warn: write, error: write };
}
