// Copyright 2026 the Wirekit authors. MIT license.

/**
 * For tests: the one fake clock, random numbers that a seed repeats, and what is
 * hard to look at.
 *
 * ```ts
 * import { FakeTime } from "@wirekit/internal/testing";
 * import { later } from "@wirekit/internal/clock";
 * import { assert } from "@std/assert";
 *
 * using time = new FakeTime();
 * let rung = false;
 * later(1_000, () => rung = true);
 * await time.tick(1_000);
 * assert(rung);
 * ```
 *
 * @module
 */

export { Random } from "./_random.ts";

/**
 * Serves WebSockets on loopback that are in the hands of a test. Deno only.
 *
 * @param use Is given each socket as it is made.
 * @returns The URL, and what ends the server.
 */
export function serveSockets(
  use: (socket: WebSocket) => void,
): AsyncDisposable & { url: string } {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      const { socket, response } = Deno.upgradeWebSocket(request);
      use(socket);
      return response;
    },
  );
  return {
    url: `ws://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/**
 * Listens on loopback for one connection, and greets it as servers of SSH do.
 * Deno only.
 *
 * @returns The host and port, and what ends both.
 */
export function greetAsSsh(): AsyncDisposable & { host: string } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const greeted = listener.accept().then(async (conn) => {
    await conn.write(new TextEncoder().encode("SSH-2.0-OpenSSH_9.2\r\n"));
    return conn;
  });
  return {
    host: `127.0.0.1:${listener.addr.port}`,
    async [Symbol.asyncDispose]() {
      listener.close();
      (await greeted).close();
    },
  };
}

interface FakeTimer {
  at: number;
  every: number | undefined;
  action: () => void;
}

/**
 * Replaces the timers, `performance.now()` and `Date.now()` of the platform
 * until it is disposed; time passes only by {@linkcode FakeTime.tick}. Delays
 * longer than 2^31 - 1 wrap around like those of the platform.
 */
export class FakeTime implements Disposable {
  readonly #real = {
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    setInterval: globalThis.setInterval,
    clearInterval: globalThis.clearInterval,
  };
  readonly #realNow = performance.now;
  readonly #realDate = Date.now;
  readonly #timers = new Map<number, FakeTimer>();
  #time = 1_000_000;
  #lastId = 0;

  /** Stops the real clock for this program. */
  constructor() {
    const set = (repeats: boolean) => (action: () => void, delay = 0) => {
      const ms = delay > 2 ** 31 - 1 || !(delay >= 1) ? 1 : Math.trunc(delay);
      this.#timers.set(++this.#lastId, {
        at: this.#time + (delay === 0 ? 0 : ms),
        every: repeats ? ms : undefined,
        action,
      });
      return this.#lastId;
    };
    const clear = (id?: number) => void this.#timers.delete(id ?? 0);
    Object.assign(globalThis, {
      setTimeout: set(false),
      setInterval: set(true),
      clearTimeout: clear,
      clearInterval: clear,
    });
    performance.now = () => this.#time;
    Date.now = () => this.#time;
  }

  /** The number of running timers. */
  get timers(): number {
    return this.#timers.size;
  }

  /**
   * Lets time pass and runs what is due, in order.
   *
   * @param ms How much, in milliseconds.
   */
  async tick(ms: number): Promise<void> {
    const end = this.#time + ms;
    for (;;) {
      await this.settle();
      const due = [...this.#timers].filter(([, { at }]) => at <= end)
        .sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      const [id, timer] = due;
      this.#time = Math.max(this.#time, timer.at);
      if (timer.every === undefined) this.#timers.delete(id);
      else timer.at = this.#time + timer.every;
      timer.action();
    }
    this.#time = end;
    await this.settle();
  }

  /** Lets all promises settle that do not need time. */
  settle(): Promise<void> {
    return new Promise((resolve) => void setImmediate(resolve));
  }

  /** Restores the real clock. */
  [Symbol.dispose](): void {
    Object.assign(globalThis, this.#real);
    performance.now = this.#realNow;
    Date.now = this.#realDate;
  }
}

/**
 * Makes an object at which nobody can look: `instanceof`, `typeof x.then` and
 * `String(x)` throw.
 *
 * @returns A `Proxy` that is revoked.
 */
export function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/**
 * Makes what a function of a user may throw, though it is no error that can be
 * read.
 *
 * @returns Values of all kinds.
 */
export function oddThrown(): unknown[] {
  const broken = Object.defineProperty(new Error(), "message", {
    get() {
      throw null;
    },
  });
  const bare = Object.create(null);
  return [null, undefined, "text", Symbol(), bare, revoked(), broken];
}
