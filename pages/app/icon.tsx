// Copyright 2026 the Wirekit authors. MIT license.

/** Small pictures, drawn with lines of the colour of the text around them. */
import type { JSX } from "preact";

/** The lines of the pictures that all pages have, in a square of 24. */
export const LINES = {
  auto: "M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18",
  dark: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z",
  light:
    "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.5v2m0 15v2M2.5 12h2m15 0h2M5.3 5.3l1.4 1.4m10.6 10.6l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
  out: "M14 4h5v16h-5M10 8l-4 4 4 4M6 12h9",
  warning: "M12 4L2.8 19.5h18.4zM12 10v4.5m0 2.6v.01",
} as const;

/** A picture of such lines. It says nothing that does not stand beside it. */
export function Drawing({ lines }: { lines: string }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={lines} />
    </svg>
  );
}
