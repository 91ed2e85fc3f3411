// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Methods from a contract.
 *
 * @module
 */

import type { Context } from "../answer/context.ts";
import type {
  Contract,
  MethodContract,
  Param,
  ParametersOf,
} from "./contract.ts";
import {
  type Handler,
  Methods,
  type SubscriptionHandler,
} from "../answer/methods.ts";
import { openRpc } from "./openrpc.ts";
import type { InputOf, StandardSchema } from "./standard_schema.ts";
import { checkParams } from "./_validate.ts";

/**
 * What a handler returns.
 *
 * @typeParam M The contract of the method or of the subscription.
 *
 * @category Contracts
 */
export type ReturnOf<M> = M extends { stream: infer S extends StandardSchema }
  ? AsyncIterable<InputOf<S>>
  : M extends { event: infer E extends StandardSchema }
    ? AsyncIterable<InputOf<E>>
  : M extends { result: infer R extends StandardSchema }
    ? InputOf<R> | Promise<InputOf<R>>
  : unknown;

/**
 * A handler for each method and each subscription.
 *
 * @typeParam M The methods and the subscriptions of the contract.
 * @typeParam State What is kept of a connection.
 *
 * @category Contracts
 */
export type Handlers<M, State> = {
  readonly [K in keyof M]: (
    call: Context<State>,
    ...params: HandlerParams<M[K]>
  ) => ReturnOf<M[K]>;
};

/**
 * A handler for some of the events of a contract.
 *
 * @typeParam C The contract.
 * @typeParam State What is kept of a connection.
 *
 * @category Contracts
 */
export type EventHandlers<C extends Contract, State> = C extends {
  events: infer E;
} ? {
    readonly [K in keyof E]?: (
      call: Context<State>,
      ...params: HandlerParams<E[K]>
    ) => unknown;
  }
  : Record<never, never>;

/**
 * What follows the context in the params of a handler.
 *
 * @typeParam M The contract of the method, the event or the subscription.
 *
 * @category Contracts
 */
export type HandlerParams<M> = M extends { params: infer P } ? ParametersOf<P>
  : [];

/**
 * Makes the methods of a contract. Params are checked before a handler runs:
 * wrong ones are answered with -32602, with the issues and their paths as `data`.
 * A wrong result is answered with -32603. `rpc.discover`
 * answers with the contract as an OpenRPC document.
 *
 * @typeParam M The methods of the contract.
 * @typeParam S Its subscriptions.
 * @typeParam State What is kept of a connection: annotate the `call` of a
 * handler as `Context<State>` to set it.
 * @param contract What to offer.
 * @param handlers A handler for each method and subscription.
 * @returns The methods.
 *
 * @example Wrong params
 * ```ts
 * import { check, contract, implement, InvalidParamsError, param, Peer } from "@wirekit/jsonrpc";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * const number = check(
 *   (value): value is number => typeof value === "number",
 *   "Expected a number",
 * );
 * const calculator = contract({
 *   methods: { double: { params: [param("x", number)], result: number } },
 * });
 * const methods = implement(calculator, { double: (_call, x) => 2 * x });
 * const [near, far] = pair();
 * await using _server = new Peer(far, { methods });
 * await using client = new Peer(near);
 *
 * assertEquals(await client.request("double", { x: 2 }), 4);
 * const { data } = await assertRejects(
 *   () => client.request("double", ["two"]),
 *   InvalidParamsError,
 * );
 * assertEquals(data, {
 *   issues: [{ message: "Expected a number", path: [0] }],
 * });
 * ```
 *
 * @category Contracts
 */
export function implement<
  const M extends Contract["methods"],
  const S extends NonNullable<Contract["subscriptions"]> = Record<never, never>,
  State = Record<string, unknown>,
