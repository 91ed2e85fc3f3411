// Copyright 2026 the Wirekit authors. MIT license.

/** What the page asks the hub for while somebody looks at it. */

import { useEffect, useState } from "preact/hooks";
import { later, type Timer } from "../../../internal/clock.ts";
import { get } from "../../../pages/app/server.ts";
import type { RouteReport } from "../../watch/reports/calls.ts";

/**
 * Asks for rows, again whenever `key` is another, and every so many
 * milliseconds; keeps those it has if that fails.
 */
export function useRows<T>(
  ask: () => Promise<readonly T[]>,
  key: string,
  every = Infinity,
): readonly T[] {
  const [rows, setRows] = useState<readonly T[]>([]);
  useEffect(() => {
    let gone = false;
    let timer: Timer | undefined;
    const run = async () => {
      const found = await ask().catch(() => undefined);
      if (gone) return;
      if (found) setRows(found);
      timer = later(every, run);
    };
    setRows([]);
    void run();
    return () => {
      gone = true;
      timer?.stop();
    };
  }, [key]);
  return rows;
}

/** The routes of a client, by its name. */
export function routesOf(name: string): Promise<readonly RouteReport[]> {
  return get<RouteReport[]>(`api/routes?name=${encodeURIComponent(name)}`);
}
