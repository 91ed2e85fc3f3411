// Copyright 2026 the Wirekit authors. MIT license.

/** A table of any length, of which only the rows in sight are drawn. */
import type { ComponentChildren, JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { type Column, columnsFor, type Order } from "./column.ts";
import { Head } from "./head.tsx";
import { Row } from "./row.tsx";
import { rowAfter, show, useKeptPlace, useSize } from "./scrolling.ts";

/** Rows above and below those in sight. */
const MARGIN = 6;

/** What a table shows, and what can be done with it. */
interface GridProps<T> {
  label: string;
  rows: readonly T[];
  columns: readonly Column<T>[];
  rowKey: (row: T) => string | number;
  rowClass?: (row: T) => string;
  rowHeight: number;
  /** How a row looks where there is no room for columns, and how high it is. */
  card: (row: T) => ComponentChildren;
  cardHeight: number;
  order?: Order;
  sort?: (order: Order) => void;
  chosen?: (row: T) => boolean;
  choose?: (row: T) => void;
  empty: ComponentChildren;
}

/** The table. */
export function Grid<T>(props: GridProps<T>): JSX.Element {
  const { rows, columns, rowKey, rowClass, label, card, choose } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(scroller);
  const [top, setTop] = useState(0);
  const [key, setKey] = useState<string | number>();
  const at = key === undefined
    ? -1
    : rows.findIndex((row) => rowKey(row) === key);
  const isNarrow = width < 560;
  const high = isNarrow ? props.cardHeight : props.rowHeight;
  const shown = isNarrow ? [] : columnsFor(columns, width);
  const template = shown.map(({ width }) => width).join(" ");
  const first = Math.max(0, Math.floor(top / high) - MARGIN);
  const last = Math.min(rows.length, Math.ceil((top + height) / high) + MARGIN);
  const id = (index: number) => `${label.replaceAll(" ", "-")}-${index}`;
  useKeptPlace(scroller, rows, rowKey, top, high);

  function move(event: KeyboardEvent): void {
    const row = rows[at];
    if (event.key === "Enter" && row && choose) {
      event.preventDefault();
      return choose(row);
    }
    const page = Math.max(1, Math.floor(height / high) - 1);
    const next = rowAfter(event.key, at, page, rows.length);
    if (next === undefined) return;
    event.preventDefault();
    setKey(rowKey(rows[next]!));
    show(scroller.current!, next, high, isNarrow);
  }

  const inSight = rows.slice(first, last).map((row, place) => {
    const index = first + place;
    return (
      <Row
        key={rowKey(row)}
        row={row}
        id={id(index)}
        index={index}
        high={high}
        template={template}
        columns={shown}
        card={isNarrow ? card : undefined}
        classes={[
          rowClass?.(row) ?? "",
          index === at ? "at" : "",
          choose ? "can" : "",
        ]}
        chosen={props.chosen?.(row) ?? false}
        onClick={() => {
          setKey(rowKey(row));
          if (!getSelection()?.toString()) choose?.(row);
        }}
      />
    );
  });
  return (
    <div
      ref={scroller}
      class={`grid${isNarrow ? " narrow" : ""}`}
      role="grid"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      aria-colcount={isNarrow ? 1 : shown.length}
      tabIndex={0}
      aria-activedescendant={at >= first && at < last ? id(at) : undefined}
      onKeyDown={move}
      onScroll={() => setTop(scroller.current!.scrollTop)}
    >
      <Head
        label={label}
        columns={shown}
        isNarrow={isNarrow}
        template={template}
        order={props.order}
        sort={props.sort}
      />
      <div role="rowgroup">
        {rows.length === 0 ? <Empty>{props.empty}</Empty> : (
          <div
            class="grid-space"
            style={{ height: `${rows.length * high}px` }}
          >
            {inSight}
          </div>
        )}
      </div>
    </div>
  );
}

/** What stands in the place of rows where there are none. */
function Empty({ children }: { children: ComponentChildren }): JSX.Element {
  return (
    <div role="row" aria-rowindex={2}>
      <div role="gridcell" class="nothing">{children}</div>
    </div>
  );
}
