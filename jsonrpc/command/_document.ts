// Copyright 2026 the Wirekit authors. MIT license.

/** OpenRPC documents of strangers, which may be of any shape. */

import { RemoteError } from "@wirekit/internal/errors";
import type {
  ContentDescriptor,
  JsonSchema,
  OpenRpcDocument,
  OpenRpcMethod,
} from "../contract/openrpc.ts";

/** A document, as far as it could be read. */
export interface Reading {
  readonly document: OpenRpcDocument;
  /** What could not be read; empty if all could. */
  readonly remark: string;
}

/** What cannot be read of a list. */
export class Unread {
  /** How many entries have no name. */
  nameless = 0;
  /** How many have a name, and params that cannot be read. */
  formless = 0;

  /** Says it in words; empty if there is nothing. */
  words(what: string): string {
    const { nameless, formless } = this;
    const parts = [
      ...formless === 0 ? [] : [
        formless === 1
          ? `The params of one ${what} cannot be read: it has no form.`
          : `The params of ${formless} ${what}s cannot be read: they have no form.`,
      ],
      ...nameless === 0 ? [] : [
        nameless === 1
          ? `One entry is no ${what}: it is left out.`
          : `${nameless} entries are no ${what}s: they are left out.`,
      ],
    ];
    return parts.join(" ");
  }
}

/**
 * Reads an answer to `rpc.discover`.
 *
 * @param value The answer.
 * @returns The document, and what could not be read of it.
 * @throws {RemoteError} If it is no document at all.
 */
export function readDocument(value: unknown): Reading {
  const given = Object(value) as Record<string, unknown>;
  if (!Array.isArray(given.methods)) {
    throw new RemoteError(
      "The answer to rpc.discover is no OpenRPC document: it has no list of " +
        "methods",
    );
  }
  const { title, version, description } = recordOf(given.info);
  const unread = new Unread();
  const methods = methodsOf(given.methods, unread);
  return {
    document: {
      openrpc: textOf(given.openrpc) ?? "",
      info: {
        title: textOf(title) ?? "Methods",
        version: textOf(version) ?? "",
        ...textAs("description", description),
      },
      methods,
      "x-events": methodsOf(given["x-events"], unread),
      "x-subscriptions": methodsOf(given["x-subscriptions"], unread),
    },
    remark: unread.words("method"),
  };
}

/** The entries of a list that have a name; those that have none are counted. */
export function namedOf(
  list: unknown,
  unread: Unread,
): (Record<string, unknown> & { name: string })[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((each) => {
    const entry = recordOf(each);
    const { name } = entry;
    if (typeof name === "string" && name !== "") return [{ ...entry, name }];
    unread.nameless++;
    return [];
  });
}

/** The params of an entry; none, and counted, if they cannot be read. */
export function descriptorsOf(
  list: unknown,
  unread: Unread,
): ContentDescriptor[] {
  if (list === undefined) return [];
  const strange = new Unread();
  const named = namedOf(list, strange);
  if (Array.isArray(list) && strange.nameless === 0) {
    return named.map(({ name, schema, required, summary, description }) => ({
      name,
      schema: schema as JsonSchema,
      required: required === true,
      ...textAs("summary", summary),
      ...textAs("description", description),
    }));
  }
  unread.formless++;
  return [];
}

/** A text; `undefined` if it is none. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** An object; an empty one if it is none. */
export function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Record<string, unknown>
    : {};
}

function methodsOf(list: unknown, unread: Unread): OpenRpcMethod[] {
  return namedOf(list, unread).map((method) => {
    const { name, params, result, paramStructure, errors, deprecated } = method;
    return {
      name,
      params: descriptorsOf(params, unread),
      ...(typeof result === "object" && result !== null && {
        result: {
          name: "result",
          schema: recordOf(result).schema as JsonSchema,
        },
      }),
      ...(paramStructure === "by-name" && { paramStructure }),
      errors: errorsOf(errors),
      deprecated: deprecated === true,
      "x-stream": method["x-stream"] === true,
      ...textAs("summary", method.summary),
      ...textAs("description", method.description),
    };
  });
}

function errorsOf(list: unknown): { code: number; message: string }[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((each) => {
    const { code, message } = recordOf(each);
    const isError = typeof code === "number" && typeof message === "string";
    return isError ? [{ code, message }] : [];
  });
}

function textAs<K extends string>(
  name: K,
  value: unknown,
): { [Name in K]?: string } {
  return (typeof value === "string" ? { [name]: value } : {}) as {
    [Name in K]?: string;
  };
}
