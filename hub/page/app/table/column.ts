// Copyright 2026 the Wirekit authors. MIT license.

import type { ComponentChildren } from "preact";

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
