// Copyright 2026 the Wirekit authors. MIT license.

/** What a client says of its methods in an OpenRPC document. */

/** The longest document that is read, in characters of its JSON text. */
const MAX_DOCUMENT = 262_144;

type Members = Record<string, unknown>;

/** Returns the routes as they are announced; nothing if it is no document. */
export function routesOf(document: string): string | undefined {
  if (document.length > MAX_DOCUMENT) return undefined;
  const { methods, components } = asRecord(JSON.parse(document)) ?? {};
  if (!Array.isArray(methods)) return undefined;
  const routes: Members = {};
  for (const each of methods) {
    const method = asRecord(each);
    if (typeof method?.name !== "string") continue;
    const { name, summary, description = summary } = method;
    const params = paramsOf(method, components);
    const result = schemaOf(asRecord(method.result)?.schema, components);
    Object.defineProperty(routes, name, {
      enumerable: true,
      value: {
        ...(typeof description === "string" && { description }),
        ...(params && { params }),
        ...(result && { result }),
      },
    });
  }
  return JSON.stringify(routes);
}

/** The schema of params by name; none for those that are by position only. */
function paramsOf(
  { params, paramStructure }: Members,
  components: unknown,
): Members | undefined {
  if (paramStructure === "by-position" || !Array.isArray(params)) {
    return undefined;
  }
  const properties: Members = {};
  const required: string[] = [];
  for (const each of params) {
    const { name, schema = {}, required: isRequired } = asRecord(each) ?? {};
    if (typeof name !== "string") return undefined;
    Object.defineProperty(properties, name, {
      enumerable: true,
      value: schema === true ? {} : schema,
    });
    if (isRequired === true) required.push(name);
  }
  // An empty list may as well mean that nothing is known of them.
  if (params.length === 0) return undefined;
  return schemaOf({ type: "object", properties, required }, components);
}

/** A schema by itself: what it refers to goes with it. */
function schemaOf(schema: unknown, components: unknown): Members | undefined {
  const found = asRecord(schema);
  if (!found || Object.keys(found).length === 0) return undefined;
  const refers = components !== undefined &&
    JSON.stringify(found).includes('"$ref":"#/components/');
  return refers ? { ...found, components } : found;
}

function asRecord(value: unknown): Members | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Members
    : undefined;
}
