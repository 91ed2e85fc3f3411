// Copyright 2026 the Wirekit authors. MIT license.

/** What can be called at the other end, and how a call ends. */

import { now, unlessAborted } from "@wirekit/internal/clock";
import { closest, printable } from "@wirekit/internal/command";
import { RemoteError } from "@wirekit/internal/errors";
import { JsonRpcError } from "../../wire/error.ts";
import type { Params } from "../../wire/message.ts";
import type { Target } from "../_program.ts";
import { written } from "../_written.ts";
import type { Dialect } from "./_dialect.ts";
import type { Entry, Found } from "./_entry.ts";

/** How long the other end may take to say goodbye, in milliseconds. */
const FAREWELL = 2_000;

/** How a call has ended. */
export interface Outcome {
  /** How long it took, in milliseconds, at least 1. */
  readonly took: number;
  /** What was answered, unless it has failed. */
  readonly result?: unknown;
  /** The result in words, for some methods. */
  readonly words?: string | undefined;
  /** Why it has failed. */
  readonly fault?: string;
  /** What else the error carries. */
  readonly data?: unknown;
}

/** How a call is made. */
export interface AskOptions {
  /** Gives it up. */
  readonly signal: AbortSignal;
  /** Is told what comes before the result. */
  onProgress(words: string): void;
}

/** A program or a server that was greeted. */
export class Session {
  readonly #dialect: Dialect;
  readonly #timeout: number;
  readonly #target: Target;
  /** Who the other end says that it is; empty if it does not. */
  readonly greeting: string;
  /** What can be called, as far as it says. */
  readonly entries: readonly Entry[];
  /** What of it could not be read, or is not listed; empty if nothing. */
  readonly remark: string;

  private constructor(
    dialect: Dialect,
    timeout: number,
    target: Target,
    greeting: string,
    { entries, remark }: Found,
  ) {
    this.#dialect = dialect;
    this.#timeout = timeout;
    this.#target = target;
    this.greeting = greeting;
    this.entries = entries;
    this.remark = remark;
  }

  /** Greets the other end and finds what it can be asked for. */
  static async begin(
    dialect: Dialect,
    target: Target,
    timeout: number,
    signal: AbortSignal,
  ): Promise<Session> {
    const limit = { timeout, signal };
    try {
      const greeting = await dialect.begin(target.caller, limit);
      const found = await dialect.entries(target, limit);
      return new Session(dialect, timeout, target, greeting, found);
    } catch (error) {
      if (!(error instanceof JsonRpcError)) throw await target.explain(error);
      throw new RemoteError(
        `The handshake was answered with error ${error.code}: ` +
          `${error.message}. Is it a server of another protocol?`,
        { cause: error },
      );
    }
  }

  /** Says how the connection has ended once it has; HTTP has none. */
  get closed(): Promise<string> | undefined {
    return this.#target.closed;
  }

  /** Calls what has a name. Never rejects. */
  async ask(
    entry: Entry,
    params: Params | undefined,
    { signal, onProgress }: AskOptions,
  ): Promise<Outcome> {
    const { name } = entry;
    const begin = now();
    const took = () => Math.max(1, Math.round(now() - begin));
    try {
      const question = entry.ask
        ? await unlessAborted(
          Promise.resolve(entry.ask(params, signal)),
          signal,
        )
        : { method: name, params };
      const result = await this.#target.caller.request(
        question.method,
        question.params,
        {
          timeout: this.#timeout,
          signal,
          // Others take any param more for a wrong one.
          ...(this.#dialect.conventions === "mcp" && {
            onProgress: (value: unknown) => onProgress(written(value)),
          }),
        },
      );
      return { took: took(), result, words: wordsOf(entry, result) };
    } catch (thrown) {
      const error = thrown instanceof RemoteError
        ? thrown
        : await this.#target.explain(thrown);
      const { message, code, data } = Object(error);
      const fault = typeof code === "number"
        ? `error ${code}: ${message}`
        : String(message);
      const meant = code === -32601 ? this.#meant(name) : "";
      return { took: took(), fault: fault + meant, data };
    }
  }

  /** Sends what has no answer. */
  async notify(method: string, params: Params | undefined): Promise<void> {
    await this.#target.caller.notify(method, params);
  }

  /**
   * Finds an entry by its name, also as that is shown, or by what is after the
   * last slash of it.
   */
  find(name: string): Entry | undefined {
    const exact = this.entries.find((entry) => entry.name === name) ??
      this.entries.find((entry) => printable(entry.name) === name);
    if (exact) return exact;
    const all = this.entries.filter((e) => e.name.endsWith(`/${name}`));
    return all.length === 1 ? all[0] : undefined;
  }

  /** Says goodbye, where the protocol has that. */
  async end(): Promise<void> {
    await this.#dialect.end?.(this.#target.caller, FAREWELL).catch(() => {});
  }

  #meant(name: string): string {
    const near = closest(name, this.entries.map(({ name }) => name));
    return near === undefined || near === name ? "" : `. Did you mean ${near}?`;
  }
}

/** Says a result in words, if it is what its protocol wants. */
function wordsOf(entry: Entry, result: unknown): string | undefined {
  try {
    return entry.show?.(result);
  } catch {
    return undefined;
  }
}
