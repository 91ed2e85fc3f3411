// Copyright 2026 the Wirekit authors. MIT license.

import type { ClientRow } from "../model/rates.ts";
import type { Column } from "../table/column.ts";

/**
 * Sorts the clients that have a name, the sick first, and puts each queue under
 * the client that has the name.
 */
export function sorted(
  rows: readonly ClientRow[],
  column: Column<ClientRow> | undefined,
  down: boolean,
): ClientRow[] {
  const by = column?.sort ?? (({ client }) => client.name ?? "");
  const sign = down ? -1 : 1;
  const compare = (a: ClientRow, b: ClientRow) => {
    const sick = Number(Boolean(b.client.trouble)) -
      Number(Boolean(a.client.trouble));
    if (sick !== 0) return sick;
    const [x, y] = [by(a), by(b)];
    const order = typeof x === "number" && typeof y === "number"
      ? x - y
      : COLLATOR.compare(String(x), String(y));
    return sign * order || a.client.id - b.client.id;
  };
  const queues = Map.groupBy(
    rows.filter(({ waits }) => waits > 0),
    ({ client }) => client.name,
  );
  const placed = rows.filter(({ waits }) => waits === 0).sort(compare);
  const result = placed.flatMap((row) => {
    const queue = queues.get(row.client.name) ?? [];
    queues.delete(row.client.name);
    return [row, ...queue];
  });
  return [...result, ...[...queues.values()].flat()];
}

const COLLATOR = new Intl.Collator("en", { numeric: true });
