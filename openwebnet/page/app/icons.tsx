// Copyright 2026 the Wirekit authors. MIT license.

/** Small pictures, drawn with lines of the colour of the text around them. */
import type { JSX } from "preact";
import { Drawing, LINES } from "../../../pages/app/icon.tsx";

const PATHS = {
  ...LINES,
  alarm:
    "M12 3.5a5.5 5.5 0 0 1 5.5 5.5c0 5 2 6.5 2 6.5h-15s2-1.5 2-6.5A5.5 5.5 0 0 1 12 3.5zM10 19a2.2 2.2 0 0 0 4 0",
  bulb:
    "M9 18h6m-5 3h4M12 3a6 6 0 0 0-3.6 10.8c.8.6 1.1 1.3 1.1 2.2h5c0-.9.3-1.6 1.1-2.2A6 6 0 0 0 12 3z",
  contact: "M4 21h16M6 21V4h9v17M15 6h3v15M11.5 12.5v.01",
  control: "M5 3h14v18H5zM5 12h14M12 7.5v.01M12 16.5v.01",
  down: "M6 9.5l6 6 6-6",
  energy: "M13 3L5 13.5h6L10.5 21 19 10.5h-6z",
  flame:
    "M12 3c.5 3.5 5 5.5 5 10.5a5 5 0 0 1-10 0c0-2 1-3.500 2-4.500.2 1.500.8 2.300 1.600 2.800C10.200 8.500 10.500 5.500 12 3z",
  home: "M4 11.5L12 4l8 7.500M6.500 10v10h11V10",
  minus: "M6 12h12",
  play: "M8 5l11 7-11 7z",
  plus: "M12 6v12M6 12h12",
  shutter: "M4 4h16M5.500 4v16m13-16v16M5.500 8h13M5.500 12h13M5.500 16h13",
  snow:
    "M12 3v18M4.200 7.500l15.600 9M19.800 7.500l-15.600 9M9.500 4.500L12 7l2.500-2.500M9.500 19.500L12 17l2.500 2.500",
  stop: "M7 7h10v10H7z",
  thermometer:
    "M12 3a2 2 0 0 0-2 2v8.800a4 4 0 1 0 4 0V5a2 2 0 0 0-2-2zM12 9v7.500",
  up: "M6 14.500l6-6 6 6",
} as const;

/** One of these pictures. */
export function Icon({ name }: { name: keyof typeof PATHS }): JSX.Element {
  return <Drawing lines={PATHS[name]} />;
}
