// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { BackplaneStatus, NodeStatus } from "../../cluster/backplane.ts";
import type { Exchange } from "../../exchange/exchange.ts";
import type { ClusterReport } from "../reports/cluster.ts";
import type { Problem } from "../reports/hub.ts";

/** The hubs that give signs of life. */
export function presentIn(
  { nodes }: Pick<BackplaneStatus, "nodes">,
): readonly NodeStatus[] {
  return nodes.filter(({ endsIn }) => endsIn === undefined);
}

/** What people call hubs; those that are called the same are told apart. */
export function labelsOf(nodes: readonly NodeStatus[]): Map<string, string> {
  const times = Map.groupBy(nodes, ({ label }) => label);
  return new Map(nodes.map(({ id, label }) => [
    id,
    times.get(label)!.length > 1 ? `${label} ${id.slice(-6)}` : label,
  ]));
}

/** Says of a hub that it cannot be reached. */
function silenceOf({ label }: NodeStatus): string {
  return `The hub ${label} is there, but does not answer.`;
}

/** Why a hub is of no use for calls to others; nothing if it is. */
export function whyApart(
  { cluster, unreached }: Pick<Exchange, "cluster" | "unreached">,
): string | undefined {
  const [first] = unreached;
  if (!cluster || cluster.reason || !first) return cluster?.reason;
  const count = cluster.nodes.length - 1;
  if (unreached.length < count) return undefined;
  return count === 1 ? silenceOf(first) : "None of the other hubs answers.";
}

/** Tells of a cluster. */
export function reportCluster(
  status: BackplaneStatus,
  [unreached]: readonly NodeStatus[],
): ClusterReport {
  const { state, since, engine, nodes, names, reading } = status;
  const reason = status.reason ?? (unreached && silenceOf(unreached));
  const labels = labelsOf(nodes);
  return {
    state,
    since,
    ...(reason !== undefined && { reason }),
    ...(engine !== undefined && { engine }),
    nodes: nodes.map(({ signs: _, ...node }) => ({
      ...node,
      label: labels.get(node.id)!,
      here: node.id === status.node,
    })),
    namesElsewhere: names.size,
    ...(reading && { reading: true }),
  };
}

/** Who has which name on other nodes, by what people call those. */
export function namesElsewhere(
  { names, nodes }: BackplaneStatus,
  prefix: string | undefined,
  limit: number,
): { name: string; node: string }[] {
  const labels = labelsOf(nodes);
  const found: { name: string; node: string }[] = [];
  for (const [json, id] of names) {
    const name = String(JSON.parse(json));
    if (prefix !== undefined && !name.startsWith(prefix)) continue;
    found.push({ name, node: labels.get(id) ?? id });
    if (found.length >= limit) break;
  }
  return found;
}

/** What an operator should do about a cluster. */
export function* problemsOf(
  { state, since, reason, cure, maxMessageBytes }: BackplaneStatus,
  unreached: readonly NodeStatus[],
  largest: number,
): Generator<
  & Pick<Problem, "id" | "severity" | "text" | "cure">
  & Partial<Pick<Problem, "since">>
> {
  if (state === "waiting" || state === "fenced") {
    yield {
      id: "cluster",
      severity: "error",
      since,
      text: `${reason} Clients of this hub reach each other, no others.`,
      cure: cure ?? "Look into the log of this hub.",
    };
  } else if (state === "open" && reason !== undefined) {
    yield {
      id: "cluster-refused",
      severity: "error",
      text: `${reason} New clients get no names.`,
      cure: cure ?? "Look into the log of the NATS servers.",
    };
  }
  for (const node of unreached) {
    yield {
      id: `unreached:${node.id}`,
      severity: "error",
      text: `${silenceOf(node)} Calls to its clients fail.`,
      cure: "Look whether all NATS servers reach each other.",
    };
  }
  if (maxMessageBytes < largest) {
    yield {
      id: "cluster-payload",
      severity: "warning",
      text: `The NATS servers pass on messages of at most ${maxMessageBytes} ` +
        `bytes, and this hub of ${largest}: larger ones reach no other hub.`,
      cure: `Set max_payload of the NATS servers to ${2 * largest}, or start ` +
        `the hubs with --max-message ${maxMessageBytes}.`,
    };
  }
}
