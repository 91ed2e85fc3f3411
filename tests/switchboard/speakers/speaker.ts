// Copyright 2026 the Wirekit authors. MIT license.

/** What the clients of all protocols have, and how their texts are read. */

import { JsonSlice } from "@wirekit/hub";
import type { Transport } from "@wirekit/transport/transport";

/** How a call ended, as its caller has it. */
export interface Ended {
  /** The text of the result. */
  data?: string;
  code?: number;
  message?: string;
  status?: number;
}

/** A client. */
export interface Speaker extends AsyncDisposable {
  readonly protocol: string;
  readonly name: string;
  /** What it was asked: who asks, the route, the text of the data. */
  readonly asked: [source: string, route: string, data: string][];
  /** What it was told. */
  readonly told: Queue<[source: string, data: string]>;
  /** Gets the name: true, once it has it. */
  readonly ready: Promise<void>;
  ask(to: string, route: string, data: string): Promise<Ended>;
  inform(data: string, to?: string): Promise<void>;
  leave(): Promise<void>;
  /** How many answers it got twice, or without a call. */
  readonly strays: number;
  /** Whether it answers everything twice. */
  isTwice: boolean;
  /** Answers what nobody has asked, and what it has answered. */
  stray(number: number): void;
}

/** A question: its id, who asks, the route and the data, as JSON texts. */
export type Asked = readonly [
  id: string,
  source: string,
  route: string,
  data: string,
];

/** Longer than any answer may be. */
const HUGE = `"${"x".repeat(10_000_000)}"`;

/** What a route gives, as JSON text. */
export function resultOf(route: string, data: string): string | undefined {
  return { echo: data, huge: HUGE }[route];
}

/** Waits for what comes. */
export class Queue<T> {
  readonly #values: T[] = [];
  #wake = () => {};

  push(value: T): void {
    this.#values.push(value);
    this.#wake();
  }

  get size(): number {
    return this.#values.length;
  }

  async next(): Promise<T> {
    while (this.#values.length === 0) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    return this.#values.shift()!;
  }
}

const encoder = new TextEncoder();

/** The members of a JSON object, as text. */
export function membersOf(text: string): Map<string, string> {
  return new Map(
    Array.from(
      JsonSlice.of(encoder.encode(text)).members(),
      ([name, { text }]) => [name, text],
    ),
  );
}

/** A name that is written as JSON; "null" if there is none. */
export function nameOf(json: string | undefined): string {
  return String(JSON.parse(json ?? "null"));
}

/** A client over a transport. */
export abstract class Wire implements Speaker {
  abstract readonly protocol: string;
  readonly asked: [string, string, string][] = [];
  readonly told = new Queue<[string, string]>();
  readonly #ready = Promise.withResolvers<void>();
  protected readonly calls = new Map<string, (ended: Ended) => void>();
  protected number = 0;
  protected readonly transport: Transport;

  constructor(transport: Transport, readonly name: string) {
    this.transport = transport;
    this.#ready.promise.catch(() => {});
    void this.#read();
  }

  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  protected isReady(): void {
    this.#ready.resolve();
  }

  async #read(): Promise<void> {
    try {
      for await (const text of this.transport) this.receive(text);
    } catch {
      // It was disconnected.
    }
    for (const end of this.calls.values()) end({ message: "disconnected" });
    this.#ready.reject(new Error("disconnected"));
  }

  protected open(id: string): Promise<Ended> {
    return new Promise((resolve) => this.calls.set(id, resolve));
  }

  /** How many answers came for which there was no call any more. */
  strays = 0;

  protected end(id: string, ended: Ended): void {
    const end = this.calls.get(id);
    if (end) end(ended);
    else this.strays++;
    this.calls.delete(id);
  }

  isTwice = false;
  #last: Asked | undefined;

  /** Answers a question, but not "never". */
  protected answer(asked: Asked): void {
    if (asked[2] === "never") return;
    this.#last = asked;
    for (let n = this.isTwice ? 2 : 1; n > 0; n--) this.reply(...asked);
  }

  stray(number: number): void {
    this.reply(this.strayId(number), '"somebody"', "echo", `{"n":${number}}`);
    if (this.#last) this.reply(...this.#last);
  }

  /** The id of no question. */
  protected abstract strayId(number: number): string;
  /** Sends an answer. */
  protected abstract reply(...asked: Asked): void;
  protected abstract receive(text: string): void;
  abstract ask(to: string, route: string, data: string): Promise<Ended>;
  abstract inform(data: string, to?: string): Promise<void>;

  leave(): Promise<void> {
    return this.transport.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.leave();
  }
}
