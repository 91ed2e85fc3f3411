// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Objects that a route returns: the requester gets a copy of their attributes
 * and may call their methods for a limited time. winerp calls this object
 * transfer.
 *
 * @module
 */

import { checkTime } from "@wirekit/internal/clock";
import { SharedObjects } from "./_objects.ts";
import { tableMakers } from "./_sharing.ts";

/**
 * A method of a {@linkcode SharedObject}: takes positional arguments and
 * returns the result. Keyword arguments of a Python caller come last, as one
 * object.
 */
// deno-lint-ignore no-explicit-any -- the arguments are what the method says
export type Method = (...args: any[]) => unknown;

/**
 * The type of the methods of an object: its members are functions.
 *
 * @typeParam M The type.
 *
 * @category Client
 */
export type Methods<M> = { [Name in keyof M]: Method };

/**
 * The methods of an object whose type is not known.
 *
 * @category Client
 */
export type AnyMethods = Record<string, Method>;

/**
 * Options of {@linkcode SharedObject}.
 *
 * @category Client
 */
export interface SharedObjectOptions {
  /**
   * How long its methods can be called, in milliseconds.
   *
   * @default {30000}
   */
  expiry?: number;
  /**
   * The name of its class, as the requester sees it.
   *
   * @default {"Object"}
   */
  name?: string;
}

/**
 * An object that a route, or a method of such an object, returns so that the
 * requester can call back. Everything in it is visible to the requester.
 * Anybody who knows its random id can call it until it expires.
 *
 * @typeParam A Its attributes.
 * @typeParam M Its methods.
 *
 * @example An account with one method
 * ```ts
 * import { SharedObject } from "@wirekit/hub/client";
 * import { assertEquals } from "@std/assert";
 *
 * const account = new SharedObject({ balance: 10 }, {
 *   deposit: (amount: number) => 10 + amount,
 * }, { expiry: 60_000 });
 * assertEquals(account.expiry, 60_000);
 * ```
 *
 * @category Client
 */
export class SharedObject<
  A extends object = Record<string, unknown>,
  M extends Methods<M> = AnyMethods,
> {
  /** The attributes that are copied to the requester: JSON. */
  readonly attributes: A;
  /** The methods that the requester may call. */
  readonly methods: M;
  /** How long the methods can be called, in milliseconds. */
  readonly expiry: number;
  /** The name of its class, as the requester sees it. */
  readonly name: string;

  /**
   * Makes the object. It is sent, and its time starts, when a route returns it.
   *
   * @param attributes The attributes that are copied to the requester: JSON. A
   * stock winerp client makes each one an attribute of its own object.
   * @param methods The methods that the requester may call.
   * @param options The expiry and the name.
   * @throws {RangeError} If the expiry is not a positive number.
   */
  constructor(attributes: A, methods: M, options: SharedObjectOptions = {}) {
    const { expiry = 30_000, name = "Object" } = options;
    checkTime("expiry", expiry);
    this.attributes = attributes;
    this.methods = methods;
    this.expiry = expiry;
    this.name = name;
    tableMakers.set(this, () => new SharedObjects());
  }
}

/**
 * Options of `call()` of a {@linkcode RemoteObject}.
 *
 * @category Client
 */
export interface CallOptions {
  /** Keyword arguments, for a method in Python. */
  kwargs?: Record<string, unknown>;
  /**
   * How long to wait for the result, in milliseconds.
   *
   * @default {30000}
   */
  timeout?: number;
  /** Ends the call with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * An object of another client, as returned by a route.
 *
 * @typeParam A Its attributes.
 * @typeParam M Its methods.
 *
 * @category Client
 */
export interface RemoteObject<
  A extends object = Record<string, unknown>,
  M extends Methods<M> = AnyMethods,
> {
  /** The name of its class. */
  readonly name: string;
  /** The client that owns it. */
  readonly source: string;
  /** Its attributes at the time it was sent. */
  readonly attributes: A;
  /** The names of its methods. */
  readonly methods: readonly (keyof M & string)[];

  /**
   * Calls a method.
   *
   * @param method The name of the method.
   * @param args Its positional arguments.
   * @param options Keyword arguments, deadline and signal.
   * @returns The result.
   * @throws {RemoteError} If the method failed, or the object has expired: then
   * the message is `The called function has either expired or has never been
   * registered`.
   * @throws {TimeoutError} If no answer came in time.
   * @throws {NotConnectedError} If there is no connection to the hub.
   */
  call<K extends keyof M & string>(
    method: K,
    args?: Parameters<M[K]>,
    options?: CallOptions,
  ): Promise<Awaited<ReturnType<M[K]>>>;
}
