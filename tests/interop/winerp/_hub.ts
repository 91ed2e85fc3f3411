// Copyright 2026 the Wirekit authors. MIT license.

/** Our hub as its users run it: a process of its own. */

import { deadline } from "@std/async/deadline";
import type { Server } from "./_peer.ts";
import { PATIENCE } from "../../_driver.ts";

/** Options of {@linkcode startHub}. */
export interface HubOptions {
  /** Where to listen; 0 for any free port. */
  port?: number;
  /** Further arguments of the command. */
  args?: string[];
  /** The secret that clients have to know. */
  token?: string;
}

/** A running hub. */
export interface HubProcess extends Server {
  /** Asks it to end, as `systemctl stop` does, and waits until it has. */
  stop(): Promise<Deno.CommandStatus>;
  /** Ends it without a farewell. */
  kill(): Promise<void>;
}

/**
 * Starts `hub/cli.ts` and waits until it listens.
 *
 * @param options Where and how.
 * @returns The hub.
 */
export async function startHub(
  { port = 0, args = [], token }: HubOptions = {},
): Promise<HubProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-net",
      "--allow-env=WIREKIT_TOKEN",
      new URL("../../../hub/cli.ts", import.meta.url).pathname,
      "--port",
      `${port}`,
      ...args,
    ],
    env: token === undefined ? {} : { WIREKIT_TOKEN: token },
    stdout: "piped",
    stderr: "piped",
  }).spawn();

  const listening = Promise.withResolvers<number>();
  let text = "";
  const read = async (stream: ReadableStream<Uint8Array>) => {
    const decoded = stream.pipeThrough(new TextDecoderStream());
    for await (const part of decoded) {
      text = (text + part).slice(-4000);
      const [, found] = /ws:\/\/[^\s/]+:(\d+)/.exec(text) ?? [];
      if (found) listening.resolve(Number(found));
    }
  };
  const done = Promise.all([read(child.stdout), read(child.stderr)])
    .then(() => listening.reject(new Error(`The hub has ended: ${text}`)));
  const end = async (signal: Deno.Signal) => {
    try {
      child.kill(signal);
    } catch {
      // It has ended by itself.
    }
    const status = await deadline(child.status, PATIENCE);
    await done;
    return status;
  };
  const kill = async () => void await end("SIGKILL");
  try {
    return {
      port: await deadline(listening.promise, PATIENCE),
      stop: () => end("SIGTERM"),
      kill,
      [Symbol.asyncDispose]: kill,
    };
  } catch (error) {
    await kill();
    throw error;
  }
}
