// Copyright 2026 the Wirekit authors. MIT license.

/** The command `switchboard mcp`: a hub for assistants that start a program. */

import {
  checkUrl,
  command,
  givenUrl,
  port,
  readCertificates,
  settings,
  text,
} from "@wirekit/internal/command";

/** Passes messages between standard input and output and the hub. */
export const mcpCommand = command({
  name: "mcp",
  summary:
    "Serve a running hub to an MCP client, over standard input and output",
  details: "For assistants that start a program instead of using a URL. The " +
    "hub decides what they may call: switchboard serve --mcp PATTERN.",
  options: {
    url: text(
      "URL",
      "The hub (or WIREKIT_URL; http://127.0.0.1:13254): http: or https:",
    ),
    port: port("The hub on this machine with this port", "p", 1),
    token: text("SECRET", "The hub's token; better in WIREKIT_TOKEN"),
    ca: text("FILE", "Certificates to trust with https:, in PEM", {
      file: true,
    }),
  },
  examples: [
    "switchboard mcp",
    "switchboard mcp --port 8080",
    "switchboard mcp --url https://hub.example.org --ca ca.crt",
  ],
  async run({ options }, terminal) {
    const { WIREKIT_URL, WIREKIT_TOKEN: token } = settings(terminal, {
      WIREKIT_URL: givenUrl(options, (port) => `http://127.0.0.1:${port}`),
      WIREKIT_TOKEN: options.token,
    });
    // What the other commands take is a WebSocket URL of the same hub.
    const given = (WIREKIT_URL ?? "http://127.0.0.1:13254").replace(
      /^ws/,
      "http",
    );
    const url = new URL(checkUrl(given, ["http:", "https:"]));
    if (url.pathname === "/") url.pathname = "/mcp";
    const { ca } = options;
    const trusted = ca === undefined ? undefined : await readCertificates(ca);
    // Named at run time: other commands download nothing for it.
    const path = import.meta.resolve("./_mcp_bridge.ts");
    const { bridge }: typeof import("./_mcp_bridge.ts") = await import(path);
    await bridge(url, { token, ca: trusted }, terminal);
  },
});
