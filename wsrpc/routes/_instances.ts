// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Exposure } from "./_exposure.ts";
import type { Method } from "./decorators.ts";
import { isThenable } from "../connection/_thenable.ts";
import { RouteError } from "../errors.ts";
import type { AnyPeer } from "../caller.ts";

/** One instance, and its progress. */
interface Instance {
  readonly route: Disposed;
  /** Whether `init` has run, or need not. */
  ready: boolean;
  /** Settles when an asynchronous `init` has ended. */
  starting: Promise<void> | undefined;
}

/** The instances of class routes of one connection. */
export class Instances {
  readonly #peer: AnyPeer;
  readonly #instances = new Map<Exposure, Instance>();

  /** Makes an empty set. */
  constructor(peer: AnyPeer) {
    this.#peer = peer;
  }

  /**
   * Calls a method on an instance, which is made and initialised if necessary.
   * Returns and throws what the method does.
   */
  call(exposure: Exposure, name: string, args: unknown[]): unknown {
    const isInit = name === "init";
    const method = isInit ? exposure.init : exposure.methods.get(name);
    if (!method) {
      throw new RouteError(
        exposure.masked.has(name) ? "Method masked" : "Method not implemented",
        { type: "NotImplementedError" },
      );
    }
    let instance = this.#instances.get(exposure);
    if (!instance) {
      // An init that needs arguments waits for its caller.
      const ready = !exposure.init || exposure.init.length > 0;
      const route = new exposure.type(this.#peer);
      instance = { route, ready, starting: undefined };
      this.#instances.set(exposure, instance);
    }
    if (isInit) return this.#init(exposure, instance, method, args);
    if (!instance.ready) this.#init(exposure, instance, exposure.init!, []);
    const { route, starting } = instance;
    return starting
      ? starting.then(() => method.apply(route, args))
      : method.apply(route, args);
  }

  /** Disposes all instances; `onError` gets what they throw. */
  async dispose(onError: (error: unknown) => void): Promise<void> {
    const instances = [...this.#instances.values()];
    this.#instances.clear();
    for (const { route } of instances) {
      await disposeRoute(route, onError);
    }
  }

  /** Runs `init`. If it fails, the next call starts with a new instance. */
  #init(
    exposure: Exposure,
    instance: Instance,
    init: Method,
    args: unknown[],
  ): unknown {
    const forget = () => {
      if (this.#instances.get(exposure) === instance) {
        this.#instances.delete(exposure);
      }
    };
    let result: unknown;
    try {
      result = init.apply(instance.route, args);
    } catch (error) {
      forget();
      throw error;
    }
    instance.ready = true;
    if (!isThenable(result)) return result;
    const starting = result.then(
      () => {
        if (instance.starting === starting) instance.starting = undefined;
      },
      (error) => {
        forget();
        throw error;
      },
    );
    starting.catch(() => {});
    instance.starting = starting;
    return result;
  }
}

type Disposed = Partial<Disposable & AsyncDisposable>;

async function disposeRoute(
  route: Disposed,
  onError: (error: unknown) => void,
): Promise<void> {
  try {
    if (route[Symbol.asyncDispose]) await route[Symbol.asyncDispose]!();
    else route[Symbol.dispose]?.();
  } catch (error) {
    onError(error);
  }
}
