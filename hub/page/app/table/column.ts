// Copyright 2026 the Wirekit authors. MIT license.

import type { ComponentChildren } from "preact";

/** A column of a table. */
export interface Column<T> {
  readonly key: string;
  readonly title: string;
  /** Its width, as CSS writes it in a grid. */
  readonly width: string;
  /**
   * The narrowest table that shows it, in pixels; where not all fit, the one
   * with the most goes first.
   */
  readonly from?: number;
  readonly number?: boolean;
  readonly sort?: (row: T) => number | string;
  readonly cell: (row: T) => ComponentChildren;
}

/** What a row has on both sides, in pixels. */
const PADDING = 26;

/** Returns the columns for which a table has room. */
export function columnsFor<T>(
  columns: readonly Column<T>[],
  width: number,
): Column<T>[] {
  const shown = new Set<Column<T>>();
  let room = width - PADDING;
  for (const column of columns.toSorted((a, b) => fromOf(a) - fromOf(b))) {
    room -= Number(/\d+/.exec(column.width)![0]);
    const from = fromOf(column);
    if (from > 0 && (width < from || room < 0)) break;
    shown.add(column);
  }
  return columns.filter((column) => shown.has(column));
}

function fromOf({ from = 0 }: Column<never>): number {
  return from;
}

/** How a table is sorted. */
export interface Order {
  readonly key: string;
  readonly down: boolean;
}
