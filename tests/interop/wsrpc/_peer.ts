// Copyright 2026 the Wirekit authors. MIT license.

/** The real wsrpc programs, each in a process of its own. */

import { Driver } from "../../_driver.ts";
import { pythonOf } from "../../_python.ts";
import { PEERS_LOCK } from "../../_packages.ts";

/** The versions of wsrpc-aiohttp that are tried, by the folder of each. */
export const PYTHON_PEERS: readonly string[] = ["wsrpc", "wsrpc-4.0"];

/** Options of {@linkcode PythonProcess.serve}. */
export interface ServeOptions {
  /** Where to listen; 0 for any free port. */
  port?: number;
  /** Seconds between a pong and the next ping. */
  keepalive?: number;
  /** Seconds that a pong may take. */
  client_timeout?: number;
  /** What `Authorization` has to be, if anything. */
  token?: string;
}

/** How a call of a Python client has ended. */
export interface PythonOutcome {
  /** The result. */
  result?: unknown;
  /** `ClientException.type`. */
  type?: string;
  /** `ClientException.message`, or the text of another exception. */
  message?: string;
  /** `ClientException.raw`. */
  raw?: unknown;
  /** The class of another exception. */
  raised?: string;
}

/** One Python process with a real server and any number of real clients. */
export class PythonProcess extends Driver {
  /**
   * Starts the process.
   *
   * @param peer The folder that holds the requirements.
   */
  constructor(peer: string) {
    super([pythonOf(peer), new URL("./peer.py", import.meta.url).pathname]);
  }

  /** Starts the server, and tells its URL. */
  async serve(options: ServeOptions = {}): Promise<string> {
    const port = await this.do<number>("serve", { ...options });
    return `ws://127.0.0.1:${port}/ws/`;
  }

  /** Connects a client, and tells the status of the handshake. */
  connect(
    client: string,
    url: string,
    headers: Record<string, string> = {},
  ): Promise<number> {
    return this.do("connect", { client, url, headers });
  }

  /** Calls a route, as a client. */
  call(
    client: string,
    method: string,
    params: Record<string, unknown> = {},
    timeout = 10,
  ): Promise<PythonOutcome> {
    return this.do("call", { client, method, params, timeout });
  }
}

/** One process with a real `@wsrpc/client`, on Deno. */
export class JsProcess extends Driver {
  /** Starts the process. */
  constructor() {
    super([
      Deno.execPath(),
      "run",
      "--allow-all",
      "--quiet",
      PEERS_LOCK,
      new URL("./js_peer.ts", import.meta.url).pathname,
    ]);
  }

  /** Connects; again and again, as it does. */
  connect(url: string, reconnectTimeout = 1000): Promise<void> {
    return this.do("connect", { url, reconnectTimeout });
  }

  /** Calls a route. */
  call(method: string, params?: unknown): Promise<JsOutcome> {
    return this.do("call", {
      method,
      ...(params !== undefined && { params }),
    });
  }
}

/** How a call of `@wsrpc/client` has ended. */
export interface JsOutcome {
  /** The result. */
  result?: unknown;
  /** What it was rejected with. */
  rejected?: unknown;
}
