// Copyright 2026 the Wirekit authors. MIT license.

/** A foreign program as a test drives it. */

import { deadline } from "@std/async/deadline";

/** How long anything may take before a test fails instead of hanging. */
export const PATIENCE = 60_000;

/** What a driven program tells without being asked. */
export interface DriverEvent {
  /** Its name. */
  event: string;
  /** What belongs to it. */
  [key: string]: unknown;
}

/** Some properties of an event, or a condition on it. */
export type EventMatch =
  | Record<string, unknown>
  | ((e: DriverEvent) => boolean);

interface Waiter {
  match: (e: DriverEvent) => boolean;
  found: PromiseWithResolvers<DriverEvent>;
}

/**
 * Asks again and again until the answer is yes; each question takes its time.
 *
 * @param condition What to ask.
 */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (!await condition()) {
    if (performance.now() > end) {
      throw new Error(`Cannot wait for ${condition}`);
    }
  }
}

/**
 * A child process that takes commands and reports events as lines of JSON:
 *
 * ```text
 * -> {"id": 1, "do": "ping", "client": "alpha"}
 * <- {"id": 1, "ok": "true"}            (the value as JSON text, so that no
 * <- {"id": 1, "error": "TimeoutError"}  number changes on the way)
 * <- {"event": "ready", "client": "alpha"}
 * ```
 *
 * Disposing kills it.
 */
export class Driver implements AsyncDisposable {
  #child: Deno.ChildProcess;
  #input: WritableStreamDefaultWriter<Uint8Array>;
  #calls = new Map<number, PromiseWithResolvers<string>>();
  #lastId = 0;
  #events: DriverEvent[] = [];
  #waiters: Waiter[] = [];
  #errors = "";
  #done: Promise<unknown>;

  /**
   * Starts the program.
   *
   * @param command The program and its arguments.
   */
  constructor([program = "", ...args]: string[]) {
    this.#child = new Deno.Command(program, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#done = Promise.all([
      this.#read(this.#child.stdout, (line) => this.#receive(line)),
      this.#read(this.#child.stderr, (line) => {
        this.#errors = `${this.#errors}\n${line}`.slice(-4000);
      }),
      this.#child.status,
    ]).finally(() => {
      for (const call of this.#calls.values()) call.reject(this.#gone());
      for (const { found } of this.#waiters) found.reject(this.#gone());
    });
  }

  /** The id of the process. */
  get pid(): number {
    return this.#child.pid;
  }

  /**
   * Gives a command and waits for its value.
   *
   * @param command Its name.
   * @param args What belongs to it.
   * @returns The value as JSON text.
   */
  async text(
    command: string,
    args: Record<string, unknown> = {},
  ): Promise<string> {
    const id = ++this.#lastId;
    const call = Promise.withResolvers<string>();
    this.#calls.set(id, call);
    const line = JSON.stringify({ id, do: command, ...args }) + "\n";
    this.#input.write(new TextEncoder().encode(line))
      .catch(() => call.reject(this.#gone()));
    try {
      return await this.#inTime(call.promise, command);
    } finally {
      this.#calls.delete(id);
    }
  }

  /**
   * Gives a command and waits for its value.
   *
   * @param command Its name.
   * @param args What belongs to it.
   * @returns The value.
   */
  async do<T = unknown>(
    command: string,
    args: Record<string, unknown> = {},
  ): Promise<T> {
    return JSON.parse(await this.text(command, args));
  }

  /**
   * Waits for an event. Each event is given out once, in the order of arrival.
   *
   * @param match Which one.
   * @returns The event.
   */
  event(match: EventMatch): Promise<DriverEvent> {
    const matches = typeof match === "function"
      ? match
      : (e: DriverEvent) =>
        Object.entries(match).every(([key, value]) => e[key] === value);
    const index = this.#events.findIndex(matches);
    if (index >= 0) return Promise.resolve(this.#events.splice(index, 1)[0]!);
    const found = Promise.withResolvers<DriverEvent>();
    this.#waiters.push({ match: matches, found });
    return this.#inTime(found.promise, JSON.stringify(match) ?? `${match}`);
  }

  /**
   * Takes the events that came and nobody waited for.
   *
   * @param name The name of the events.
   * @returns The events, oldest first.
   */
  takeEvents(name: string): DriverEvent[] {
    const taken = this.#events.filter(({ event }) => event === name);
    this.#events = this.#events.filter(({ event }) => event !== name);
    return taken;
  }

  /** Freezes the process. */
  pause(): void {
    this.#child.kill("SIGSTOP");
  }

  /** Lets it go on. */
  resume(): void {
    this.#child.kill("SIGCONT");
  }

  /** Ends the process at once, without a farewell. */
  async kill(): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.#done;
    await this.#input.abort().catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  async #inTime<T>(promise: Promise<T>, what: string): Promise<T> {
    try {
      return await deadline(promise, PATIENCE);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      throw new Error(
        `Cannot wait any longer for ${what}; not waited for: ` +
          `${JSON.stringify(this.#events)}; stderr: ${this.#errors}`,
      );
    }
  }

  #gone(): Error {
    return new Error(`The driven program has ended: ${this.#errors}`);
  }

  async #read(
    stream: ReadableStream<Uint8Array>,
    receive: (line: string) => void,
  ): Promise<void> {
    const decoder = new TextDecoder();
    let tail = "";
    for await (const chunk of stream) {
      const lines = (tail + decoder.decode(chunk, { stream: true })).split(
        "\n",
      );
      tail = lines.pop()!;
      for (const line of lines) receive(line);
    }
  }

  #receive(line: string): void {
    const message = JSON.parse(line);
    if ("event" in message) return this.#notify(message);
    const call = this.#calls.get(message.id);
    if ("error" in message) call?.reject(new Error(message.error));
    else call?.resolve(message.ok);
  }

  #notify(event: DriverEvent): void {
    const index = this.#waiters.findIndex(({ match }) => match(event));
    if (index < 0) this.#events.push(event);
    else this.#waiters.splice(index, 1)[0]!.found.resolve(event);
  }
}
