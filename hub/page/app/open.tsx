// Copyright 2026 the Wirekit authors. MIT license.

/** Who waits for whom. */
import type { JSX } from "preact";
import type { OpenRequestReport } from "../../watch/reports/calls.ts";
import { age, count, duration } from "./format.ts";
import type { Model } from "./model.ts";
import { Bar, Nothing, Section } from "./parts.tsx";
import { Way } from "./tail.tsx";

/** How many are listed. */
const MAX = 50;

/** The open requests, those nearest to their deadline first. */
export function Open({ model }: { model: Model }): JSX.Element {
  const now = model.now();
  const part = ({ since, expires = Infinity }: OpenRequestReport) =>
    Math.max(0, now - since) / Math.max(1, expires - since);
  const open = model.open
    .filter(({ from, to, route = "" }) => model.shows([from, to], route))
    .sort((a, b) => part(b) - part(a));
  return (
    <Section
      name="open"
      title="Open requests"
      note={model.openTotal > model.open.length
        ? `the oldest ${count(model.open.length)} of ${count(model.openTotal)}`
        : count(open.length)}
    >
      {open.length === 0
        ? <Nothing>No open requests.</Nothing>
        : (
          <ul class="open-list" tabIndex={0} aria-label="Open requests">
            {open.slice(0, MAX).map((request) => {
              const { from, to, route, since, expires } = request;
              const done = part(request);
              return (
                <li key={`${since} ${from} ${to} ${route}`}>
                  <Way from={from} to={to} />
                  <span class="mono cut">{route ?? ""}</span>
                  <Bar
                    value={done}
                    label={expires === undefined
                      ? "no deadline"
                      : `times out in ${age(expires - now)}`}
                    level={done > 0.8 ? "bad" : done > 0.5 ? "warn" : ""}
                  />
                  <span class="number">
                    {age(now - since)}
                    <span class="quiet">
                      {expires !== undefined &&
                        ` / ${duration(expires - since)}`}
                    </span>
                  </span>
                </li>
              );
            })}
            {open.length > MAX && (
              <li class="note">and {count(open.length - MAX)} more</li>
            )}
          </ul>
        )}
    </Section>
  );
}
