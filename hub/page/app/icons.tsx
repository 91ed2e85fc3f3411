// Copyright 2026 the Wirekit authors. MIT license.

/** Small pictures, drawn with lines of the colour of the text around them. */
import type { JSX } from "preact";
import { Drawing, LINES } from "../../../pages/app/icon.tsx";

const PATHS = {
  ...LINES,
  chart: "M4 20V10m5 10V4m5 16v-7m5 7V8",
  close: "M6 6l12 12M18 6L6 18",
  copy: "M9 9h10v10H9zM5 15H4a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1h10a1 1 0 0 1 1 1v1",
  done: "M5 12.5l4.5 4.5L19 7.5",
  down: "M12 4v11m-5-5l5 5 5-5M5 20h14",
  eye:
    "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6z",
  list: "M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  pause: "M8 5v14m8-14v14",
  play: "M7 4.5v15l12-7.5z",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5L20 20",
  send: "M4 12h15m-6-6l6 6-6 6",
} as const;

/** One of these pictures. */
export function Icon({ name }: { name: keyof typeof PATHS }): JSX.Element {
  return <Drawing lines={PATHS[name]} />;
}
