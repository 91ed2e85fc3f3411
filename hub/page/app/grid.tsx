// Copyright 2026 the Wirekit authors. MIT license.

/** A table of any length, of which only the rows in sight are drawn. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

/** A column of a table. */
export interface Column<T> {
  readonly key: string;
  readonly title: string;
  /** Its width, as CSS writes it in a grid. */
  readonly width: string;
  /** The narrowest table that shows it, in pixels. */
  readonly from?: number;
  readonly number?: boolean;
  readonly sort?: (row: T) => number | string;
  readonly cell: (row: T) => ComponentChildren;
}

/** How a table is sorted. */
export interface Order {
  readonly key: string;
  readonly down: boolean;
}

/** How high the line of titles is. */
const HEAD = 30;

/** Rows above and below those in sight. */
const MARGIN = 6;

/** The table. */
export function Grid<T>(props: {
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
}): JSX.Element {
  const { rows, columns, rowKey, label } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [{ width, height }, setSize] = useState({ width: 900, height: 400 });
  const [top, setTop] = useState(0);
  const [key, setKey] = useState<string | number>();
  const at = key === undefined
    ? -1
    : rows.findIndex((row) => rowKey(row) === key);
  useLayoutEffect(() => {
    const box = scroller.current!;
    const measure = () =>
      setSize({ width: box.clientWidth, height: box.clientHeight });
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    measure();
    return () => observer.disconnect();
  }, []);
  const isNarrow = width < 560;
  const high = isNarrow ? props.cardHeight : props.rowHeight;
  const shown = isNarrow ? [] : columns.filter(({ from = 0 }) => width >= from);
  const template = shown.map(({ width }) => width).join(" ");
  const first = Math.max(0, Math.floor(top / high) - MARGIN);
  const last = Math.min(
    rows.length,
    Math.ceil((top + height) / high) + MARGIN,
  );
  const id = (index: number) => `${label.replaceAll(" ", "-")}-${index}`;
  // A reader who has scrolled down keeps the same rows when others come.
  const read = useRef<
    { key: string | number; index: number } | undefined
  >(undefined);
  useLayoutEffect(() => {
    const { key, index } = read.current ?? {};
    const now = rows.findIndex((row) => rowKey(row) === key);
    if (top > 0 && index !== undefined && now > index) {
      scroller.current!.scrollTop += (now - index) * high;
    }
  }, [rows[0] && rowKey(rows[0])]);
  useEffect(() => {
    const index = Math.min(rows.length - 1, Math.floor(top / high));
    const row = rows[index];
    read.current = row && { key: rowKey(row), index };
  });

  function move(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor(height / high) - 1);
    const steps: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at < 0 ? 0 : at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: rows.length - 1,
    };
    const row = rows[at];
    if (event.key === "Enter" && row && props.choose) {
      event.preventDefault();
      return props.choose(row);
    }
    const to = steps[event.key];
    if (to === undefined || rows.length === 0) return;
    event.preventDefault();
    const next = Math.min(rows.length - 1, Math.max(0, to));
    setKey(rowKey(rows[next]!));
    const box = scroller.current!;
    const room = box.clientHeight - (isNarrow ? 0 : HEAD);
    if (next * high < box.scrollTop) box.scrollTop = next * high;
    else if ((next + 1) * high > box.scrollTop + room) {
      box.scrollTop = (next + 1) * high - room;
    }
  }

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
      <div
        class={isNarrow ? "sr" : "grid-head"}
        role="row"
        aria-rowindex={1}
        style={{ gridTemplateColumns: template }}
      >
        {isNarrow
          ? <span role="columnheader">{label}</span>
          : shown.map((column) => (
            <Head key={column.key} column={column} {...props} />
          ))}
      </div>
      <div role="rowgroup">
        {rows.length === 0
          ? (
            <div role="row" aria-rowindex={2}>
              <div role="gridcell" class="nothing">{props.empty}</div>
            </div>
          )
          : (
            <div
              class="grid-space"
              style={{ height: `${rows.length * high}px` }}
            >
              {rows.slice(first, last).map((row, index) => (
                <div
                  key={rowKey(row)}
                  id={id(first + index)}
                  class={`row ${props.rowClass?.(row) ?? ""}${
                    first + index === at ? " at" : ""
                  }${props.choose ? " can" : ""}`}
                  role="row"
                  aria-rowindex={first + index + 2}
                  aria-selected={props.chosen?.(row) ?? false}
                  style={{
                    top: `${(first + index) * high}px`,
                    height: `${high}px`,
                    gridTemplateColumns: template,
                  }}
                  onClick={() => {
                    setKey(rowKey(row));
                    if (!getSelection()?.toString()) props.choose?.(row);
                  }}
                >
                  {isNarrow
                    ? (
                      <div class="cell-card" role="gridcell">
                        {props.card(row)}
                      </div>
                    )
                    : shown.map(({ key, number, cell }) => (
                      <div
                        key={key}
                        class={number ? "cell number" : "cell"}
                        role="gridcell"
                      >
                        {cell(row)}
                      </div>
                    ))}
                </div>
              ))}
            </div>
          )}
      </div>
    </div>
  );
}

function Head<T>({ column, order, sort }: {
  column: Column<T>;
  order?: Order;
  sort?: (order: Order) => void;
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
