// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * OpenRPC documents: made of a contract, and a contract made of one.
 *
 * @module
 */

import type {
  Contract,
  EventContract,
  MethodContract,
  Param,
} from "./contract.ts";
import { type StandardSchema, type } from "./standard_schema.ts";

/**
 * A JSON Schema.
 *
 * @category Contracts
 */
export type JsonSchema = boolean | { readonly [keyword: string]: unknown };

/**
 * A param or a result in an OpenRPC document.
 *
 * @category Contracts
 */
export interface ContentDescriptor {
  /** Its name. */
  readonly name: string;
  /** The schema of its value. */
  readonly schema: JsonSchema;
  /** Whether it has to be there. */
  readonly required?: boolean;
  /** What it is, in a few words. */
  readonly summary?: string;
  /** What it is, in detail. */
  readonly description?: string;
}

/**
 * A method in an OpenRPC document.
 *
 * @category Contracts
 */
export interface OpenRpcMethod {
  /** Its name. */
  readonly name: string;
  /** The params, in their order. */
  readonly params: readonly ContentDescriptor[];
  /** The result; without one the method may only be notified. */
  readonly result?: ContentDescriptor;
  /** How the params may be given. */
  readonly paramStructure?: "by-position" | "by-name" | "either";
  /** The errors that it may answer with. */
  readonly errors?: readonly {
    readonly code: number;
    readonly message: string;
    readonly data?: unknown;
  }[];
  /** What it does, in a few words. */
  readonly summary?: string;
  /** What it does, in detail. */
  readonly description?: string;
  /** Whether it should no longer be used. */
  readonly deprecated?: boolean;
  /** Whether the result is a stream: see `readStream()`. */
  readonly "x-stream"?: boolean;
}

/**
 * A document of version 1.2 to 1.4, as far as it is read here.
 *
 * @category Contracts
 */
export interface OpenRpcDocument {
  /** The version of OpenRPC. */
  readonly openrpc: string;
  /** What the whole is. */
  readonly info: {
    readonly title: string;
    readonly version: string;
    readonly description?: string;
  };
  /** The methods. */
  readonly methods: readonly OpenRpcMethod[];
  /** What several methods use. */
  readonly components?: {
    readonly schemas?: { readonly [name: string]: JsonSchema };
  };
  /** The notifications that come from the server. */
  readonly "x-events"?: readonly OpenRpcMethod[];
  /** What there is to subscribe to; the result is one event. */
  readonly "x-subscriptions"?: readonly OpenRpcMethod[];
}

/**
 * Describes a contract.
 *
 * @param contract The contract. A schema that can make no JSON Schema is
 * described as anything.
 * @returns The document. OpenRPC knows no events and no subscriptions, so these
 * are under `x-events` and `x-subscriptions`.
 *
 * @example A document
 * ```ts
 * import { contract, openRpc, param, type } from "@wirekit/jsonrpc";
 * import { assertEquals } from "@std/assert";
 *
 * const number = type<number>({ type: "number" });
 * const calculator = contract({
 *   methods: { double: { params: [param("x", number)], result: number } },
 * });
 * assertEquals(openRpc(calculator).methods, [{
 *   name: "double",
 *   params: [{ name: "x", schema: { type: "number" }, required: true }],
 *   paramStructure: "either",
 *   result: { name: "result", schema: { type: "number" } },
 * }]);
 * ```
 *
 * @category Contracts
 */
export function openRpc(contract: Contract): OpenRpcDocument {
  const { info = { title: "Methods", version: "0.0.0" } } = contract;
  const events = Object.entries(contract.events ?? {});
  const subscriptions = Object.entries(contract.subscriptions ?? {});
  return {
    openrpc: "1.3.2",
    info,
    methods: Object.entries(contract.methods).map(describeMethod),
    ...(events.length > 0 && { "x-events": events.map(describeMethod) }),
    ...(subscriptions.length > 0 && {
      "x-subscriptions": subscriptions.map(([name, { event, ...spec }]) =>
        describeMethod([name, { ...spec, result: event }])
      ),
    }),
  };
}

