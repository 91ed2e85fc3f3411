// Copyright 2026 the Wirekit authors. MIT license.

/** A line to a port that breaks, or freezes, after so many bytes. */

/** What happens to it. */
export type Fault = "killed" | "frozen";

/** From the client, or to it. */
type Way = "up" | "down";

/** Carries the connections of one client. */
export class Line implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #conns = new Set<Deno.TcpConn>();
  readonly #left: Record<Way, number> = { up: Infinity, down: Infinity };
  readonly #never = new Promise<never>(() => {});
  readonly #done: Promise<void>;
  #fault: Fault | undefined;
  #next: Fault = "killed";

  constructor(to: number) {
    this.#done = this.#serve(to).catch(() => {});
  }

  get port(): number {
    return this.#listener.addr.port;
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

  async #serve(port: number): Promise<void> {
    for await (const near of this.#listener) {
      if (this.#fault === "killed") close(near);
      else void this.#join(near, port).catch(() => {});
    }
  }

  async #join(near: Deno.TcpConn, port: number): Promise<void> {
    this.#conns.add(near);
    const far = await Deno.connect({ hostname: "127.0.0.1", port });
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
    from: Deno.TcpConn,
    to: Deno.TcpConn,
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
