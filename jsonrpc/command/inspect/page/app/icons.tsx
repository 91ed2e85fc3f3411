// Copyright 2026 the Wirekit authors. MIT license.

/** Small pictures, drawn with lines of the colour of the text around them. */
import type { JSX } from "preact";

const PATHS = {
  again: "M19.500 12a7.500 7.500 0 1 1-2.200-5.300L20 9.500M20 4.500v5h-5",
  auto: "M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18",
  braces:
    "M9 4C5.500 4 7 10 4 12c3 2 1.500 8 5 8M15 4c3.500 0 2 6 5 8-3 2-1.500 8-5 8",
  copy: "M9 9h10v10H9zM5 15H4a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1h10a1 1 0 0 1 1 1v1",
  dark: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z",
  done: "M5 12.5l4.5 4.5L19 7.5",
  light:
    "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.5v2m0 15v2M2.5 12h2m15 0h2M5.3 5.3l1.4 1.4m10.6 10.6l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  stop: "M7 7h10v10H7z",
  warning: "M12 4L2.8 19.5h18.4zM12 10v4.5m0 2.6v.01",
} as const;

/** One of these pictures. It says nothing that stands not beside it in words. */
export function Icon({ name }: { name: keyof typeof PATHS }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
