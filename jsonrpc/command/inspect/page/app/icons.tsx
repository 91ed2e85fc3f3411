// Copyright 2026 the Wirekit authors. MIT license.

/** Small pictures, drawn with lines of the colour of the text around them. */
import type { JSX } from "preact";
import { Drawing, LINES } from "../../../../../pages/app/icon.tsx";

const PATHS = {
  ...LINES,
  again: "M19.500 12a7.500 7.500 0 1 1-2.200-5.300L20 9.500M20 4.500v5h-5",
  braces:
    "M9 4C5.500 4 7 10 4 12c3 2 1.500 8 5 8M15 4c3.500 0 2 6 5 8-3 2-1.500 8-5 8",
  copy: "M9 9h10v10H9zM5 15H4a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1h10a1 1 0 0 1 1 1v1",
  done: "M5 12.5l4.5 4.5L19 7.5",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  stop: "M7 7h10v10H7z",
} as const;

/** One of these pictures. */
export function Icon({ name }: { name: keyof typeof PATHS }): JSX.Element {
  return <Drawing lines={PATHS[name]} />;
}
