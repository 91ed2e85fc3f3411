// Copyright 2026 the Wirekit authors. MIT license.

/** Shows who calls whom: lays points out, and finds the one under the pointer. */
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
import {
  type Dot as PaintedDot,
  type Flow,
  type Line as PaintedLine,
  MAX_LABELS,
  paint,
  placeOf,
  radiusOf,
  type Spot,
} from "./paint.ts";

export type { Flow, Spot };

type Dot = PaintedDot & SimulationNodeDatum;

type Line = PaintedLine & SimulationLinkDatum<Dot> & {
  source: Dot;
  target: Dot;
};

/** The most lines that are drawn. */
const MAX_LINES = 600;

/** How strongly points are drawn to the middle of a square. */
const PULL = 0.067;

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
  readonly #across = forceX<Dot>();
  readonly #down = forceY<Dot>();
  #dots = new Map<string, Dot>();
  #lines: Line[] = [];
  #chosen: ReadonlySet<string> | undefined;
  #hover: Dot | undefined;
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
      .force("x", this.#across)
      .force("y", this.#down)
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
    // The points spread as wide and as high as the canvas is.
    const isSeen = clientWidth > 0 && clientHeight > 0;
    const wide = isSeen ? Math.sqrt(clientWidth / clientHeight) : 1;
    this.#across.strength(PULL / wide);
    this.#down.strength(PULL * wide);
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

  #draw(moves: boolean): void {
    paint(this.#pen, {
      dots: this.#dots,
      lines: this.#lines,
      view: this.#view,
      width: this.#width,
      height: this.#height,
      hover: this.#hover,
      chosen: this.#chosen,
      moves,
    });
  }

  #under(event: MouseEvent): Dot | undefined {
    let nearest: Dot | undefined;
    let best = Infinity;
    for (const dot of this.#dots.values()) {
      const [x, y] = placeOf(dot, this.#view);
      const far = Math.hypot(x - event.offsetX, y - event.offsetY) -
        radiusOf(dot, this.#view);
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
    const [x, y] = dot ? placeOf(dot, this.#view) : [0, 0];
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
    return dot && placeOf(dot, this.#view);
  }
}

function keyOf({ from, to }: Flow): string {
  return JSON.stringify([from, to]);
}
