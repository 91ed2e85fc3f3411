// Copyright 2026 the Wirekit authors. MIT license.

import { toJson } from "@wirekit/internal/command";
import type { LogEntry } from "../../wire/log.ts";

/** The most requests whose answers are waited for. */
const MAX_ASKED = 1_000;

/** A message that has passed, in a few words. */
export interface Passed {
  /** Its method, or that of the request that it answers. */
  readonly title: string;
  /** Says that it answers no request of ours, if that is so. */
  readonly stray?: string;
}

/** The requests of both ends that have not been answered. */
export class Asked {
  readonly #methods = new Map<string, string>();

  /** Notes a message. */
  note({ direction, kind, method, id, code }: LogEntry): Passed {
    const isOurs = kind === "request" === (direction === "out");
    const key = `${isOurs} ${typeof id} ${id}`;
    const isFull = this.#methods.size >= MAX_ASKED;
    if (method !== undefined) {
      if (kind === "request" && !isFull) this.#methods.set(key, method);
      return { title: method };
    }
    const asked = this.#methods.get(key);
    this.#methods.delete(key);
    const what = code === undefined ? kind : `error ${code}`;
    if (asked !== undefined) return { title: `${what} · ${asked}` };
    if (direction === "out" || kind !== "response" || isFull) {
      return { title: what };
    }
    const stray = "An answer has come whose id belongs to no call: " +
      toJson(id);
    return { title: what, stray };
  }

  /** Forgets all requests: the connection is another one. */
  clear(): void {
    this.#methods.clear();
  }
}
