// Copyright 2026 the Wirekit authors. MIT license.

/** Paints points, the lines between them, and what moves on these. */
import { colour } from "../../../../pages/app/theme.ts";

/** A point: a name, or a group of names. */
export interface Spot {
  readonly id: string;
  readonly size: number;
  /** Requests and information a second, from it and to it. */
  readonly rate: number;
  readonly errors: number;
  readonly sick: boolean;
  readonly here: boolean;
}

/** What one point asks and tells another, a second. */
export interface Flow {
  readonly from: string;
  readonly to: string;
  readonly rate: number;
  readonly errors: number;
}

/** A point, and where it is. */
export interface Dot {
  spot: Spot;
  radius: number;
  x?: number;
  y?: number;
}

/** A line between two points. */
export interface Line {
  source: Dot;
  target: Dot;
  flow: Flow;
  /** Where what moves on it is, from 0 to 1. */
  phase: number;
}

/** Which part of the plane is in sight, and how large. */
export interface View {
  x: number;
  y: number;
  scale: number;
}

/** What is painted. */
export interface Picture {
  readonly dots: ReadonlyMap<string, Dot>;
  readonly lines: readonly Line[];
  readonly view: View;
  readonly width: number;
  readonly height: number;
  /** The point under the pointer. */
  readonly hover: Dot | undefined;
  /** The points that were chosen. */
  readonly chosen: ReadonlySet<string> | undefined;
  /** Whether something moves; otherwise arrows show which way it goes. */
  readonly moves: boolean;
}

/** Names are written of all points if there are no more than these. */
export const MAX_LABELS = 48;

/** The most things that move. */
const MAX_SPARKS = 240;

/** How high a name is. */
const LETTERS = 13;

/** Left, top, right, bottom. */
type Box = readonly [number, number, number, number];

function meets([left, top, right, bottom]: Box, others: Box[]): boolean {
  return others.some(([a, b, c, d]) =>
    left < c && right > a && top < d && bottom > b
  );
}

/** Says where a point is on the canvas. */
export function placeOf({ x = 0, y = 0 }: Dot, view: View): [number, number] {
  return [view.x + x * view.scale, view.y + y * view.scale];
}

/** Says how large a point is on the canvas. */
export function radiusOf({ radius }: Dot, { scale }: View): number {
  return Math.max(3, radius * Math.min(1.15, Math.max(0.6, scale)));
}

/** Paints a picture on a canvas, over what was there. */
export function paint(pen: CanvasRenderingContext2D, picture: Picture): void {
  const ratio = devicePixelRatio || 1;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, picture.width, picture.height);
  new Painter(pen, picture).paint();
}

