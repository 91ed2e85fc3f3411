// Copyright 2026 the Wirekit authors. MIT license.

/** Draws who calls whom: points, lines between them, and what moves on these. */
// @ts-types="@types/d3-force"
import {
  forceCollide,
  forceLink,
  forceManyBody,
  forceSimulation,
  forceX,
  forceY,
  type Simulation,
  type SimulationLinkDatum,
  type SimulationNodeDatum,
} from "d3-force";
import { colour } from "../../../pages/app/theme.ts";

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

interface Dot extends SimulationNodeDatum {
  spot: Spot;
  radius: number;
}

interface Line extends SimulationLinkDatum<Dot> {
  source: Dot;
  target: Dot;
  flow: Flow;
  /** Where what moves on it is, from 0 to 1. */
  phase: number;
}

/** The most lines that are drawn. */
const MAX_LINES = 600;

/** The most things that move. */
const MAX_SPARKS = 240;

/** Names are written if there are no more points than these. */
const MAX_LABELS = 48;

const STILL = matchMedia("(prefers-reduced-motion: reduce)");

/** The picture. */
export class Scene {
  /** Called when another point lies under the pointer. */
  onPoint: (spot: Spot | undefined, x: number, y: number) => void = () => {};
  /** Called with the point that was clicked on, if there is one. */
  onClick: (spot: Spot | undefined) => void = () => {};

  readonly #canvas: HTMLCanvasElement;
  readonly #pen: CanvasRenderingContext2D;
  readonly #simulation: Simulation<Dot, Line>;
  #dots = new Map<string, Dot>();
  #lines: Line[] = [];
  #chosen: ReadonlySet<string> | undefined;
  #hover: Dot | undefined;
  #focused: ReadonlySet<string> | undefined;
  readonly #near = new Set<string>();
  #width = 300;
  #height = 300;
  #view = { x: 0, y: 0, scale: 1 };
  #settled = false;
  #frame = 0;
  #last = 0;
  #inSight = true;
  #drawn = false;
  readonly #sight: IntersectionObserver;
  readonly #size: ResizeObserver;

