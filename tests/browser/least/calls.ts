// Copyright 2026 the Wirekit authors. MIT license.

/** What a call may be given. */
export interface CallOptions {
  timeout?: number;
  signal?: AbortSignal;
}

interface OpenCall {
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/** The open calls: each ends once, and leaves no timer and no listener. */
export class Calls {
  readonly #calls = new Map<number, OpenCall>();
  #last = 0;

  call(
    send: (id: number) => void,
    { timeout = 60_000, signal }: CallOptions = {},
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      if (this.#calls.size > 4096) throw new Error("Too many calls wait");
      const id = this.#last++;
      send(id);
      const settle = (act: (value: unknown) => void) => (value: unknown) => {
        if (!this.#calls.delete(id)) return;
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
        act(value);
      };
      const call = { resolve: settle(resolve), reject: settle(reject) };
      const abort = () => call.reject(signal!.reason);
      const timer = setTimeout(
        () => call.reject(new Error(`No answer within ${timeout} ms`)),
        timeout,
      );
      signal?.addEventListener("abort", abort);
      this.#calls.set(id, call);
    });
  }

  get(id: number): OpenCall | undefined {
    return this.#calls.get(id);
  }

  endAll(error: Error): void {
    for (const call of this.#calls.values()) call.reject(error);
  }
}
