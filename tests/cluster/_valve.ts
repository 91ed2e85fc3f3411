// Copyright 2026 the Wirekit authors. MIT license.

/** A link that can be cut without anybody noticing, as a broken cable is. */
export class Valve implements AsyncDisposable {
  readonly #listener: Deno.TcpListener;
  readonly #done: Promise<void>;
  readonly #conns = new Set<Deno.Conn>();
  #open = Promise.resolve();
  #let: () => void = () => {};

  /**
   * Opens a port that leads to another.
   *
   * @param to The other port.
   */
  constructor(to: number) {
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.#done = this.#serve(to).catch(() => {});
  }

  /** Where it listens. */
  get port(): number {
    return this.#listener.addr.port;
  }

  async #serve(to: number): Promise<void> {
    for await (const from of this.#listener) this.#join(from, to);
  }

  async #join(from: Deno.Conn, port: number): Promise<void> {
    this.#conns.add(from);
    try {
      await this.#open;
      const to = await Deno.connect({ hostname: "127.0.0.1", port });
      this.#conns.add(to);
      await Promise.race([this.#carry(from, to), this.#carry(to, from)]);
      to.close();
    } catch {
      // One end has closed.
    }
    try {
      from.close();
    } catch {
      // It has closed itself.
    }
  }

  async #carry(from: Deno.Conn, to: Deno.Conn): Promise<void> {
    const buffer = new Uint8Array(65_536);
    for (;;) {
      const count = await from.read(buffer);
      await this.#open;
      if (count === null) return;
      for (let rest = buffer.subarray(0, count); rest.length > 0;) {
        rest = rest.subarray(await to.write(rest));
      }
    }
  }

  /** Lets nothing through. What comes waits. */
  shut(): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#open = promise;
    this.#let = resolve;
  }

  /** Lets all through, what has waited first. */
  open(): void {
    this.#let();
    this.#open = Promise.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.open();
    this.#listener.close();
    for (const conn of this.#conns) {
      try {
        conn.close();
      } catch {
        // It has closed itself.
      }
    }
    await this.#done;
  }
}
