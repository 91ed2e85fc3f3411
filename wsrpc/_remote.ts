// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** Calls a route. */
interface Line {
  call(method: string, params: unknown, options: never): unknown;
}

/**
 * Makes a proxy whose `a.b(params, options)` is a call of `"a.b"`.
 *
 * Symbols, names that begin with an underscore, `then` and `toJSON` are not
 * routes, so the proxy can be awaited, logged and serialised without a call.
 */
export function makeRemote(line: Line, name = ""): unknown {
  // An arrow function has no property that a proxy must not hide.
  return new Proxy(() => {}, {
    get(_, key) {
      if (typeof key === "symbol" || key.startsWith("_")) return undefined;
      if (key === "then" || key === "toJSON") return undefined;
      return makeRemote(line, name ? `${name}.${key}` : key);
    },
    apply: (_, _this, [params, options]) =>
      line.call(name, params, options as never),
    set: () => false,
  });
}
