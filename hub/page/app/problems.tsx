// Copyright 2026 the Wirekit authors. MIT license.

/** What an operator should do. */
import type { JSX } from "preact";
import { clock, count } from "./format.ts";
import { Icon } from "./icons.tsx";
import type { Model } from "./model.ts";

/** The problems, worst first; nothing if there are none. */
export function Problems({ model }: { model: Model }): JSX.Element | null {
  const problems = model.report?.problems ?? [];
  if (problems.length === 0) return null;
  return (
    <section class="problems" aria-label="Problems">
      <ul>
        {problems.map(({ id, severity, since, count: times, text, cure }) => (
          <li key={id} class={severity === "error" ? "bad" : "warn"}>
            <Icon name="warning" />
            <div>
              <p class="problem">
                <span class="sr">{severity}:</span>
                {text}
              </p>
              <p class="cure">{cure}</p>
            </div>
            <span class="when">
              {`since ${clock(since)}`}
              {times > 1 && ` · ${count(times)} times`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