>(
  contract: Contract & { readonly methods: M; readonly subscriptions?: S },
  handlers: Handlers<NoInfer<M & S>, State>,
): Methods<State> {
  const methods = new Methods<State>();
  const table = handlers as unknown as Record<string, Handler<State>>;
  for (const [name, spec] of Object.entries(contract.methods)) {
    methods.add(name, guarded(spec, table[name]!));
  }
  for (const [key, spec] of Object.entries(contract.subscriptions ?? {})) {
    const [namespace, name] = splitSubscription(key);
    const handler = table[key] as SubscriptionHandler<State>;
    methods.addSubscription(namespace, name, checkedEvents(spec, handler));
  }
  return methods.describe(openRpc(contract));
}

/**
 * Makes methods that receive the events of a contract.
 *
 * @typeParam C The contract.
 * @typeParam State What is kept of a connection.
 * @param contract What the other end offers.
 * @param handlers A handler for each event that is wanted.
 * @returns The methods. Events with params that do not fit go to `onError`.
 *
 * @example Hear of it
 * ```ts
 * import { contract, handleEvents, param, type } from "@wirekit/jsonrpc";
 * import { assertEquals } from "@std/assert";
 *
 * const clock = contract({
 *   methods: {},
 *   events: { tick: { params: [param("time", type<number>())] } },
 * });
 * const methods = handleEvents(clock, { tick: (_call, time) => void time });
 * assertEquals(methods.names, ["tick"]);
 * ```
 *
 * @category Contracts
 */
export function handleEvents<
  const C extends Contract,
  State = Record<string, unknown>,
>(contract: C, handlers: EventHandlers<C, State>): Methods<State> {
  const methods = new Methods<State>();
  const table = handlers as unknown as Record<string, Handler<State>>;
  for (const [name, spec] of Object.entries(contract.events ?? {})) {
    const handler = table[name];
    if (!handler) continue;
    const { params } = spec;
    methods.add(name, guarded(params ? { params } : {}, handler));
  }
  return methods;
}

/**
 * Splits the key of a subscription: `eth_newHeads` is `newHeads` of `eth`.
 *
 * @category Contracts
 */
export function splitSubscription(key: string): [string, string] {
  const at = key.indexOf("_");
  if (at > 0) return [key.slice(0, at), key.slice(at + 1)];
  throw new TypeError(
    `Cannot use subscription ${
      JSON.stringify(key)
    }: its name has to be "<namespace>_<name>"`,
  );
}

function guarded<State>(
  spec: MethodContract,
  handler: Handler<State>,
): Handler<State> {
  return (call) => {
    const args = checkParams(spec.params, call.params);
    const result = args instanceof Promise
      ? args.then((args) => handler(call, ...args))
      : handler(call, ...args);
    const { stream, result: schema } = spec;
    if (!stream && !schema) return result;
    const check = (value: unknown) =>
      stream
        ? checkedValues(value as AsyncIterable<unknown>, stream)
        : checkedResult(value, schema!);
    return result instanceof Promise ? result.then(check) : check(result);
  };
}

/** Returns the value itself: what a schema makes of it is for the reader. */
function checkedResult(value: unknown, schema: StandardSchema): unknown {
  const outcome = schema["~standard"].validate(value);
  if (outcome instanceof Promise) {
    return outcome.then((outcome) => fitting(value, outcome));
  }
  return fitting(value, outcome);
}

function fitting(value: unknown, { issues }: { issues?: unknown }): unknown {
  if (!issues) return value;
  throw new TypeError("Cannot answer: the result does not fit the contract", {
    cause: issues,
  });
}

function checkedEvents<State>(
  spec: { params?: readonly Param[]; event: StandardSchema },
  handler: SubscriptionHandler<State>,
): SubscriptionHandler<State> {
  return (call, ...params) => {
    const args = checkParams(spec.params, params);
    return args instanceof Promise
      ? deferred(args.then((args) => handler(call, ...args)), spec.event)
      : checkedValues(handler(call, ...args), spec.event);
  };
}

async function* deferred(
  values: Promise<AsyncIterable<unknown>>,
  schema: StandardSchema,
): AsyncGenerator<unknown> {
  yield* checkedValues(await values, schema);
}

async function* checkedValues(
  values: AsyncIterable<unknown>,
  schema: StandardSchema,
): AsyncGenerator<unknown> {
  for await (const value of values) yield await checkedResult(value, schema);
}
