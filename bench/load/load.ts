// Copyright 2026 the Wirekit authors. MIT license.

/** Drives the load generator, which is a process of its own. */

import { Driver } from "../../tests/_driver.ts";

/** Where the server is, and what it speaks. */
export interface Order {
  /** Its port on 127.0.0.1. */
  port?: number;
  /** Its path, if it is a Unix socket. */
  path?: string;
  /** Whether a message is a line; else it is a frame of a WebSocket. */
  line?: boolean;
  /** The port of the services, if that is another one. */
  servicesPort?: number;
  /** What is said, and before it. A relay and JSON-RPC want nothing before. */
  dialect: "winerp" | "relay" | "socketio" | "jsonrpc";
}

/** Who sends what to whom. */
export interface Shape {
  /** How many requesters there are. */
  pairs: number;
  /** How many services answer them. By default each has its own. */
  services?: number;
  /** Messages that each requester, or the sender, has in flight. */
  depth: number;
  /** The same of each requester, of whom none has more than `depth`. */
  depths?: number[];
  /** The length of a whole request, in bytes. */
  message?: number;
  /** The length of its data, in place of that. */
  data?: number;
  /** How many get what one sender tells; then there are no requests. */
  receivers?: number;
  /** Bytes a second that one more client sends to another. */
  flood?: number;
  /** Whether that other reads nothing. */
  mute?: boolean;
  /** Pings of one client, `depth` of them in flight; then nothing else. */
  pings?: boolean;
  /** The number of the first client, if others have those from 0 on. */
  first?: number;
}

/** What the generator saw. */
export interface LoadResult {
  /** Answers, or deliveries. */
  calls: number;
  /** How long it took, in seconds. */
  seconds: number;
  /** Median latency, in microseconds. */
  p50: number;
  /** 99th percentile of the latency, in microseconds. */
  p99: number;
  /** Requests that were due and not sent, since too many answers were missing. */
  missed?: number;
}

/** A load generator, connected to a server. Disposing ends it. */
export class Generator implements AsyncDisposable {
  readonly #driver: Driver;

  private constructor(driver: Driver) {
    this.#driver = driver;
  }

  /**
   * Starts one, and opens its connections.
   *
   * @param order Where.
   * @param shape Which.
   * @param options `yields`: whether other processes always go first, as if it ran on
   * another machine.
   * @returns The generator.
   */
  static async open(
    order: Order,
    shape: Shape,
    { yields = false } = {},
  ): Promise<Generator> {
    const driver = new Driver([
      ...(yields ? ["chrt", "--idle", "0"] : []),
      Deno.execPath(),
      "run",
      "--allow-ffi",
      // Else V8 compiles the loop anew in each load, beside it, and throws that
      // away at its end: on one core that is up to a third of the time.
      "--v8-flags=--no-use-osr",
      "--no-check",
      "--no-lock",
      new URL("generator.ts", import.meta.url).pathname,
    ]);
    try {
      await driver.event({ event: "ready" });
      await driver.do("open", { order, shape });
    } catch (error) {
      await driver.kill();
      throw error;
    }
    return new Generator(driver);
  }

  /** The id of the process. */
  get pid(): number {
    return this.#driver.pid;
  }

  /**
   * Loads the server.
   *
   * @param seconds How long.
   * @param rate Requests a second, at random times. By default as many as the
   * server answers.
   * @param options `goesOn`: whether the calls and latencies of the load before count too.
   * @returns What came back.
   */
  load(
    seconds: number,
    rate?: number,
    { goesOn = false, least = 0 } = {},
  ): Promise<LoadResult> {
    return this.#driver.do("load", {
      seconds,
      ...(rate && { rate }),
      ...(goesOn && { goesOn }),
      ...(least > 0 && { least }),
    });
  }

  /**
   * The same beside a flood.
   *
   * @param seconds How long.
   * @param rate Requests a second.
   * @returns What came back.
   */
  flooded(seconds: number, rate: number): Promise<LoadResult> {
    return this.#driver.do("flooded", { seconds, rate });
  }

  /**
   * Connects more clients, which do nothing.
   *
   * @param from The number of the first.
   * @param count How many.
   */
  async idle(from: number, count: number): Promise<void> {
    await this.#driver.do("idle", { from, count });
  }

  /**
   * Lets clients come and go, one after the other.
   *
   * @param from The number of the first.
   * @param count How many.
   */
  async churn(from: number, count: number): Promise<void> {
    await this.#driver.do("churn", { from, count });
  }

  /**
   * Connects more clients that do nothing, many at the same time.
   *
   * @param from The number of the first.
   * @param count How many.
   */
  async crowd(from: number, count: number): Promise<void> {
    await this.#driver.do("crowd", { from, count });
  }

  /**
   * Lets clients come and go, evenly in one second.
   *
   * @param from The number of the first.
   * @param count How many.
   */
  async arrive(from: number, count: number): Promise<void> {
    await this.#driver.do("arrive", { from, count });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#driver.kill();
  }
}
