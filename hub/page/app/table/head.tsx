// Copyright 2026 the Wirekit authors. MIT license.

import type { JSX } from "preact";
import type { Column, Order } from "./column.ts";

/** The line of titles; a screen reader hears the label where there is no room. */
export function Head<T>({ label, columns, isNarrow, template, order, sort }: {
  label: string;
  columns: readonly Column<T>[];
  isNarrow: boolean;
  template: string;
  order?: Order | undefined;
  sort?: ((order: Order) => void) | undefined;
}): JSX.Element {
  return (
    <div
      class={isNarrow ? "sr" : "grid-head"}
      role="row"
      aria-rowindex={1}
      style={{ gridTemplateColumns: template }}
    >
      {isNarrow
        ? <span role="columnheader">{label}</span>
        : columns.map((column) => (
          <Title key={column.key} column={column} order={order} sort={sort} />
        ))}
    </div>
  );
}

/** The title of a column, by which the table can be sorted. */
function Title<T>({ column, order, sort }: {
  column: Column<T>;
  order: Order | undefined;
  sort: ((order: Order) => void) | undefined;
}): JSX.Element {
  const { key, title, number } = column;
  const sorted = order?.key === key;
  const direction = order?.down ? "descending" : "ascending";
  return (
    <span
      role="columnheader"
      class={number ? "cell number" : "cell"}
      aria-sort={sorted ? direction : undefined}
    >
      {column.sort && sort
        ? (
          <button
            type="button"
            class="sort"
            onClick={() =>
              sort({ key, down: sorted ? !order!.down : Boolean(number) })}
          >
            {title}
            {sorted && (
              <span aria-hidden="true">{order!.down ? " ↓" : " ↑"}</span>
            )}
          </button>
        )
        : title}
    </span>
  );
}
