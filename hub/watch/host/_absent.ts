// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { HubReport } from "../reports/hub.ts";

/** Problems of a name that its client no longer has. */
const KINDS = ["deaf", "slow", "silent"];

/**
 * Says why nobody has a name, as far as a hub tells who may watch it.
 *
 * @returns One or more sentences; empty if nothing is known of the name.
 */
export function whyAbsent(
  { problems, blocked }: Pick<HubReport, "problems" | "blocked">,
  name: string,
): string {
  const json = JSON.stringify(name);
  const block = blocked.find((each) => each.name === name);
  if (block) {
    const time = new Date(block.until).toTimeString().slice(0, 5);
    return `The name ${json} is blocked until ${time}.`;
  }
  const ids = KINDS.map((kind) => `${kind}:${json}`);
  const problem = problems.find(({ id }) => ids.includes(id));
  return problem ? `${problem.text} ${problem.cure}` : "";
}
