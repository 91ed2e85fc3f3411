// Copyright 2026 the Wirekit authors. MIT license.

/** Who calls whom: as a picture that moves, and as a list. */
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { count, rate, share, some } from "../format.ts";
import { groupsOf } from "./groups.ts";
import { Icon } from "../icons.tsx";
import type { ClientRow, EdgeRow } from "../model/rates.ts";
import type { Model } from "../model.ts";
import { Choice, Nothing, Section } from "../parts.tsx";
import { type Flow, Scene, type Spot } from "./scene.ts";
import { onTheme } from "../../../../pages/app/theme.ts";

/** The most points; more names than these become groups. */
const MAX_SPOTS = 200;

/** How many pairs are listed. */
const MAX_PAIRS = 100;

type Way = "picture" | "list";

const WAYS: readonly (readonly [Way, JSX.Element])[] = [
  [
    "picture",
    <span key="p" title="Picture">
      <Icon name="chart" />
      <span class="sr">Picture</span>
    </span>,
  ],
  [
    "list",
    <span key="l" title="List">
      <Icon name="list" />
      <span class="sr">List</span>
    </span>,
  ],
];

interface Drawn {
  readonly spots: readonly Spot[];
  readonly flows: readonly Flow[];
  /** The names of each point. */
  readonly members: Map<string, string[]>;
}

/** The picture, or the list. */
export function Picture({ model }: { model: Model }): JSX.Element {
  const [way, setWay] = useState<Way>("picture");
  const { clients, edges } = model;
  const drawn = useMemo(() => drawingOf(clients, edges), [clients, edges]);
  const names = [...drawn.members.values()]
    .reduce((sum, members) => sum + members.length, 0);
  const busy = edges.filter(({ rate }) => rate > 0).length;
  return (
    <Section
      name="picture"
      title="Who calls whom"
      note={names > drawn.spots.length
        ? `${some(names, "name")} in ${some(drawn.spots.length, "group")}`
        : `${some(names, "name")}, ${some(busy, "pair")} busy`}
      actions={
        <Choice label="How to show it" value={way} of={WAYS} choose={setWay} />
      }
    >
      {way === "picture"
        ? <Canvas model={model} drawn={drawn} />
        : <Pairs model={model} />}
    </Section>
  );
}

function Canvas({ model, drawn }: {
  model: Model;
  drawn: Drawn;
}): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const scene = useRef<Scene | undefined>(undefined);
  const now = useRef(drawn);
  now.current = drawn;
  const [tip, setTip] = useState<{ spot: Spot; x: number; y: number }>();
  useEffect(() => {
    const made = new Scene(canvas.current!);
    made.onPoint = (spot, x, y) => setTip(spot && { spot, x, y });
    made.onClick = (spot) =>
      spot
        ? model.only(now.current.members.get(spot.id), spot.id)
        : model.only(undefined);
    scene.current = made;
    const away = onTheme(() => made.repaint());
    return () => {
      away();
      made.close();
    };
  }, []);
  const { names, label } = model.filter;
  const chosen = names && new Set([label, ...names]);
  useEffect(() => {
    scene.current?.update(drawn.spots, drawn.flows, chosen);
  }, [drawn, model.filter]);
  const busiest = model.edges.toSorted((a, b) => b.rate - a.rate).slice(0, 3)
    .map(({ from, to, rate: value }) =>
      `${from} to ${to} ${rate(value)} a second`
    );
  return (
    <div class="canvas-place">
      <canvas
        ref={canvas}
        role="img"
        aria-label={`A picture of who calls whom. ${
          busiest.length > 0 ? `Busiest: ${busiest.join("; ")}. ` : ""
        }The list beside it says the same in words.`}
      />
      {tip && (
        <div
          class="tip"
          style={{ left: `${tip.x}px`, top: `${tip.y}px` }}
          aria-hidden="true"
        >
          <strong>{tip.spot.id}</strong>
          <span>
            {rate(tip.spot.rate)}/s
            {tip.spot.errors > 0 && (
              <span class="bad">
                , {rate(tip.spot.errors)} errors/s
              </span>
            )}
            {!tip.spot.here && ", not here"}
          </span>
        </div>
      )}
    </div>
  );
}