  /** Draws on a canvas. */
  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    this.#pen = canvas.getContext("2d")!;
    this.#simulation = forceSimulation<Dot, Line>()
      .force(
        "charge",
        forceManyBody<Dot>().strength(({ radius }) => -90 - 22 * radius)
          .distanceMax(600),
      )
      .force(
        "link",
        forceLink<Dot, Line>().id(({ spot }) => spot.id)
          .distance(({ source, target }) => 52 + source.radius + target.radius),
      )
      .force("x", forceX<Dot>().strength(0.05))
      .force("y", forceY<Dot>().strength(0.09))
      .force("collide", forceCollide<Dot>().radius(({ radius }) => radius + 14))
      .alphaDecay(0.03)
      .stop();
    this.#sight = new IntersectionObserver(([entry]) => {
      this.#inSight = entry!.isIntersecting;
      this.#go();
    });
    this.#sight.observe(canvas);
    this.#size = new ResizeObserver(() => this.#measure());
    this.#size.observe(canvas);
    canvas.addEventListener("pointermove", this.#move);
    canvas.addEventListener("pointerleave", this.#leave);
    canvas.addEventListener("click", this.#click);
    document.addEventListener("visibilitychange", this.#go);
    this.#measure();
  }

  /** Ends it. */
  close(): void {
    cancelAnimationFrame(this.#frame);
    this.#sight.disconnect();
    this.#size.disconnect();
    document.removeEventListener("visibilitychange", this.#go);
  }

  /** Draws these points and lines from now on. */
  update(
    spots: readonly Spot[],
    flows: readonly Flow[],
    chosen: ReadonlySet<string> | undefined,
  ): void {
    this.#chosen = chosen;
    const most = Math.max(1, ...spots.map(({ rate }) => rate));
    const before = this.#dots;
    let changed = before.size !== spots.length;
    this.#dots = new Map(spots.map((spot, index) => {
      const radius = 4.5 + 8 * Math.sqrt(spot.rate / most) +
        (spot.size > 1 ? 1.2 * Math.log2(spot.size) : 0);
      const dot = before.get(spot.id) ?? this.#place(spot, index);
      changed ||= !before.has(spot.id);
      dot.spot = spot;
      dot.radius = radius;
      return [spot.id, dot];
    }));
    const known = new Map(
      this.#lines.map((line) => [keyOf(line.flow), line]),
    );
    const shown = flows.length > MAX_LINES
      ? flows.toSorted((a, b) => b.rate - a.rate).slice(0, MAX_LINES)
      : flows;
    this.#lines = shown.flatMap((flow) => {
      const source = this.#dots.get(flow.from);
      const target = this.#dots.get(flow.to);
      if (!source || !target || source === target) return [];
      const line = known.get(keyOf(flow));
      changed ||= !line;
      return [{ source, target, flow, phase: line?.phase ?? Math.random() }];
    });
    if (changed) {
      this.#simulation.nodes([...this.#dots.values()]);
      (this.#simulation.force("link") as ReturnType<
        typeof forceLink<Dot, Line>
      >).links(this.#lines);
      this.#simulation.alpha(Math.max(this.#simulation.alpha(), 0.4));
      // The first picture is one that stands, not one that unfolds.
      if (before.size === 0) {
        for (let i = 0; i < 160; i++) this.#simulation.tick();
        this.#settled = false;
      }
    }
    this.#drawn = false;
    this.#go();
  }

  /** Draws it in other colours. */
  repaint(): void {
    this.#drawn = false;
    this.#go();
  }

  /** New points begin on a spiral, so that none lie on each other. */
  #place(spot: Spot, index: number): Dot {
    const turn = index * 2.39996;
    const far = 14 * Math.sqrt(index + 1);
    return {
      spot,
      radius: 5,
      x: far * Math.cos(turn) * 1.5,
      y: far * Math.sin(turn),
    };
  }

  #measure(): void {
    const { clientWidth, clientHeight } = this.#canvas;
    const ratio = devicePixelRatio || 1;
    this.#width = clientWidth;
    this.#height = clientHeight;
    this.#canvas.width = Math.round(clientWidth * ratio);
    this.#canvas.height = Math.round(clientHeight * ratio);
    this.#settled = false;
    this.#drawn = false;
    this.#go();
  }

  #go = (): void => {
    if (this.#frame || !this.#inSight || document.hidden) return;
    this.#frame = requestAnimationFrame(this.#step);
  };

  #step = (time: number): void => {
    this.#frame = 0;
    const seconds = Math.min(0.1, (time - this.#last) / 1000);
    const unfolds = this.#simulation.alpha() > 0.02;
    const flows = !STILL.matches &&
      this.#lines.some(({ flow }) => flow.rate > 0);
    // What only flows needs no more than thirty pictures a second.
    if (this.#drawn && !unfolds && seconds < 0.03) return this.#go();
    this.#last = time;
    if (unfolds) this.#simulation.tick();
    if (flows) this.#advance(seconds);
    const still = this.#look();
    this.#draw(flows);
    this.#drawn = true;
    if (unfolds || flows || !still) this.#go();
  };

  #advance(seconds: number): void {
    for (const line of this.#lines) {
      if (line.flow.rate === 0) continue;
      const speed = 0.25 + 0.12 * Math.log10(1 + line.flow.rate);
      line.phase = (line.phase + speed * seconds) % 1;
    }
  }

  /** Moves towards a view that has all points in it; tells if it has arrived. */
  #look(): boolean {
    let [left, right, top, bottom] = [-60, 60, -40, 40];
    for (const { x = 0, y = 0, radius } of this.#dots.values()) {
      left = Math.min(left, x - radius);
      right = Math.max(right, x + radius);
      top = Math.min(top, y - radius);
      bottom = Math.max(bottom, y + radius);
    }
    const edge = this.#dots.size > MAX_LABELS ? 18 : 40;
    const scale = Math.min(
      1.9,
      (this.#width - 2 * edge - 30) / (right - left),
      (this.#height - 2 * edge) / (bottom - top),
    );
    const wanted = {
      x: this.#width / 2 - scale * (left + right) / 2,
      y: this.#height / 2 - scale * (top + bottom) / 2,
      scale: Math.max(0.02, scale),
    };
    const part = this.#settled ? 0.12 : 1;
    this.#settled = true;
    const view = this.#view;
    const far = Math.abs(wanted.x - view.x) + Math.abs(wanted.y - view.y);
    view.x += (wanted.x - view.x) * part;
    view.y += (wanted.y - view.y) * part;
    view.scale += (wanted.scale - view.scale) * part;
    return far < 0.5;
  }

  #at({ x = 0, y = 0 }: Dot): [number, number] {
    const { x: left, y: top, scale } = this.#view;
    return [left + x * scale, top + y * scale];
  }

  #radius({ radius }: Dot): number {
    return Math.max(
      3,
      radius * Math.min(1.15, Math.max(0.6, this.#view.scale)),
    );
  }

  #draw(moves: boolean): void {
    this.#focus();
    const pen = this.#pen;
    const ratio = devicePixelRatio || 1;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, this.#width, this.#height);
    const paint = {
      line: colour("--flow"),
      idle: colour("--line-strong"),
      bad: colour("--bad"),
      accent: colour("--accent"),
      text: colour("--text"),
      muted: colour("--muted"),
      panel: colour("--panel"),
    };
    const most = Math.max(1, ...this.#lines.map(({ flow }) => flow.rate));
    let sparks = MAX_SPARKS;
    pen.lineCap = "round";
    for (const line of this.#lines) {
      const { flow, source, target } = line;
      const [x1, y1] = this.#at(source);
      const [x2, y2] = this.#at(target);
      // Both ways beside each other: each bends to its right.
      const bend = 0.12;
      const mx = (x1 + x2) / 2 - (y2 - y1) * bend;
      const my = (y1 + y2) / 2 + (x2 - x1) * bend;
      const strength = Math.log1p(flow.rate) / Math.log1p(most);
      const fails = flow.errors > 0;
      const alpha = this.#alpha(line);
      pen.globalAlpha = alpha * (flow.rate > 0 ? 0.9 : 0.5);
      pen.strokeStyle = flow.rate > 0 ? paint.line : paint.idle;
      pen.lineWidth = flow.rate > 0 ? 1 + 3 * strength : 0.8;
      pen.beginPath();
      pen.moveTo(x1, y1);
      pen.quadraticCurveTo(mx, my, x2, y2);
      pen.stroke();
      if (fails) {
        // The share of the line that is red is that of the errors.
        pen.strokeStyle = paint.bad;
        pen.lineWidth *= shareOf(flow, 0.25);
        pen.stroke();
      }
      if (flow.rate === 0) continue;
      if (!moves) {
        this.#arrow(mx, my, x2, y2, this.#radius(target));
        continue;
      }
      const many = Math.min(4, 1 + Math.floor(strength * 3));
      pen.fillStyle = flow.errors > 0.1 * flow.rate ? paint.bad : paint.accent;
      pen.globalAlpha = alpha;
      for (let i = 0; i < many && sparks > 0; i++, sparks--) {
        const t = (line.phase + i / many) % 1;
        const a = (1 - t) * (1 - t);
        const b = 2 * t * (1 - t);
        const c = t * t;
        pen.beginPath();
        pen.arc(
          a * x1 + b * mx + c * x2,
          a * y1 + b * my + c * y2,
          1.4 + strength,
          0,
          7,
        );
        pen.fill();
      }
    }
    for (const dot of this.#dots.values()) {
      const [x, y] = this.#at(dot);
      const { spot } = dot;
      const radius = this.#radius(dot);
      const busy = spot.rate > 0;
      pen.globalAlpha = this.#alpha(dot);
      pen.beginPath();
      pen.arc(x, y, radius + 2, 0, 7);
      pen.fillStyle = paint.panel;
      pen.fill();
      pen.beginPath();
      pen.arc(x, y, radius, 0, 7);
      pen.fillStyle = spot.sick ? paint.bad : busy ? paint.accent : paint.panel;
      pen.strokeStyle = spot.sick
        ? paint.bad
        : busy
        ? paint.accent
        : paint.muted;
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
        pen.beginPath();
        pen.arc(x, y, radius + 3.5, 0, 7);
        pen.lineWidth = 1;
        pen.stroke();
      }
      if (dot === this.#hover || this.#chosen?.has(spot.id)) {
        pen.beginPath();
        pen.arc(x, y, radius + 5, 0, 7);
        pen.strokeStyle = paint.text;
        pen.lineWidth = 1.5;
        pen.stroke();
      }
    }
    this.#label(paint);
    pen.globalAlpha = 1;
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
  #label({ text, muted, panel }: Record<"text" | "muted" | "panel", string>) {
    const pen = this.#pen;
    const dots = [...this.#dots.values()];
    const named = dots.length <= MAX_LABELS
      ? dots
      : dots.toSorted((a, b) => b.spot.rate - a.spot.rate).slice(0, 24);
    if (this.#hover && !named.includes(this.#hover)) named.push(this.#hover);
    const taken: [number, number, number, number][] = [];
    pen.font = '500 11.5px "Inter Variable", system-ui, sans-serif';
    pen.textAlign = "center";
    pen.textBaseline = "top";
    pen.lineJoin = "round";
    for (const dot of named) {
      const [x, y] = this.#at(dot);
      const { id, size, rate } = dot.spot;
      const name = id.length > 22 ? `${id.slice(0, 21)}…` : id;
      const words = size > 1 ? `${name} (${size})` : name;
      const wide = pen.measureText(words).width;
      const left = Math.min(
        this.#width - wide / 2 - 4,
        Math.max(wide / 2 + 4, x),
      );
      const under = y + this.#radius(dot) + 5;
      const box = [
        left - wide / 2,
        under,
        left + wide / 2,
        under + 13,
      ] as const;
      const hidden = dot !== this.#hover &&
        taken.some(([a, b, c, d]) =>
          box[0] < c && box[2] > a && box[1] < d && box[3] > b
        );
      if (hidden) continue;
      taken.push([...box]);
      pen.globalAlpha = this.#alpha(dot);
      pen.strokeStyle = panel;
      pen.lineWidth = 3.5;
      pen.strokeText(words, left, under);
      pen.fillStyle = rate > 0 || dot === this.#hover ? text : muted;
      pen.fillText(words, left, under);
    }
  }

  /** Finds what is looked at, and what it is joined with. */
  #focus(): void {
    const chosen = this.#hover ? new Set([this.#hover.spot.id]) : this.#chosen;
    this.#focused = chosen && chosen.size > 0 ? chosen : undefined;
    this.#near.clear();
    for (const { flow: { from, to } } of this.#lines) {
      if (chosen?.has(from)) this.#near.add(to);
      if (chosen?.has(to)) this.#near.add(from);
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

  #under(event: MouseEvent): Dot | undefined {
    let nearest: Dot | undefined;
    let best = Infinity;
    for (const dot of this.#dots.values()) {
      const [x, y] = this.#at(dot);
      const far = Math.hypot(x - event.offsetX, y - event.offsetY) -
        this.#radius(dot);
      if (far < Math.min(best, 10)) {
        best = far;
        nearest = dot;
      }
    }
    return nearest;
  }

  #move = (event: PointerEvent): void => {
    const dot = this.#under(event);
    this.#canvas.style.cursor = dot ? "pointer" : "default";
    if (dot !== this.#hover) {
      this.#hover = dot;
      this.#drawn = false;
      this.#go();
    }
    const [x, y] = dot ? this.#at(dot) : [0, 0];
    this.onPoint(dot?.spot, x, y);
  };

  #leave = (): void => {
    this.#hover = undefined;
    this.onPoint(undefined, 0, 0);
    this.#drawn = false;
    this.#go();
  };

  #click = (event: MouseEvent): void => {
    this.onClick(this.#under(event)?.spot);
  };

  /** Where a point is, for tests that click on it. */
  find(id: string): [number, number] | undefined {
    const dot = this.#dots.get(id);
    return dot && this.#at(dot);
  }
}

/** The share of errors, but so much that it can be seen. */
function shareOf(
  { rate, errors }: { rate: number; errors: number },
  least: number,
): number {
  return Math.min(1, Math.max(least, errors / Math.max(rate, errors)));
}

function keyOf({ from, to }: Flow): string {
  return JSON.stringify([from, to]);
}
