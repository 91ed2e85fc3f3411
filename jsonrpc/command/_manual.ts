// Copyright 2026 the Wirekit authors. MIT license.

import type {
  ContentDescriptor,
  JsonSchema,
  OpenRpcDocument,
  OpenRpcMethod,
} from "../contract/openrpc.ts";
import { written } from "./_written.ts";

/** How deep a schema is told of. */
const MAX_LEVELS = 20;

/** Formats a document for people to read, like a manual page. */
export function formatManual(document: OpenRpcDocument): string {
  const { info, methods = [] } = document;
  const parts = isSaid(info) ? [`${info.title} ${info.version}`.trim()] : [];
  if (info.description) parts.push(indent(info.description));
  const groups: [string, readonly OpenRpcMethod[] | undefined][] = [
    ["METHODS", methods],
    ["EVENTS", document["x-events"]],
    ["SUBSCRIPTIONS", document["x-subscriptions"]],
  ];
  for (const [title, group = []] of groups) {
    if (group.length > 0) parts.push("", title, ...group.map(formatMethod));
  }
  return parts.join("\n").trimStart();
}

/** Whether a server says something of itself; ours does not by default. */
function isSaid({ title, version }: OpenRpcDocument["info"]): boolean {
  return title !== "Methods" || !["", "0.0.0"].includes(version);
}

function formatMethod(method: OpenRpcMethod): string {
  const { name, params, result, summary, description, errors = [] } = method;
  const inner = params.map(formatParam).join(", ");
  const args = method.paramStructure === "by-name" ? `{ ${inner} }` : inner;
  const outcome = result ? typeOf(result.schema) : "nothing";
  const lines = [
    `  ${name}(${args}): ${method["x-stream"] ? "stream of " : ""}${outcome}`,
  ];
  if (method.deprecated) lines.push(indent("Deprecated", 6));
  for (const text of [summary, description]) {
    if (text) lines.push(indent(text, 6));
  }
  for (const param of params) {
    const text = param.summary ?? param.description;
    if (text) lines.push(indent(`${param.name}: ${text}`, 6));
  }
  for (const { code, message } of errors) {
    lines.push(indent(`Error ${code}: ${message}`, 6));
  }
  return lines.join("\n");
}

/** Formats a param with its type. */
export function formatParam(
  { name, schema, required }: ContentDescriptor,
): string {
  return `${name}${required ? "" : "?"}: ${typeOf(schema)}`;
}

/** Describes a JSON Schema, which may be of any shape, in a word or two. */
export function typeOf(schema: JsonSchema, levels = MAX_LEVELS): string {
  if (typeof schema !== "object" || schema === null || levels === 0) {
    return "any";
  }
  const inner = (schema: JsonSchema) => typeOf(schema, levels - 1);
  const { type, $ref, items, anyOf, oneOf, ...rest } = schema as Record<
    string,
    unknown
  >;
  if (typeof $ref === "string") return $ref.slice($ref.lastIndexOf("/") + 1);
  if ("const" in rest) return written(rest.const);
  if (Array.isArray(rest.enum)) {
    return rest.enum.map((value) => written(value)).join(" | ");
  }
  const choice = anyOf ?? oneOf;
  if (Array.isArray(choice)) return choice.map(inner).join(" | ");
  if (type === "array") {
    return `${items ? inner(items as JsonSchema) : "any"}[]`;
  }
  const types = [type].flat().filter((each) => typeof each === "string");
  return types.join(" | ") || "any";
}

function indent(text: string, columns = 2): string {
  return text.replaceAll(/^/gm, " ".repeat(columns));
}
