// Copyright 2026 the Wirekit authors. MIT license.

/** What can be asked of whom: one list, for all protocols that can show it. */

import type { Hub, KnownRoute, Pass } from "@wirekit/hub/hub";

/**
 * Returns the routes of all participants that one may ask, those of other hubs of
 * a cluster last.
 */
export function catalogOf(
  { exchange }: Hub,
  pass: Pass | undefined,
): KnownRoute[] {
  exchange.routes.look();
  const here = new Set(exchange.names);
  const elsewhere = exchange.routes.names.filter((name) =>
    !here.has(name) && exchange.has(name)
  );
  return [...here, ...elsewhere].flatMap((name) => exchange.routes.of(name))
    .filter(({ name, route }) => !pass || pass.mayAsk(name, route));
}

/** Writes a name as it stands before the route: without a sign of its own. */
export function escapeName(name: string): string {
  return encodeURIComponent(name);
}

/** Reads such a name; `undefined` if it is not valid. */
export function unescapeName(text: string): string | undefined {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
