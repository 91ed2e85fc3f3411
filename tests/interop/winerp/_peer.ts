// Copyright 2026 the Wirekit authors. MIT license.

/** The real winerp, in sentences. */

import { Driver, type DriverEvent, type EventMatch } from "../../_driver.ts";
import { pythonOf } from "../../_python.ts";

/** Where a client connects to; any of the ways that winerp has. */
export interface Address {
  /** The port, as a number or with a path and a query behind it. */
  port?: number | string;
  /** The host, with credentials before it. */
  host?: string;
  /** The whole URL, set on the client before it starts. */
  uri?: string;
}

/** Options of {@linkcode WinerpProcess.client}. */
export interface ClientOptions extends Address {
  /** Which client this is, where several share a name. */
  key?: string;
  /** Whether to wait until it is let in. */
  wait?: boolean;
  /** Whether it comes back after the connection was lost. */
  reconnect?: boolean;
}

/** One Python process with any number of real winerp clients or a server. */
export class WinerpProcess extends Driver {
  /**
   * Starts the process.
   *
   * @param peer The folder that holds the requirements.
   */
  constructor(peer = "winerp") {
    super([
      pythonOf(peer),
      new URL("./peer.py", import.meta.url).pathname,
    ]);
  }

  /**
   * Starts a client.
   *
   * @param name Its name.
   * @param options Where to, and how.
   * @returns The client.
   */
  async client(name: string, options: ClientOptions): Promise<WinerpClient> {
    const { key = name, wait = true, ...where } = options;
    await this.do("create", { client: key, name, ...where });
    const client = new WinerpClient(this, key, name);
    await client.start();
    if (wait) await client.event("ready");
    return client;
  }

  /**
   * Starts many clients at once.
   *
   * @param port Where to.
   * @param names Their names.
   * @param seconds How long to wait for them.
   * @returns How many were let in.
   */
  crowd(port: number, names: string[], seconds: number): Promise<number> {
    return this.do("crowd", { port, names, seconds });
  }

  /**
   * Lets clients come and go as fast as they can.
   *
   * @param port Where to.
   * @param seconds How long.
   * @returns How many there were.
   */
  churn(port: number, seconds: number): Promise<number> {
    return this.do("churn", { port, seconds });
  }
}

/** A winerp server, whoever wrote it. */
export interface Server extends AsyncDisposable {
  /** Where it listens. */
  readonly port: number;
}

/**
 * Starts a real `winerp.Server` in a process of its own.
 *
 * @returns The server.
 */
export async function startWinerp(): Promise<Server> {
  const process = new WinerpProcess();
  return {
    port: await process.do<number>("serve"),
    [Symbol.asyncDispose]: () => process.kill(),
  };
}

/** The kinds of routes that `peer.py` knows. */
export type RouteKind =
  | "echo"
  | "echo_once"
  | "greet"
  | "source"
  | "constant"
  | "raise"
  | "unserialisable"
  | "gated"
  | "blocking"
  | "large"
  | "object"
  | "strict";

/** One real winerp client. */
export class WinerpClient {
  /** The process that it lives in. */
  readonly process: WinerpProcess;
  /** Which one it is in there. */
  readonly key: string;
  /** Its name at the hub. */
  readonly name: string;

  /**
   * Names a client that exists.
   *
   * @param process The process that it lives in.
   * @param key Which one it is in there.
   * @param name Its name at the hub.
   */
  constructor(process: WinerpProcess, key: string, name: string) {
    this.process = process;
    this.key = key;
    this.name = name;
  }

  #do<T>(command: string, args: Record<string, unknown> = {}): Promise<T> {
    return this.process.do<T>(command, { client: this.key, ...args });
  }

  /** Connects and verifies; does not wait for the answer. */
  start(): Promise<void> {
    return this.#do("start");
  }

  /** What the client believes of itself. */
  state(): Promise<{ authorized: boolean; onHold: boolean; open: boolean }> {
    return this.#do("state");
  }

  /** Loses the connection. */
  drop(): Promise<void> {
    return this.#do("drop");
  }

  /** Waits until the connection has ended; tells the code. */
  closed(): Promise<number> {
    return this.#do("closed");
  }

  /** Adds a route; `value` is JSON text. */
  route(name: string, kind: RouteKind, value = "null"): Promise<void> {
    return this.#do("route", { name, kind, value });
  }

  /** How often a route has run. */
  ran(name: string): Promise<number> {
    return this.#do("ran", { name });
  }

  /** Lets a gated route answer. */
  openGate(name: string): Promise<void> {
    return this.#do("open_gate", { name });
  }

  /** Requests; `kwargs` may be JSON text. The answer is JSON text. */
  requestText(
    target: string,
    route: string,
    kwargs: string | Record<string, unknown> = {},
    timeout = 10,
  ): Promise<string> {
    const text = typeof kwargs === "string" ? kwargs : JSON.stringify(kwargs);
    return this.process.text("request", {
      client: this.key,
      target,
      route,
      kwargs: text,
      timeout,
    });
  }

  /** Requests. */
  async request(
    target: string,
    route: string,
    kwargs: Record<string, unknown> = {},
    timeout = 10,
  ): Promise<unknown> {
    return JSON.parse(await this.requestText(target, route, kwargs, timeout));
  }

  /** Requests an object and tells what it looks like. */
  fetch(target: string, route: string): Promise<unknown> {
    return this.#do("fetch", { target, route });
  }

  /** Calls a method of the object that was fetched last. */
  twice(n: number): Promise<number> {
    return this.#do("twice", { n });
  }

  /** Informs; several times back to back if asked to. */
  inform(data: unknown, to: string[] = [], times = 1): Promise<void> {
    return this.#do("inform", { data: JSON.stringify(data), to, times });
  }

  /** Pings the hub, or asks it for a name. */
  ping(target?: string): Promise<boolean> {
    return this.#do("ping", target === undefined ? {} : { target });
  }

  /** Sends a text as it is. */
  raw(text: string): Promise<void> {
    return this.#do("raw", { text });
  }

  /** Waits for an event of this client, each given out once. */
  event(
    event: string,
    match: Record<string, unknown> = {},
  ): Promise<DriverEvent> {
    const all: EventMatch = { event, client: this.key, ...match };
    return this.process.event(all);
  }
}
