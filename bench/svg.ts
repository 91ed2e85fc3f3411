// Copyright 2026 the Wirekit authors. MIT license.

/** Plots of two values against one, on logarithmic scales, as SVG. */

import { short } from "./harness.ts";

/** One line of a panel. */
export interface Line {
  /** Its label. */
  name: string;
  /** Its points, by x. */
  points: [x: number, y: number][];
}

/** One of the panels, side by side. */
export interface Panel {
  /** The label of the y axis. */
  title: string;
  /** The lines. */
  lines: Line[];
}

const WIDTH = 460;
const HEIGHT = 300;
const MARGIN = { left: 58, right: 14, top: 30, bottom: 62 };
const COLORS = ["#0b6e99", "#d9730d", "#6940a5", "#448361"];

/** A logarithmic scale from values to places. */
function scale(values: number[], from: number, to: number) {
  const low = Math.log(Math.min(...values));
  const high = Math.max(Math.log(Math.max(...values)), low + 1e-9);
  return (value: number) =>
    from + (to - from) * (Math.log(value) - low) / (high - low);
}

/** Powers of ten around all values. */
function decades(values: number[]): number[] {
  const first = Math.floor(Math.log10(Math.min(...values)));
  const last = Math.ceil(Math.log10(Math.max(...values)));
  return Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i));
}

function text(x: number, y: number, value: string, anchor = "middle"): string {
  const safe = value.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${x.toFixed(1)}" y="${
    y.toFixed(1)
  }" text-anchor="${anchor}">${safe}</text>`;
}

function draw({ title, lines }: Panel, xLabel: string, left: number): string {
  const points = lines.flatMap(({ points }) => points);
  const ticks = [...new Set(points.map(([x]) => x))].sort((a, b) => a - b);
  const grid = decades(points.map(([, y]) => y));
  const bottom = HEIGHT - MARGIN.bottom;
  const x = scale(ticks, left + MARGIN.left, left + WIDTH - MARGIN.right);
  const y = scale(grid, bottom, MARGIN.top);
  const parts = [text(left + WIDTH / 2, 16, title)];
  for (const value of grid) {
    const at = y(value);
    parts.push(
      `<path class="grid" d="M${x(ticks[0]!)} ${at}H${x(ticks.at(-1)!)}"/>`,
      text(left + MARGIN.left - 8, at + 4, short(value), "end"),
    );
  }
  for (const value of ticks) {
    parts.push(text(x(value), bottom + 16, short(value)));
  }
  parts.push(text(left + WIDTH / 2, bottom + 34, xLabel));
  lines.forEach(({ name, points }, i) => {
    const color = COLORS[i % COLORS.length]!;
    const path = points.map(([px, py], k) =>
      `${k ? "L" : "M"}${x(px).toFixed(1)} ${y(py).toFixed(1)}`
    ).join("");
    parts.push(`<path stroke="${color}" d="${path}"/>`);
    for (const [px, py] of points) {
      parts.push(
        `<circle cx="${x(px).toFixed(1)}" cy="${
          y(py).toFixed(1)
        }" r="2.5" fill="${color}"/>`,
      );
    }
    const at = left + MARGIN.left + i * 130;
    parts.push(
      `<rect x="${at}" y="${
        HEIGHT - 18
      }" width="9" height="9" fill="${color}"/>`,
      text(at + 14, HEIGHT - 9, name, "start"),
    );
  });
  return parts.join("\n");
}

/**
 * Draws panels side by side.
 *
 * @param panels The panels.
 * @param xLabel The label of the x axis.
 * @returns The picture.
 */
export function plot(panels: Panel[], xLabel: string): string {
  const width = WIDTH * panels.length;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${HEIGHT}">
<style>
text { font: 11px system-ui, sans-serif; fill: #333; }
path { fill: none; stroke-width: 1.5; }
.grid { stroke: #ddd; stroke-width: 1; }
</style>
<rect width="${width}" height="${HEIGHT}" fill="#fff"/>
${panels.map((panel, i) => draw(panel, xLabel, i * WIDTH)).join("\n")}
</svg>
`;
}
