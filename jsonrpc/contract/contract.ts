// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * A contract states once what one end offers and the other end calls. It types
 * the handlers and the calls, checks params and results, and is published as an
 * OpenRPC document.
 *
 * ```ts
 * import { contract, param, type } from "@wirekit/jsonrpc";
 *
 * export const calculator = contract({
 *   info: { title: "Calculator", version: "1.0.0" },
 *   methods: {
 *     "math.sum": {
 *       summary: "Adds two numbers",
 *       params: [param("x", type<number>()), param("y", type<number>())],
 *       result: type<number>(),
 *     },
 *   },
 * });
 * ```
 *
 * @module
 */

import type { InputOf, OutputOf, StandardSchema } from "./standard_schema.ts";

export { check, type } from "./standard_schema.ts";

/**
 * A param by position, with a name so that it can be given by name too.
 *
 * @typeParam S Its schema.
 * @typeParam Optional Whether it may be missing.
 *
 * @category Contracts
 */
export interface Param<
  S extends StandardSchema = StandardSchema,
  Optional extends boolean = boolean,
> {
  /** Its name. */
  readonly name: string;
  /** The schema of its value. */
  readonly schema: S;
  /** Whether it may be missing. */
  readonly optional: Optional;
  /** What it is, in a few words. */
  readonly summary?: string;
}

/**
 * An error that a method may answer with.
 *
 * @category Contracts
 */
export interface ErrorContract {
  /** Its code. */
  readonly code: number;
  /** Its message. */
  readonly message: string;
}

/**
 * A method.
 *
 * @category Contracts
 */
export interface MethodContract {
  /**
   * The params: a list by position (given by name they are put in order), or
   * the schema of an object by name.
   *
   * @default {[]}
   */
  readonly params?: readonly Param[] | StandardSchema<object>;
  /**
   * What the result has to be. Without it the result is `unknown`, and in an
   * OpenRPC document the method may only be notified.
   */
  readonly result?: StandardSchema;
  /**
   * What each value of a stream has to be: the handler is an async generator, and
   * the caller reads the result with `for await`.
   */
  readonly stream?: StandardSchema;
  /** What it does, in a few words. */
  readonly summary?: string;
  /** What it does, in detail. */
  readonly description?: string;
  /** The errors that it may answer with. */
  readonly errors?: readonly ErrorContract[];
  /** Whether it should no longer be used. */
  readonly deprecated?: boolean;
}

/**
 * A notification from the end that offers the contract.
 *
 * @category Contracts
 */
export interface EventContract {
  /** The params, as in {@linkcode MethodContract.params}. */
  readonly params?: readonly Param[] | StandardSchema<object>;
  /** What it means, in a few words. */
  readonly summary?: string;
}

/**
 * Something to subscribe to.
 *
 * @category Contracts
 */
export interface SubscriptionContract {
  /** The params by position, after the name. */
  readonly params?: readonly Param[];
  /** What each event has to be. */
  readonly event: StandardSchema;
  /** What it is, in a few words. */
  readonly summary?: string;
}

/**
 * What one end offers.
 *
 * @category Contracts
 */
export interface Contract {
  /** What an OpenRPC document says of the whole. */
  readonly info?: {
    readonly title: string;
    readonly version: string;
    readonly description?: string;
  };
  /** The methods, by name. */
  readonly methods: Readonly<Record<string, MethodContract>>;
  /** The notifications that come from the offering end, by method. */
  readonly events?: Readonly<Record<string, EventContract>>;
  /** What there is to subscribe to, by `<namespace>_<name>`. */
  readonly subscriptions?: Readonly<Record<string, SubscriptionContract>>;
}

/**
 * Returns a contract as it is, with its exact type.
 *
 * @typeParam C The contract.
 * @param contract The contract.
 * @returns The same.
 *
 * @example A typed call
 * ```ts
 * import { contract, implement, param, Peer, type } from "@wirekit/jsonrpc";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertEquals } from "@std/assert";
 *
 * const calculator = contract({
 *   methods: {
 *     "math.sum": {
 *       params: [param("x", type<number>()), param("y", type<number>())],
 *       result: type<number>(),
 *     },
 *   },
 * });
 * const methods = implement(calculator, {
 *   "math.sum": (_call, x, y) => x + y,
 * });
 * const [near, far] = pair();
 * await using _server = new Peer(far, { methods });
 * await using client = new Peer(near, { contract: calculator });
 *
 * const sum: number = await client.remote.math.sum(1, 2);
 * assertEquals(sum, 3);
 * ```
 *
 * @category Contracts
 */
