// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { generate, validate } from "@std/uuid/v7";
import { later, type Timer } from "@wirekit/internal/clock";
import { LimitError } from "@wirekit/internal/errors";
import { quote, stringify } from "./_json.ts";
import type { ObjectTable, Shareable } from "./_sharing.ts";

/**
 * The most objects that can be called at one time, because each keeps memory.
 */
const MAX_OBJECTS = 10_000;

/** How long to wait between two checks for expired objects. */
const MIN_PAUSE = 1_000;

/** The objects that other clients may call. */
export class SharedObjects implements ObjectTable {
  readonly #objects = new Map<
    string,
    { methods: Shareable["methods"]; expires: number }
  >();
  #timer: Timer | undefined;
  #wakeAt = Infinity;

  /** Makes the methods of an object callable; returns its JSON text. */
  share(object: Shareable): string {
    if (this.#objects.size >= MAX_OBJECTS) this.#forget(performance.now());
    if (this.#objects.size >= MAX_OBJECTS) {
      throw new LimitError(
        `Cannot share object: ${MAX_OBJECTS} have not expired yet`,
      );
    }
    const uuid = generate();
    const methods = Object.keys(object.methods).map((name) =>
      // A stock client awaits every method.
      `${quote(name)}:true`
    );
    const text = `{"__name__":${quote(object.name)},"__attr__":${
      stringify(object.attributes)
    },"__func__":{${methods}},"__uuid__":"${uuid}"}`;
    const expires = performance.now() + object.expiry;
    this.#objects.set(uuid, { methods: object.methods, expires });
    if (expires < this.#wakeAt) this.#wake(object.expiry, expires);
    return text;
  }

  /** Returns a method, bound to its object, unless it has expired. */
  find(
    uuid: unknown,
    name: unknown,
  ): ((...args: unknown[]) => unknown) | undefined {
    const known = typeof uuid === "string" && validate(uuid);
    const object = known ? this.#objects.get(uuid) : undefined;
    if (!object || object.expires <= performance.now()) return undefined;
    const { methods } = object;
    if (typeof name !== "string" || !Object.hasOwn(methods, name)) {
      return undefined;
    }
    const method = (methods as Record<string, unknown>)[name];
    return typeof method === "function" ? method.bind(methods) : undefined;
  }

  #wake(ms: number, at: number): void {
    this.#timer?.stop();
    this.#wakeAt = at;
    this.#timer = later(ms, () => this.#purge());
  }

  /** Forgets expired objects, and checks again when more expire. */
  #purge(): void {
    const now = performance.now();
    const next = this.#forget(now);
    this.#wakeAt = Infinity;
    if (next < Infinity) this.#wake(Math.max(next - now, MIN_PAUSE), next);
  }

  /** Forgets expired objects; returns when the next one expires. */
  #forget(now: number): number {
    let next = Infinity;
    for (const [uuid, { expires }] of this.#objects) {
      if (expires <= now) this.#objects.delete(uuid);
      else next = Math.min(next, expires);
    }
    return next;
  }

  /** Forgets everything. */
  clear(): void {
    this.#timer?.stop();
    this.#wakeAt = Infinity;
    this.#objects.clear();
  }
}
