// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** Makes a proxy whose `a.b(…)` is `call("a.b", […])`. */
export function proxy(
  call: (method: string, args: readonly unknown[]) => unknown,
  path = "",
): unknown {
  const children = new Map<string, unknown>();
  return new Proxy(() => {}, {
    get(_target, name) {
      // It can be awaited, and written as JSON, without a call.
      if (typeof name !== "string") return undefined;
      if (name === "then" || name === "toJSON") return undefined;
      const child = children.get(name) ??
        proxy(call, path ? `${path}.${name}` : name);
      children.set(name, child);
      return child;
    },
    apply: (_target, _this, args) => call(path, args),
  });
}