function describeMethod(
  [name, spec]: [string, MethodContract | EventContract],
): OpenRpcMethod {
  const { params = [], result, stream, ...rest } = spec as MethodContract;
  const value = stream ?? result;
  const byPosition = Array.isArray(params);
  return {
    name,
    params: byPosition
      ? params.map(describeParam)
      : describeObject(params as StandardSchema),
    paramStructure: byPosition ? "either" : "by-name",
    ...(value && {
      result: { name: "result", schema: jsonSchemaOf(value, "output") },
    }),
    ...(stream && { "x-stream": true }),
    ...rest,
  };
}

function describeParam(
  { name, schema, optional, summary }: Param,
): ContentDescriptor {
  return {
    name,
    schema: jsonSchemaOf(schema, "input"),
    required: !optional,
    ...(summary !== undefined && { summary }),
  };
}

/** Params by name: one descriptor for each member of the object. */
function describeObject(schema: StandardSchema): ContentDescriptor[] {
  const { properties, required } = jsonSchemaOf(schema, "input") as {
    properties?: Record<string, JsonSchema>;
    required?: readonly string[];
  };
  return Object.entries(properties ?? {}).map(([name, schema]) => ({
    name,
    schema,
    required: required?.includes(name) ?? false,
  }));
}

function jsonSchemaOf(
  schema: StandardSchema,
  side: "input" | "output",
): JsonSchema {
  try {
    const { jsonSchema } = schema["~standard"];
    return jsonSchema?.[side]({ target: "draft-07" }) ?? {};
  } catch {
    return {}; // A library throws for what JSON Schema cannot say.
  }
}

/**
 * The TypeScript type that a JSON Schema describes, as far as types can.
 *
 * @typeParam S The schema.
 * @typeParam D The document that it may refer into.
 *
 * @category Contracts
 */
export type TypeOf<S, D> = S extends { $ref: `#/components/schemas/${infer N}` }
  ? D extends { components: { schemas: infer All } }
    ? N extends keyof All ? TypeOf<All[N], D> : unknown
  : unknown
  : S extends { const: infer V } ? V
  : S extends { enum: readonly (infer V)[] } ? V
  : S extends { oneOf: readonly (infer P)[] } ? TypeOf<P, D>
  : S extends { anyOf: readonly (infer P)[] } ? TypeOf<P, D>
  : S extends { type: readonly (infer T)[] }
    ? T extends string ? TypeOf<Omit<S, "type"> & { type: T }, D> : never
  : S extends { type: "string" } ? string
  : S extends { type: "number" | "integer" } ? number
  : S extends { type: "boolean" } ? boolean
  : S extends { type: "null" } ? null
  : S extends { type: "array" }
    ? S extends { items: infer I } ? TypeOf<I, D>[] : unknown[]
  : S extends { properties: infer P } ? ObjectOf<
      P,
      S extends { required: readonly (infer R)[] } ? R : never,
      D
    >
  : S extends { type: "object" }
    ? S extends { additionalProperties: infer V extends object }
      ? Record<string, TypeOf<V, D>>
    : Record<string, unknown>
  : unknown;

/**
 * The type of an object schema.
 *
 * @typeParam P Its properties.
 * @typeParam R The names of those that are required.
 * @typeParam D The document.
 *
 * @category Contracts
 */
export type ObjectOf<P, R, D> =
  & { [K in keyof P as K extends R ? K : never]: TypeOf<P[K], D> }
  & { [K in keyof P as K extends R ? never : K]?: TypeOf<P[K], D> };

/**
 * The params of a method of a document.
 *
 * @typeParam M The method.
 * @typeParam D The document.
 *
 * @category Contracts
 */
export type ParamsFrom<M, D> = M extends {
  params: infer P extends readonly ContentDescriptor[];
} ? M extends { paramStructure: "by-name" } ? StandardSchema<NamedFrom<P, D>>
  : PositionedFrom<P, D>
  : [];