export function contract<const C extends Contract>(contract: C): C {
  return contract;
}

/**
 * Options of {@linkcode param}.
 *
 * @category Contracts
 */
export interface ParamOptions {
  /**
   * Whether it may be missing. Only others like it may follow.
   *
   * @default {false}
   */
  readonly optional?: boolean;
  /** What it is, in a few words. */
  readonly summary?: string;
}

/**
 * Makes a param by position that may be missing.
 *
 * @typeParam S Its schema.
 * @param name Its name.
 * @param schema The schema of its value.
 * @param options Whether it may be missing.
 * @returns The param.
 *
 * @example An optional one
 * ```ts
 * import { param, type } from "@wirekit/jsonrpc";
 * import { assertEquals } from "@std/assert";
 *
 * const limit = param("limit", type<number>(), { optional: true });
 * assertEquals(limit.optional, true);
 * ```
 *
 * @category Contracts
 */
export function param<S extends StandardSchema>(
  name: string,
  schema: S,
  options: ParamOptions & { readonly optional: true },
): Param<S, true>;
/**
 * Makes a param by position that has to be there.
 *
 * @typeParam S Its schema.
 * @param name Its name.
 * @param schema The schema of its value.
 * @param options What it is.
 * @returns The param.
 *
 * @example A required one
 * ```ts
 * import { param, type } from "@wirekit/jsonrpc";
 * import { assertEquals } from "@std/assert";
 *
 * const limit = param("limit", type<number>());
 * assertEquals(limit.optional, false);
 * ```
 *
 * @category Contracts
 */
export function param<S extends StandardSchema>(
  name: string,
  schema: S,
  options?: ParamOptions & { readonly optional?: false },
): Param<S, false>;
export function param(
  name: string,
  schema: StandardSchema,
  options: ParamOptions = {},
): Param {
  return { name, schema, optional: false, ...options };
}

/**
 * The arguments of a call, as the caller gives them.
 *
 * @typeParam P The params of the contract.
 *
 * @category Contracts
 */
export type ArgumentsOf<P> = P extends readonly Param[] ? InputTuple<P>
  : P extends StandardSchema ? [params: InputOf<P>]
  : [];

/**
 * The arguments of a call, as the handler gets them.
 *
 * @typeParam P The params of the contract.
 *
 * @category Contracts
 */
export type ParametersOf<P> = P extends readonly Param[] ? OutputTuple<P>
  : P extends StandardSchema ? [params: OutputOf<P>]
  : [];

/**
 * The arguments of a call with params by position, as the caller gives them: one
 * of each param, of which the last may be left out if they are optional.
 *
 * @typeParam P The params by position.
 *
 * @category Contracts
 */
export type InputTuple<P extends readonly Param[]> = number extends P["length"]
  ? unknown[]
  : P extends
    readonly [infer Head extends Param, ...infer Tail extends readonly Param[]]
    ? Head extends Param<infer S, infer Optional>
      ? Optional extends true ? [InputOf<S>?, ...InputTuple<Tail>]
      : [InputOf<S>, ...InputTuple<Tail>]
    : never
  : [];

/**
 * The arguments of a call with params by position, as the handler gets them: one
 * of each param, of which the last may be missing if they are optional.
 *
 * @typeParam P The params by position.
 *
 * @category Contracts
 */
export type OutputTuple<P extends readonly Param[]> = number extends P["length"]
  ? unknown[]
  : P extends
    readonly [infer Head extends Param, ...infer Tail extends readonly Param[]]
    ? Head extends Param<infer S, infer Optional>
      ? Optional extends true ? [OutputOf<S>?, ...OutputTuple<Tail>]
      : [OutputOf<S>, ...OutputTuple<Tail>]
    : never
  : [];
