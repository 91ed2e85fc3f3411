// Copyright 2026 the Wirekit authors. MIT license.

/** A NATS server that says who may do what, and may say otherwise later. */

import { Engine } from "./_servers.ts";

/** What a user may do: subjects to publish to and to subscribe to. */
export interface Rights {
  readonly publish?: unknown;
  readonly subscribe?: unknown;
}

/** What hubs need, as their README says. */
export const NEEDED: readonly string[] = [
  "hub.>",
  "$KV.hub-names.>",
  "$KV.hub-nodes.>",
  "$JS.API.>",
  "_INBOX.>",
];

/** Returns all that hubs need but one thing. */
export function without(subject: string, act?: keyof Rights): Rights {
  const rest = NEEDED.filter((each) => each !== subject);
  return {
    publish: act === "subscribe" ? NEEDED : rest,
    subscribe: act === "publish" ? NEEDED : rest,
  };
}

/** All that they need. */
export const ALL: Rights = { publish: NEEDED, subscribe: NEEDED };

/** The password of all users. */
const PASSWORD = "s3cret";

/** A server with users. */
export class StrictEngine implements AsyncDisposable {
  readonly #file: string;
  readonly #more: string;
  readonly engine: Engine;

  private constructor(file: string, more: string, engine: Engine) {
    this.#file = file;
    this.#more = more;
    this.engine = engine;
  }

  /**
   * Starts it.
   *
   * @param users What each user may do.
   * @param more What else its settings say.
   */
  static async start(
    users: Record<string, Rights>,
    more = "jetstream: {}",
  ): Promise<StrictEngine> {
    const file = await Deno.makeTempFile({ suffix: ".conf" });
    await Deno.writeTextFile(file, settings(users, more));
    const engine = await Engine.start(1, ["--config", file]);
    return new StrictEngine(file, more, engine);
  }

  /** What a hub of a user is told. */
  options(user: string): { servers: string[]; token: string } {
    return { servers: this.engine.urls, token: `${user}:${PASSWORD}` };
  }

  /** Says otherwise. */
  async change(users: Record<string, Rights>): Promise<void> {
    await Deno.writeTextFile(this.#file, settings(users, this.#more));
    this.engine.servers[0]!.signal("SIGHUP");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine[Symbol.asyncDispose]();
    await Deno.remove(this.#file);
  }
}

function settings(users: Record<string, Rights>, more: string): string {
  const list = Object.entries(users).map(([user, permissions]) => ({
    user,
    password: PASSWORD,
    permissions,
  }));
  const account = { jetstream: "enabled", users: list };
  return `${more}\naccounts: ${JSON.stringify({ HUBS: account })}\n`;
}