/**
 * Params by position, from the descriptors of a document.
 *
 * @typeParam P The descriptors.
 * @typeParam D The document.
 *
 * @category Contracts
 */
export type PositionedFrom<P extends readonly ContentDescriptor[], D> = {
  readonly [I in keyof P]: Param<
    StandardSchema<TypeOf<P[I]["schema"], D>>,
    P[I]["required"] extends true ? false : true
  >;
};

/**
 * Params by name, from the descriptors of a document.
 *
 * @typeParam P The descriptors.
 * @typeParam D The document.
 *
 * @category Contracts
 */
export type NamedFrom<P extends readonly ContentDescriptor[], D> =
  & {
    [C in P[number] as C["required"] extends true ? C["name"] : never]: TypeOf<
      C["schema"],
      D
    >;
  }
  & {
    [C in P[number] as C["required"] extends true ? never : C["name"]]?: TypeOf<
      C["schema"],
      D
    >;
  };

/**
 * The contract that a document stands for.
 *
 * @typeParam D The document.
 *
 * @category Contracts
 */
export interface ContractFrom<D extends OpenRpcDocument> {
  /** What the document says of the whole. */
  readonly info: D["info"];
  /** The methods. */
  readonly methods: {
    readonly [M in D["methods"][number] as M["name"]]:
      & { readonly params: ParamsFrom<M, D> }
      & (M extends { "x-stream": true; result: { schema: infer S } }
        ? { readonly stream: StandardSchema<TypeOf<S, D>> }
        : M extends { result: { schema: infer S } }
          ? { readonly result: StandardSchema<TypeOf<S, D>> }
        : unknown);
  };
}

/**
 * Makes a contract of a document, for a typed client of a foreign server. The
 * types come from its JSON Schemas; nothing is checked at run time.
 *
 * @typeParam D The document.
 * @param document The document, written in TypeScript (`deno run
 * jsr:@wirekit/jsonrpc/cli discover URL` prints one), for the types of a JSON
 * file are too wide.
 * @returns The contract.
 *
 * @example Call a server that was described elsewhere
 * ```ts
 * import { fromOpenRpc, Methods, Peer } from "@wirekit/jsonrpc";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertEquals } from "@std/assert";
 *
 * const contract = fromOpenRpc({
 *   openrpc: "1.2.6",
 *   info: { title: "Pets", version: "1.0.0" },
 *   methods: [{
 *     name: "get_pet",
 *     params: [{ name: "id", schema: { type: "integer" }, required: true }],
 *     result: {
 *       name: "pet",
 *       schema: { type: "object", properties: { name: { type: "string" } } },
 *     },
 *   }],
 * });
 * const methods = new Methods().add("get_pet", () => ({ name: "Rex" }));
 * const [near, far] = pair();
 * await using _server = new Peer(far, { methods });
 * await using client = new Peer(near, { contract });
 *
 * const pet: { name?: string } = await client.remote.get_pet(7);
 * assertEquals(pet.name, "Rex");
 * ```
 *
 * @category Contracts
 */
export function fromOpenRpc<const D extends OpenRpcDocument>(
  document: D,
): ContractFrom<D> {
  const methods: Record<string, MethodContract> = {};
  for (const method of document.methods) {
    const { name, result, params } = method;
    const value = result && type<unknown>(schemaObject(result.schema));
    methods[name] = {
      params: method.paramStructure === "by-name"
        ? type<object>()
        : params.map((descriptor) => ({
          name: descriptor.name,
          schema: type(schemaObject(descriptor.schema)),
          optional: !descriptor.required,
        })),
      ...(value &&
        (method["x-stream"] ? { stream: value } : { result: value })),
    };
  }
  return { info: document.info, methods } as unknown as ContractFrom<D>;
}

function schemaObject(schema: JsonSchema): Record<string, unknown> {
  if (typeof schema === "object") return schema;
  return schema ? {} : { not: {} };
}
