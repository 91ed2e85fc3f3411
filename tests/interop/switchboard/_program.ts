// Copyright 2026 the Wirekit authors. MIT license.

/** What a program of the matrix can do, whatever it speaks. */

/** What somebody was told. */
export interface Information {
  source: string | null;
  // deno-lint-ignore no-explicit-any -- whatever somebody tells
  data: any;
}

/** A program that takes part. */
export interface Program extends AsyncDisposable {
  /** What it is. */
  readonly kind: string;
  /** Its name; empty if it has none. */
  readonly name: string;
  /** Whether its numbers keep all digits. */
  readonly isExact: boolean;
  /** Asks; both data are JSON texts. */
  ask(to: string, route: string, data: string): Promise<string>;
  /** Tells one, or all. */
  inform(data: string, to?: string): Promise<unknown>;
  /** What it is told next, if it can be told. */
  told?(): Promise<Information>;
  /**
   * Takes one more name, or waits for it: does not wait until it has it. Disposing
   * gives it up.
   */
  enter?(name: string, tag: string): Promise<AsyncDisposable>;
}

/** Keeps what a program was told until it is asked for. */
export class Told {
  readonly #values: Information[] = [];
  #wake = () => {};

  push(source: string | null, data: unknown): void {
    this.#values.push({ source, data });
    this.#wake();
  }

  async next(): Promise<Information> {
    while (this.#values.length === 0) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    return this.#values.shift()!;
  }
}
