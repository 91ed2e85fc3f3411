// Copyright 2026 the Wirekit authors. MIT license.

/** Plots of two values against one, on logarithmic scales, as SVG. */

import { installNpm } from "./peers/install.ts";

/** A measured value. */
export interface Point {
  /** What was measured. */
  system: string;
  /** How large the work was. */
  x: number;
  /** The median of the rounds. */
  y: number;
  /** The smallest. */
  low: number;
  /** The largest. */
  high: number;
}

/** One of the panels, side by side. */
export interface Panel {
  /** What the y axis shows, with its unit. */
  title: string;
  /** What was measured. */
  points: Point[];
}

/** What stands around the panels. */
export interface Caption {
  /** What the picture shows. */
  title: string;
  /** When, where and how it was measured. */
  subtitle: string;
  /** What the x axis shows. */
  x: string;
  /** Whether that is a number of bytes. */
  isBytes?: boolean;
  /** The systems, in the order of the legend. */
  systems: string[];
}

/** Colours that are told apart on white and on black, and by the colour-blind. */
const COLORS = ["#2f7fd0", "#d9730d", "#1a9850", "#9467bd"];
const SHAPES = ["circle", "square", "triangle-up", "diamond"];

/** What a reader on dark ground sees instead. */
const DARK = `<style>
@media (prefers-color-scheme: dark) {
  rect[fill="white"] { fill: #15181d; }
  text { fill: #dfe3e8; }
  line[stroke="#ddd"], path[stroke="#ddd"] { stroke: #343a42; }
  line[stroke="#888"] { stroke: #9aa3ad; }
}
</style>`;

/** A number as 2, 0.5 or 30k. */
const LABEL = "datum.value < 1000 ? format(datum.value, '~r') " +
  ": format(datum.value, '~s')";
const BYTES = "datum.value < 1024 ? datum.value + ' B' " +
  ": datum.value < 1048576 ? datum.value / 1024 + ' KiB' " +
  ": datum.value / 1048576 + ' MiB'";

/** What stands at a logarithmic axis: 1, 2 and 5 of each power of ten. */
function ticks(points: Point[]): number[] {
  const low = Math.min(...points.map(({ low }) => low));
  const high = Math.max(...points.map(({ high }) => high));
  const values: number[] = [];
  for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power++) {
    for (const step of [1, 2, 5]) {
      const value = Number(`${step}e${power}`);
      if (value >= low && value <= high) values.push(value);
    }
  }
  return values;
}

function panelOf(
  { title, points }: Panel,
  { x, isBytes = false, systems }: Caption,
): unknown {
  const named = (range: string[], legend: unknown) => ({
    field: "system",
    type: "nominal",
    scale: { domain: systems, range },
    legend,
  });
  const legend = {
    title: null,
    orient: "bottom",
    symbolSize: 90,
    symbolOpacity: 1,
    labelLimit: 0,
  };
  const axis = { labelFlush: false, labelOverlap: true };
  return {
    width: 400,
    height: 270,
    data: { values: points },
    encoding: {
      x: {
        field: "x",
        type: "quantitative",
        scale: { type: "log", base: 2, nice: false },
        axis: {
          ...axis,
          labelOverlap: false,
          values: [...new Set(points.map(({ x }) => x))],
          labelExpr: isBytes ? BYTES : LABEL,
        },
        title: `${x}, logarithmic`,
      },
      color: named(COLORS, legend),
    },
    layer: [
      {
        mark: { type: "rule", strokeWidth: 3, opacity: 0.45 },
        encoding: {
          y: { field: "low", type: "quantitative" },
          y2: { field: "high" },
        },
      },
      {
        mark: { type: "line", strokeWidth: 1.8 },
        encoding: { y: { field: "y", type: "quantitative" } },
      },
      {
        mark: { type: "point", filled: true, size: 55, opacity: 1 },
        encoding: {
          y: {
            field: "y",
            type: "quantitative",
            scale: { type: "log", nice: false, padding: 10 },
            axis: { ...axis, labelExpr: LABEL, values: ticks(points) },
            title: `${title}, logarithmic`,
          },
          shape: named(SHAPES, legend),
        },
      },
    ],
  };
}

/**
 * Draws panels side by side.
 *
 * @param panels The panels.
 * @param caption What stands around them.
 * @returns The picture.
 */
export async function plot(panels: Panel[], caption: Caption): Promise<string> {
  await installNpm();
  const spec = {
    title: {
      text: caption.title,
      subtitle: caption.subtitle,
      anchor: "start",
      offset: 14,
    },
    hconcat: panels.map((panel) => panelOf(panel, caption)),
    config: {
      background: "white",
      font: "system-ui, sans-serif",
      axis: { labelFontSize: 11, titleFontSize: 12, titleFontWeight: "normal" },
      legend: { labelFontSize: 12 },
      title: { fontSize: 15, subtitleFontSize: 11, subtitlePadding: 4 },
      view: { stroke: "#ddd" },
    },
  };
  const child = new Deno.Command("node", {
    args: [new URL("peers/plot.mjs", import.meta.url).pathname],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(JSON.stringify(spec)));
  await input.close();
  const { success, stdout, stderr } = await child.output();
  const text = new TextDecoder();
  if (!success) throw new Error(`No plot: ${text.decode(stderr)}`);
  return `${text.decode(stdout).replace(">", `>${DARK}`)}\n`;
}
