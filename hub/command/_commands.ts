// Copyright 2026 the Wirekit authors. MIT license.

/** The `hub` command: each of its commands is loaded when it is named. */

import type { Command } from "@wirekit/internal/command";
import config from "../deno.json" with { type: "json" };

const talk = () => import("./_talk.ts");
const watching = () => import("./_watch.ts");

/** The `hub` command. */
export const hub: Command = {
  name: "hub",
  version: config.version,
  summary: "Let programs call each other by name, as winerp does",
  commands: [
    {
      name: "serve",
      load: async () => (await import("./_serve.ts")).serveWith(),
    },
    { name: "call", load: async () => (await talk()).call },
    { name: "inform", load: async () => (await talk()).inform },
    { name: "ping", load: async () => (await talk()).ping },
    { name: "listen", load: async () => (await talk()).listen },
    { name: "list", load: async () => (await watching()).list },
    { name: "top", load: async () => (await watching()).top },
    { name: "tail", load: async () => (await watching()).tail },
    { name: "watch", load: async () => (await watching()).watch },
    {
      name: "replay",
      load: async () => (await import("./_replay.ts")).replayCommand,
    },
    {
      name: "token",
      load: async () => (await import("./_token.ts")).tokenCommand,
    },
    {
      name: "check",
      load: async () => (await import("./_check.ts")).checkCommand,
    },
    {
      name: "service",
      load: async () => (await import("./_service.ts")).serviceCommand,
    },
  ],
  fallback: "serve",
  examples: [
    "hub",
    "hub --port 8080",
    "WIREKIT_TOKEN=s3cret hub --hostname 0.0.0.0",
    "hub call some-bot greet name=zoë",
    "hub top",
  ],
};
