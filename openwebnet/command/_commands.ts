// Copyright 2026 the Wirekit authors. MIT license.

/** The `openwebnet` command, and the table of all its commands. */

import type { Command } from "@wirekit/internal/command";
import config from "../deno.json" with { type: "json" };
import { AREA_COMMANDS } from "./_areas.ts";
import { DEVICE_COMMANDS } from "./_devices.ts";
import { DOOR_COMMANDS } from "./_doors.ts";
import { decode, monitor, send, status } from "./_frames.ts";
import { AuthenticationError } from "../session/errors.ts";

const finding = () => import("./_find.ts");

/** The `openwebnet` command. */
export const openwebnet: Command = {
  name: "openwebnet",
  version: config.version,
  summary: "Watch, query and control a BTicino or Legrand MyHOME plant",
  commands: [
    monitor,
    send,
    status,
    ...DEVICE_COMMANDS,
    ...AREA_COMMANDS,
    ...DOOR_COMMANDS,
    { name: "discover", load: async () => (await finding()).discover },
    { name: "setup", load: async () => (await import("./_setup.ts")).setup },
    { name: "scan", load: async () => (await finding()).scan },
    decode,
    { name: "page", load: async () => (await import("./_page.ts")).page },
    { name: "mqtt", load: async () => (await import("./_mqtt.ts")).mqtt },
    {
      name: "service",
      load: async () => (await import("./_service.ts")).service,
    },
    {
      name: "simulate",
      load: async () => (await import("./_simulate.ts")).simulate,
    },
  ],
  examples: [
    "openwebnet simulate",
    "openwebnet light on 12 --host 127.0.0.1",
    "OPENWEBNET_PASSWORD=12345 openwebnet monitor --host 192.168.1.35 --json",
    "openwebnet decode '*#4*1*0*0215##'",
  ],
  messageOf: (error) => {
    if (!(error instanceof AuthenticationError)) return undefined;
    const { message, rejected } = error;
    if (rejected) {
      return `${message}. Wait a minute before the next attempt: after three ` +
        "wrong ones, a gateway lets nobody in";
    }
    // It has other reasons, about which nobody can do anything here.
    return message.endsWith("none was given")
      ? `${message}. Give it in OPENWEBNET_PASSWORD, or with --password-file`
      : undefined;
  },
};
