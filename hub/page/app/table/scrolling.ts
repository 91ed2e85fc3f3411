// Copyright 2026 the Wirekit authors. MIT license.

/** The part of a table that is in sight. */

import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

/** How high the line of titles is. */
const HEAD = 30;

/** The size of a box, which is measured whenever it changes. */
export function useSize(
  box: RefObject<HTMLElement | null>,
): { width: number; height: number } {
  const [size, setSize] = useState({ width: 900, height: 400 });
  useLayoutEffect(() => {
    const { current } = box;
    const measure = () =>
      setSize({ width: current!.clientWidth, height: current!.clientHeight });
    const observer = new ResizeObserver(measure);
    observer.observe(current!);
    measure();
    return () => observer.disconnect();
  }, []);
  return size;
}

/** Keeps the same rows in sight of a reader who has scrolled down. */
export function useKeptPlace<T>(
  box: RefObject<HTMLElement | null>,
  rows: readonly T[],
  rowKey: (row: T) => string | number,
  top: number,
  high: number,
): void {
  const read = useRef<
    { key: string | number; index: number } | undefined
  >(undefined);
  useLayoutEffect(() => {
    if (!(top > 0) || !read.current) return;
    const { key, index } = read.current;
    const now = rows.findIndex((row) => rowKey(row) === key);
    if (now > index) box.current!.scrollTop += (now - index) * high;
  }, [rows[0] && rowKey(rows[0])]);
  useEffect(() => {
    const index = Math.min(rows.length - 1, Math.floor(top / high));
    const row = rows[index];
    read.current = row && { key: rowKey(row), index };
  });
}

/** The row to which a key moves, if it moves to any; `page` rows are in sight. */
export function rowAfter(
  key: string,
  at: number,
  page: number,
  count: number,
): number | undefined {
  const steps: Record<string, number> = {
    ArrowDown: at + 1,
    ArrowUp: at < 0 ? 0 : at - 1,
    PageDown: at + page,
    PageUp: at - page,
    Home: 0,
    End: count - 1,
  };
  const to = steps[key];
  if (to === undefined || count === 0) return undefined;
  return Math.min(count - 1, Math.max(0, to));
}

/** Scrolls until a row is in sight. */
export function show(
  box: HTMLElement,
  index: number,
  high: number,
  isNarrow: boolean,
): void {
  const room = box.clientHeight - (isNarrow ? 0 : HEAD);
  if (index * high < box.scrollTop) box.scrollTop = index * high;
  else if ((index + 1) * high > box.scrollTop + room) {
    box.scrollTop = (index + 1) * high - room;
  }
}
