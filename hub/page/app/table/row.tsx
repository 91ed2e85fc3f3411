// Copyright 2026 the Wirekit authors. MIT license.

import type { ComponentChildren, JSX } from "preact";
import type { Column } from "./column.ts";

/** A row in its place: its cells, or a card where there is no room for them. */
export function Row<T>(
  { row, id, index, high, template, columns, card, classes, chosen, onClick }: {
    row: T;
    id: string;
    /** Its number, from 0. */
    index: number;
    high: number;
    template: string;
    columns: readonly Column<T>[];
    card: ((row: T) => ComponentChildren) | undefined;
    classes: readonly string[];
    chosen: boolean;
    onClick: () => void;
  },
): JSX.Element {
  return (
    <div
      id={id}
      class={["row", ...classes].filter(Boolean).join(" ")}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={chosen}
      style={{
        top: `${index * high}px`,
        height: `${high}px`,
        gridTemplateColumns: template,
      }}
      onClick={onClick}
    >
      {card
        ? <div class="cell-card" role="gridcell">{card(row)}</div>
        : columns.map(({ key, number, cell }) => (
          <div
            key={key}
            class={number ? "cell number" : "cell"}
            role="gridcell"
          >
            {cell(row)}
          </div>
        ))}
    </div>
  );
}
