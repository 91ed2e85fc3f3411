// Copyright 2026 the Wirekit authors. MIT license.

/** The numbers that say how the hub is, each with its last ten minutes. */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { clock, count, rate, share, took } from "./format.ts";
import { HISTORY, type Line } from "./model/history.ts";
import type { Model } from "./model.ts";
import { colour, onTheme } from "../../../pages/app/theme.ts";

/** The points of a chart: their times, then the values of each line. */
type Points = [number[], ...(number | null)[][]];

/** A line of a chart: what it shows, and its colour. */
type Stroke = readonly [line: Line, colour: string];

interface Tile {
  readonly title: string;
  readonly lines: readonly Stroke[];
  readonly write: (value: number) => string;
  /** What stands beside the number. */
  readonly aside: (model: Model) => string;
  /** Whether the number is one to worry about. */
  readonly level?: (model: Model) => "" | "warn" | "bad";
}

const TILES: readonly Tile[] = [
  {
    title: "Clients",
    lines: [["clients", "--accent"]],
    write: count,
    aside: ({ report }) => {
      const { held = 0, unverified = 0 } = report?.clients ?? {};
      const parts = [
        held > 0 && `${count(held)} waiting`,
        unverified > 0 && `${count(unverified)} unverified`,
      ];
      return parts.filter(Boolean).join(", ");
    },
  },
  {
    title: "Requests",
    lines: [["requests", "--accent"]],
    write: rate,
    aside: ({ report }) =>
      `/s · ${count(report?.traffic.requests ?? 0)} in all`,
  },
  {
    title: "Informs",
    lines: [["informs", "--accent"]],
    write: rate,
    aside: ({ report }) => `/s · ${count(report?.traffic.informs ?? 0)} in all`,
  },
  {
    title: "Round trip, p50",
    lines: [["p50", "--accent"], ["p99", "--second"]],
    // Where nothing was answered, there is nothing to tell.
    write: (ms) => ms > 0 ? took(ms) : "–",
    aside: ({ history }) => {
      const ms = history.p99.at(-1) ?? 0;
      return ms > 0 ? `p99 ${took(ms)}` : "none in 10 s";
    },
  },
  {
    title: "Errors",
    lines: [["errors", "--bad"]],
    write: rate,
    aside: ({ history }) =>
      `/s · ${
        share(history.errors.at(-1) ?? 0, history.requests.at(-1) ?? 0)
      } of requests`,
    level: ({ history }) => (history.errors.at(-1) ?? 0) > 0 ? "bad" : "",
  },
  {
    title: "Event loop lag",
    lines: [["lag", "--accent"]],
    write: took,
    aside: ({ report }) => `worst ${took(report?.lag.worst ?? 0)}`,
    level: ({ history }) => {
      const lag = history.lag.at(-1) ?? 0;
      return lag > 250 ? "bad" : lag > 50 ? "warn" : "";
    },
  },
];

/** The tiles. */
export function Tiles({ model }: { model: Model }): JSX.Element {
  return (
    <section class="tiles" aria-label="Numbers">
      {TILES.map((tile) => <Tile key={tile.title} model={model} tile={tile} />)}
    </section>
  );
}

function Tile({ model, tile }: { model: Model; tile: Tile }): JSX.Element {
  const { title, lines, write, aside, level } = tile;
  const [past, setPast] = useState<number>();
  const [[line]] = lines as [Stroke];
  const points = dataOf(model, lines);
  const value = past === undefined
    ? model.history[line].at(-1)
    : points[1]?.[past];
  return (
    <article class={`tile ${level?.(model) ?? ""}`}>
      <h2>{title}</h2>
      <p class="value">
        {value === undefined || value === null ? "–" : write(value)}
        <span class="aside">
          {past === undefined
            ? aside(model)
            : `at ${clock((points[0][past] ?? 0) * 1000)}`}
        </span>
      </p>
      <Chart points={points} lines={lines} point={setPast} />
    </article>
  );
}

/** Ten minutes of it. What it says stands above it in numbers. */
function Chart({ points, lines, point }: {
  points: Points;
  lines: readonly Stroke[];
  point: (index: number | undefined) => void;
}): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  useLayoutEffect(() => {
    const plot = new uPlot(
      {
        width: box.current!.clientWidth || 200,
        height: 44,
        padding: [4, 0, 0, 0],
        legend: { show: false },
        axes: [{ show: false }, { show: false }],
        cursor: {
          y: false,
          drag: { setScale: false, x: false, y: false },
          points: { size: 5 },
        },
        scales: {
          x: { time: true, range: (_, min, max) => windowOf(min, max) },
          y: { range: (_, __, max) => [0, max > 0 ? max * 1.08 : 1] },
        },
        series: [
          {},
          ...lines.map(([line, name], index) => ({
            label: line,
            stroke: () => colour(name),
            width: index === 0 ? 1.5 : 1,
            ...(index === 0 && { fill: () => `${colour(name)}1f` }),
            points: { show: false },
          })),
        ],
        hooks: {
          setCursor: [({ cursor }) => point(cursor.idx ?? undefined)],
        },
      },
      points,
      box.current!,
    );
    chart.current = plot;
    const observer = new ResizeObserver(([entry]) => {
      const width = Math.floor(entry!.contentRect.width);
      if (width > 0 && width !== plot.width) {
        plot.setSize({ width, height: 44 });
      }
    });
    observer.observe(box.current!);
    const away = onTheme(() => plot.redraw(false));
    return () => {
      away();
      observer.disconnect();
      plot.destroy();
    };
  }, []);
  const [times] = points;
  useEffect(() => {
    chart.current?.setData(points);
  }, [times[0], times.at(-1), points[1]?.at(-1)]);
  return <div class="chart" ref={box} aria-hidden="true" />;
}

/** What a chart draws: of ten minutes, three seconds a point. */
function dataOf(model: Model, lines: readonly Stroke[]): Points {
  const { at } = model.history;
  const size = at.length > 220 ? 3 : 1;
  const ends: number[] = [];
  at.forEach((time, index) => {
    const next = at[index + 1];
    if (next === undefined || (time / size | 0) !== (next / size | 0)) {
      ends.push(index + 1);
    }
  });
  const parts = <T,>(values: readonly T[]) =>
    ends.map((end, index) => values.slice(ends[index - 1] ?? 0, end));
  return [
    parts(at).map((part) => part[0]!),
    ...lines.map(([line]) => parts(model.history[line]).map(meanOf)),
  ];
}

/** The mean of what is known. */
function meanOf(values: readonly (number | null)[]): number | null {
  if (values.includes(null)) return null;
  const known = values as readonly number[];
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** Up to ten minutes, as long as the page has been open. */
function windowOf(min: number, max: number): [number, number] {
  const end = max ?? Date.now() / 1000;
  const length = Math.min(HISTORY, Math.max(45, end - (min ?? end)));
  return [end - length, end];
}
