// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The methods of the other end as functions.
 *
 * @module
 */

import { cannotCall } from "./_cannot_call.ts";
import { proxy } from "./_proxy.ts";
import { MalformedResponseError } from "./call_error.ts";
import type { Caller } from "./caller.ts";
import type {
  ArgumentsOf,
  Contract,
  EventContract,
  MethodContract,
} from "../contract/contract.ts";
import type { Params } from "../wire/message.ts";
import type { OutputOf, StandardSchema } from "../contract/standard_schema.ts";
import type { StreamOptions } from "../push/stream.ts";
import { issuesOf } from "../contract/_validate.ts";

/**
 * A method as a function.
 *
 * @typeParam M Its contract.
 *
 * @category Calling
 */
export type RemoteMethod<M> = M extends
  { stream: infer S extends StandardSchema } ? (
    ...params: M extends { params: infer P } ? ArgumentsOf<P> : []
  ) => AsyncIterableIterator<OutputOf<S>, undefined>
  : (
    ...params: M extends { params: infer P } ? ArgumentsOf<P> : []
  ) => Promise<
    M extends { result: infer R extends StandardSchema } ? OutputOf<R> : unknown
  >;

/**
 * The methods of an end without a contract: any name, any params.
 *
 * @category Calling
 */
// deno-lint-ignore no-explicit-any -- Its types are not known.
export type AnyRemote = any;

/**
 * Puts a value under a name with dots.
 *
 * @typeParam Name The name.
 * @typeParam Value The value.
 *
 * @category Calling
 */
export type Nested<Name extends string, Value> = Name extends
  `${infer Head}.${infer Tail}` ? { readonly [K in Head]: Nested<Tail, Value> }
  : { readonly [K in Name]: Value };

/**
 * The intersection of the members of a union.
 *
 * @typeParam U The union.
 *
 * @category Calling
 */
export type Together<U> =
  (U extends unknown ? (value: U) => void : never) extends
    (value: infer I) => void ? I : never;

/**
 * The methods of the other end: `remote.math.sum(1, 2)` calls `math.sum`.
 *
 * @typeParam C Its contract.
 *
 * @category Calling
 */
export type Remote<C extends Contract> = string extends keyof C["methods"]
  ? AnyRemote
  : Together<
    {
      [M in keyof C["methods"] & string]: Nested<
        M,
        RemoteMethod<C["methods"][M]>
      >;
    }[keyof C["methods"] & string]
  >;

/**
 * An event as a function that sends it.
 *
 * @typeParam E Its contract.
 *
 * @category Calling
 */
export type Emit<E> = (
  ...params: E extends { params: infer P } ? ArgumentsOf<P> : []
) => Promise<void>;

/**
 * The events of a contract: `emitter.chat.message("hello")` notifies
 * `chat.message`.
 *
 * @typeParam C The contract.
 *
 * @category Calling
 */
export type Emitter<C extends Contract> = C extends { events: infer E }
  ? Together<
    { [K in keyof E & string]: Nested<K, Emit<E[K]>> }[keyof E & string]
  >
  : Record<never, never>;

/**
 * Makes functions of the methods of the other end.
 *
 * @typeParam C The contract.
 * @param caller What makes the calls.
 * @param contract What the other end offers; by default any method may be called.
 * @param options What each call waits for.
 * @returns The functions. A result that does not fit its schema rejects with a
 * `MalformedResponseError`.
 *
 * @example With a timeout for each call
 * ```ts
 * import { Methods, Peer, remote } from "@wirekit/jsonrpc";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertEquals } from "@std/assert";
 *
 * const methods = new Methods()
 *   .add("math.sum", (_call, x: number, y: number) => x + y);
 * const [near, far] = pair();
 * await using _server = new Peer(far, { methods });
 * await using client = new Peer(near);
 *
 * const { math } = remote(client, undefined, { timeout: 1_000 });
 * assertEquals(await math.sum(1, 2), 3);
 * ```
 *
 * @category Calling
 */
export function remote<C extends Contract = Contract>(
  caller: Caller,
  contract?: C,
  options: StreamOptions = {},
): Remote<C> {
  return proxy((method, args) => {
    const spec = find<MethodContract>(contract?.methods, method);
    const params = toParams(spec, args);
    if (spec?.stream) {
      if (!caller.stream) {
        const reason = "a stream needs a connection that lasts";
        throw new TypeError(cannotCall(method, reason));
      }
      const check = (value: unknown) => checked(method, value, spec.stream!);
      return caller.stream(method, params, { ...options, check });
    }
    const result = caller.request(method, params, options);
    return spec?.result ? checked(method, result, spec.result) : result;
  }) as Remote<C>;
}

/**
 * Makes functions of the events that this end sends to the other.
 *
 * @typeParam C The contract.
 * @param caller What sends them.
 * @param contract What this end offers.
 * @returns The functions.
 *
 * @example Tell the other end
 * ```ts
 * import { contract, emitter, handleEvents, param, Peer, type } from "@wirekit/jsonrpc";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertEquals } from "@std/assert";
 *
 * const chat = contract({
 *   methods: {},
 *   events: { "chat.message": { params: [param("text", type<string>())] } },
 * });
 * const heard = Promise.withResolvers<string>();
 * const methods = handleEvents(chat, {
 *   "chat.message": (_call, text) => heard.resolve(text),
 * });
 * const [near, far] = pair();
 * await using server = new Peer(far);
 * await using _client = new Peer(near, { methods });
 *
 * await emitter(server, chat).chat.message("hello");
 * assertEquals(await heard.promise, "hello");
 * ```
 *
 * @category Calling
 */
export function emitter<C extends Contract>(
  caller: Caller,
  contract: C,
): Emitter<C> {
  return proxy((method, args) => {
    const spec = find<EventContract>(contract.events, method);
    return caller.notify(method, toParams(spec, args));
  }) as Emitter<C>;
}

function find<T>(
  specs: Readonly<Record<string, T>> | undefined,
  name: string,
): T | undefined {
  return specs && Object.hasOwn(specs, name) ? specs[name] : undefined;
}

function toParams(
  spec: { params?: unknown } | undefined,
  args: readonly unknown[],
): Params | undefined {
  if (spec?.params && !Array.isArray(spec.params)) return args[0] as Params;
  // JSON has no `undefined`: missing params at the end are left out.
  let length = args.length;
  while (length > 0 && args[length - 1] === undefined) length--;
  return args.slice(0, length);
}

async function checked(
  method: string,
  result: unknown,
  schema: StandardSchema,
): Promise<unknown> {
  const outcome = await schema["~standard"].validate(await result);
  if (!outcome.issues) return outcome.value;
  const [issue] = issuesOf(outcome.issues);
  const at = issue?.path.length ? ` at ${issue.path.join(".")}` : "";
  throw new MalformedResponseError(method, {
    reason: `result does not fit the contract${at}: ${issue?.message}`,
  });
}