function Pairs({ model }: { model: Model }): JSX.Element {
  const pairs = model.edges.filter(({ from, to }) => model.shows([from, to]))
    .toSorted((a, b) => b.rate - a.rate || b.total - a.total);
  if (pairs.length === 0) return <Nothing>Nobody has called anybody.</Nothing>;
  return (
    <div class="scroll pairs" tabIndex={0} role="region" aria-label="Pairs">
      <table>
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">To</th>
            <th scope="col" class="number">Now</th>
            <th scope="col" class="number">In all</th>
            <th scope="col" class="number">Errors</th>
          </tr>
        </thead>
        <tbody>
          {pairs.slice(0, MAX_PAIRS).map((pair) => (
            <Pair key={`${pair.from}\n${pair.to}`} model={model} {...pair} />
          ))}
        </tbody>
      </table>
      {pairs.length > MAX_PAIRS && (
        <p class="note">and {count(pairs.length - MAX_PAIRS)} more</p>
      )}
    </div>
  );
}

function Pair({ model, from, to, rate: value, total, totalErrors }:
  & EdgeRow
  & { model: Model }): JSX.Element {
  const name = (each: string) => (
    <button
      type="button"
      class="link"
      aria-pressed={model.filter.label === each}
      onClick={() => model.only([each], each)}
    >
      {each}
    </button>
  );
  return (
    <tr>
      <td>{name(from)}</td>
      <td>{name(to)}</td>
      <td class="number">{rate(value)}/s</td>
      <td class="number">{count(total)}</td>
      <td class={`number${totalErrors > 0 ? " bad" : ""}`}>
        {share(totalErrors, total)}
      </td>
    </tr>
  );
}

function drawingOf(
  clients: readonly ClientRow[],
  edges: readonly EdgeRow[],
): Drawn {
  const here = new Map<string, { sick: boolean }>();
  for (const { client: { name, state, trouble } } of clients) {
    if (name === undefined || state !== "active") continue;
    here.set(name, { sick: trouble !== undefined });
  }
  const rates = new Map<string, { rate: number; errors: number }>();
  for (const { from, to, rate, errors } of edges) {
    for (const name of [from, to]) {
      const sum = rates.get(name) ?? { rate: 0, errors: 0 };
      sum.rate += rate;
      if (name === to) sum.errors += errors;
      rates.set(name, sum);
    }
  }
  // A client that has left is drawn for as long as somebody calls it.
  const gone = [...rates].filter(([name, { rate }]) =>
    !here.has(name) && rate > 0
  ).map(([name]) => name);
  const groups = groupsOf(
    [...here.keys(), ...gone],
    (name) => rates.get(name)?.rate ?? 0,
    MAX_SPOTS,
  );
  const spots = new Map<string, Spot>();
  const members = new Map<string, string[]>();
  for (const [name, id] of groups) {
    const { rate = 0, errors = 0 } = rates.get(name) ?? {};
    const spot = spots.get(id);
    spots.set(id, {
      id,
      size: (spot?.size ?? 0) + 1,
      rate: (spot?.rate ?? 0) + rate,
      errors: (spot?.errors ?? 0) + errors,
      sick: Boolean(spot?.sick || here.get(name)?.sick),
      here: Boolean(spot?.here || here.has(name)),
    });
    const others = members.get(id);
    if (others) others.push(name);
    else members.set(id, [name]);
  }
  return { spots: [...spots.values()], flows: flowsOf(edges, groups), members };
}

function flowsOf(
  edges: readonly EdgeRow[],
  groups: Map<string, string>,
): Flow[] {
  const flows = new Map<string, Flow>();
  for (const edge of edges) {
    const from = groups.get(edge.from);
    const to = groups.get(edge.to);
    if (from === undefined || to === undefined || from === to) continue;
    const key = JSON.stringify([from, to]);
    const flow = flows.get(key);
    flows.set(key, {
      from,
      to,
      rate: (flow?.rate ?? 0) + edge.rate,
      errors: (flow?.errors ?? 0) + edge.errors,
    });
  }
  return [...flows.values()];
}