/** Paints one picture. */
class Painter {
  readonly #pen: CanvasRenderingContext2D;
  readonly #picture: Picture;
  readonly #paint = {
    line: colour("--flow"),
    idle: colour("--line-strong"),
    bad: colour("--bad"),
    accent: colour("--accent"),
    text: colour("--text"),
    muted: colour("--muted"),
    panel: colour("--panel"),
  };
  /** What is looked at, and what it is joined with. */
  readonly #focused: ReadonlySet<string> | undefined;
  readonly #near = new Set<string>();
  #sparks = MAX_SPARKS;

  constructor(pen: CanvasRenderingContext2D, picture: Picture) {
    this.#pen = pen;
    this.#picture = picture;
    const { hover, chosen, lines } = picture;
    const focused = hover ? new Set([hover.spot.id]) : chosen;
    if (!focused || focused.size === 0) return;
    this.#focused = focused;
    for (const { flow: { from, to } } of lines) {
      if (focused.has(from)) this.#near.add(to);
      if (focused.has(to)) this.#near.add(from);
    }
  }

  paint(): void {
    const { lines, dots } = this.#picture;
    const most = Math.max(1, ...lines.map(({ flow }) => flow.rate));
    this.#pen.lineCap = "round";
    for (const line of lines) {
      const { rate } = line.flow;
      this.#line(line, Math.log1p(rate) / Math.log1p(most));
    }
    for (const dot of dots.values()) this.#dot(dot);
    this.#names();
    this.#pen.globalAlpha = 1;
  }

  /** Paints a line; how busy it is is from 0 to 1. */
  #line(line: Line, busy: number): void {
    const pen = this.#pen;
    const paint = this.#paint;
    const { view, moves } = this.#picture;
    const { flow, source, target } = line;
    const [x1, y1] = placeOf(source, view);
    const [x2, y2] = placeOf(target, view);
    // Both ways beside each other: each bends to its right.
    const bend = 0.12;
    const mx = (x1 + x2) / 2 - (y2 - y1) * bend;
    const my = (y1 + y2) / 2 + (x2 - x1) * bend;
    const alpha = this.#alpha(line);
    pen.globalAlpha = alpha * (flow.rate > 0 ? 0.9 : 0.5);
    pen.strokeStyle = flow.rate > 0 ? paint.line : paint.idle;
    pen.lineWidth = flow.rate > 0 ? 1 + 3 * busy : 0.8;
    pen.beginPath();
    pen.moveTo(x1, y1);
    pen.quadraticCurveTo(mx, my, x2, y2);
    pen.stroke();
    if (flow.errors > 0) {
      // The share of the line that is red is that of the errors.
      pen.strokeStyle = paint.bad;
      pen.lineWidth *= shareOf(flow, 0.25);
      pen.stroke();
    }
    if (flow.rate === 0) return;
    if (!moves) return this.#arrow(mx, my, x2, y2, radiusOf(target, view));
    const many = Math.min(4, 1 + Math.floor(busy * 3));
    pen.fillStyle = flow.errors > 0.1 * flow.rate ? paint.bad : paint.accent;
    pen.globalAlpha = alpha;
    for (let i = 0; i < many && this.#sparks > 0; i++, this.#sparks--) {
      const t = (line.phase + i / many) % 1;
      const a = (1 - t) * (1 - t);
      const b = 2 * t * (1 - t);
      const c = t * t;
      this.#circle(
        a * x1 + b * mx + c * x2,
        a * y1 + b * my + c * y2,
        1.4 + busy,
      );
      pen.fill();
    }
  }

  #dot(dot: Dot): void {
    const pen = this.#pen;
    const paint = this.#paint;
    const { view, hover, chosen } = this.#picture;
    const [x, y] = placeOf(dot, view);
    const { spot } = dot;
    const radius = radiusOf(dot, view);
    const busy = spot.rate > 0;
    pen.globalAlpha = this.#alpha(dot);
    this.#circle(x, y, radius + 2);
    pen.fillStyle = paint.panel;
    pen.fill();
    this.#circle(x, y, radius);
    pen.fillStyle = spot.sick ? paint.bad : busy ? paint.accent : paint.panel;
    pen.strokeStyle = spot.sick ? paint.bad : busy ? paint.accent : paint.muted;
    pen.lineWidth = 1.5;
    if (!spot.here) pen.setLineDash([2, 3]);
    if (spot.here) pen.fill();
    pen.stroke();
    pen.setLineDash([]);
    if (!spot.sick && spot.errors > 0) {
      const end = -Math.PI / 2 + 2 * Math.PI * shareOf(spot, 0.04);
      pen.beginPath();
      pen.moveTo(x, y);
      pen.arc(x, y, radius + 0.75, -Math.PI / 2, end);
      pen.fillStyle = paint.bad;
      pen.fill();
    }
    if (spot.size > 1) {
      this.#circle(x, y, radius + 3.5);
      pen.lineWidth = 1;
      pen.stroke();
    }
    if (dot === hover || chosen?.has(spot.id)) {
      this.#circle(x, y, radius + 5);
      pen.strokeStyle = paint.text;
      pen.lineWidth = 1.5;
      pen.stroke();
    }
  }

  #circle(x: number, y: number, radius: number): void {
    this.#pen.beginPath();
    this.#pen.arc(x, y, radius, 0, 7);
  }

  #arrow(mx: number, my: number, x: number, y: number, far: number): void {
    const turn = Math.atan2(y - my, x - mx);
    const [tx, ty] = [
      x - (far + 3) * Math.cos(turn),
      y - (far + 3) * Math.sin(turn),
    ];
    const pen = this.#pen;
    pen.beginPath();
    for (const side of [-0.45, 0.45]) {
      pen.moveTo(tx, ty);
      pen.lineTo(
        tx - 7 * Math.cos(turn + side),
        ty - 7 * Math.sin(turn + side),
      );
    }
    pen.lineWidth = 1.5;
    pen.stroke();
  }

  /** Writes the names: of all if they are few, else of those with most to do. */
  #names(): void {
    const pen = this.#pen;
    const { view, width, hover } = this.#picture;
    const dots = [...this.#picture.dots.values()];
    const named = dots.length <= MAX_LABELS
      ? dots
      : dots.toSorted((a, b) => b.spot.rate - a.spot.rate).slice(0, 24);
    if (hover && !named.includes(hover)) named.push(hover);
    const taken: Box[] = [];
    const points = dots.map((dot): Box => {
      const [x, y] = placeOf(dot, view);
      const radius = radiusOf(dot, view);
      return [x - radius, y - radius, x + radius, y + radius];
    });
    pen.font = '500 11.5px "Inter Variable", system-ui, sans-serif';
    pen.textAlign = "center";
    pen.textBaseline = "top";
    pen.lineJoin = "round";
    for (const dot of named) {
      const [x, y] = placeOf(dot, view);
      const { id, size, rate } = dot.spot;
      const letters = id.length > 22 ? [...id] : [];
      const name = letters.length > 22
        ? `${letters.slice(0, 21).join("")}…`
        : id;
      const words = size > 1 ? `${name} (${size})` : name;
      const wide = pen.measureText(words).width;
      const left = Math.min(width - wide / 2 - 4, Math.max(wide / 2 + 4, x));
      const far = radiusOf(dot, view) + 5;
      // Below its point or above it, where it hides no other point if it can.
      const boxes = [y + far, y - far - LETTERS].map((top): Box => [
        left - wide / 2,
        top,
        left + wide / 2,
        top + LETTERS,
      ]).filter((box) => dot === hover || !meets(box, taken));
      const box = boxes.find((box) => !meets(box, points)) ?? boxes[0];
      if (!box) continue;
      taken.push(box);
      const [, top] = box;
      pen.globalAlpha = this.#alpha(dot);
      pen.strokeStyle = this.#paint.panel;
      pen.lineWidth = 3.5;
      pen.strokeText(words, left, top);
      const isBright = rate > 0 || dot === hover;
      pen.fillStyle = isBright ? this.#paint.text : this.#paint.muted;
      pen.fillText(words, left, top);
    }
  }

  /** What is not looked at stands back. */
  #alpha(thing: Dot | Line): number {
    const focused = this.#focused;
    if (!focused) return 1;
    if ("flow" in thing) {
      const { from, to } = thing.flow;
      return focused.has(from) || focused.has(to) ? 1 : 0.12;
    }
    const { id } = thing.spot;
    return focused.has(id) || this.#near.has(id) ? 1 : 0.22;
  }
}

/** The share of errors, but so much that it can be seen. */
function shareOf(
  { rate, errors }: { rate: number; errors: number },
  least: number,
): number {
  return Math.min(1, Math.max(least, errors / Math.max(rate, errors)));
}
