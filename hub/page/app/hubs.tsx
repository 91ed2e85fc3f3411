// Copyright 2026 the Wirekit authors. MIT license.

/** The hubs of a cluster: how the engine is, and how busy each of them. */
import type { JSX } from "preact";
import type { ClusterReport, NodeReport } from "../../watch/reports/cluster.ts";
import { age, count, moment, rate, some } from "./format.ts";
import type { Model } from "./model.ts";
import { Bar, Section } from "./parts.tsx";

const STATES: Record<ClusterReport["state"], [level: string, words: string]> = {
  open: ["good", "All hubs reach each other"],
  waiting: ["bad", "The other hubs cannot be reached"],
  fenced: ["bad", "The other hubs cannot be reached, and may take over names"],
  closed: ["bad", "This hub has left the cluster"],
};

/** Those that give signs of life. */
export function presentIn(nodes: readonly NodeReport[]): readonly NodeReport[] {
  return nodes.filter(({ endsIn }) => endsIn === undefined);
}

/** The hubs, the busiest first. */
export function Hubs({ model }: { model: Model }): JSX.Element | null {
  const cluster = model.report?.cluster;
  if (!cluster) return null;
  const { state, since, reason, engine, nodes } = cluster;
  const [level, words] = STATES[state];
  const busy = ({ figures }: NodeReport) => figures["requestsPerSecond"] ?? 0;
  const rows = nodes.toSorted((a, b) => busy(b) - busy(a));
  const most = Math.max(1, ...nodes.map(busy));
  return (
    <Section
      name="hubs"
      title="Hubs"
      note={
        <>
          {count(presentIn(nodes).length)}
          <span class="engine" title={`since ${moment(since)}`}>
            <span class={`dot ${level}`} aria-hidden="true" />
            {reason ?? words}
            {engine !== undefined && <span class="quiet">{` · ${engine}`}
            </span>}
          </span>
        </>
      }
    >
      <div class="scroll" tabIndex={0} role="region" aria-label="Hubs">
        <table>
          <thead>
            <tr>
              <th scope="col">Hub</th>
              <th scope="col" class="number">Clients</th>
              <th scope="col" class="number">Requests/s</th>
              <th scope="col" class="wide">Of the busiest</th>
              <th scope="col" class="number wide">Informs/s</th>
              <th scope="col" class="number">Errors/s</th>
              <th scope="col" class="number wide">Requests</th>
              <th scope="col" class="number wide">Up</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((node) => (
              <Row
                key={node.id}
                model={model}
                node={node}
                part={busy(node) / most}
              />
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function Row({ model, node, part }: {
  model: Model;
  node: NodeReport;
  part: number;
}): JSX.Element {
  const { label, here, figures, since, id, endsIn } = node;
  const isSilent = endsIn !== undefined || model.silent.includes(label);
  const figure = (name: string) => figures[name] ?? 0;
  const errors = figure("errorsPerSecond");
  return (
    <tr>
      <th scope="row">
        <button
          type="button"
          class="link"
          title={`Show the clients of this hub only (${id})`}
          onClick={() => model.search(label)}
        >
          {label}
        </button>
        {here && <span class="tag">this</span>}
        {isSilent && (
          <span
            class="tag bad"
            title={endsIn === undefined
              ? "It did not say who is there"
              : `It gives no sign of life: its names are free within ${
                Math.ceil(endsIn / 1_000)
              } s`}
          >
            silent
          </span>
        )}
      </th>
      <td class="number">{count(figure("clients"))}</td>
      <td class="number">{rate(figure("requestsPerSecond"))}</td>
      <td class="wide">
        <Bar
          value={part}
          label={`${some(figure("requestsPerSecond"), "request")} a second`}
        />
      </td>
      <td class="number wide">{rate(figure("informsPerSecond"))}</td>
      <td class="number">
        <span class={errors > 0 ? "bad" : ""}>{rate(errors)}</span>
      </td>
      <td class="number wide">{count(figure("requests"))}</td>
      <td class="number wide">{age(model.now() - since)}</td>
    </tr>
  );
}
