// Copyright 2026 the Wirekit authors. MIT license.

/** A line to a port that breaks, or freezes, after so many bytes. */

/** What happens to it. */
export type Fault = "killed" | "frozen";

/** From the client, or to it. */
type Way = "up" | "down";

let lines = 0;

/** Carries the connections of one client. */
export class Line implements AsyncDisposable {
  readonly #listener: Deno.Listener;
  readonly #conns = new Set<Deno.Conn>();
  readonly #left: Record<Way, number> = { up: Infinity, down: Infinity };
  readonly #never = new Promise<never>(() => {});
  readonly #done: Promise<void>;
  #fault: Fault | undefined;
  #next: Fault = "killed";

  /** To a port, or to the path of a Unix socket: then it is at a path, too. */
  constructor(to: number | string) {
    this.#listener = typeof to === "string"
      ? Deno.listen({ transport: "unix", path: `${to}.${++lines}` })
      : Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.#done = this.#serve(to).catch(() => {});
  }

  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  /** Where it is, if it leads to a Unix socket. */
  get path(): string {
    return (this.#listener.addr as Deno.UnixAddr).path;
  }

  /** Breaks it now. */
  break(fault: Fault): void {
    this.#fault = fault;
    if (fault === "frozen") return;
    // As a kill does: what was written is lost.
    for (const conn of this.#conns) close(conn);
  }

  /** Breaks it once so many more bytes have gone one way. */
  breakAfter(bytes: number, way: Way, fault: Fault): void {
    this.#left[way] = bytes;
    this.#next = fault;
  }

  /** Whether it is broken. */
  get isBroken(): boolean {
    return this.#fault !== undefined;
  }

  async #serve(to: number | string): Promise<void> {
    for await (const near of this.#listener) {
      if (this.#fault === "killed") close(near);
      else void this.#join(near, to).catch(() => {});
    }
  }

  async #join(near: Deno.Conn, to: number | string): Promise<void> {
    this.#conns.add(near);
    const far =
      await (typeof to === "string"
        ? Deno.connect({ transport: "unix", path: to })
        : Deno.connect({ hostname: "127.0.0.1", port: to }));
    this.#conns.add(far);
    const ends = [
      this.#carry(near, far, "up"),
      this.#carry(far, near, "down"),
    ];
    await Promise.race(ends.map((end) => end.catch(() => {})));
    close(near);
    close(far);
  }

  async #carry(
    from: Deno.Conn,
    to: Deno.Conn,
    way: Way,
  ): Promise<void> {
    const buffer = new Uint8Array(16_384);
    for (;;) {
      const count = await from.read(buffer);
      if (this.#fault === "frozen") await this.#never;
      if (count === null) return;
      const part = Math.min(count, this.#left[way]);
      this.#left[way] -= part;
      for (let rest = buffer.subarray(0, part); rest.length > 0;) {
        rest = rest.subarray(await to.write(rest));
      }
      if (part < count) {
        this.break(this.#next);
        if (this.#next === "frozen") await this.#never;
        return;
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const conn of this.#conns) close(conn);
    await this.#done;
  }
}

function close(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // It is closed.
  }
}
