// Copyright 2026 the Wirekit authors. MIT license.

import { type MethodContract, param, type } from "../contract/contract.ts";
import { InvalidParamsError, JsonRpcError } from "../wire/error.ts";
import type { Params } from "../wire/message.ts";
import { Methods } from "./methods.ts";
import { openRpc, type OpenRpcDocument } from "../contract/openrpc.ts";
import { type Parameter, parametersOf } from "./_parameters.ts";
import { checkParams } from "../contract/_validate.ts";

// deno-lint-ignore no-explicit-any -- What is exported can be anything.
type AnyFunction = (...args: any[]) => unknown;

/**
 * Makes methods of what a module exports: each function is one, and so are those
 * of `Methods` that it exports.
 */
export function methodsOf(
  exports: Record<string, unknown>,
  file = "file",
): Methods {
  const methods = new Methods();
  const specs: Record<string, MethodContract> = {};
  let document: OpenRpcDocument | undefined;
  for (const [name, value] of Object.entries(exports)) {
    if (value instanceof Methods) {
      methods.addAll(value);
      document = value.document as OpenRpcDocument ?? document;
      for (const name of value.names) specs[name] ??= {};
    } else if (typeof value === "function" && !/^class\b/.test(`${value}`)) {
      const action = value as AnyFunction;
      const parameters = parametersOf(action);
      specs[name] = {
        params: parameters?.length === 1 && parameters[0]!.members
          ? objectOf(parameters[0]!.members)
          : [...contractOf(parameters), ...restOf(parameters)],
        result: type<unknown>(),
        ...(parameters?.at(-1)?.rest && { paramStructure: "by-position" }),
      };
      methods.add(name, ({ params }) => run(action, parameters, params));
    }
  }
  if (methods.names.length === 0) {
    throw new TypeError(`Cannot serve ${file}: it exports no function`);
  }
  const info = { title: "Methods", version: "0.0.0" };
  const ours = openRpc({ info, methods: specs });
  if (!document) return methods.describe(ours);
  const described = new Set(document.methods.map(({ name }) => name));
  const others = ours.methods.filter(({ name }) => !described.has(name));
  return methods.describe({
    ...document,
    methods: [...document.methods, ...others],
  });
}

async function run(
  action: AnyFunction,
  parameters: Parameter[] | undefined,
  params: Params | undefined,
): Promise<unknown> {
  const args = argumentsOf(parameters, params);
  try {
    return await action(...args);
  } catch (error) {
    throw shown(error);
  }
}

/** The arguments of a function; throws if the params do not fit it. */
function argumentsOf(
  parameters: Parameter[] | undefined,
  params: Params | undefined,
): readonly unknown[] {
  const byPosition = params === undefined || Array.isArray(params);
  if (!parameters) return byPosition ? params ?? [] : [params];
  const [first] = parameters;
  const takesObject = parameters.length === 1 && first!.name === undefined;
  if (!byPosition && takesObject) return [params];
  const given = params ?? [];
  const rest = parameters.at(-1)?.rest ? parameters.length - 1 : Infinity;
  if (!byPosition && rest < Infinity) {
    const message = "Expected params by position";
    throw new InvalidParamsError({ data: { issues: [{ message, path: [] }] } });
  }
  const head = byPosition ? (given as unknown[]).slice(0, rest) : given;
  const tail = byPosition ? (given as unknown[]).slice(rest) : [];
  const checked = checkParams(contractOf(parameters), head) as unknown[];
  return [...checked, ...tail];
}

/** What a contract would say of these parameters, but for the one of the rest. */
function contractOf(parameters: readonly Parameter[] = []) {
  return parameters.filter(({ rest }) => !rest).map(
    ({ name, optional }, index) => {
      const schema = type<unknown>();
      const label = name ?? `${index}`;
      return optional
        ? param(label, schema, { optional })
        : param(label, schema);
    },
  );
}

/** How a document tells of a parameter that takes all further arguments. */
function restOf(parameters: readonly Parameter[] = []) {
  const { rest, name = "more" } = parameters.at(-1) ?? { rest: false };
  if (!rest) return [];
  const summary = "Any number of them, by position";
  return [param(name, type<unknown>(), { optional: true, summary })];
}

/** The same of the members of a pattern, which are given by name. */
function objectOf(members: readonly Parameter[]) {
  const named = members.filter(({ rest }) => !rest);
  return type<object>({
    type: "object",
    properties: Object.fromEntries(named.map(({ name }) => [name, {}])),
    required: named.filter(({ optional }) => !optional).map(({ name }) => name),
  });
}

/**
 * The error to answer with: a file says it by the members `code` and `data`, and
 * need not know this package.
 */
function shown(error: unknown): unknown {
  if (error instanceof JsonRpcError || error instanceof DOMException) {
    return error;
  }
  const { code, message, data } = Object(error) as Record<string, unknown>;
  if (!Number.isSafeInteger(code)) return error;
  return new JsonRpcError(code as number, String(message ?? "Error"), {
    data,
    reserved: true,
    cause: error,
  });
}
